"""Anonymeter's multivariate singling out, at equal sizes and on its own denominator.

The library's correction for a control smaller than train goes the wrong way, and raises an alarm
on fresh real patients. Here its queries are read at equal sizes instead: not on a few random
subsamples but on the mean over all of them, which the hypergeometric law gives exactly.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from anonymeter.evaluators.singling_out_evaluator import multivariate_singling_out_queries
from scipy.sparse import csr_matrix
from scipy.stats import hypergeom

from cohort.errors import NotApplicable
from privacy.attacks.anonymeter_tables import plain_tables
from privacy.attacks.target import Attack, Bools, Floats, Ints, Tally, Target
from privacy.estimates import AttackRole
from privacy.statistics import Statistic

MOST_QUERIES = 2000
_COLUMNS = 3
_ATTEMPTS_EACH = 50
_MOST_ATTEMPTS = 10_000
_BATCH = 100


def count(target: Target, *, seed: int) -> Tally:
    """Count the queries that isolate one row of the release, and one person of an equal number.

    Giomi et al. 2023, doi:10.56553/popets-2023-0055. Rates divide by the queries issued, never
    more than there are persons on the smaller side; rows keep all released columns, so that a
    query is a property of a person and not of a cell of the quasi-identifiers.
    """
    wanted = min(int(target.is_train.sum()), int((~target.is_train).sum()), MOST_QUERIES)
    (synthetic, real), _ = plain_tables([target.synthetic, target.real], target.schema.released)
    issued = multivariate_singling_out_queries(
        df=pl.DataFrame(synthetic),
        n_queries=wanted,
        n_cols=min(_COLUMNS, synthetic.shape[1]),
        max_attempts=min(_ATTEMPTS_EACH * wanted, _MOST_ATTEMPTS),
        rng=np.random.default_rng(seed),
    )
    if not issued:
        raise NotApplicable("no combination of values is alone in the release, so no query can be made")
    fits = _fits(pl.DataFrame(real), issued, target.owners, len(target.is_train))
    train, control = _rates(fits, target.is_train[None, :])
    return Tally(
        train=float(train[0]),
        control=float(control[0]),
        n=int(target.is_train.sum()),
        n_control=int((~target.is_train).sum()),
        trials=len(issued),
        trials_control=len(issued),
        is_train=target.is_train,
        statistic=_excess(fits),
    )


def _fits(real: pl.DataFrame, queries: Sequence[pl.Expr], owners: Ints, persons: int) -> csr_matrix:
    """Which persons each query describes, (queries, persons), 0 or 1."""
    asked: list[Ints] = []
    found: list[Ints] = []
    for start in range(0, len(queries), _BATCH):
        batch = [query.alias(str(place)) for place, query in enumerate(queries[start : start + _BATCH])]
        row, query = np.nonzero(real.select(batch).to_numpy())
        asked.append(query + start)
        found.append(owners[row])
    cells = np.unique(np.stack([np.concatenate(asked), np.concatenate(found)]), axis=1)
    return csr_matrix((np.ones(cells.shape[1]), (cells[0], cells[1])), shape=(len(queries), persons))


def _rates(fits: csr_matrix, labels: Bools) -> tuple[Floats, Floats]:
    """For each row of labels, the share of queries that isolate a person among each side, thinned."""
    train = (fits @ labels.T.astype(np.float64)).astype(np.int64)
    control = np.asarray(fits.sum(axis=1)).astype(np.int64) - train
    n, n_control = int(labels[0].sum()), int((~labels[0]).sum())
    size = min(n, n_control)
    return _alone(train, n, size).mean(axis=0), _alone(control, n_control, size).mean(axis=0)


def _alone(fitting: Ints, persons: int, size: int) -> Floats:
    """Probability that exactly one of so many fitting persons is in a subsample; as many numbers as given."""
    chance = hypergeom.pmf(1, persons, np.arange(fitting.max(initial=0) + 1), size)
    return np.asarray(chance[fitting], dtype=np.float64)


def _excess(fits: csr_matrix) -> Statistic:
    def statistic(labels: Bools) -> Floats:
        train, control = _rates(fits, labels)
        return train - control

    return statistic


ATTACK = Attack(
    name="anonymeter_singling_out",
    family="singling out",
    threat=(
        "Somebody with the release alone finds a description that fits one of its rows, and "
        "claims that it fits exactly one patient."
    ),
    role=AttackRole.SECOND_OPINION,
    count=count,
)

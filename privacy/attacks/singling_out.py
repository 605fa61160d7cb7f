"""Singling out: descriptions made from the release alone that fit exactly one real person."""

import numpy as np
from scipy.stats import hypergeom

from cohort.errors import NotApplicable
from privacy.attacks.predicates import (
    Predicates,
    conjunctions,
    extremes,
    joined,
    matches,
    rank_cells,
    row_counts,
)
from privacy.attacks.target import Attack, Bools, Floats, Ints, Tally, Target
from privacy.estimates import AttackRole
from privacy.statistics import weighted

_COLUMNS = 3
_TRIES_EACH = 24
_MOST_TRIES = 320_000
_BATCH = 10_000
_ENOUGH = 2000
_GUESSES = 500
_FEW = 1000


def count(target: Target, *, seed: int) -> Tally:
    """Describe rows of the release, and count the descriptions that fit one person and nobody else.

    Each row is described by its values in three random columns, again and again with others, and
    where it has a column's lowest or highest number, or a category that no other row has, by that
    one value; what fits several rows is discarded (Cohen and Nissim 2020,
    doi:10.1073/pnas.1914598117; Giomi et al. 2023, doi:10.56553/popets-2023-0055).

    Rates are shares of the descriptions issued, the larger side thinned to the size of the smaller
    in all possible ways. The p-value needs no equal sizes and thins nobody: a description that
    fits one person among train and control together is credited to that person, whoever it is.
    The evidence against a person is the square of the most credits won from one synthetic row: a
    copy singles its original out in many ways, a stranger in one or two. The naive rate is that
    of descriptions put together from the values of different rows.
    """
    rng = np.random.default_rng(seed)
    columns = target.schema.released
    real, synthetic = rank_cells([target.real, target.synthetic], columns)
    synthetic = synthetic[_first_of_each(synthetic)]  # doubled, a row would be alone in nothing
    is_number = np.array([column.kind.is_numeric for column in columns])
    issued = _issue(synthetic, is_number, rng=rng)
    if not len(issued):
        raise NotApplicable("no combination of values is alone in the release, so nobody can be described")
    asked, persons = _fits(issued, real, target.owners)
    train, control = _rates(asked, persons, target.is_train, len(issued))
    blind = _blind(synthetic, is_number, rng=rng)
    naive, _ = _rates(*_fits(blind, real, target.owners), target.is_train, len(blind))
    evidence = _evidence(issued, asked, persons, len(target.is_train))
    n, n_control = int(target.is_train.sum()), int((~target.is_train).sum())
    trials = min(len(np.unique(issued.rows)), n, n_control)
    return Tally(
        train=train,
        control=control,
        n=n,
        n_control=n_control,
        trials=trials,
        trials_control=trials,
        naive=naive,
        is_train=target.attacked_is_train,
        statistic=weighted(evidence[target.attacked]),
        scores=evidence[target.attacked],
    )


def _issue(synthetic: Ints, is_number: Bools, *, rng: np.random.Generator) -> Predicates:
    """Descriptions of one row of the release each, tried in random order until there are enough."""
    conditions = min(_COLUMNS, synthetic.shape[1])
    rows = np.repeat(rng.permutation(len(synthetic)), _TRIES_EACH)[:_MOST_TRIES]
    several = conjunctions(synthetic, is_number, rows=rows, conditions=conditions, rng=rng)
    several = several[rng.permutation(len(several))]
    issued = _alone(extremes(synthetic, is_number, conditions=conditions), synthetic)
    for start in range(0, len(several), _BATCH):
        issued = joined([issued, _alone(several[start : start + _BATCH], synthetic)])
        if len(issued) >= _ENOUGH:
            break
    return issued


def _first_of_each(ranks: Ints) -> Ints:
    """Positions of distinct rows, in their own order: that of ranks depends on who is train."""
    return np.sort(np.unique(ranks, axis=0, return_index=True)[1])


def _alone(predicates: Predicates, synthetic: Ints) -> Predicates:
    """Those that fit exactly one row of the release: in a big one, most fit two of a few already."""
    step = max(1, len(synthetic) // _FEW)
    for rows in [synthetic] if step == 1 else [synthetic[::step], synthetic]:
        predicates = predicates[row_counts(predicates, rows) <= 1]
    return predicates


def _blind(synthetic: Ints, is_number: Bools, *, rng: np.random.Generator) -> Predicates:
    """Descriptions of rows that mix the values of different rows."""
    mixed = rng.permuted(synthetic, axis=0)
    rows = rng.integers(len(mixed), size=_GUESSES)
    return conjunctions(mixed, is_number, rows=rows, conditions=min(_COLUMNS, mixed.shape[1]), rng=rng)


def _fits(predicates: Predicates, real: Ints, owners: Ints) -> tuple[Ints, Ints]:
    """Pairs of a predicate and a person it fits, each once."""
    asked, row = matches(predicates, real)
    persons = int(owners.max()) + 1
    pairs = np.unique(asked * persons + owners[row])
    return pairs // persons, pairs % persons


def _rates(asked: Ints, persons: Ints, is_train: Bools, issued: int) -> tuple[float, float]:
    """Shares of predicates that fit one person of each side, both thinned to equal size."""
    size = min(int(is_train.sum()), int((~is_train).sum()))
    rates = []
    for side in (is_train, ~is_train):
        counts = np.bincount(asked[side[persons]], minlength=issued)
        alone = hypergeom.pmf(1, int(side.sum()), np.arange(counts.max() + 1), size)
        rates.append(float(alone[counts].mean()))
    return rates[0], rates[1]


def _evidence(issued: Predicates, asked: Ints, persons: Ints, size: int) -> Floats:
    """For each person the most predicates of one synthetic row that fit them alone, squared."""
    alone = np.bincount(asked, minlength=len(issued))[asked] == 1
    pairs, times = np.unique(issued.rows[asked[alone]] * size + persons[alone], return_counts=True)
    most = np.zeros(size)
    np.maximum.at(most, pairs % size, times)
    return np.asarray(most**2, dtype=np.float64)


ATTACK = Attack(
    name="singling_out",
    family="singling out",
    threat=(
        "Somebody with the release alone makes descriptions that fit one of its rows, and claims "
        "that each fits exactly one patient."
    ),
    role=AttackRole.PRIMARY,
    count=count,
    planted=True,
)

"""Whether a release's persons come as often, and change from visit to visit, as train's do."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from cohort.cohort import Cohort
from cohort.findings import Finding, Severity
from cohort.schema import Column, Schema
from cohort.split import Split
from cohort.visits import is_linked, static_columns
from utility.histories import Histories, same_spread
from utility.resample import Floats, subset_weights, thinned
from utility.scores import Direction, UtilityScore

RESAMPLES = 200
ROWS = 5_000
SUBSETS = 20
_Z = 1.959964

NOT_LINKED = Finding(
    code="visits_not_linked",
    severity=Severity.NOT_APPLICABLE,
    title="This release does not link visits.",
    explanation="Its rows bear no key of a synthetic person, so that nobody can tell which are visits of "
    "one person: nothing can be learnt from it about change over time. The generator `trees` links visits.",
)


def visits(
    synthetic: pd.DataFrame, split: Split, *, seed: int = 0
) -> tuple[list[UtilityScore], list[Finding]]:
    """Fidelity of the number of visits, of the time between them, and of what lasts from one to the next.

    - ``visit_count_fidelity``, ``visit_gap_fidelity``: one less the Kolmogorov–Smirnov distance to
      train of the number of visits a person, and of the time between neighbouring visits.
    - ``lag_fidelity``: one less the difference to train in how alike neighbouring visits are: the
      correlation of a number's ranks, or the share in which a category stays.
    - ``person_fidelity``: one less the difference to train in the share of a number's variance that
      lies between persons (the intraclass correlation of its ranks).
    - ``changing_statics``: the share of persons with several visits in whom a column changes that
      never does in train.

    Persons are the units: release and holdout are compared with train at one number of persons, the
    smaller, as means over 20 random subsets of the larger, and the two-sided 95 % interval is the
    value ± 1.96 standard errors from drawing persons of train and of the release again, 200 times.
    That of ``changing_statics`` is Clopper and Pearson's.

    Parameters
    ----------
    synthetic : DataFrame, (rows, carried columns)
        Typed as a cohort's table, with the key of a synthetic person.
    split : Split
        Without a holdout no score has a reference.
    seed : int
        Equal seeds give equal scores.

    Returns
    -------
    list of UtilityScore
        None where the schema has no visits, or the release no key.
    list of Finding
        That a release has no key where the schema has visits.
    """
    schema = split.train.schema
    if schema.visit is None:
        return [], []
    if not is_linked(synthetic, schema):
        return [], [NOT_LINKED]
    rng = np.random.default_rng(seed)
    release, train = _as_cohort(synthetic, schema), split.train
    names = [column.name for column in schema.released if column.name != schema.visit]
    static = static_columns(train.table, train.persons, names)
    changing = [schema[name] for name in names if name not in static]
    scores = _fidelity(release, split, changing, rng)
    return scores + _changing(release, split.holdout, static), []


def _as_cohort(synthetic: pd.DataFrame, schema: Schema) -> Cohort:
    carried = Schema(columns=schema.carried(synthetic), person=schema.person, visit=schema.visit)
    return Cohort(schema=carried, table=synthetic)


def _fidelity(
    release: Cohort, split: Split, changing: Sequence[Column], rng: np.random.Generator
) -> list[UtilityScore]:
    train, other, fresh = (
        None if each is None else Histories.of(thinned(each, ROWS, rng), changing)
        for each in (split.train, release, split.holdout)
    )
    if train is None or other is None:
        return []
    size = other.n if fresh is None else min(other.n, fresh.n)
    value = _alike(train, np.ones((1, train.n)), other, subset_weights(other.n, size, SUBSETS, rng))
    reference = (
        {}
        if fresh is None
        else _alike(train, np.ones((1, train.n)), fresh, subset_weights(fresh.n, size, SUBSETS, rng))
    )
    spread = _alike(train, _again(train.n, train.n, rng), other, _again(other.n, size, rng))
    return [
        _score(label, found, reference.get(label), spread[label], n=train.n)
        for label, found in value.items()
        if np.isfinite(found).all()
    ]


def _again(n: int, size: int, rng: np.random.Generator) -> Floats:
    return rng.multinomial(size, np.full(n, 1 / n), size=RESAMPLES).astype(np.float64)


def _score(
    label: tuple[str, str], value: Floats, reference: Floats | None, spread: Floats, *, n: int
) -> UtilityScore:
    mean, error = float(value.mean()), _Z * float(np.nanstd(spread))
    fresh = None if reference is None else float(reference.mean())
    return UtilityScore(
        metric=label[0],
        group=label[1],
        value=mean,
        reference=None if fresh is None or np.isnan(fresh) else fresh,
        low=max(mean - error, 0.0),
        high=min(mean + error, 1.0),
        n=n,
    )


def _alike(
    train: Histories, weights: Floats, other: Histories, others: Floats
) -> dict[tuple[str, str], Floats]:
    """Every fidelity, (resamples,), by metric and group."""
    lasting = {name: _similar(train.lasting, weights, other.lasting, others, name) for name in train.changing}
    personal = {
        name: _similar(train.personal, weights, other.personal, others, name)
        for name in sorted(train.numeric)
    }
    found = {
        ("visit_count_fidelity", ""): same_spread(train.counts, weights, other.counts, others),
        ("visit_gap_fidelity", ""): same_spread(
            train.gaps, weights[:, train.owners], other.gaps, others[:, other.owners]
        ),
    }
    for metric, columns in (("lag_fidelity", lasting), ("person_fidelity", personal)):
        if columns:
            found[metric, ""] = _mean_known(list(columns.values()))
            found |= {(metric, name): each for name, each in columns.items()}
    return found


def _mean_known(columns: Sequence[Floats]) -> Floats:
    """The mean of what is known, (resamples,); NaN where nothing is."""
    known = np.isfinite(columns).sum(axis=0)
    return np.where(known > 0, np.nansum(columns, axis=0) / np.maximum(known, 1), np.nan)


def _similar(
    of_train: Callable[[str, Floats], Floats],
    weights: Floats,
    of_other: Callable[[str, Floats], Floats],
    others: Floats,
    name: str,
) -> Floats:
    """One less a difference that can be as large as 2, but is 0 from 1 on."""
    apart = np.abs(of_train(name, weights) - of_other(name, others))
    return np.asarray(1 - np.minimum(apart, 1), dtype=np.float64)


def _changing(release: Cohort, holdout: Cohort | None, static: Sequence[str]) -> list[UtilityScore]:
    """How many persons with several visits change where nobody in train does."""
    found = _changes(release, static)
    if not static or not len(found):
        return []
    share = binomtest(int(found.sum()), len(found))
    low, high = share.proportion_ci(method="exact")
    fresh = np.zeros(0) if holdout is None else _changes(holdout, static)
    return [
        UtilityScore(
            metric="changing_statics",
            value=float(share.statistic),
            reference=float(fresh.mean()) if len(fresh) else None,
            low=float(low),
            high=float(high),
            n=len(found),
            direction=Direction.LOWER,
        )
    ]


def _changes(cohort: Cohort, static: Sequence[str]) -> Floats:
    """Whether any of these columns changes in each person with several visits, (such persons,)."""
    rows = cohort.table[list(static)].groupby(cohort.persons)
    values = rows.nunique(dropna=False)
    changes = (values > 1).any(axis=1)
    return changes[rows.size() > 1].to_numpy(dtype=np.float64)

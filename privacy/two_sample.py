"""Whether a holdout that was given, not drawn, is of the same kind as train.

Where it is not, an attack that succeeds more often on train may have found the difference
between two hospitals, and no leak.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from cohort.encode import as_floats, fit_encoder, nearest
from cohort.schema import Column
from cohort.split import Split
from privacy.attacks.target import MOST_ATTACKED, Bools, Floats, Ints, draw_persons
from privacy.statistics import Statistic, draw_labels, weighted, westfall_young

DIFFERENT = 0.01
_DRAWS = 999
_FEWEST = 5
_MOST_LEVELS = 50


def holdout_differs(split: Split, *, seed: int) -> bool:
    """Whether a given holdout differs from train at p <= .01; one drawn from it cannot."""
    given = split.holdout is not None and split.seed is None
    return given and two_sample_p(split, seed=seed) <= DIFFERENT


def two_sample_p(split: Split, *, seed: int) -> float:
    """How probably chance alone makes train and holdout differ as much as they do.

    Two statistics on shared permutations of the persons' labels: the largest shift of a single
    column (mean rank of a number, share of a category), and how often the nearest row of another
    person is of the same side (Schilling 1986, doi:10.1080/01621459.1986.10478337), which sees
    differences in the relations between columns.

    Parameters
    ----------
    split : Split
        With a holdout.
    seed : int
        Of the permutations, and of the draw of one row a person.

    Returns
    -------
    float, in (0, 1]
        The smaller of the two p-values, corrected for there being two.
    """
    if split.holdout is None:
        raise ValueError("a two-sample test needs a holdout")
    rng = np.random.default_rng(seed)
    table, is_train = _one_row_each(split, rng=rng)
    columns = split.train.schema.released
    labels = draw_labels(is_train, draws=_DRAWS, rng=rng)
    statistics = {"shift": _shift(table, columns), "neighbours": _neighbours(table, columns)}
    return min(westfall_young({name: read(labels) for name, read in statistics.items()}).values())


def _one_row_each(split: Split, *, rng: np.random.Generator) -> tuple[pd.DataFrame, Bools]:
    """A random row of each person, at most `MOST_ATTACKED` persons a side."""
    tables, sides = [], []
    for cohort in (split.train, split.holdout):
        if cohort is not None:
            shuffled = rng.permutation(len(cohort))
            _, first = np.unique(cohort.persons[shuffled], return_index=True)
            tables.append(cohort.released.iloc[shuffled[first]])
            sides.append(np.full(len(first), cohort is split.train))
    is_train = np.concatenate(sides)
    # Shuffled, so that between equal rows the order of the sides decides nothing.
    chosen = rng.permutation(draw_persons(is_train, most=MOST_ATTACKED, rng=rng))
    return pd.concat(tables, ignore_index=True).iloc[chosen].reset_index(drop=True), is_train[chosen]


def _shift(table: pd.DataFrame, columns: Sequence[Column]) -> Statistic:
    """The largest standardised difference of a column between the sides, upwards or downwards."""
    parts = [part for column in columns for part in _scores(table[column.name], column)]
    scores = np.column_stack(parts) if parts else np.zeros((len(table), 1))
    return weighted(np.hstack([scores, -scores]))


def _scores(values: pd.Series, column: Column) -> list[Floats]:
    """A number's ranks and whether it is missing; a category's frequent levels, one by one."""
    missing = values.isna().to_numpy(dtype=np.float64)
    if column.kind.is_numeric:
        known = missing == 0
        ranks = np.full(len(values), (known.sum() + 1) / 2)
        ranks[known] = rankdata(as_floats(values)[known])
        return [ranks, missing]
    counts = values.value_counts()
    levels = counts[counts >= _FEWEST].index[:_MOST_LEVELS]
    return [missing, *((values == level).to_numpy(dtype=np.float64) for level in levels)]


def _neighbours(table: pd.DataFrame, columns: Sequence[Column]) -> Statistic:
    """How many persons have a nearest neighbour of their own side."""
    points = fit_encoder([table], columns).encode(table)
    persons = np.arange(len(table))
    _, positions = nearest(points, points, own=(persons, persons))
    nearest_person: Ints = positions[:, 0]

    def statistic(labels: Bools) -> Floats:
        return np.asarray((labels == labels[:, nearest_person]).sum(axis=1), dtype=np.float64)

    return statistic

import numpy as np
import pandas as pd
import pytest

from cohort.schema import Column, Kind
from privacy.attacks import predicates as module
from privacy.attacks.predicates import (
    Predicates,
    conjunctions,
    extremes,
    joined,
    matches,
    rank_cells,
    row_counts,
)

COLUMNS = (
    Column(name="a", kind=Kind.NUMBER),
    Column(name="b", kind=Kind.CATEGORY),
    Column(name="c", kind=Kind.INTEGER),
    Column(name="d", kind=Kind.DATE),
)
IS_NUMBER = np.array([True, False, True, True])


def table(rows, *, seed):
    rng = np.random.default_rng(seed)
    made = pd.DataFrame(
        {
            "a": rng.choice([-1e300, -2.5, 0.0, 3.0, 1e300], rows),
            "b": rng.choice(['O"Neil', "O'Neil", "Ōsaka", "x"], rows).astype(object),
            "c": pd.array(rng.integers(-5, 5, rows), dtype="Int64"),
            "d": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 9, rows), unit="D"),
        }
    )
    made.loc[rng.random(rows) < 0.1, "a"] = np.nan
    made.loc[rng.random(rows) < 0.1, "b"] = None
    made.loc[rng.random(rows) < 0.1, "c"] = pd.NA
    return made


def plainly(predicates, ranks):
    """Pairs found cell by cell."""
    found = set()
    for which in range(len(predicates)):
        held = np.ones(len(ranks), dtype=bool)
        for column, low, high in zip(
            predicates.columns[which], predicates.low[which], predicates.high[which], strict=True
        ):
            held &= (ranks[:, column] >= low) & (ranks[:, column] <= high)
        found |= {(which, row) for row in np.flatnonzero(held)}
    return found


def test_ranks_keep_order_and_equality_across_tables():
    one, other = table(50, seed=0), table(30, seed=1)
    ranks = rank_cells([one, other], COLUMNS)
    assert [len(each) for each in ranks] == [50, 30]
    pooled, placed = pd.concat([one, other], ignore_index=True), np.concatenate(ranks)
    for place, column in enumerate(COLUMNS):
        cells = pooled[column.name]
        assert (cells.isna() == (placed[:, place] == 0)).all()
        known = cells.dropna()
        assert known.groupby(placed[known.index, place]).nunique().eq(1).all()
        if column.kind.is_numeric:
            assert known.iloc[np.argsort(placed[known.index, place], kind="stable")].is_monotonic_increasing


@pytest.mark.parametrize("bits", [2**28, 2000])
def test_matches_are_those_found_cell_by_cell(monkeypatch, bits):
    monkeypatch.setattr(module, "_BLOCK_BITS", bits)
    release, real = rank_cells([table(40, seed=0), table(77, seed=1)], COLUMNS)
    rng = np.random.default_rng(0)
    made = joined(
        [
            conjunctions(release, IS_NUMBER, rows=np.arange(40).repeat(3), conditions=3, rng=rng),
            extremes(release, IS_NUMBER, conditions=3),
        ]
    )
    asked, row = matches(made, real)
    assert set(zip(asked, row, strict=True)) == plainly(made, real)
    assert len(set(zip(asked, row, strict=True))) == len(asked)
    assert row_counts(made, real).tolist() == np.bincount(asked, minlength=len(made)).tolist()


def test_a_description_fits_the_row_it_was_read_off_and_is_not_repeated():
    (release,) = rank_cells([table(40, seed=3)], COLUMNS)
    rng = np.random.default_rng(0)
    made = conjunctions(release, IS_NUMBER, rows=np.arange(40).repeat(20), conditions=3, rng=rng)
    assert {(which, row) for which, row in enumerate(made.rows)} <= plainly(made, release)
    assert len(made) <= 40 * 4  # four columns have four triples
    assert (np.diff(made.columns, axis=1) > 0).all()


def test_numbers_reach_away_from_the_median():
    release = np.array([[1], [2], [3], [4], [5]])
    made = conjunctions(
        release, np.array([True]), rows=np.arange(5), conditions=1, rng=np.random.default_rng(0)
    )
    assert row_counts(made, release).tolist() == [1, 2, 3, 2, 1]
    levels = conjunctions(
        release, np.array([False]), rows=np.arange(5), conditions=1, rng=np.random.default_rng(0)
    )
    assert row_counts(levels, release).tolist() == [1] * 5


def test_extremes_are_ends_lone_categories_and_lone_gaps():
    cells = pd.DataFrame(
        {
            "a": [1.0, 2.0, 3.0, np.nan],
            "b": pd.Series(["x", "x", "y", None], dtype=object),
            "c": pd.array([7, 7, 7, 7], dtype="Int64"),
            "d": pd.to_datetime([None] * 4),
        }
    )
    (ranks,) = rank_cells([cells], COLUMNS)
    made = extremes(ranks, IS_NUMBER, conditions=2)
    alone = made[row_counts(made, ranks) == 1]
    found = set(zip(alone.rows.tolist(), alone.columns[:, 0].tolist(), strict=True))
    assert found == {(0, 0), (2, 0), (3, 0), (2, 1), (3, 1)}


def test_nothing_to_ask_finds_nothing():
    none = np.zeros((0, 3), dtype=np.int64)
    made = Predicates(rows=none[:, 0], columns=none, low=none, high=none)
    assert row_counts(made, np.ones((5, 4), dtype=np.int64)).tolist() == []
    assert len(matches(made, np.ones((5, 4), dtype=np.int64))[0]) == 0

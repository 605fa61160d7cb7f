"""Which rows are kept, and the line that each has."""

from dataclasses import replace

import pandas as pd
import pytest

from cohort.readers import cohort_from_frame
from cohort.release import Release
from cohort.schema import Schema
from synth.registry import synthesizer
from synthassay.augment.minter import IMPLAUSIBLE, KEPT, NEAR_COPY, SURPLUS, Minter


@pytest.fixture(scope="module")
def train(table, schema_content):
    return cohort_from_frame(table(160), Schema.from_dict(schema_content))


@pytest.fixture(scope="module")
def minter(train):
    return Minter.of(synthesizer("trees"), train, name="trees", seed=0)


def test_every_row_is_of_the_group_and_has_a_line(minter):
    found = minter.mint(20, conditions={"worse": "yes", "sex": "f"}, label="x", seed=3)
    table, manifest = found.release.table, found.manifest
    assert (set(table["worse"]), set(table["sex"]), len(table)) == ({"yes"}, {"f"}, 20)
    kept = manifest[manifest["kept"]]
    assert list(kept["row"]) == list(range(1, 21))
    assert manifest.loc[~manifest["kept"], "row"].isna().all()
    assert set(manifest["why_not"]) <= {KEPT, IMPLAUSIBLE, NEAR_COPY, SURPLUS}
    assert len(manifest) == 20 + sum(found.refused.values())
    assert set(manifest.columns) == {
        "row",
        "class",
        "seed",
        "generator",
        "nearest_ratio",
        "kept",
        "why_not",
    }, "no column holds a value of the table"


def test_no_kept_row_is_a_near_copy(minter, train):
    table = minter.mint(40, conditions={}, label="x", seed=0).release.table
    assert (minter.nearness.distances(table) >= minter.nearness.too_near).all()
    kept = minter.mint(40, conditions={}, label="x", seed=0).manifest.query("kept")
    assert (kept["nearest_ratio"] >= round(minter.nearness.too_near / minter.nearness.usual, 3)).all()


class _Copies:
    """A generator that gives out its patients."""

    def __init__(self, table):
        self.table = table

    def sample(self, n, *, conditions=None, seed):
        return Release(table=self.table.head(n).reset_index(drop=True), schema=None, made_by="copies")


def test_copies_are_refused_and_said_to_be(train, minter):
    copying = replace(minter, fitted=_Copies(train.released))
    found = copying.mint(30, conditions={}, label="x", seed=0)
    assert len(found.release) == 0
    assert found.refused[NEAR_COPY] == len(found.manifest)
    assert [each.code for each in found.findings] == ["fewer_rows"]


def test_implausible_rows_are_refused(train, minter):
    wrong = minter.mint(30, conditions={}, label="x", seed=0).release.table
    wrong.loc[:9, "age"] = 115
    found = replace(minter, fitted=_Copies(wrong)).mint(30, conditions={}, label="x", seed=0)
    assert found.refused[IMPLAUSIBLE] >= 10
    assert (found.release.table["age"] <= 110).all()


def test_equal_seeds_equal_rows(minter):
    one, two, other = (minter.mint(15, conditions={}, label="x", seed=seed) for seed in (5, 5, 6))
    pd.testing.assert_frame_equal(one.release.table, two.release.table)
    assert not one.release.table.equals(other.release.table)

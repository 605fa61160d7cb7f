import time

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.errors import ConfigError, GenerationError
from cohort.schema import Column, Kind, Schema
from synth.forest import Forest


def rows_of(table):
    return set(map(str, table.itertuples(index=False)))


@pytest.fixture(scope="module")
def fitted(registry):
    cohort = registry(400)
    return Forest().fit(cohort, seed=0), cohort


def test_relations_survive(fitted):
    forest, cohort = fitted
    table = forest.sample(1000, seed=1).table
    real, drawn = (data.groupby("sex")["bili"].median() for data in (cohort.table, table))
    assert drawn["m"] - drawn["f"] == pytest.approx(real["m"] - real["f"], rel=0.5)
    real, drawn = (data.groupby("status")["time"].median() for data in (cohort.table, table))
    assert drawn["0"] > 1.5 * drawn["1"]


def test_a_relation_of_which_no_column_alone_shows_anything(one_column):
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 2, (2, 400))
    cohort = one_column(
        a=(Kind.CATEGORY, a.astype(str)),
        b=(Kind.CATEGORY, b.astype(str)),
        c=(Kind.CATEGORY, (a ^ b).astype(str)),
    )
    table = Forest().fit(cohort, seed=0).sample(1000, seed=1).table.astype(int)
    assert (table["c"] == table["a"] ^ table["b"]).mean() > 0.8


def test_few_rows_are_copies(fitted):
    forest, cohort = fitted
    assert len(rows_of(forest.sample(400, seed=1).table) & rows_of(cohort.released)) <= 2


def test_each_cell_has_its_floor_of_persons_and_its_weight_in_rows():
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(120), rng.integers(1, 9, 120))
    x = rng.normal(size=len(who)) + who
    columns = (Column(name="who", kind=Kind.CATEGORY), Column(name="x", kind=Kind.NUMBER))
    table = pd.DataFrame({"who": who.astype(str).astype(object), "x": x, "y": x + rng.normal(size=len(x))})
    schema = Schema(columns=(*columns, Column(name="y", kind=Kind.NUMBER)), person="who")
    cohort = Cohort(schema=schema, table=table)
    cells = Forest(leaf=20, trees=5).fit(cohort, seed=0).cells
    assert len(cells.weight) > 10
    assert cells.weight.sum() == pytest.approx(1)
    drawn = cells.draw(20_000, np.random.default_rng(0))["x"]
    assert drawn.mean() == pytest.approx(x.mean(), abs=1)


def test_a_rare_category_comes_up_in_every_row_when_asked_for(one_column):
    rng = np.random.default_rng(0)
    rare = np.arange(400) < 6
    cohort = one_column(
        kind=(Kind.CATEGORY, np.where(rare, "rare", "common")),
        x=(Kind.NUMBER, rng.normal(size=400) + 3 * rare),
        y=(Kind.CATEGORY, rng.choice(["a", "b"], 400)),
    )
    forest = Forest().fit(cohort, seed=0)
    began = time.process_time()
    table = forest.sample(5000, conditions={"kind": "rare", "y": "b"}, seed=1).table
    assert time.process_time() - began < 1
    assert set(table["kind"]) == {"rare"}
    assert set(table["y"]) == {"b"}
    assert forest.sample(5000, seed=2).table["kind"].eq("rare").mean() == pytest.approx(0.015, abs=0.01)


def test_missing_numbers_are_conditions_too(fitted):
    forest, _ = fitted
    assert forest.sample(50, conditions={"bili": None}, seed=1).table["bili"].isna().all()
    with pytest.raises(GenerationError, match="no such value"):
        forest.sample(5, conditions={"sex": "x"}, seed=1)


def test_a_condition_that_nobody_fulfils_says_so(one_column):
    cohort = one_column(
        a=(Kind.CATEGORY, ["p"] * 40 + ["q"] * 40), b=(Kind.CATEGORY, ["r"] * 40 + ["s"] * 40)
    )
    forest = Forest(smoothing=0, trees=10).fit(cohort, seed=0)
    with pytest.raises(GenerationError, match="Loosen"):
        forest.sample(5, conditions={"a": "p", "b": "s"}, seed=1)


@pytest.mark.parametrize("option", [{"leaf": 0}, {"trees": 2.5}, {"rounds": True}, {"smoothing": -1}])
def test_bad_options_are_refused(option):
    with pytest.raises(ConfigError, match=next(iter(option))):
        Forest(**option)


def test_300_rows_of_14_columns_take_a_few_seconds(one_column):
    rng = np.random.default_rng(0)
    base = rng.normal(size=300)
    columns = {f"x{place}": (Kind.NUMBER, base + rng.normal(size=300)) for place in range(14)}
    began = time.process_time()
    Forest().fit(one_column(**columns), seed=0).sample(300, seed=1)
    assert time.process_time() - began < 5

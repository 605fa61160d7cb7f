import time

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes

from cohort.cohort import Cohort
from cohort.errors import ConfigError
from cohort.schema import Column, Kind, Role, Schema
from synth.trees import Trees


def rows_of(table):
    return set(map(str, table.itertuples(index=False)))


def test_relations_survive(registry):
    cohort = registry(400)
    table = Trees().fit(cohort, seed=0).sample(1000, seed=1).table
    real, drawn = (data.groupby("sex")["bili"].median() for data in (cohort.table, table))
    assert drawn["m"] - drawn["f"] == pytest.approx(real["m"] - real["f"], abs=0.5)
    real, drawn = (data.groupby("status")["time"].median() for data in (cohort.table, table))
    assert drawn["0"] / drawn["1"] == pytest.approx(real["0"] / real["1"], rel=0.5)


def test_few_rows_are_copies(registry):
    cohort = registry(400)
    table = Trees().fit(cohort, seed=0).sample(400, seed=1).table
    assert len(rows_of(table) & rows_of(cohort.released)) <= 2


def test_lone_numbers_are_not_reproduced():
    data = load_diabetes(scaled=False, as_frame=True).frame[["age", "bmi", "s5"]].astype(float)
    rng = np.random.default_rng(0)
    data["exact"] = rng.normal(size=len(data))
    schema = Schema(columns=tuple(Column(name=name, kind=Kind.NUMBER) for name in data))
    drawn = Trees().fit(Cohort(schema=schema, table=data), seed=0).sample(2000, seed=1).table
    assert not drawn["exact"].isin(data["exact"]).any()
    assert drawn["exact"].std() == pytest.approx(data["exact"].std(), rel=0.15)


def test_the_event_is_drawn_before_the_time(registry):
    order = [step.part.name for step in Trees().fit(registry(100), seed=0).steps]
    assert order.index("status") == order.index("time") - 1
    assert order[0] == "age"
    assert order[-1] == "time"
    schema = Schema(
        columns=tuple(
            Column(name=name, kind=Kind.INTEGER, role=role)
            for name, role in (("t", Role.TIME), ("e", Role.EVENT), ("y", Role.TARGET), ("a", Role.OTHER))
        )
    )
    table = pd.DataFrame({name: pd.Series(range(40)).astype("Int64") for name in "teya"})
    order = [step.part.name for step in Trees().fit(Cohort(schema=schema, table=table), seed=0).steps]
    assert order == list("ayet")


def test_a_category_of_5000_levels_is_cheap(one_column):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 5000, 8000)
    cohort = one_column(
        place=(Kind.CATEGORY, codes.astype(str)),
        income=(Kind.NUMBER, codes + rng.normal(size=8000)),
        town=(Kind.CATEGORY, (codes // 2).astype(str)),
    )
    began = time.process_time()
    fitted = Trees().fit(cohort, seed=0)
    fitted.sample(2000, seed=1)
    assert time.process_time() - began < 6
    held = sum(tree.threshold.nbytes for step in fitted.steps for tree in step.boosted.trees)
    assert held < 20e6


def test_more_columns_than_rows(one_column):
    rng = np.random.default_rng(0)
    cohort = one_column(**{f"x{place}": (Kind.NUMBER, rng.normal(size=40)) for place in range(60)})
    assert Trees().fit(cohort, seed=0).sample(30, seed=1).table.shape == (30, 60)


def test_300_rows_of_15_columns_take_a_few_seconds(one_column):
    rng = np.random.default_rng(0)
    base = rng.normal(size=300)
    numbers = {f"x{place}": (Kind.NUMBER, base + rng.normal(size=300)) for place in range(8)}
    names = {
        f"c{place}": (Kind.CATEGORY, np.digitize(base + rng.normal(size=300), [-1, 0, 1]).astype(str))
        for place in range(7)
    }
    cohort = one_column(**numbers, **names)
    began = time.process_time()
    Trees().fit(cohort, seed=0).sample(300, seed=1)
    assert time.process_time() - began < 5


def test_columns_that_hang_together_with_nothing_grow_no_tree(one_column):
    rng = np.random.default_rng(0)
    cohort = one_column(**{f"x{place}": (Kind.NUMBER, rng.normal(size=300)) for place in range(8)})
    grown = [len(step.boosted.trees) for step in Trees().fit(cohort, seed=0).steps]
    assert np.mean(np.array(grown) == 0) >= 0.75


def test_caution_costs_trees(registry):
    cohort = registry(150)
    grown = [
        sum(len(step.boosted.trees) for step in Trees(leaf=15, caution=caution).fit(cohort, seed=0).steps)
        for caution in (0, 2)
    ]
    assert grown[0] > grown[1]


def test_a_number_with_an_atom_keeps_it_where_it_belongs(one_column):
    rng = np.random.default_rng(0)
    many = rng.integers(0, 2, 400)
    gain = np.where(rng.random(400) < np.where(many, 0.3, 0.9), 0, rng.lognormal(8, 1, 400))
    cohort = one_column(many=(Kind.CATEGORY, many.astype(str)), gain=(Kind.NUMBER, gain))
    drawn = Trees().fit(cohort, seed=0).sample(4000, seed=1).table
    assert drawn["gain"].eq(0).mean() == pytest.approx((gain == 0).mean(), abs=0.08)
    zero = drawn["gain"].eq(0).groupby(drawn["many"]).mean()
    assert zero["0"] - zero["1"] > 0.35


@pytest.mark.parametrize("option", [{"leaf": 0}, {"leaf": 2.5}, {"depth": True}, {"caution": -1}])
def test_bad_options_are_refused(option):
    with pytest.raises(ConfigError, match=next(iter(option))):
        Trees(**option)

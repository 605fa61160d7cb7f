"""What every generator promises, whoever made it."""

import random

import numpy as np
import pandas as pd
import pytest
import torch

from cohort.schema import Kind
from synth.registry import synthesizer

GENERATORS = {"trees": {}, "forest": {"trees": 20}, "gaussian_copula": {}, "hierarchical": {}}
GENERATORS |= {name: {"steps": 20} for name in ("ctgan", "copulagan")}
GENERATORS |= {"cgan": {"steps": 300, "width": 64}, "tvae": {"steps": 600}}
HASTY = {"cgan": {"steps": 20, "width": 16}, "tvae": {"steps": 20}}  # where nothing is asked of the rows
every_generator = pytest.mark.parametrize("name", GENERATORS)


def options(name, cohort, *, hasty=True):
    if name != "hierarchical":
        return (HASTY if hasty else {}).get(name, GENERATORS[name])
    return {"stratum": next(column.name for column in cohort.schema.released if not column.kind.is_numeric)}


def fit(name, cohort, seed=0, *, hasty=True):
    return synthesizer(name, options(name, cohort, hasty=hasty)).fit(cohort, seed=seed)


@pytest.fixture(scope="module", params=GENERATORS)
def fitted(request, registry):
    """A generator fitted on 300 persons, and its train cohort."""
    cohort = registry(300)
    return request.param, fit(request.param, cohort, hasty=False), cohort


def test_a_release_is_typed_and_plausible(fitted):
    name, generator, cohort = fitted
    release = generator.sample(500, seed=1)
    table = release.table
    assert release.made_by == name
    assert len(table) == 500
    assert list(table) == [column.name for column in cohort.schema.released]
    assert (table.dtypes == cohort.released.dtypes).all()
    assert all(rule.holds(table).all() for rule in cohort.schema.parsed_rules)
    for column in ("sex", "site", "stage", "status"):
        assert set(table[column].dropna()) <= set(cohort.table[column].dropna())
    assert (table["seen"].dt.normalize() == table["seen"]).all()
    np.testing.assert_allclose(table["bili"], table["bili"].round(1))
    assert table[["bili", "visits", "time"]].min().min() >= 0


def test_no_value_of_train_shows_in_a_traceback_or_log(fitted):
    _, generator, _ = fitted
    assert "north" not in repr(generator)
    assert "north" not in repr(vars(generator))


def test_conditions_hold(fitted):
    _, generator, _ = fitted
    table = generator.sample(40, conditions={"sex": "m", "site": None}, seed=1).table
    assert set(table["sex"]) == {"m"}
    assert table["site"].isna().all()


@every_generator
def test_equal_seeds_equal_releases_for_fit_and_sample(registry, name):
    cohort = registry(80)
    first, again, other = fit(name, cohort), fit(name, cohort), fit(name, cohort, seed=1)
    release = first.sample(60, seed=1).table
    assert not first.sample(60, seed=2).table.equals(release)
    pd.testing.assert_frame_equal(first.sample(60, seed=1).table, release)
    pd.testing.assert_frame_equal(again.sample(60, seed=1).table, release)
    if name in ("cgan", "ctgan", "tvae", "copulagan"):
        assert not other.sample(60, seed=1).table.equals(release)


@every_generator
def test_the_train_table_and_the_global_generators_stay_as_they_were(registry, name):
    cohort = registry(60)
    before = cohort.table.copy(deep=True)
    states = np.random.get_state()[1].copy(), random.getstate(), torch.get_rng_state()  # noqa: NPY002
    fit(name, cohort).sample(30, seed=1)
    np.testing.assert_array_equal(np.random.get_state()[1], states[0])  # noqa: NPY002
    assert random.getstate() == states[1]
    assert torch.equal(torch.get_rng_state(), states[2])
    pd.testing.assert_frame_equal(cohort.table, before)


@every_generator
def test_odd_columns_are_no_errors(one_column, name):
    rng = np.random.default_rng(0)
    rows = 30
    cohort = one_column(
        constant=(Kind.CATEGORY, ["x"] * rows),
        same=(Kind.NUMBER, [4.5] * rows),
        empty=(Kind.DATE, [None] * rows),
        void=(Kind.CATEGORY, [None] * rows),
        lone=(Kind.NUMBER, [8.25] + [None] * (rows - 1)),
        unique=(Kind.CATEGORY, [f"c{row}" for row in range(rows)]),
        **{f"n{place}": (Kind.NUMBER, rng.normal(size=rows)) for place in range(6)},
    )
    table = fit(name, cohort).sample(rows, seed=1).table
    assert (table.dtypes == cohort.released.dtypes).all()
    assert set(table["constant"]) == {"x"}
    assert set(table["same"]) == {4.5}
    assert table[["empty", "void", "lone"]].isna().all().all()
    assert set(table["unique"]) <= set(cohort.table["unique"])


@every_generator
def test_a_table_without_any_variation(one_column, name):
    cohort = one_column(x=(Kind.CATEGORY, ["a"] * 40), y=(Kind.INTEGER, [3] * 40))
    table = fit(name, cohort).sample(7, seed=0).table
    pd.testing.assert_frame_equal(table, cohort.released.head(7))


@pytest.mark.parametrize("name", ["trees", "forest", "gaussian_copula", "hierarchical"])
def test_missing_rates_survive(registry, name):
    cohort = registry(600)
    table = fit(name, cohort).sample(2000, seed=1).table
    for column in ("bili", "visits", "site"):
        rate = cohort.table[column].isna().mean()
        error = 3.5 * np.sqrt(rate * (1 - rate) * (1 / 600 + 1 / 2000))
        assert table[column].isna().mean() == pytest.approx(rate, abs=error)


@every_generator
def test_progress_ends_at_one(registry, name):
    told, cohort = [], registry(60)
    synthesizer(name, options(name, cohort, hasty=False)).fit(cohort, seed=0, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert name in ("gaussian_copula", "forest") or len(told) > 5

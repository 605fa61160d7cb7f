from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.errors import SchemaError
from cohort.schema import Column, Kind, Schema
from privacy.dp.accounting import Account
from synth.dp.domain import (
    UNKNOWN,
    Bins,
    Grid,
    Values,
    fit_domain,
    public_grid,
    refuse_private_domains,
    starts,
)

AGE = Column(name="age", kind=Kind.INTEGER, range=(0, 9))


def number(**ends):
    return Column(name="x", kind=Kind.NUMBER, **ends)


def test_columns_without_a_public_domain_are_all_named_with_the_remedy():
    columns = (number(), Column(name="site", kind=Kind.CATEGORY), AGE, Column(name="note", kind=Kind.TEXT))
    with pytest.raises(SchemaError) as error:
        refuse_private_domains(Schema(columns=columns), where="ward")
    assert [problem.where for problem in error.value.problems] == ["ward, column 'x'", "ward, column 'site'"]
    assert "range" in error.value.problems[0].remedy
    assert "categories" in error.value.problems[1].remedy


def test_groups_of_a_hierarchy_list_the_values_too():
    column = Column(name="site", kind=Kind.CATEGORY, hierarchy=({"north": ("a", "b"), "south": ("c",)},))
    refuse_private_domains(Schema(columns=(column,)), where="ward")


@pytest.mark.parametrize(
    ("column", "step", "points"),
    [
        (number(range=(0, 100)), 0.01, 10_001),
        (number(range=(-0.5, 0.5)), 0.0001, 10_001),
        (number(range=(2.5, 2.5)), 0.0001, 1),
        (AGE, 1, 10),
        (Column(name="d", kind=Kind.DATE, range=("2000-01-01", "2000-01-31")), 1, 31),
    ],
)
def test_the_grid_is_public(column, step, points):
    grid = public_grid(column)
    assert grid.step == pytest.approx(step)
    assert grid.last - grid.first + 1 == points


def test_a_value_that_comes_up_twice_among_the_cuts_is_a_bin_by_itself():
    grid = Grid(column=AGE, first=0, last=9, step=1.0)
    assert starts(np.array([0, 0, 3, 7]), grid) == (0, 1, 3, 7)
    assert starts(np.array([4, 9, 9]), grid) == (0, 4, 9)


def test_codes_and_back():
    bins = Bins(grid=Grid(column=AGE, first=0, last=9, step=1.0), starts=(0, 4, 5, 8))
    values = pd.Series([0, 3, 4, 9, None, 50]).astype("Int64")
    assert bins.encode(values).tolist() == [0, 0, 1, 3, 4, 3]
    decoded = bins.decode(np.repeat([0, 1, 2, 3, 4], 200), np.random.default_rng(0))
    assert decoded.dtype == "Int64"
    assert set(decoded[:200]) == {0, 1, 2, 3}
    assert set(decoded[200:400]) == {4}
    assert set(decoded[600:800]) == {8, 9}
    assert decoded[800:].isna().all()


def test_an_outermost_bin_fades_towards_the_schemas_end():
    grid = public_grid(number(range=(0, 100)))
    bins = Bins(grid=grid, starts=(0, 100, 200, 300))
    drawn = bins.decode(np.full(2000, 3), np.random.default_rng(0))
    assert drawn.min() >= 3.0
    assert drawn.max() <= 100.0
    assert drawn.mean() == pytest.approx(4.0, abs=0.1)


def test_values_outside_the_list_are_in_no_table():
    values = Values(column=Column(name="s", kind=Kind.CATEGORY, categories=("a", "b")), values=("a", "b"))
    assert values.encode(pd.Series(["b", "z", None, "a"])).tolist() == [1, UNKNOWN, 2, 0]
    assert values.decode(np.array([1, 2]), np.random.default_rng(0)).tolist() == ["b", None]


def test_cuts_are_paid_for_and_near_the_quantiles(cohort):
    account = Account(1e6)
    codings = fit_domain(cohort(), bins=4, rho=1e6, sensitivity=1, account=account)
    assert account.left == pytest.approx(0, abs=1)
    age = next(each for each in codings if each.column.name == "age")
    np.testing.assert_allclose(age.starts, [0, 35, 50, 65], atol=2)


def test_nothing_is_spent_where_there_is_no_number(cohort):
    whole = cohort(50)
    kept = tuple(column for column in whole.schema.columns if not column.kind.is_numeric)
    schema = Schema(columns=kept)
    account = Account(1.0)
    fit_domain(replace(whole, schema=schema), bins=4, rho=0.5, sensitivity=1, account=account)
    assert account.left == 1.0

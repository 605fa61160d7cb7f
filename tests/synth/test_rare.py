from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.coarsen import coarsen
from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema
from synth.rare import Guarded, RarePolicy, Treatment, rare_levels, touched, treated
from synth.registry import synthesizer

POOL, SUPPRESS = (RarePolicy(treatment=each) for each in (Treatment.POOL, Treatment.SUPPRESS))


def cohort_of(persons=None, **columns):
    """Columns by name: (column without a name, counts by value)."""
    made, listed = {}, []
    for name, (column, counts) in columns.items():
        values = [value for value, many in counts.items() for _ in range(many)]
        made[name] = pd.Series(values, dtype=object)
        listed.append(replace(column, name=name))
    table = pd.DataFrame(made)
    if persons is not None:
        table["who"] = pd.Series(persons, dtype=object)
        listed.append(Column(name="who", kind=Kind.CATEGORY))
    return Cohort(
        schema=Schema(columns=tuple(listed), person=None if persons is None else "who"), table=table
    )


NOMINAL = Column(name="", kind=Kind.CATEGORY)


def counts(cohort, name):
    return cohort.table[name].value_counts(dropna=False).to_dict()


def test_rare_levels_are_one_from_now_on():
    cohort = cohort_of(dx=(NOMINAL, {"a": 30, "b": 20, "c": 4, "d": 3, None: 2}))
    before = cohort.table.copy()
    assert counts(treated(cohort, POOL), "dx") == {"a": 30, "b": 20, "other": 7, None: 2}
    assert counts(treated(cohort, SUPPRESS), "dx") == {"a": 30, "b": 20, None: 9}
    assert treated(cohort, RarePolicy()) is cohort
    pd.testing.assert_frame_equal(cohort.table, before)


def test_a_pool_that_is_rare_itself_takes_in_the_next():
    assert counts(treated(cohort_of(dx=(NOMINAL, {"a": 30, "b": 20, "c": 1})), POOL), "dx") == {
        "a": 30,
        "other": 21,
    }


def test_a_pool_takes_no_name_that_there_is():
    column = replace(NOMINAL, categories=("a", "other", "c", "d", "never"))
    pooled = treated(cohort_of(dx=(column, {"a": 30, "other": 20, "c": 3, "d": 3})), POOL)
    assert counts(pooled, "dx") == {"a": 30, "other": 20, "other, pooled": 6}
    assert pooled.schema["dx"].categories == ("a", "other", "never", "other, pooled")


def test_rare_levels_of_an_order_join_their_smaller_neighbour():
    column = Column(name="", kind=Kind.ORDINAL, categories=("I", "II", "III", "IV", "V"))
    cohort = cohort_of(stage=(column, {"I": 2, "II": 30, "III": 9, "IV": 3, "V": 1}))
    merged = treated(cohort, POOL)
    assert counts(merged, "stage") == {"II": 32, "III": 13}
    assert merged.schema["stage"].categories == ("II", "III")


def test_persons_count_and_not_rows():
    persons = [f"p{row}" for row in range(30)] + ["x"] * 20
    cohort = cohort_of(persons, dx=(NOMINAL, {"a": 30, "b": 20}))
    assert rare_levels(cohort, fewer_than=5) == {"dx": ("b",)}
    found = touched(cohort, fewer_than=5)
    assert (found.columns, found.levels, found.persons) == (("dx",), 1, 1)


@pytest.mark.parametrize("role", [Role.TARGET, Role.EVENT, Role.IDENTIFIER])
def test_outcomes_and_what_is_not_released_stay(role):
    cohort = cohort_of(y=(replace(NOMINAL, role=role), {"a": 50, "b": 2}))
    assert counts(treated(cohort, POOL), "y") == {"a": 50, "b": 2}
    assert touched(cohort, fewer_than=5).persons == 0


def test_a_hierarchy_gets_a_group_for_the_pool():
    levels = ({"coast": ("n", "w"), "land": ("s", "e")}, {"all": ("coast", "land")})
    column = replace(NOMINAL, hierarchy=levels)
    pooled = treated(cohort_of(town=(column, {"n": 20, "s": 20, "w": 3, "e": 3})), POOL)
    assert set(coarsen(pooled, {"town": 1}).table["town"]) == {"coast", "land", "other"}
    assert set(coarsen(pooled, {"town": 2}).table["town"]) == {"all", "other"}


@pytest.mark.parametrize("name", ["trees", "forest", "cgan", "gaussian_copula"])
def test_no_generator_draws_or_names_a_rare_category(registry, name):
    cohort = registry(90)
    site = cohort.table["site"].copy()
    site[[3, 8, 20, 33, 41, 60]] = ["zebra", "okapi", "zebra", "okapi", "quagga", "kudu"]
    cohort = replace(cohort, table=cohort.table.assign(site=site))
    options = {"cgan": {"steps": 30, "width": 16}}.get(name, {})
    release = (
        Guarded(generator=synthesizer(name, options), policy=POOL).fit(cohort, seed=0).sample(200, seed=1)
    )
    assert set(release.table["site"].dropna()) <= {"north", "süd", 'o"hara', "other"}
    assert (release.table["site"] == "other").mean() == pytest.approx(6 / 90, abs=0.06)
    assert not release.table["site"].isin(["zebra", "okapi"]).any()
    assert len(release.table) == 200
    assert np.isfinite(release.table["time"].astype(float)).all()

import numpy as np
import pandas as pd
import pytest

from cohort.errors import GenerationError
from cohort.schema import Kind
from synth.rejection import allowed_values, sample_release


def sample(cohort, n=50, *, conditions=None, seed=0, draw=None):
    def any_rows(many, rng):
        return cohort.released.iloc[rng.integers(len(cohort), size=many)].reset_index(drop=True)

    return sample_release(
        draw or any_rows,
        n,
        schema=cohort.schema,
        allowed=allowed_values(cohort),
        conditions=conditions,
        seed=seed,
        made_by="dice",
    )


def test_rules_and_conditions_hold_on_every_row(registry):
    cohort = registry(400)
    wanted = {"sex": "m", "stage": "high", "visits": 2}
    release = sample(cohort, 120, conditions=wanted)
    assert len(release) == 120
    assert all(rule.holds(release.table).all() for rule in cohort.schema.parsed_rules)
    assert all((release.table[name] == value).all() for name, value in wanted.items())
    assert (release.table.dtypes == cohort.released.dtypes).all()
    assert release.made_by == "dice"


def test_missing_can_be_asked_for(registry):
    table = sample(registry(400), conditions={"bili": None, "site": None}).table
    assert table[["bili", "site"]].isna().all().all()


def test_a_date_can_be_asked_for(registry):
    cohort = registry(100)
    day = cohort.table.loc[cohort.table["age"] < 80, "seen"].iloc[0]
    assert (sample(cohort, 5, conditions={"seen": day.date().isoformat()}).table["seen"] == day).all()


@pytest.mark.parametrize("n", [0, 1])
def test_few_rows(registry, n):
    cohort = registry(100)
    table = sample(cohort, n).table
    assert len(table) == n
    assert (table.dtypes == cohort.released.dtypes).all()


def test_no_negative_number_of_rows(registry):
    with pytest.raises(GenerationError, match="0 or more"):
        sample(registry(50), -1)


@pytest.mark.parametrize("name", ["height", "id", "note"])
def test_an_unknown_column_is_named_with_the_released_ones(registry, name):
    with pytest.raises(GenerationError, match="Released: age, sex"):
        sample(registry(50), conditions={name: "x"})


def test_an_unknown_value_is_refused_with_the_schema_s_own(registry):
    with pytest.raises(GenerationError, match="Allowed: low, middle, high, never seen"):
        sample(registry(50), conditions={"stage": "lowest"})


def test_no_message_names_a_rare_value(one_column):
    cohort = one_column(g=(Kind.CATEGORY, ["common"] * 20 + ["lone"]))
    with pytest.raises(GenerationError) as error:
        sample(cohort, conditions={"g": "none"})
    assert "common" in str(error.value)
    assert "lone" not in str(error.value)


@pytest.mark.parametrize(
    ("wanted", "message"), [({"age": "old"}, "a number"), ({"seen": "x"}, "ISO"), ({"age": 200}, "0 to 110")]
)
def test_a_value_of_the_wrong_kind_is_refused(registry, wanted, message):
    with pytest.raises(GenerationError, match=message):
        sample(registry(50), conditions=wanted)


def test_what_hardly_ever_comes_up_ends_with_what_to_loosen(registry):
    cohort = registry(300)

    def old(many, rng):
        return cohort.released.head(1).assign(age=pd.array([90], "Int64")).loc[np.zeros(many, dtype=int)]

    with pytest.raises(GenerationError, match=r"only 0 of 10 rows .* Loosen the rule `age <= 80`"):
        sample(cohort, 10, draw=old)


def test_a_generator_that_gives_nothing_usable_is_named(registry):
    cohort = registry(50)
    with pytest.raises(GenerationError, match="dice"):
        sample(cohort, 10, draw=lambda many, rng: cohort.released.head(0))


def test_equal_seeds_equal_rows(registry):
    cohort = registry(100)
    pd.testing.assert_frame_equal(sample(cohort, seed=4).table, sample(cohort, seed=4).table)
    assert not sample(cohort, seed=4).table.equals(sample(cohort, seed=5).table)

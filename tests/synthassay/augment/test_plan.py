"""How many rows a scarce class may get, and which rows it is."""

from dataclasses import replace

import pytest
from scipy.stats import fisher_exact

from cohort.errors import ConfigError, GenerationError
from cohort.readers import cohort_from_frame
from cohort.schema import Schema
from synthassay.augment.plan import NOT_PATIENTS, group, plan


@pytest.fixture(scope="module")
def train(table, schema_content):
    return cohort_from_frame(table(160), Schema.from_dict(schema_content))


def _worse(train, **options):
    return plan(train, group([("worse", "yes")], train.schema), **options)


def test_the_usual_limit_caps(train):
    present = int((train.table["worse"] == "yes").sum())
    found = _worse(train, to=10 * present)
    assert (found.present, found.wanted, found.limit) == (present, 9 * present, 0.3)
    assert found.rows / (found.rows + present) <= 0.3 < (found.rows + 1) / (found.rows + 1 + present)
    assert [each.code for each in found.findings] == ["capped"]


def test_within_the_limit_nothing_is_said(train):
    present = int((train.table["worse"] == "yes").sum())
    found = _worse(train, to=present + 3)
    assert (found.rows, found.findings) == (3, ())


def test_a_share_of_ones_own_is_kept_and_warned_of(train):
    present = int((train.table["worse"] == "yes").sum())
    found = _worse(train, to=2 * present, share=0.6)
    assert found.rows == present
    assert [each.code for each in found.findings] == ["high_share"]


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, 2.0])
def test_a_share_is_a_share(train, share):
    with pytest.raises(ConfigError, match="not between 0 and 1"):
        _worse(train, to=500, share=share)


def test_a_class_of_one_person_is_refused_without_its_size(train):
    table = train.table.copy()
    table.loc[0, "worse"] = "never"
    with pytest.raises(GenerationError, match="fewer than 3 persons"):
        plan(replace(train, table=table), group([("worse", "never")], train.schema), to=50)


def test_rows_of_one_person_are_one_person(train):
    table = train.table.copy()
    table.loc[:9, ["id", "worse"]] = ["0", "never"]
    with pytest.raises(GenerationError, match="fewer than 3 persons"):
        plan(replace(train, table=table), group([("worse", "never")], train.schema), to=50)


def test_a_group_may_be_any_condition(train):
    scarce = group([("worse", "yes"), ("sex", "f")], train.schema)
    inside = scarce.rows(train)
    assert inside.sum() == ((train.table["worse"] == "yes") & (train.table["sex"] == "f")).sum()
    assert scarce.label == "worse = yes, sex = f"


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([], "nothing says which rows"),
        ([("worse", "yes"), ("worse", "no")], "two conditions ask different values of 'worse'"),
        ([("age", "120")], "contradict the schema's rule `age <= 110`"),
    ],
)
def test_what_contradicts_itself_is_refused(train, pairs, words):
    with pytest.raises(ConfigError, match=words):
        group(pairs, train.schema)


def test_what_is_said_of_the_small_sample_trap_is_so():
    before, after = (fisher_exact([[cases, 5 - cases], [0, 120]])[1] for cases in (0, 1))
    assert before == 1
    assert after == pytest.approx(0.04)
    assert "from 1 to .04" in NOT_PATIENTS.explanation.replace("\n", " ")

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Schema
from cohort.split import Split
from utility.plausibility import plausibility
from utility.scores import Direction

ONSET = Column(name="onset", kind=Kind.INTEGER, range=(-5, 110))
AGE = Column(name="age", kind=Kind.INTEGER)
SEX = Column(name="sex", kind=Kind.CATEGORY, categories=("f", "m"))
BORN = Column(name="born", kind=Kind.DATE, range=("1900-01-01", "2020-12-31"))


def table_of(onset, age, sex, born):
    return pd.DataFrame(
        {
            "onset": pd.array(onset, dtype="Int64"),
            "age": pd.array(age, dtype="Int64"),
            "sex": np.array(sex, dtype=object),
            "born": pd.to_datetime(pd.Series(born)),
        }
    )


def split_of(train, holdout=None, *, columns=(ONSET, AGE, SEX, BORN), rules=("onset <= age",)):
    schema = Schema(columns=columns, rules=rules)
    cohorts = [None if table is None else Cohort(schema=schema, table=table) for table in (train, holdout)]
    return Split(train=cohorts[0], holdout=cohorts[1])


GOOD = table_of([-5, 110], [50, None], ["f", None], ["1900-01-01", None])
BAD = table_of([60, -6, 1, 1], [50, 50, 50, 50], ["f", "f", "x", "f"], [None, None, None, "2021-01-01"])


def test_a_record_counts_once_for_a_rule_a_range_a_category_or_a_date(find):
    scores, findings = plausibility(BAD, split_of(GOOD, GOOD))
    whole, rule = find(scores, "implausible_records"), find(scores, "implausible_records", "onset <= age")
    assert (whole.value, rule.value) == (1.0, 0.25)
    assert whole.reference == rule.reference == 0
    assert whole.direction is Direction.LOWER
    assert whole.n == 4
    assert not findings


def test_missing_values_and_the_ends_of_a_range_are_plausible(find):
    scores, _ = plausibility(GOOD, split_of(GOOD, BAD))
    whole = find(scores, "implausible_records")
    assert (whole.value, whole.reference) == (0, 1)


def test_the_interval_is_exact(find):
    scores, _ = plausibility(BAD, split_of(GOOD))
    rule = find(scores, "implausible_records", "onset <= age")
    exact = binomtest(1, 4).proportion_ci(method="exact")
    assert (rule.low, rule.high) == pytest.approx((exact.low, exact.high))
    assert rule.reference is None


def test_a_schema_without_limits_has_nothing_implausible():
    plain = tuple(Column(name=c.name, kind=c.kind) for c in (ONSET, AGE, SEX, BORN))
    scores, findings = plausibility(GOOD, split_of(GOOD, columns=plain, rules=()))
    assert not scores
    assert [finding.code for finding in findings] == ["nothing_implausible"]


def test_a_rule_about_a_column_that_is_not_released_is_left_out():
    secret = Column(name="sex", kind=Kind.TEXT)
    split = split_of(GOOD, columns=(ONSET, AGE, secret, BORN), rules=("sex == f", "onset <= age"))
    scores, findings = plausibility(BAD.drop(columns="sex"), split)
    assert [score.group for score in scores] == ["", "onset <= age"]
    assert [finding.code for finding in findings] == ["rule_not_checked"]

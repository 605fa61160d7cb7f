"""What is too near, told by train persons alone."""

from dataclasses import replace

import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.readers import cohort_from_frame
from cohort.schema import Schema
from synthassay.augment.near_copies import Nearness


@pytest.fixture(scope="module")
def train(table, schema_content):
    return cohort_from_frame(table(160), Schema.from_dict(schema_content))


def test_nearness_is_that_of_other_persons(train):
    # Twice the same rows under the same persons: a person's own row is nobody else's.
    twice = Cohort(schema=train.schema, table=pd.concat([train.table] * 2, ignore_index=True))
    once, both = (Nearness.of(each, seed=0) for each in (train, twice))
    assert 0 < once.too_near < once.usual
    assert both.too_near == pytest.approx(once.too_near, abs=0.02)


def test_where_patients_are_alike_by_chance_nothing_is_too_near(train):
    columns = tuple(replace(train.schema[name]) for name in ("id", "sex", "worse"))
    coarse = Cohort(
        schema=replace(train.schema, columns=columns, rules=()), table=train.table[["id", "sex", "worse"]]
    )
    assert Nearness.of(coarse, seed=0).too_near == 0

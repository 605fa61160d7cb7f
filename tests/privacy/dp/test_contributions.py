"""A person counts a public number of rows at most, whoever else is there."""

import numpy as np
import pandas as pd
import pytest

from cohort.errors import ConfigError
from cohort.readers import cohort_from_frame
from cohort.schema import Column, Kind, Role, Schema
from privacy.dp.contributions import bounded

SCHEMA = Schema(
    columns=(
        Column(name="id", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
        Column(name="visit", kind=Kind.INTEGER),
    ),
    person="id",
)


def _cohort(rows_of_each, schema=SCHEMA):
    persons = np.repeat(np.arange(len(rows_of_each)), rows_of_each)
    table = pd.DataFrame({"id": [f"p{each}" for each in persons], "visit": np.arange(len(persons))})
    order = np.random.default_rng(0).permutation(len(table))
    return cohort_from_frame(table.iloc[order].reset_index(drop=True), schema, name="visits")


def test_a_person_with_1000_rows_counts_as_many_as_the_cap():
    kept = bounded(_cohort([1, 1_000, 3]), most=2)
    assert kept.table["id"].value_counts().to_dict() == {"p1": 2, "p2": 2, "p0": 1}


def test_rows_stay_in_their_order():
    cohort = _cohort([5, 5, 5])
    kept = bounded(cohort, most=3)
    place = {visit: row for row, visit in enumerate(cohort.table["visit"])}
    assert list(kept.table["visit"]) == sorted(kept.table["visit"], key=place.get)


def test_each_of_a_persons_rows_is_as_likely_kept_and_no_seed_repeats_it():
    cohort = _cohort([4])
    kept = [int(bounded(cohort, most=1).table["visit"].iloc[0]) for _ in range(400)]
    assert np.bincount(kept, minlength=4).min() > 60


def test_nobodys_rows_depend_on_who_else_is_there():
    """With and without a person the others keep as many rows, and none where they had none."""
    with_person, without = (bounded(_cohort(rows), most=2) for rows in ([3, 1, 50], [3, 1]))
    others = with_person.table[with_person.table["id"] != "p2"]
    assert others["id"].value_counts().to_dict() == without.table["id"].value_counts().to_dict()
    assert len(with_person) - len(without) == 2


def test_without_a_person_column_each_row_is_one():
    cohort = _cohort([3, 1], Schema(columns=SCHEMA.columns))
    assert bounded(cohort, most=1) is cohort


@pytest.mark.parametrize("most", [0, -1, 101, 1_000, 1.5, True, "2", None])
def test_a_cap_that_is_none_is_refused_with_the_remedy(most):
    with pytest.raises(ConfigError, match=r"rows_per_person: .*without looking at the data"):
        bounded(_cohort([2]), most=most)

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.coarsen import coarsen, coarsen_split, generalise
from cohort.errors import ConfigError
from cohort.hierarchies import top_level
from cohort.readers import cohort_from_frame
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split

SCHEMA = Schema.from_dict(
    {
        "columns": {
            "age": {"kind": "integer", "role": "quasi_identifier", "hierarchy": [5, 10, 20]},
            "dose": {"kind": "number", "hierarchy": [0.1, 0.5]},
            "seen": {"kind": "date", "hierarchy": ["day", "month", "quarter", "year", "5 years"]},
            "region": {"kind": "category", "hierarchy": [{"coast": ["N", "W"], "inland": ["S"]}]},
            "sex": {"kind": "category"},
        },
        "rules": ["age <= 110", "dose <= 9"],
    }
)
TABLE = pd.DataFrame(
    {
        "age": ["3", "44", ""],
        "dose": ["0.3", "-0.05", "7"],
        "seen": ["2012-07-14", "", "1969-12-31"],
        "region": ["N", "S", ""],
        "sex": ["f", "m", "f"],
    }
)
COHORT = cohort_from_frame(TABLE, SCHEMA)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({"age": 1}, ["0-4", "40-44", None]),
        ({"age": 3}, ["0-19", "40-59", None]),
        ({"age": 4}, ["*", "*", "*"]),
        ({"dose": 1}, ["0.3 to <0.4", "-0.1 to <0", "7 to <7.1"]),
        ({"seen": 1}, ["2012-07-14", None, "1969-12-31"]),
        ({"seen": 2}, ["2012-07", None, "1969-12"]),
        ({"seen": 3}, ["2012-Q3", None, "1969-Q4"]),
        ({"seen": 4}, ["2012", None, "1969"]),
        ({"seen": 5}, ["2010-2014", None, "1965-1969"]),
        ({"region": 1}, ["coast", "inland", None]),
        ({"sex": 1}, ["*", "*", "*"]),
    ],
)
def test_labels(levels, expected):
    (name,) = levels
    assert coarsen(COHORT, levels).table[name].tolist() == expected


def test_the_schema_changes_with_the_table():
    coarse = coarsen(COHORT, {"age": 2, "region": 1, "sex": 0})
    assert coarse.schema["age"] == Column(
        name="age", kind=Kind.ORDINAL, role=Role.QUASI_IDENTIFIER, categories=("0-9", "40-49")
    )
    assert coarse.schema["region"].kind is Kind.CATEGORY
    assert coarse.schema["sex"] == SCHEMA["sex"]
    assert coarse.schema.rules == ("dose <= 9",)
    assert cohort_from_frame(coarse.table, coarse.schema).table.equals(coarse.table)
    assert COHORT.table["age"].tolist()[:2] == [3, 44]


def test_both_sides_of_a_split_get_one_schema():
    first, second = COHORT.rows(pd.RangeIndex(0, 1).to_numpy()), COHORT.rows(pd.RangeIndex(1, 3).to_numpy())
    split = coarsen_split(Split(train=first, holdout=second), {"age": 2})
    assert split.train.schema == split.holdout.schema
    assert split.train.schema["age"].categories == ("0-9", "40-49")


def test_an_unknown_column_and_level_are_named_together():
    with pytest.raises(ConfigError) as caught:
        coarsen(COHORT, {"height": 1, "age": 5, "sex": 2})
    assert len(caught.value.problems) == 3


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30), st.integers(1, 3), st.sampled_from([0.1, 1, 7])
)
def test_equal_labels_stay_equal_above(numbers, level, width):
    column = Column(name="x", kind=Kind.NUMBER, hierarchy=(width, 2 * width, 6 * width))
    values = pd.Series(numbers)
    below, above = (generalise(values, column, level=at) for at in (level, level + 1))
    pairs = pd.DataFrame({"below": below, "above": above}).drop_duplicates()
    assert not pairs["below"].duplicated().any()
    assert generalise(values, column, level=top_level(column)).eq("*").all()

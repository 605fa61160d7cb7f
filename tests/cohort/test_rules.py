import pandas as pd
import pytest

from cohort.errors import SchemaError
from cohort.rules import parse_rule

TABLE = pd.DataFrame(
    {
        "a": pd.array([1, 5, None], dtype="Int64"),
        "b": [2.0, 3.0, 4.0],
        "day": pd.to_datetime(["2020-01-01", "2021-01-01", None]),
        "c": ["x", "y", None],
    }
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("a <= b", [True, False, True]),
        ("a<=b", [True, False, True]),
        ("b > 2.5", [False, True, True]),
        ("day < 2020-06-01", [True, False, True]),
        ("c == x", [True, False, True]),
        ("c != 'x'", [False, True, True]),
    ],
)
def test_rules(text, holds):
    assert parse_rule(text, columns=list(TABLE)).holds(TABLE).tolist() == holds


def test_columns_of_a_rule():
    assert parse_rule("a <= b", columns=list(TABLE)).columns == ("a", "b")
    assert parse_rule("a <= 3", columns=list(TABLE)).columns == ("a",)


@pytest.mark.parametrize("text", ["a", "<= b", "z <= b", "a is b"])
def test_bad_rules(text):
    with pytest.raises(SchemaError):
        parse_rule(text, columns=list(TABLE))


def test_a_misspelt_column_on_the_right_is_said_of_numbers():
    with pytest.raises(SchemaError, match="neither a column nor such a value"):
        parse_rule("b <= aa", columns=list(TABLE)).holds(TABLE)

import pandas as pd
import pytest

from cohort.errors import SchemaError
from cohort.findings import Severity
from cohort.schema import Column, Kind, Role, Schema
from cohort.screen import screen


def _found(frame, *columns, **settings):
    schema = Schema(columns=columns, **settings)
    return {finding.code: finding for finding in screen(schema, frame)}


def test_a_plain_table_has_no_findings():
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "c": ["a", "b", "a"]})
    columns = Column(name="x", kind=Kind.NUMBER), Column(name="c", kind=Kind.CATEGORY)
    assert _found(frame, *columns, rules=("x >= 1",)) == {}


def test_columns_that_say_nothing():
    frame = pd.DataFrame({"one": ["a"] * 4, "none": [None] * 4, "flag": ["Y", None, None, "Y"]}, dtype=object)
    found = _found(frame, *(Column(name=name, kind=Kind.CATEGORY) for name in frame))
    assert found["constant_column"].title.startswith("one: ")
    assert found["all_missing_column"].title.startswith("none: ")
    assert set(found) == {"constant_column", "all_missing_column"}


def test_nearly_unique_categories():
    frame = pd.DataFrame({"c": [f"secret{n % 19}" for n in range(20)]})
    found = _found(frame, Column(name="c", kind=Kind.CATEGORY))
    assert set(found) == {"near_unique_category"}
    assert "secret" not in str(found)
    assert _found(frame, Column(name="c", kind=Kind.CATEGORY, role=Role.IDENTIFIER)) == {}
    grouped = pd.DataFrame({"c": [f"v{n % 10}" for n in range(20)]})
    assert _found(grouped, Column(name="c", kind=Kind.CATEGORY)) == {}


@pytest.mark.parametrize(
    ("column", "disguised"),
    [
        (Column(name="n", kind=Kind.INTEGER), True),
        (Column(name="n", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER), True),
        (Column(name="n", kind=Kind.INTEGER, role=Role.IDENTIFIER), False),
        (Column(name="n", kind=Kind.INTEGER, role=Role.SENSITIVE), False),
        (Column(name="n", kind=Kind.NUMBER), False),
    ],
)
def test_an_identifier_in_disguise(column, disguised):
    frame = pd.DataFrame({"n": [5, 3, 9]})
    assert ("identifier_in_disguise" in _found(frame, column)) is disguised
    assert "identifier_in_disguise" not in _found(pd.DataFrame({"n": [5, 3, 5]}), column)


def test_an_identifier_in_disguise_is_seen_over_the_rows_of_persons():
    columns = (
        Column(name="id", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
        Column(name="code", kind=Kind.CATEGORY),
    )
    frame = pd.DataFrame({"id": ["1", "1", "2", "3"], "code": ["x", "x", "y", "z"]})
    assert "identifier_in_disguise" in _found(frame, *columns, person="id")
    assert "identifier_in_disguise" not in _found(frame, *columns)
    assert "identifier_in_disguise" not in _found(
        frame.assign(code=["x", "y", "x", "y"]), *columns, person="id"
    )


@pytest.mark.parametrize(("broken", "said"), [(10, "fewer than 11 rows"), (11, "11 rows"), (0, None)])
def test_broken_rules_hide_small_counts(broken, said):
    frame = pd.DataFrame({"x": [2.0] * broken + [0.5] * 20})
    found = _found(frame, Column(name="x", kind=Kind.NUMBER), rules=("x <= 1",))
    assert ("plausibility_rule_broken" in found) is (said is not None)
    if said is not None:
        assert found["plausibility_rule_broken"].title == f"x <= 1: broken in {said}"


def test_a_rule_over_kinds_without_an_order_is_an_error():
    frame = pd.DataFrame({"x": [1.0, 2.0], "c": ["a", "b"]})
    columns = Column(name="x", kind=Kind.NUMBER), Column(name="c", kind=Kind.CATEGORY)
    with pytest.raises(SchemaError, match="no common order"):
        _found(frame, *columns, rules=("x <= c",))


def test_unconfirmed_columns_are_named():
    frame = pd.DataFrame({f"x{n}": [1.0, 2.0] for n in range(6)})
    found = _found(frame, *(Column(name=name, kind=Kind.NUMBER, confirmed=name == "x5") for name in frame))
    finding = found["unconfirmed_columns"]
    assert finding.title.startswith("x0, x1, x2, x3 and 1 more: ")
    assert finding.explanation.endswith("Columns: x0, x1, x2, x3, x4.")
    assert finding.severity is Severity.ISSUE

import datetime

import pytest

from cohort.errors import SchemaError
from cohort.schema import Column, Kind, Role, Schema

CONTENT = """
columns:
  id:     {role: identifier, kind: category}
  age:    {role: quasi_identifier, kind: integer, unit: years, range: [0, 110]}
  seen:   {kind: date, range: [2020-01-01, 2020-12-31], format: "%d.%m.%Y"}
  stage:  {role: target, kind: ordinal, categories: [1, 2], missing: -9, confirmed: false}
  note:   {kind: text}
  status: {role: event, kind: category, occurred: [dead]}
person: id
rules: ["age <= 110"]
missing: ["", "."]
"""


def _schema(tmp_path, content):
    path = tmp_path / "schema.yaml"
    path.write_text(content, encoding="utf-8")
    return Schema.from_yaml(path)


def _refusal(tmp_path, content):
    with pytest.raises(SchemaError) as caught:
        _schema(tmp_path, content)
    return str(caught.value)


def test_a_schema_is_read(tmp_path):
    schema = _schema(tmp_path, CONTENT)
    assert schema.names == ("id", "age", "seen", "stage", "note", "status")
    assert schema["age"] == Column(
        name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER, unit="years", range=(0, 110)
    )
    assert schema["seen"].range == (datetime.date(2020, 1, 1), datetime.date(2020, 12, 31))
    assert (schema["stage"].categories, schema["stage"].missing) == (("1", "2"), ("-9",))
    assert not schema["stage"].confirmed
    assert (schema.person, schema.rules, schema.missing) == ("id", ("age <= 110",), ("", "."))
    assert schema.quasi_identifiers == ("age",)
    assert [column.name for column in schema.released] == ["age", "seen", "stage", "status"]
    assert Schema.from_dict(schema.to_dict()) == schema


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("columns: {a: {kind: number, role: boss}}", "unknown role 'boss'. Use one of: identifier"),
        ("columns: {a: {kind: word}}", "unknown kind 'word'"),
        ("columns: {a: {role: other}}", "unknown kind None"),
        ("columns: {a: {kind: number, units: x}}", "unknown key 'units'"),
        ("columns: {a: number}", "is not a mapping"),
        ("columns: [a, b]", "no columns are described"),
        ("", "no columns are described"),
        ("colums: {a: {kind: number}}", "no columns are described"),
        ("columns: {a: {kind: number}}\nperson: b", "'b' is not a column"),
        ("columns: {a: {kind: number}}\nvisit: a", "no person is named"),
        ("columns: {a: {kind: number}, b: {kind: category}}\nperson: a\nvisit: b", "'b' is no released"),
        ("columns: {a: {kind: number}, b: {kind: number}}\nperson: a\nvisit: a", "Name one of: b."),
        ("columns: {a: {kind: number}}\nperson: a\nvisit: c", "none, so leave visit out"),
        ("columns: {a: {kind: number, range: [2, 1]}}", "range is not [lowest, highest]"),
        ("columns: {a: {kind: number, range: [1]}}", "range needs two values"),
        (
            "columns: {a: {kind: number, role: target}, b: {kind: number, role: target}}",
            "2 columns have the role",
        ),
        ("columns: {a: {kind: number}}\nrules: ['a less than 3']", "is not a comparison"),
        ("columns: {a: {kind: number}}\nrules: ['b < 3']", "'b' is not a column"),
        ("columns: {a: [", "cannot be read"),
    ],
)
def test_bad_schemas(tmp_path, content, said):
    assert said in _refusal(tmp_path, content)


def test_every_problem_of_a_schema_is_reported_at_once(tmp_path):
    said = _refusal(tmp_path, "columns: {a: {kind: word}, b: {kind: number, role: boss}, c: 1}\nextra: 1")
    for part in ("'word'", "'boss'", "column 'c'", "unknown key 'extra'"):
        assert part in said


def test_an_absent_schema_says_so(tmp_path):
    with pytest.raises(SchemaError, match="synthassay inspect"):
        Schema.from_yaml(tmp_path / "absent.yaml")


def test_a_release_carries_the_person_only_where_there_are_visits():
    columns = {
        "day": {"kind": "integer"},
        "id": {"kind": "integer", "role": "identifier", "range": [1, 9]},
        "name": {"kind": "text", "role": "identifier"},
    }
    visited = Schema.from_dict({"columns": columns, "person": "id", "visit": "day"})
    assert Schema.from_dict(visited.to_dict()) == visited
    carried = visited.carried(["id", "day", "name"])
    assert [(column.name, column.kind, column.range) for column in carried] == [
        ("day", Kind.INTEGER, None),
        ("id", Kind.CATEGORY, None),
    ]
    assert visited.carried(["day"]) == visited.released
    rows = Schema.from_dict({"columns": columns, "person": "id"})
    assert rows.carried(["id", "day"]) == rows.released

from pathlib import Path

import pytest

from cohort.errors import DataError, SchemaError
from cohort.hierarchies import top_level
from cohort.readers import cohort_from_frame, read_cohort
from cohort.schema import Schema


def schema_of(kind, hierarchy, **keys):
    return Schema.from_dict({"columns": {"x": {"kind": kind, "hierarchy": hierarchy, **keys}}})


@pytest.mark.parametrize(
    ("kind", "hierarchy"),
    [
        ("integer", [5, 10, 20]),
        ("number", [0.1, 0.5]),
        ("date", ["day", "month", "quarter", "year", "5 years", "10 years"]),
        ("category", [{"coast": ["N", "W"], "inland": ["S"]}, {"land": ["coast", "inland"]}]),
        ("ordinal", [{"low": ["0", "1"], "high": ["2"]}]),
        ("integer", [{"young": [1, 2], "old": [3]}]),
    ],
)
def test_a_hierarchy_survives_being_written_and_read(kind, hierarchy):
    schema = schema_of(kind, hierarchy)
    assert Schema.from_dict(schema.to_dict()) == schema
    assert top_level(schema["x"]) == len(hierarchy) + 1


@pytest.mark.parametrize(
    ("kind", "hierarchy", "complaint"),
    [
        ("integer", [5, 12], "bands of 12 are not made of bands of 5"),
        ("integer", [10, 10], "do not nest"),
        ("integer", [10, 5], "do not nest"),
        ("integer", [2.5, 5], "whole widths"),
        ("number", [0, 5], "above 0"),
        ("number", ["month"], "not widths"),
        ("date", ["quarter", "month"], "do not nest"),
        ("date", ["2 years", "5 years"], "5 years is not made of whole periods of 2 years"),
        ("date", ["fortnight"], "unknown period fortnight"),
        ("category", [{"a": ["x", "y"], "b": ["y"]}], "two groups hold y"),
        ("category", [{"a": ["x"], "b": ["y"]}, {"c": ["a"]}], "do not agree on b"),
        ("category", [{"a": ["x"]}, {"c": ["a", "z"]}], "do not agree on z"),
        ("category", [{"a": ["x"]}, 5], "some of its levels are groups"),
        ("category", [5, 10], "no such levels"),
        ("text", [{"a": ["x"]}], "no such levels"),
        ("integer", {"a": ["x"]}, "not a list of levels"),
        ("integer", [True], "not a list of levels"),
        ("category", [{"a": "x"}], "not a list of levels"),
    ],
)
def test_a_hierarchy_that_is_none_is_refused(kind, hierarchy, complaint):
    with pytest.raises(SchemaError, match=complaint) as caught:
        schema_of(kind, hierarchy)
    assert all(problem.remedy for problem in caught.value.problems)


def test_all_faulty_hierarchies_are_named_at_once():
    columns = {
        "a": {"kind": "integer", "hierarchy": [5, 12]},
        "b": {"kind": "date", "hierarchy": ["year", "month"]},
    }
    with pytest.raises(SchemaError) as caught:
        Schema.from_dict({"columns": columns})
    assert {"'a'", "'b'"} == {problem.where.split()[1].rstrip(",") for problem in caught.value.problems}


def test_a_hierarchy_must_hold_every_category():
    with pytest.raises(SchemaError, match="misses the categories z"):
        schema_of("category", [{"a": ["x", "y"]}], categories=["x", "y", "z"])


def test_a_value_of_the_table_outside_all_groups_is_refused_without_being_quoted():
    schema = schema_of("category", [{"coast": ["N", "W"]}])
    import pandas as pd

    with pytest.raises(DataError, match="row 2") as caught:
        cohort_from_frame(pd.DataFrame({"x": ["N", "Secret", None]}), schema)
    assert "Secret" not in str(caught.value)


def test_a_csv_in_arx_form_is_read_into_the_schema(tmp_path: Path):
    (tmp_path / "zip.csv").write_text("81667;8166*;81***;*\n81668;8166*;81***;*\n82001;8200*;82***;*\n")
    (tmp_path / "schema.yaml").write_text("columns: {zip: {kind: category, hierarchy: zip.csv}}")
    schema = Schema.from_yaml(tmp_path / "schema.yaml")
    (tmp_path / "zip.csv").unlink()
    assert schema["zip"].hierarchy[0] == {"8166*": ("81667", "81668"), "8200*": ("82001",)}
    assert top_level(schema["zip"]) == 3
    assert Schema.from_dict(schema.to_dict()) == schema


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a;x;*\nb;*\n", "differ in length"),
        ("a;x;*\na;y;*\n", "repeat a value"),
        ("", "differ in length"),
        (None, "cannot be read"),
        ("a;g;p\nb;g;q\n", "two groups hold g"),
    ],
)
def test_a_faulty_csv_is_refused(tmp_path: Path, text, complaint):
    if text is not None:
        (tmp_path / "h.csv").write_text(text)
    content = {"columns": {"x": {"kind": "category", "hierarchy": "h.csv"}}}
    with pytest.raises(SchemaError, match=complaint):
        Schema.from_dict(content, folder=tmp_path)


@pytest.mark.shared
def test_arx_hierarchies_of_adult_are_read(shared_data: Path):
    schema = Schema.from_dict(
        {
            "columns": {
                name: {"kind": "category", "hierarchy": f"adult_hierarchy_{name}.csv"} for name in ADULT
            }
        },
        folder=shared_data / "arx_adult",
    )
    cohort = read_cohort(shared_data / "arx_adult" / "adult.csv", schema)
    assert len(cohort) == 30162
    assert [top_level(column) for column in schema.columns] == [1, 4, 1, 2, 3, 2, 2, 2, 1]


ADULT = (
    "sex",
    "age",
    "race",
    "marital-status",
    "education",
    "native-country",
    "workclass",
    "occupation",
    "salary-class",
)

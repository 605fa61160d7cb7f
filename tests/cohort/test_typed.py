import datetime

import numpy as np
import pandas as pd
import pytest

from cohort.errors import DataError
from cohort.schema import Column, Kind, Role, Schema
from cohort.typed import typed_table


def _schema(*columns, **settings):
    return Schema(columns=columns, **settings)


def _one(kind, values, **settings):
    """Type one column."""
    schema = _schema(Column(name="x", kind=kind, **settings))
    return typed_table(pd.DataFrame({"x": values}, dtype=object), schema, where="here")["x"]


def _refusal(kind, values, **settings):
    with pytest.raises(DataError) as caught:
        _one(kind, values, **settings)
    return str(caught.value)


def test_each_kind_has_its_type():
    schema = _schema(
        *(
            Column(name=kind.value, kind=kind)
            for kind in (Kind.NUMBER, Kind.INTEGER, Kind.DATE, Kind.CATEGORY)
        )
    )
    raw = pd.DataFrame(
        {
            "category": ["01", None, "NA"],
            "date": ["2020-02-03", None, "2020-02-03T04:05:06"],
            "integer": ["3.0", None, " 9007199254740993 "],
            "number": ["58.76522929500342", None, "-1e-3"],
        },
        index=[5, 5, 5],
    )
    typed = typed_table(raw, schema, where="here")
    assert [str(kind) for kind in typed.dtypes] == ["float64", "Int64", "datetime64[ns]", "object"]
    assert list(typed) == list(schema.names)
    assert typed.index.tolist() == [0, 1, 2]
    assert typed["integer"].dropna().tolist() == [3, 9007199254740993]
    assert typed["number"].dropna().tolist() == [58.76522929500342, -0.001]
    assert typed["category"].tolist() == ["01", None, None]
    assert typed["date"][2] == pd.Timestamp(2020, 2, 3, 4, 5, 6)
    assert typed.isna().sum().tolist() == [1, 1, 1, 2]


def test_a_typed_frame_and_its_text_give_one_table():
    schema = _schema(
        Column(name="n", kind=Kind.INTEGER),
        Column(name="code", kind=Kind.CATEGORY),
        Column(name="yes", kind=Kind.CATEGORY),
        Column(name="day", kind=Kind.DATE, format="%d.%m.%Y"),
    )
    frame = pd.DataFrame(
        {
            "n": [1.0, np.nan],
            "code": pd.Categorical([1.0, np.nan]),
            "yes": [True, False],
            "day": [datetime.date(2020, 2, 3), None],
        }
    )
    text = pd.DataFrame(
        {"n": ["1", ""], "code": ["1", ""], "yes": ["True", "False"], "day": ["03.02.2020", ""]}
    )
    pd.testing.assert_frame_equal(typed_table(frame, schema, where="a"), typed_table(text, schema, where="b"))


def test_codes_for_missing_are_the_schemas_and_the_columns():
    assert _one(Kind.INTEGER, ["-9", "-9.0", "1"], missing=("-9",)).isna().tolist() == [True, True, False]
    assert _one(Kind.CATEGORY, ["?", "NA", "", "x"], missing=("?",)).isna().tolist() == [
        True,
        True,
        True,
        False,
    ]
    assert _one(Kind.NUMBER, [-9.0, 1.0], missing=("-9",)).isna().tolist() == [True, False]


@pytest.mark.parametrize("cell", ["secret", "1,5", "0x10", "1_000", "１", "nan", "1 2"])
def test_no_number(cell):
    said = _refusal(Kind.NUMBER, ["1", cell])
    assert "here, row 2, column 'x': is no number." in said
    assert cell not in said.replace("row 2", "")


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "1e999", float("inf")])
@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.INTEGER])
def test_infinities(kind, cell):
    said = _refusal(kind, ["1", cell])
    assert said.count("row 2, column 'x'") == 1
    assert "is infinite" in said


@pytest.mark.parametrize("cell", ["1.5", "9223372036854775808"])
def test_no_whole_number(cell):
    assert "row 2, column 'x': is no whole number" in _refusal(Kind.INTEGER, ["1", cell])


@pytest.mark.parametrize(
    "cell", ["2020-02-30", "2020-02", "2020", "03.02.2020", "20200203", "9999-12-31", "soon"]
)
def test_dates_that_do_not_parse(cell):
    said = _refusal(Kind.DATE, ["2020-02-03", cell])
    assert "row 2, column 'x': is no date written YYYY-MM-DD" in said
    assert cell not in said


def test_dates_as_the_column_writes_them():
    assert _one(Kind.DATE, ["03.02.2020"], format="%d.%m.%Y")[0] == pd.Timestamp(2020, 2, 3)
    assert _one(Kind.DATE, ["2020年2月3日"], format="%Y年%m月%d日")[0] == pd.Timestamp(2020, 2, 3)
    assert _one(Kind.DATE, ["2020-02"], format="%Y-%m")[0] == pd.Timestamp(2020, 2, 1)
    assert "row 1" in _refusal(Kind.DATE, ["2020-02-13"], format="%Y-%d-%m")
    assert "format '%!' cannot be used" in _refusal(Kind.DATE, ["2020-02-13", None], format="%!")


def test_moments_with_an_offset_become_utc():
    assert _one(Kind.DATE, ["2020-02-03T01:00:00+02:00"])[0] == pd.Timestamp(2020, 2, 2, 23)


def test_a_column_without_values():
    for kind in (Kind.NUMBER, Kind.INTEGER, Kind.DATE, Kind.CATEGORY):
        assert _one(kind, [None, ""]).isna().all()


@pytest.mark.parametrize(
    ("kind", "values", "settings"),
    [
        (Kind.INTEGER, ["0", "111"], {"range": (0, 110)}),
        (Kind.NUMBER, ["110", "-0.1"], {"range": (0, 110)}),
        (Kind.DATE, ["2020-01-01", "2021-01-01"], {"range": (datetime.date(2020, 1, 1), "2020-12-31")}),
    ],
)
def test_values_outside_the_range(kind, values, settings):
    said = _refusal(kind, [None, *values], **settings)
    assert "row 3, column 'x': lies outside the range" in said
    assert "row 2" not in said


def test_values_outside_the_categories():
    said = _refusal(Kind.CATEGORY, ["a", None, "secret"], categories=("a", "b"))
    assert "row 3, column 'x': is none of the schema's categories" in said
    assert "secret" not in said
    assert "Quote yes, no" in _refusal(Kind.CATEGORY, ["no"], categories=("False", "True"))


def test_absent_and_unknown_columns_and_bad_cells_at_once():
    schema = _schema(Column(name="age", kind=Kind.INTEGER), Column(name="sex", kind=Kind.CATEGORY))
    with pytest.raises(DataError) as caught:
        typed_table(pd.DataFrame({"age": ["x", "1"], "weight": ["1", "2"]}), schema, where="f.csv")
    said = str(caught.value)
    assert "f.csv, column 'sex': the schema's column is absent." in said
    assert "f.csv, column 'weight': is not in the schema. Add it to the schema" in said
    assert "f.csv, row 1, column 'age': is no number." in said


def test_no_column_hides_another_in_a_long_list():
    schema = _schema(Column(name="a", kind=Kind.NUMBER), Column(name="b", kind=Kind.DATE))
    raw = pd.DataFrame({"a": ["x"] * 50, "b": ["2020-01-01"] * 49 + ["x"]})
    with pytest.raises(DataError) as caught:
        typed_table(raw, schema, where="")
    said = str(caught.value).splitlines()
    assert "row 50, column 'b'" in said[-2]
    assert said[-1] == "and 31 more."


def test_a_row_without_a_person_is_refused():
    schema = _schema(Column(name="id", kind=Kind.CATEGORY, role=Role.IDENTIFIER), person="id")
    with pytest.raises(DataError, match="row 2, column 'id': does not say whose row it is"):
        typed_table(pd.DataFrame({"id": ["1", None]}), schema, where="")

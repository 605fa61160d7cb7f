import errno
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import pandas as frames

from cohort.errors import DataError
from cohort.readers import read_release
from cohort.schema import Column, Kind, Role, Schema
from cohort.spreadsheet import read_sheet
from cohort.writers import write_release

SCHEMA = Schema(
    columns=(
        Column(name="id", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
        Column(name="x", kind=Kind.NUMBER),
        Column(name="n", kind=Kind.INTEGER),
        Column(name="day", kind=Kind.DATE),
        Column(name="dmy", kind=Kind.DATE, format="%d.%m.%Y"),
        Column(name="größe, 'text'", kind=Kind.CATEGORY),
        Column(name="note", kind=Kind.TEXT),
    )
)
AWKWARD = [
    "=1+1",
    "+1",
    "-x",
    "@sum",
    "\tx",
    "\rx",
    'a"b',
    "a,b;c|d",
    "a\r\nb",
    " x ",
    "007",
    "编号",
    "_x000D_",
    "True",
]


def _words():
    text = st.text(st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("\t\r\n"), min_size=1)
    return (text | st.sampled_from(AWKWARD)).filter(lambda word: word not in SCHEMA.missing)


def _tables():
    moments = st.datetimes(pd.Timestamp(1700, 1, 1), pd.Timestamp(2200, 1, 1)).map(pd.Timestamp)
    days = moments.map(lambda moment: moment.normalize())
    columns = {
        "x": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "n": st.none() | st.integers(-(2**63), 2**63 - 1),
        "day": st.none() | moments | days,
        "dmy": st.none() | days,
        "größe, 'text'": st.none() | _words(),
    }
    drawn = frames.data_frames(
        [frames.column(name, elements=values, dtype=object) for name, values in columns.items()],
        index=frames.range_indexes(min_size=1, max_size=8),
    )
    types = {"x": "float64", "n": "Int64", "day": "datetime64[ns]", "dmy": "datetime64[ns]"}
    return drawn.map(lambda table: table.astype(types))


@pytest.mark.parametrize("file_format", ["csv", "parquet", "xlsx"])
@settings(max_examples=40, deadline=None)
@given(table=_tables())
def test_what_is_written_reads_back_equal(file_format, table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    paths = write_release(table, SCHEMA, folder, file_format=file_format)
    assert [path.name for path in paths] == list(dict.fromkeys(["data.csv", f"data.{file_format}"]))
    for path in paths:
        pd.testing.assert_frame_equal(read_release(path, SCHEMA), table)


def _table(words):
    size = len(words)
    return pd.DataFrame(
        {
            "x": [261.0, *[float("nan")] * (size - 1)],
            "n": pd.array([3, *[None] * (size - 1)], dtype="Int64"),
            "day": pd.to_datetime(["2020-02-03", *[None] * (size - 1)]),
            "dmy": pd.to_datetime(["2020-02-03", *[None] * (size - 1)]),
            "größe, 'text'": pd.Series(words, dtype=object),
        }
    )


def test_the_csv_file_is_plain(tmp_path):
    [path] = write_release(_table(["a", 'b"']), SCHEMA, tmp_path / "new" / "folder", file_format="csv")
    assert path.read_bytes().decode() == (
        'x,n,day,dmy,"größe, \'text\'"\r\n261,3,2020-02-03,03.02.2020,a\r\n,,,,"b"""\r\n'
    )


def test_missing_is_the_schemas_first_code(tmp_path):
    schema = Schema(
        columns=(Column(name="x", kind=Kind.NUMBER), Column(name="y", kind=Kind.NUMBER)), missing=("NA",)
    )
    table = pd.DataFrame({"x": [1.5, float("nan")], "y": [float("nan")] * 2})
    for path in write_release(table, schema, tmp_path, file_format="xlsx"):
        pd.testing.assert_frame_equal(read_release(path, schema), table)
    assert (tmp_path / "data.csv").read_text().splitlines() == ["x,y", "1.5,NA", "NA,NA"]


def test_a_spreadsheet_holds_no_formula(tmp_path):
    words = ["=1+1", "+1", "-x", "@sum", "\tx", "\rx"]
    path = write_release(_table(words), SCHEMA, tmp_path, file_format="xlsx")[1]
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    assert "<f" not in sheet
    assert 'quotePrefix="1"' in styles
    book = openpyxl.load_workbook(path)
    cells = [row[4] for row in book.active.iter_rows(min_row=2)]
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells)
    grid = read_sheet(path.read_bytes(), where="")
    assert [row[4] for row in grid.rows] == words
    assert re.findall("_x000D_", sheet) == ["_x000D_"]


def test_numbers_are_numbers_and_days_are_days_in_a_spreadsheet(tmp_path):
    path = write_release(_table(["a", "b"]), SCHEMA, tmp_path, file_format="xlsx")[1]
    row = next(openpyxl.load_workbook(path).active.iter_rows(min_row=2))
    assert [cell.data_type for cell in row] == ["n", "n", "d", "d", "s"]


@pytest.mark.parametrize("file_format", ["csv", "parquet", "xlsx"])
def test_equal_tables_give_equal_files(tmp_path, file_format):
    first = write_release(_table(["a", "b"]), SCHEMA, tmp_path / "1", file_format=file_format)
    second = write_release(_table(["a", "b"]), SCHEMA, tmp_path / "2", file_format=file_format)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    if file_format == "xlsx":
        with zipfile.ZipFile(io.BytesIO(first[1].read_bytes())) as archive:
            assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
            assert b"1980-01-01T00:00:00Z</dcterms:modified>" in archive.read("docProps/core.xml")


def test_only_released_columns_are_written(tmp_path):
    table = _table(["a", "b"]).assign(id=["1", "2"])
    with pytest.raises(DataError, match="Give exactly these"):
        write_release(table, SCHEMA, tmp_path, file_format="csv")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    def refuse(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(DataError, match=r"No space left on device.*Free some space"):
        write_release(_table(["a", "b"]), SCHEMA, tmp_path, file_format="csv")

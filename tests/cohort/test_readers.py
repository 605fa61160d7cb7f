import datetime
import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from cohort.errors import DataError
from cohort.readers import cohort_from_frame, read_cohort, read_release, read_table
from cohort.schema import Column, Kind, Role, Schema

CHINESE = "编号,姓名,诊断\n01,张伟,肝炎\n02,王芳,肾病\n"
GERMAN = "id;Straße;Größe\n01;Müllerweg;1,80\n02;Högsten;1,75\n"


def _file(folder: Path, content: bytes | str, name: str = "cohort.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _refusal(path: Path, **settings: object) -> str:
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(DataError) as caught:
        read_table(path, **settings)
    assert before is None or path.read_bytes() == before
    assert str(path) in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "encoding", "delimiter"),
    [
        (CHINESE.encode(), "utf-8", ","),
        (CHINESE.encode("utf-8-sig"), "utf-8-sig", ","),
        (CHINESE.encode("gb18030"), "gb18030", ","),
        (CHINESE.replace(",", "\t").encode("gb18030"), "gb18030", "\t"),
        (GERMAN.encode("latin-1"), "latin-1", ";"),
        (GERMAN.encode(), "utf-8", ";"),
        (b"a|b\n1|x, y\n2|z\n", "utf-8", "|"),
        ("a,t\n1,37 °C\n2,5 µg ± 1\n".encode("latin-1"), "latin-1", ","),
    ],
)
def test_encoding_and_delimiter_are_found(tmp_path, content, encoding, delimiter):
    raw = read_table(_file(tmp_path, content))
    assert (raw.encoding, raw.delimiter) == (encoding, delimiter)
    expected = content.decode(encoding).splitlines()[1].split(delimiter)
    assert raw.table.iloc[0].tolist() == expected


def test_cells_stay_as_written(tmp_path):
    raw = read_table(_file(tmp_path, 'zip,note,x\r\n00501,"a ""b"",\nc",NA\r\n\r\n10001, d ,\r\n'))
    assert raw.table.to_dict("list") == {
        "zip": ["00501", "10001"],
        "note": ['a "b",\nc', " d "],
        "x": [None, None],
    }


def test_missing_codes_are_the_callers(tmp_path):
    raw = read_table(_file(tmp_path, "a,b\n.,NA\n1,\n"), missing=(".",))
    assert raw.table.to_dict("list") == {"a": [None, "1"], "b": ["NA", None]}


def test_leading_row_numbers_without_a_name_are_accepted(tmp_path):
    assert list(read_table(_file(tmp_path, '"",a\n1,x\n2,y\n')).table) == ["row", "a"]
    assert "column 1 has no name" in _refusal(_file(tmp_path, ",a\nx,x\nx,y\n"))


def test_compressed_csv(tmp_path):
    path = _file(tmp_path, gzip.compress(b"a,b\n1,2\n3,4\n"), "cohort.csv.gz")
    assert read_table(path).table["b"].tolist() == ["2", "4"]
    assert "damaged .gz" in _refusal(_file(tmp_path, gzip.compress(b"a,b\n1,2\n")[:-9], "short.csv.gz"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"a,b\n", "a header and no rows"),
        (b"a,b\n1,2\n", "has one row"),
        (b"a,b,a\n1,2,3\n4,5,6\n", "column 'a': 2 columns have this name"),
        (b"a,,c\n1,2,3\n4,5,6\n", "column 2 has no name"),
        (b"a,b\n1,2\n3,\xff\xfe\n", "row 2, column 'b': holds bytes"),
        (b"a,b\n1,2\n3\x00,4\n", "row 2, column 'a': holds bytes"),
        ("a,b\né,ü\nß,ö\n".encode() + b"x,\xe9\n", "row 3, column 'b': holds bytes"),
        ("a,b\nmüde,1\nöde,2\x80\n".encode("latin-1"), "row 2, column 'b': holds bytes"),
        ('a,b\n1,2\n"3,4\n', "row 2: has a quotation mark"),
        ('a,b\n1,"2"x\n3,4\n', "row 1: has a quotation mark"),
    ],
)
def test_bad_text_files(tmp_path, content, said):
    assert said in _refusal(_file(tmp_path, content))


def test_every_problem_is_reported_at_once(tmp_path):
    path = _file(tmp_path, b'a,,a\n"x\ny",2,3\n1,2\n4,5,6,7\n8,9,\xff\n')
    said = _refusal(path)
    for part in (
        "column 2 has no name",
        "'a': 2 columns",
        "row 2: has 2 cells",
        "row 3: has 4",
        "row 4, column",
    ):
        assert part in said


def test_long_lists_of_problems_are_cut_and_counted(tmp_path):
    said = _refusal(_file(tmp_path, "a,b\n" + "1,2,3\n" * 50 + "1,2\n" * 60)).splitlines()
    assert len(said) == 21
    assert said[-1] == "and 30 more."


@pytest.mark.parametrize("name", ["cohort.doc", "cohort", "cohort.xls"])
def test_unknown_endings(tmp_path, name):
    assert ".parquet" in _refusal(_file(tmp_path, "a,b\n1,2\n3,4\n", name))


def test_files_that_cannot_be_opened(tmp_path, monkeypatch):
    assert "no such file" in _refusal(tmp_path / "absent.csv")
    assert "is a directory" in _refusal(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    assert "is a directory" in _refusal(tmp_path / "folder.csv")
    path = _file(tmp_path, "a,b\n1,2\n3,4\n")
    assert "has no sheets" in _refusal(path, sheet="one")

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(DataError, match="may not be read"):
        read_table(path)


def _workbook(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "visits"
    sheet.append(["id", "n", "x", "day", "moment", "yes", "zip", None])
    sheet.append(
        ["007", 1, 1.5, datetime.date(2020, 2, 3), datetime.datetime(2020, 2, 3, 4, 5), True, 501, None]
    )
    sheet.append(["NA", None, 2.0, None, None, False, 10001, None])
    sheet.append([None] * 8)
    for row in (2, 3):
        sheet.cell(row=row, column=7).number_format = "00000"
    book.create_sheet("notes")
    path = folder / "cohort.xlsx"
    book.save(path)
    return path


def test_excel_cells_become_text(tmp_path):
    raw = read_table(_workbook(tmp_path), sheet="visits")
    assert raw.file_format == "xlsx"
    assert raw.table.to_dict("list") == {
        "id": ["007", None],
        "n": ["1", None],
        "x": ["1.5", "2"],
        "day": ["2020-02-03", None],
        "moment": ["2020-02-03T04:05:00", None],
        "yes": ["True", "False"],
        "zip": ["00501", "10001"],
    }


def test_bad_workbooks(tmp_path):
    path = _workbook(tmp_path)
    assert "Sheets: visits, notes" in _refusal(path, sheet="visit")
    assert "the sheet is empty" in _refusal(path, sheet="notes")
    assert "no .xlsx workbook" in _refusal(_file(tmp_path, b"a,b\n1,2\n", "text.xlsx"))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert "no .xlsx workbook" in _refusal(_file(tmp_path, content.getvalue(), "zip.xlsx"))


def test_a_formula_without_a_stored_result_is_not_taken_for_missing(tmp_path):
    book = openpyxl.Workbook()
    for row in (["a", "b"], [1, "=A2*2"], [3, 4]):
        book.active.append(row)
    book.save(tmp_path / "formula.xlsx")
    assert "row 1, column 'b': is a formula" in _refusal(tmp_path / "formula.xlsx")


def test_parquet(tmp_path):
    frame = pd.DataFrame(
        {
            "n": pd.array([1, None], dtype="Int64"),
            "x": [0.1, np.nan],
            "s": ["01", None],
            "d": pd.to_datetime(["2020-01-02", None]),
        }
    )
    frame.to_parquet(tmp_path / "cohort.parquet")
    raw = read_table(tmp_path / "cohort.parquet").table
    assert raw.to_dict("list") == {
        "n": ["1", None],
        "x": ["0.1", None],
        "s": ["01", None],
        "d": ["2020-01-02", None],
    }
    assert "no Parquet file" in _refusal(_file(tmp_path, b"PAR1 rubbish PAR1", "bad.parquet"))
    pd.DataFrame({"a": [[1], [2]]}).to_parquet(tmp_path / "nested.parquet")
    assert "column 'a': holds lists" in _refusal(tmp_path / "nested.parquet")


SCHEMA = Schema(
    columns=(
        Column(name="id", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
        Column(name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER, range=(0, 110)),
        Column(name="sex", kind=Kind.CATEGORY, categories=("f", "m")),
        Column(name="note", kind=Kind.TEXT),
    )
)


def test_a_cohort_is_typed_named_and_screened(tmp_path):
    path = _file(tmp_path, "note,sex,age,id\nx,f,30,01\ny,f,NA,02\n", "liver.csv")
    cohort = read_cohort(path, SCHEMA)
    assert list(cohort.table) == list(SCHEMA.names)
    assert (cohort.name, cohort.file_format) == ("liver", "csv")
    assert [finding.code for finding in cohort.findings] == ["constant_column"]
    assert read_cohort(path, SCHEMA, name="mine").name == "mine"


def test_a_frame_gives_the_same_cohort_and_is_left_alone(tmp_path):
    path = _file(tmp_path, "id,age,sex,note\n1,30,f,x\n2,,m,y\n")
    frame = pd.DataFrame(
        {"id": [1, 2], "age": [30.0, np.nan], "sex": ["f", "m"], "note": ["x", "y"]}, index=[7, 7]
    )
    before = frame.copy()
    cohort = cohort_from_frame(frame, SCHEMA, name="frame")
    pd.testing.assert_frame_equal(cohort.table, read_cohort(path, SCHEMA).table)
    pd.testing.assert_frame_equal(frame, before)


def test_bad_frames():
    with pytest.raises(DataError, match="one row"):
        cohort_from_frame(pd.DataFrame([[1, 2, "f", "x"]], columns=list(SCHEMA.names)), SCHEMA, name="frame")
    twice = pd.DataFrame([[1, 2], [1, 2]], columns=["age", "age"])
    with pytest.raises(DataError, match="2 columns have this name"):
        cohort_from_frame(twice, SCHEMA, name="frame")


def test_a_release_may_be_in_any_order_and_hold_new_values(tmp_path):
    release = read_release(_file(tmp_path, "sex,id,age\nx,1,200\n"), SCHEMA)
    assert release.to_dict("list") == {"age": [200], "sex": ["x"]}
    from_frame = read_release(pd.DataFrame({"age": [200], "sex": ["x"]}), SCHEMA)
    pd.testing.assert_frame_equal(release, from_frame)


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("age,weight\n1,2\n", ("absent ['sex']", "unknown ['weight']", "A release has: age, sex")),
        ("age,sex\nold,f\n", ("row 1, column 'age': is no number",)),
        ("age,sex\n", ("no rows",)),
    ],
)
def test_bad_releases(tmp_path, content, parts):
    with pytest.raises(DataError) as caught:
        read_release(_file(tmp_path, content), SCHEMA)
    assert all(part in str(caught.value) for part in parts)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("schema", "file", "shape", "missing"),
    [
        ("pbc", "pbc/pbc.csv", (418, 21), 1033),
        ("adult", "adult_anonymeter/adults_control.csv", (9758, 15), None),
        ("students", "sdmetrics_demo/student_placements_real.csv", (215, 17), None),
    ],
)
def test_real_files_are_read_by_their_bundled_schema(shared_data, schema, file, shape, missing):
    path = Path(__file__).parents[2] / "configs" / "schemas" / f"{schema}.yaml"
    cohort = read_cohort(shared_data / file, Schema.from_yaml(path))
    assert cohort.table.shape == shape
    assert missing is None or cohort.table.isna().to_numpy().sum() == missing
    assert all(column.confirmed for column in cohort.schema.columns)
    assert cohort.findings == ()


@pytest.mark.shared
def test_real_releases_are_read(shared_data):
    schemas = Path(__file__).parents[2] / "configs" / "schemas"
    students = Schema.from_yaml(schemas / "students.yaml")
    release = read_release(shared_data / "sdmetrics_demo" / "student_placements_synthetic.csv", students)
    assert list(release) == [column.name for column in students.released]
    assert len(release) == 215

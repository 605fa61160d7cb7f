import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.delimited import DELIMITERS, decode, find_delimiter, read_delimited


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs"))), min_size=2, max_size=2), min_size=1
    ),
    delimiter=st.sampled_from(DELIMITERS),
)
def test_what_a_csv_writer_writes_is_read_back(rows, delimiter):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([["first", "second"], *rows])
    read = read_delimited(text.getvalue().encode("utf-8-sig"), where="")
    assert (read.delimiter, read.encoding) == (delimiter, "utf-8-sig")
    assert list(map(list, read.grid.rows)) == rows
    assert read.grid.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "Müller, Jörg, Bäcker",
        "Größe: 1,80 m; Ä",
        "37 °C",
        "Crème brûlée à la façon",
        "naïve señor Ñandú",
        "±5 µg",
    ],
)
def test_western_text_is_not_taken_for_chinese(text):
    assert decode(text.encode("latin-1")) == (text, "latin-1")


@pytest.mark.parametrize(
    "text", ["张伟", "肝炎，慢性", "患者姓名,年龄（岁）", "鑫淼诊断：高血压", "1.5μg、女"]
)
def test_chinese_text(text):
    assert decode(text.encode("gb18030")) == (text, "gb18030")


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ("a\tb,c\n1\t2\n3\t4\n", "\t"),
        ("a\n1;2\n3,4\n", ","),
        ("a,b\n1;1,2\n1;1,3\n", ","),
        ('"a,b";c\n"1,2";3\n', ";"),
    ],
)
def test_the_delimiter_fits_header_and_rows(text, delimiter):
    assert find_delimiter(text) == delimiter

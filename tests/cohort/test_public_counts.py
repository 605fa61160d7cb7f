import numpy as np
import pytest

from cohort.errors import DataError
from cohort.public_counts import band, read_public_counts

HEAD = "region,age,count,prevalence,source\n"


@pytest.fixture
def write(tmp_path):
    def wrote(text):
        path = tmp_path / "population.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return wrote


def test_counts_are_read(write):
    found = read_public_counts(write(HEAD + "N,0-4,1000,0.001,office\nN,5+,2000,0.002,office\n"))
    assert found.keys == ("region", "age")
    assert found.sources == ("office",)
    assert found.table["count"].tolist() == [1000, 2000]
    assert found.table["age"].tolist() == ["0-4", "5+"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("N,0-4,-1,0.001,o\n", "row 1, column 'count': is no number of inhabitants"),
        ("N,0-4,many,0.001,o\n", "no number of inhabitants"),
        ("N,0-4,10,38.7,o\n", "is no prevalence. Give patients by inhabitants"),
        ("N,0-4,10,0,o\nN,5-9,10,0,o\n", "nobody has the disease"),
        ("N,0-4,10,0.1,o\nN,0-4,10,0.1,o\n", "row 2: counts the people of an earlier row again"),
        ("N,0-4,10,0.1,o\nN,3-9,10,0.1,o\n", "column 'age': has bands that overlap"),
        (",0-4,10,0.1,o\n", "column 'region': is empty"),
        ("N,0-4,10,0.1,\n", "column 'source': is empty"),
    ],
)
def test_bad_counts_are_refused_with_the_place(write, rows, message):
    with pytest.raises(DataError) as refused:
        read_public_counts(write(HEAD + rows))
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("head", "message"),
    [("region,count,prevalence", "no column source"), ("count,prevalence,source", "of nobody")],
)
def test_columns_that_are_missing_are_named(write, head, message):
    with pytest.raises(DataError, match=message):
        read_public_counts(write(head + "\n" + ",".join("1" for _ in head.split(",")) + "\n"))


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("30-34", (30, 34)),
        ("30–34", (30, 34)),
        ("85+", (85, np.inf)),
        ("7", (7, 7)),
        ("[30, 35)", (30, 34)),
        ("[30;35[", (30, 34)),
        ("North", None),
        ("2012-Q3", None),
    ],
)
def test_bands(text, ends):
    assert band(text) == ends

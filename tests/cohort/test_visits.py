import numpy as np
import pandas as pd
import pytest

from cohort.errors import DataError
from cohort.readers import cohort_from_frame, read_release
from cohort.release import Release, stacked
from cohort.visits import is_linked, person_codes, static_columns, together, visit_order
from cohort.writers import write_release


def test_visits_stand_in_order_person_after_person():
    persons = np.array([1, 0, 1, 0, 1])
    days = pd.Series(pd.to_datetime(["2020-03-01", "2020-01-01", "2020-01-01", "2019-01-01", "2020-02-01"]))
    assert visit_order(persons, days).tolist() == [3, 1, 2, 4, 0]


def test_a_column_is_static_where_nobody_changes():
    table = pd.DataFrame({"sex": ["f", "f", None, None], "stage": ["1", "1", "1", None], "one": [1, 1, 2, 2]})
    assert static_columns(table, np.array([0, 0, 1, 1]), list(table)) == ("sex", "one")


def test_a_release_is_written_and_read_with_new_keys(visiting, tmp_path):
    cohort = visiting(10)
    carried = [column.name for column in cohort.schema.carried(cohort.table)]
    given = cohort.table[carried]
    [path] = write_release(given, cohort.schema, tmp_path, file_format="csv")
    read = read_release(path, cohort.schema)
    assert list(read) == carried
    assert set(read["id"]) == {f"synthetic-{n}" for n in range(1, 11)}
    pd.testing.assert_frame_equal(read.drop(columns="id"), given.drop(columns="id"))
    assert (person_codes(read, cohort.schema) == cohort.persons).all()


def test_a_release_may_lack_the_key(visiting):
    cohort = visiting(10)
    read = read_release(cohort.released, cohort.schema)
    assert not is_linked(read, cohort.schema)
    assert person_codes(read, cohort.schema).tolist() == list(range(len(read)))


def test_equal_keys_of_two_releases_are_two_persons(visiting):
    schema = visiting(2).schema
    half = pd.DataFrame({"id": ["synthetic-1", "synthetic-1", "synthetic-2"], "day": [0, 1, 0]})
    both = together([half, half], schema)
    assert both["id"].str[-1].tolist() == ["1", "1", "2", "3", "3", "4"]
    releases = [Release(table=half, schema=schema, made_by="trees")] * 2
    assert [table["id"].nunique() for table in stacked(releases).tables] == [2, 2]


def test_a_row_that_does_not_say_which_visit_it_is_is_named(visiting):
    cohort = visiting(10)
    lost = cohort.table.assign(day=cohort.table["day"].mask(np.arange(len(cohort)) == 3))
    with pytest.raises(DataError, match=r"row 4, column 'day'.*does not say which visit"):
        cohort_from_frame(lost, cohort.schema)

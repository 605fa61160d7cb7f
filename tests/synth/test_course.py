import numpy as np
import pytest

from synth.complete import fit_preparation
from synth.course import CHANGE, COUNT, GAP, course_of, history_of


@pytest.fixture(scope="module")
def read(visiting):
    train = visiting(60)
    preparation = fit_preparation(train)
    course = course_of(preparation, train)
    return train, course, history_of(preparation, train, course, np.random.default_rng(0))


def test_what_lasts_and_what_changes(read):
    _, course, _ = read
    assert {part.column for part in course.lasting} == {"sex", "age", "time", "event"}
    assert {part.column for part in course.changing} == {"bili", "stage"}
    assert (course.time, course.ties) == ("time", False)


def test_visits_are_paired_with_the_one_before(read):
    train, course, history = read
    later = history.later(course, history.persistence(course))
    assert len(history.first) + len(history.again) == len(train)
    assert (later[GAP] >= 150).all()
    assert set(course.known) <= {part for part in course.known if part.name in later}
    assert {part.name for part in course.drawn} == {GAP, "bili missing", CHANGE + "bili", "stage"}
    assert history.once[COUNT].sum() == len(train)


def test_the_last_visit_leaves_one_to_come_and_the_time_that_is_left(read):
    _, course, history = read
    later = history.later(course, history.persistence(course))
    left = next(part for part in course.known if "left" in part.name).name
    rest = next(part for part in course.known if "rest" in part.name).name
    assert later[left].min() == 1
    assert (later[rest] >= later[GAP]).all()


def test_a_missing_number_bears_the_last_one_known(read):
    _, _, history = read
    missing = history.rows["bili missing"] == 1
    lost = np.flatnonzero(missing & (np.diff(history.persons, prepend=-1) == 0))
    values = history.rows["bili"]
    assert len(lost)
    assert all(values[i] == values[i - 1] for i in lost if not missing[i - 1])


def test_nobody_comes_again_where_fewer_than_three_do(visiting):
    train = visiting(20)
    sizes = np.bincount(train.persons)
    once = train.of_persons(np.flatnonzero(sizes == 1))
    few = train.of_persons(np.r_[np.flatnonzero(sizes == 1), np.flatnonzero(sizes > 1)[:2]])
    assert len(few) > len(once)
    preparation = fit_preparation(few)
    course = course_of(preparation, few)
    history = history_of(preparation, few, course, np.random.default_rng(0))
    assert len(history.again) == 0
    assert (history.count == 1).all()

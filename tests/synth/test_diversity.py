import numpy as np
import pandas as pd
import pytest

from cohort.schema import Column, Kind
from synth.diversity import closeness, distinct

CLASSES = np.array([0, 0, 0, 1, 1, 1])


def test_classes_need_different_values_and_missing_is_none():
    values = pd.Series(["a", "a", "b", "c", None, "c"], dtype=object)
    assert distinct(values, least=2)(CLASSES).tolist() == [True] * 3 + [False] * 3


def test_persons_count_once_however_many_rows_they_have():
    assert not distinct(pd.Series([0, 0, 0, 1, 2, 3]), least=2)(CLASSES)[0]
    assert distinct(pd.Series([0, 0, 0, 1, 2, 3]), least=3)(CLASSES)[3:].all()


def test_all_different_values_are_counted_as_rows():
    assert distinct(pd.Series(range(6)), least=3)(CLASSES).all()
    assert not distinct(pd.Series(range(6)), least=4)(CLASSES).any()


def test_the_earth_movers_distance_of_the_paper():
    """Li, Li and Venkatasubramanian 2007: salaries 3k to 11k; {3, 4, 5} is .375 away, {6, 8, 11} .167."""
    salary = pd.Series([3, 4, 5, 6, 8, 11, 7, 9, 10], dtype="Int64")
    classes = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    column = Column(name="salary", kind=Kind.INTEGER)
    assert closeness(salary, column, most=0.375)(classes)[:3].all()
    assert not closeness(salary, column, most=0.374)(classes)[:3].any()
    assert closeness(salary, column, most=0.1667)(classes)[3:6].all()
    assert not closeness(salary, column, most=0.166)(classes)[3:6].any()


def test_categories_are_equally_far_from_each_other():
    values = pd.Series(["a", "a", "a", "b", "b", "b"], dtype=object)
    column = Column(name="x", kind=Kind.CATEGORY)
    assert closeness(values, column, most=0.5)(CLASSES).all()
    assert not closeness(values, column, most=0.49)(CLASSES).any()


@pytest.mark.parametrize("kind", [Kind.CATEGORY, Kind.ORDINAL])
def test_all_in_one_class_is_no_distance(kind):
    values = pd.Series(["a", None, "b"], dtype=object)
    column = Column(name="x", kind=kind, categories=("b", "a"))
    assert closeness(values, column, most=0.0)(np.zeros(3, dtype=np.int64)).all()

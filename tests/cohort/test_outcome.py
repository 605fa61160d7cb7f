import numpy as np
import pandas as pd
import pytest

from cohort.outcome import occurred
from cohort.schema import Column, Kind, Role


def event(kind=Kind.CATEGORY, occurred=()):
    return Column(name="status", kind=kind, role=Role.EVENT, occurred=occurred)


def test_every_value_counts_but_those_that_mean_no():
    values = pd.Series(["1", "dead", "TRUE", "2", "0", "0.0", "False", "No", "n", "CENSORED", "Alive"])
    assert occurred(event(), values).tolist() == [True] * 4 + [False] * 7


def test_named_values_alone_count():
    values = pd.Series(["0", "1", "2", None], dtype=object)
    assert occurred(event(occurred=("2",)), values).tolist() == [False, False, True, False]
    assert occurred(event(occurred=("0",)), values).tolist() == [True, False, False, False]


@pytest.mark.parametrize("named", ["2", "2.0"])
def test_numbers_compare_as_numbers(named):
    integers = pd.Series([0, 1, 2, None], dtype="Int64")
    floats = pd.Series([0.0, 1.0, 2.0, np.nan])
    for kind, values in ((Kind.INTEGER, integers), (Kind.NUMBER, floats)):
        assert occurred(event(kind, (named,)), values).tolist() == [False, False, True, False]
        assert occurred(event(kind), values).tolist() == [False, True, True, False]


def test_missing_is_no_event_and_the_result_is_plain_bool_on_the_same_index():
    values = pd.Series([None, None], dtype=object, index=[4, 9])
    result = occurred(event(), values)
    assert result.dtype == bool
    assert result.tolist() == [False, False]
    assert result.index.tolist() == [4, 9]
    assert occurred(event(), values.iloc[:0]).dtype == bool


def test_the_date_of_an_event_is_an_event():
    values = pd.Series(pd.to_datetime(["2020-01-02", None]))
    assert occurred(event(Kind.DATE), values).tolist() == [True, False]

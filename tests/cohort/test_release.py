import pandas as pd
import pytest

from cohort.release import Guarantee, Release, stacked
from cohort.schema import Column, Kind, Schema

SCHEMA = Schema(columns=(Column(name="a", kind=Kind.NUMBER),))


def _release(values, epsilon=None):
    promised = None if epsilon is None else Guarantee(epsilon=epsilon, delta=epsilon / 1000)
    table = pd.DataFrame({"a": values}, dtype=float)
    return Release(table=table, schema=SCHEMA, made_by="trees", seed=1, guarantee=promised)


def test_one_release_is_its_own_only_table():
    release = _release([1, 2])
    assert stacked([release]) is release
    assert [table["a"].tolist() for table in release.tables] == [[1, 2]]


def test_stacked_releases_come_apart_again():
    whole = stacked([_release([1, 2, 3]), _release([4, 5])])
    assert whole.parts == (3, 2)
    assert whole.table["a"].tolist() == [1, 2, 3, 4, 5]
    assert [table["a"].tolist() for table in whole.tables] == [[1, 2, 3], [4, 5]]
    assert list(whole.tables[1].index) == [0, 1]


def test_together_they_promise_what_the_weakest_does():
    weakest = stacked([_release([1], 1.0), _release([2], 3.0)]).guarantee
    assert (weakest.epsilon, weakest.delta) == (3.0, 0.003)
    assert stacked([_release([1], 1.0), _release([2])]).guarantee is None


def test_parts_that_do_not_add_up_are_noticed():
    whole = stacked([_release([1, 2, 3]), _release([4, 5])])
    with pytest.raises(ValueError, match="as many rows"):
        _ = Release(table=whole.table.iloc[1:], schema=SCHEMA, made_by="trees", parts=whole.parts).tables

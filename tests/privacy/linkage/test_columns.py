import numpy as np
import pandas as pd
import pytest

from cohort.errors import NotApplicable
from privacy.linkage.columns import column_power, disguised_identifiers


def test_distinction_and_separation_by_hand():
    table = pd.DataFrame({"a": [1, 1, 2, 2], "b": [1, 1, 1, 2]})
    one = column_power(table, ["a"])
    assert (one.distinction, one.separation) == (0.5, pytest.approx(4 / 6))
    both = column_power(table, ["a", "b"])
    assert (both.distinction, both.separation) == (0.75, pytest.approx(5 / 6))
    assert both.to_dict()["columns"] == ["a", "b"]


def test_one_row_has_no_pair():
    assert column_power(pd.DataFrame({"a": [1]}), ["a"]).separation is None
    with pytest.raises(NotApplicable):
        column_power(pd.DataFrame({"a": [1]}), [])


def test_a_column_that_numbers_persons_is_an_identifier_in_disguise():
    table = pd.DataFrame({"stamp": np.arange(40), "age": np.arange(40) // 2, "sex": [0, 1] * 20})
    assert disguised_identifiers(table, ["stamp", "age", "sex"]) == ("stamp",)
    twice = pd.concat([table, table], ignore_index=True)
    assert disguised_identifiers(twice, ["stamp", "age"]) == ()
    owners = np.tile(np.arange(40), 2)
    assert disguised_identifiers(twice, ["stamp", "age"], persons=owners) == ("stamp",)


def test_few_persons_are_all_different_by_chance():
    assert disguised_identifiers(pd.DataFrame({"age": np.arange(19)}), ["age"]) == ()

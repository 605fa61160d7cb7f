"""Values that nobody listed: frequent ones are told, a single person's are not."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from privacy.dp.accounting import Account
from privacy.dp.selection import frequent_values, threshold


def told(values, persons, *, rho=0.5, delta=1e-6, most=1, account=None):
    account = account or Account(rho)
    found = pd.Series(values, dtype=object)
    return frequent_values(
        found, persons, most=most, rho=rho, delta=delta, account=account, on="values of place"
    )


def test_what_many_have_is_told_in_the_order_of_the_alphabet_and_what_one_has_is_not():
    values = ["south"] * 60 + ["north"] * 80 + ["islet"] + [None] * 20
    assert told(values, range(len(values))) == ("north", "south")


def test_rows_of_one_person_count_once():
    assert told(["home"] * 200, [7] * 200, most=200) == ()


def test_noise_is_paid_for():
    account = Account(0.5)
    told(["a"] * 50, range(50), rho=0.2, account=account)
    assert [(each.rho, each.on) for each in account.spends] == [(0.2, "values of place")]


def test_no_value_at_all_tells_none():
    assert told([None, None], range(2)) == ()


@pytest.mark.parametrize("most", [1, 4])
def test_the_values_of_one_person_alone_are_told_no_more_often_than_delta(most):
    """Many persons at once, each with ``most`` values that nobody else has: their noise is apart."""
    delta, persons = 0.05, 2000
    owners = np.repeat(np.arange(persons), most)
    found = told([f"v{place}" for place in range(len(owners))], owners, most=most, delta=delta)
    hit = {owners[int(value[1:])] for value in found}
    assert len(hit) > 0
    assert binom.cdf(len(hit), persons, delta) < 1 - 1e-4


def test_the_threshold_rises_with_noise_with_rows_and_with_caution():
    base = threshold(rho=0.5, delta=1e-6, most=1)
    assert threshold(rho=0.1, delta=1e-6, most=1) > base
    assert threshold(rho=0.5, delta=1e-9, most=1) > base
    assert threshold(rho=0.5, delta=1e-6, most=9) > base
    assert np.isclose(base, 1.5 + 4.7534243)

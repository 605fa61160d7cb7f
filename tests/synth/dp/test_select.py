import numpy as np
import pytest

from privacy.dp.accounting import Account
from synth.dp.marginals import Measurement, counted
from synth.dp.select_aim import select_pairs
from synth.dp.select_mst import select_tree
from synth.protocols import silent

SELECTORS = (select_tree, select_pairs)
SIZES = [3, 3, 3, 2]


def coupled(rows=3000):
    """0 and 1 agree in most rows, and so do 2 and 3."""
    rng = np.random.default_rng(0)
    one, three = rng.integers(0, 3, rows), rng.integers(0, 2, rows)
    two = np.where(rng.random(rows) < 0.9, one, rng.integers(0, 3, rows))
    other = np.where(rng.random(rows) < 0.9, three, 2)
    return np.stack([one, two, other, three], axis=1)


def selected(select, codes, sizes, *, rho, sensitivity=1):
    ones = [
        Measurement(attributes=(place,), counts=counted(codes, (place,), sizes), sigma=np.asarray(1.0))
        for place in range(len(sizes))
    ]
    account = Account(rho)
    found = select(
        codes, sizes, ones, total=float(len(codes)), sensitivity=sensitivity, account=account, progress=silent
    )
    return found, account


@pytest.mark.parametrize("select", SELECTORS)
def test_pairs_that_hang_together_are_measured_and_the_budget_ends(select):
    found, account = selected(select, coupled(), SIZES, rho=1.0)
    assert {(0, 1), (2, 3)} <= {each.attributes for each in found}
    assert account.left == pytest.approx(0, abs=1e-6)
    assert sum(spend.rho for spend in account.spends) <= 1.0 * (1 + 1e-9)


def test_a_tree_has_one_pair_less_than_attributes_and_no_ring():
    found, _ = selected(select_tree, coupled(), SIZES, rho=1.0)
    assert len(found) == 3
    assert {each for one in found for each in one.attributes} == {0, 1, 2, 3}


@pytest.mark.parametrize("select", SELECTORS)
def test_a_person_with_three_rows_gets_three_times_the_noise(select):
    (once, _), (thrice, _) = (
        selected(select, coupled(), SIZES, rho=1.0, sensitivity=each) for each in (1, 3)
    )
    assert thrice[0].sigma == pytest.approx(3 * once[0].sigma)


@pytest.mark.parametrize("select", SELECTORS)
def test_one_attribute_has_no_pair(select):
    found, account = selected(select, coupled()[:, :1], SIZES[:1], rho=1.0)
    assert found == []
    assert account.left == 1.0

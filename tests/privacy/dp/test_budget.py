import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohort.errors import ConfigError
from privacy.dp.budget import PrivacyBudget, default_delta, total

budgets = st.builds(
    PrivacyBudget, epsilon=st.floats(1e-6, 1e6), delta=st.floats(0, 0.1, allow_subnormal=False)
)


@pytest.mark.parametrize("epsilon", [0, -1.0, math.inf, math.nan, "1", True, None])
def test_an_epsilon_not_above_0_is_refused_with_the_remedy(epsilon):
    with pytest.raises(ConfigError, match=r"epsilon must be above 0\. Write for example"):
        PrivacyBudget(epsilon=epsilon)


@pytest.mark.parametrize("delta", [-1e-9, 1, 2, math.nan, "1e-5"])
def test_a_delta_out_of_range_is_refused_with_the_remedy(delta):
    with pytest.raises(ConfigError, match="delta must be at least 0 and below 1"):
        PrivacyBudget(epsilon=1.0, delta=delta)


def test_both_faults_are_told_at_once():
    with pytest.raises(ConfigError) as caught:
        PrivacyBudget(epsilon=0, delta=1)
    assert len(caught.value.problems) == 2


@given(budgets, budgets, budgets)
def test_the_order_is_partial(a, b, c):
    assert a <= PrivacyBudget(epsilon=a.epsilon, delta=a.delta)
    assert not a <= b <= a or a == b
    assert not a <= b <= c or a <= c
    assert (a >= b) == (b <= a)


def test_two_budgets_may_be_neither_more_nor_less():
    tight, sure = PrivacyBudget(epsilon=1, delta=1e-3), PrivacyBudget(epsilon=2, delta=0)
    assert not tight <= sure
    assert not sure <= tight


def test_spends_add_up():
    tenth = PrivacyBudget(epsilon=0.1, delta=1e-6)
    whole = total([tenth] * 10)
    assert (whole.epsilon, whole.delta) == pytest.approx((1.0, 1e-5))
    assert tenth + tenth == PrivacyBudget(epsilon=0.2, delta=2e-6)
    assert total([]) is None


@pytest.mark.parametrize(("persons", "delta"), [(1, 0.1), (100, 1e-3), (209, 1e-4), (39_073, 1e-6)])
def test_the_default_delta_is_a_power_of_ten_below_a_tenth_of_one_over_n(persons, delta):
    assert default_delta(persons) == pytest.approx(delta)
    assert 0.01 < default_delta(persons) * persons <= 0.1 * (1 + 1e-12)

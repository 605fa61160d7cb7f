"""rho adds up, and turns into (ε, δ) as tightly as published."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cohort.errors import BudgetError, ConfigError
from privacy.dp.accounting import Account, delta_for, exponential_rho, rho_for
from privacy.dp.mechanisms import gaussian_sigma


@pytest.mark.parametrize(
    ("epsilon", "delta", "draws", "sigma"),
    [
        (1, 1e-9, 1, 5.78),
        (1, 1e-9, 27, 30.0),
        (1, 1e-9, 240, 89.5),
        (1, 1e-5, 27, 21.0),
        (1, 1e-5, 240, 62.7),
    ],
)
def test_noise_of_several_draws_is_as_published(epsilon, delta, draws, sigma):
    found = gaussian_sigma(rho_for(epsilon, delta) / draws, 1)
    assert found == pytest.approx(sigma, abs=0.5 * 10 ** -(2 if sigma < 10 else 1) * 1.01)


@settings(max_examples=60, deadline=None)
@given(st.floats(1e-3, 50), st.floats(1e-12, 0.5))
def test_the_conversion_and_its_inverse_agree_and_round_to_the_safe_side(epsilon, delta):
    rho = rho_for(epsilon, delta)
    assert delta_for(rho, epsilon) <= delta
    assert delta_for(rho * (1 + 1e-9), epsilon) > delta * (1 - 1e-9)


@pytest.mark.parametrize("epsilon", [0.05, 1.0, 10.0])
@pytest.mark.parametrize("delta", [1e-9, 1e-5, 1e-2])
def test_no_better_than_the_gaussian_itself_and_not_much_worse(epsilon, delta):
    """A Gaussian's exact profile (Balle & Wang 2018) bounds the conversion from below."""
    rho = rho_for(epsilon, delta)
    mu = math.sqrt(2 * rho)
    exact = stats.norm.cdf(mu / 2 - epsilon / mu) - math.exp(epsilon) * stats.norm.cdf(-mu / 2 - epsilon / mu)
    assert exact <= delta
    assert epsilon <= rho + 2 * math.sqrt(rho * math.log(1 / delta))


@pytest.mark.parametrize("delta", [0, 1, -1e-9, math.nan])
def test_concentrated_privacy_promises_nothing_without_a_delta(delta):
    with pytest.raises(ConfigError, match="delta must be above 0 and below 1"):
        rho_for(1.0, delta)


@pytest.mark.parametrize("epsilon", [0, -1, math.nan, math.inf])
def test_an_epsilon_that_is_none_is_refused(epsilon):
    with pytest.raises(ConfigError, match="must be above 0"):
        rho_for(epsilon, 1e-5)


def test_what_mechanisms_cost():
    assert exponential_rho(2.0) == 0.5


def test_an_account_refuses_before_it_takes():
    account = Account(1.0)
    account.spend(0.75, on="ages")
    with pytest.raises(BudgetError, match=r"sexes asks for rho = 0\.5 and 0\.25 of 1 is left"):
        account.spend(0.5, on="sexes")
    assert account.left == 0.25
    assert [(each.rho, each.on) for each in account.spends] == [(0.75, "ages")]


def test_an_account_is_spent_in_any_number_of_equal_parts():
    for parts in (3, 7, 10, 240, 1_000):
        account = Account(0.014973057673588523)
        for place in range(parts):
            account.spend(account.rho / parts, on=str(place))
        assert account.left == pytest.approx(0, abs=1e-14)
        with pytest.raises(BudgetError):
            account.spend(account.rho * 1e-9, on="one more")


def test_what_is_forgiven_as_rounding_is_forgiven_once():
    account = Account(1.0)
    account.spend(1.0, on="all")
    account.spend(6e-13, on="a rounding")
    with pytest.raises(BudgetError):
        account.spend(6e-13, on="the same again")


@pytest.mark.parametrize("rho", [0, -0.1, math.nan])
def test_nothing_is_spent_or_given_back_by_odd_numbers(rho):
    with pytest.raises(ConfigError):
        Account(1.0).spend(rho, on="x")
    with pytest.raises(ConfigError):
        Account(rho)

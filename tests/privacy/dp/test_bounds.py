"""What counted errors say of epsilon: known answers, and bounds that hold."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from privacy.dp.bounds import (
    Guesses,
    epsilon_at_least,
    gaussian_delta,
    gaussian_epsilon,
    mu_at_least,
    one_run_bound,
    rate_at_most,
)

DELTA = 1e-5


def _mu(epsilon, delta=DELTA):
    """The largest mu whose Gaussian noise is (epsilon, delta)-private."""
    return brentq(lambda mu: gaussian_delta(mu, epsilon) - delta, 1e-3, 50.0, xtol=1e-13)


def _guesses(false_alarms, misses, runs):
    return Guesses(
        false_alarms=round(false_alarms * runs), without=runs, misses=round(misses * runs), having=runs
    )


def _perfect_test(mu, runs, at):
    return _guesses(stats.norm.sf(at), stats.norm.cdf(at - mu), runs)


# The best test of a Gaussian mechanism whose noise is exactly the claim's (research: dp.md, section 4).
@pytest.mark.parametrize(
    ("epsilon", "runs", "counted", "gaussian"),
    [
        (1, 100, 0.0, 0.0),
        (1, 1_000, 0.12, 0.37),
        (1, 10_000, 0.38, 0.80),
        (4, 100, 0.45, 1.55),
        (4, 1_000, 1.29, 3.20),
        (4, 10_000, 2.00, 3.75),
        (10, 100, 1.78, 6.33),
        (10, 1_000, 3.20, 8.83),
        (10, 10_000, 4.46, 9.64),
    ],
)
def test_the_best_test_of_exact_noise_shows_what_is_known(epsilon, runs, counted, gaussian):
    mu = _mu(epsilon)
    everywhere = [_perfect_test(mu, runs, at) for at in np.arange(-4, 6, 0.05)]
    best = max(epsilon_at_least(each, delta=DELTA) for each in everywhere)
    assert best == pytest.approx(counted, abs=0.05)
    middle = mu_at_least(_perfect_test(mu, runs, mu / 2))
    assert gaussian_epsilon(middle, DELTA) == pytest.approx(gaussian, abs=0.03)


@pytest.mark.parametrize(("runs", "cap"), [(100, 3.28), (1_000, 5.60), (10_000, 7.90)])
def test_nobody_who_counts_can_show_more_than_the_cap(runs, cap):
    assert epsilon_at_least(_guesses(0, 0, runs), delta=DELTA) == pytest.approx(cap, abs=0.005)


def test_guesses_that_are_wrong_as_often_as_right_show_nothing():
    assert epsilon_at_least(_guesses(0.5, 0.5, 1_000), delta=0.0) == 0.0
    assert mu_at_least(_guesses(0.5, 0.5, 1_000)) == 0.0
    assert gaussian_epsilon(0.0, DELTA) == 0.0
    assert one_run_bound(100, 50) == 0.0


def test_always_guessing_the_same_shows_nothing():
    for false_alarms, misses in ((1.0, 0.0), (0.0, 1.0)):
        assert epsilon_at_least(_guesses(false_alarms, misses, 50), delta=0.0) == 0.0
        assert mu_at_least(_guesses(false_alarms, misses, 50)) == 0.0


def test_a_rate_is_bounded_exactly():
    assert rate_at_most(0, 100, confidence=0.95) == pytest.approx(1 - 0.05**0.01)
    assert rate_at_most(100, 100, confidence=0.95) == 1.0
    assert stats.binom.cdf(7, 40, rate_at_most(7, 40, confidence=0.9)) == pytest.approx(0.1)


def test_gaussian_noise_and_epsilon_are_each_others_inverse():
    for epsilon in (0.1, 1.0, 10.0):
        mu = _mu(epsilon)
        assert gaussian_delta(mu, epsilon) == pytest.approx(DELTA, rel=1e-6)
        assert gaussian_epsilon(mu, DELTA) == pytest.approx(epsilon, rel=1e-9)
    assert 1 / _mu(1.0, 1e-9) == pytest.approx(5.50, abs=0.005)  # dp.md, section 2


@pytest.mark.parametrize(
    ("guesses", "right", "bound"),
    [
        (100, 73, 0.61),
        (1_000, 730, 0.88),
        (100, 90, 1.63),
        (1_000, 900, 2.02),
        (50, 50, 2.78),
        (100, 100, 3.49),
        (1_000, 1_000, 5.81),
    ],
)
def test_one_run_shows_what_is_known(guesses, right, bound):
    assert one_run_bound(guesses, right) == pytest.approx(bound, abs=0.006)


def test_one_run_is_the_exact_binomial_tail():
    epsilon = one_run_bound(60, 50, confidence=0.9)
    assert stats.binom.sf(49, 60, 1 / (1 + math.exp(-epsilon))) == pytest.approx(0.1)


def test_a_delta_takes_off_what_one_run_shows_and_counts_with_the_canaries():
    bounds = [
        one_run_bound(100, 90, delta=delta, canaries=canaries)
        for delta, canaries in ((0.0, 200), (1e-5, 200), (1e-3, 200), (1e-3, 1_000))
    ]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[1] == pytest.approx(1.63, abs=0.01)
    assert bounds[3] < bounds[2] < bounds[1]


def test_bounds_hold_as_often_as_they_say():
    claim, runs = 1.0, 200
    right = 1 / (1 + math.exp(-claim))  # randomised response: each world's errors are as many as allowed
    errors = np.arange(runs + 1)
    chances = stats.binom.pmf(errors, runs, 1 - right)
    shown = [
        [
            epsilon_at_least(Guesses(false_alarms=a, without=runs, misses=b, having=runs), delta=0.0)
            for a in few
        ]
        for few in [errors[30:80].tolist()]
        for b in few
    ]
    likely = np.outer(chances[30:80], chances[30:80])
    assert likely.sum() > 0.999
    assert likely[np.array(shown) > claim].sum() < 0.05
    one_run = [one_run_bound(runs, runs - wrong) > claim for wrong in errors.tolist()]
    assert 0.02 < chances[one_run].sum() <= 0.05

"""What a game of guessing says of epsilon: lower bounds from counted errors, and how high they can get.

An audit plays the promise's own game. Two worlds differ in one person; a guesser who sees a figure
of either says which. Whoever errs less than (epsilon, delta) allows has shown the promise broken.
Upper bounds on epsilon are proven, never counted: a low figure from here is no evidence of privacy.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, log_ndtr, ndtr, ndtri
from scipy.stats import binom

_MOST_EPSILON = 700.0


@dataclass(frozen=True, kw_only=True)
class Guesses:
    """How often a guesser erred.

    Parameters
    ----------
    false_alarms, without : int
        Guessed "with", of so many draws from the world without the person.
    misses, having : int
        Guessed "without", of so many draws from the world with the person.
    """

    false_alarms: int
    without: int
    misses: int
    having: int

    def rates_at_most(self, confidence: float) -> tuple[float, float]:
        """Upper bounds on the rates of false alarms and of misses that hold together."""
        alone = 1 - (1 - confidence) / 2
        return (
            rate_at_most(self.false_alarms, self.without, confidence=alone),
            rate_at_most(self.misses, self.having, confidence=alone),
        )


def rate_at_most(hits: int, of: int, *, confidence: float) -> float:
    """The exact one-sided upper bound on a rate (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404)."""
    return 1.0 if hits >= of else float(betaincinv(hits + 1, of - hits, confidence))


def epsilon_at_least(guesses: Guesses, *, delta: float, confidence: float = 0.95) -> float:
    """The epsilon that the errors show, whatever the mechanism (Jagielski, Ullman & Oprea 2020).

    doi:10.48550/arXiv.2006.07709. Of each kind of error, 1 - delta is at most exp(epsilon) times one
    plus the other (Kairouz, Oh & Viswanath 2017, doi:10.1109/TIT.2017.2685505).

    Returns
    -------
    float, >= 0
        A lower bound on epsilon at ``delta``; 0 where nothing is shown.
    """
    return _epsilon_of_rates(*guesses.rates_at_most(confidence), delta)


def mu_at_least(guesses: Guesses, *, confidence: float = 0.95) -> float:
    """How many standard deviations of Gaussian noise one person moves a figure, as the errors show.

    The trade-off of errors of Gaussian noise is known (Dong, Roth & Su 2022, doi:10.1111/rssb.12454),
    so that errors that are easily counted tell of the small deltas at which they cannot be (Nasr et
    al. 2023, doi:10.48550/arXiv.2302.07956); see `gaussian_epsilon`. Only for Gaussian noise.

    Returns
    -------
    float, >= 0
    """
    false_alarms, misses = guesses.rates_at_most(confidence)
    return max(0.0, -float(ndtri(false_alarms) + ndtri(misses)))


def gaussian_delta(mu: float, epsilon: float) -> float:
    """The delta at which Gaussian noise gives ``epsilon`` (Balle & Wang 2018, doi:10.48550/arXiv.1805.06530).

    Parameters
    ----------
    mu : float, > 0
        How far one person moves the figure, in the noise's standard deviations.
    """
    far = math.exp(min(epsilon + float(log_ndtr(-epsilon / mu - mu / 2)), 0.0))
    return max(0.0, float(ndtr(mu / 2 - epsilon / mu)) - far)


def gaussian_epsilon(mu: float, delta: float) -> float:
    """The smallest epsilon that Gaussian noise gives at ``delta``; 0 where even that holds."""
    if mu <= 0 or gaussian_delta(mu, 0.0) <= delta:
        return 0.0
    return _turning(lambda epsilon: gaussian_delta(mu, epsilon) <= delta)


def one_run_bound(
    guesses: int, right: int, *, delta: float = 0.0, canaries: int | None = None, confidence: float = 0.95
) -> float:
    """The epsilon that guesses about many planted records of one single run show.

    Each canary was put in by the toss of a coin; the guesser says of some whether they were, and
    abstains from the others (Steinke, Nasr & Jagielski 2023, doi:10.48550/arXiv.2305.08846, theorem 5.2).

    Parameters
    ----------
    guesses, right : int
        Canaries guessed, and guessed right; chosen without knowing the tosses.
    delta : float, in [0, 1)
        Of the claim; 0 for a generator that claims nothing.
    canaries : int, optional
        All that were tossed for, which counts where ``delta`` is above 0; by default ``guesses``.
    confidence : float, in (0, 1)

    Returns
    -------
    float, >= 0
        A lower bound on epsilon, for adding or removing one record.
    """
    chance = 1 - confidence
    many = guesses if canaries is None else canaries

    def is_plausible(epsilon: float) -> bool:
        return _chance_of_as_many(guesses, right, epsilon, delta=delta, canaries=many) > chance

    return 0.0 if is_plausible(0.0) else _turning(is_plausible)


def _chance_of_as_many(guesses: int, right: int, epsilon: float, *, delta: float, canaries: int) -> float:
    """The most likely that an (epsilon, delta)-private run is guessed right so often."""
    rate = 1 / (1 + math.exp(-epsilon))
    tail = float(binom.sf(right - 1, guesses, rate))
    if delta == 0:
        return tail
    fewer = np.arange(1, right + 1)
    as_many_less = np.cumsum(binom.pmf(right - fewer, guesses, rate))
    worst = float(np.max(as_many_less / fewer, initial=0.0))
    return min(1.0, tail + 2 * canaries * delta * worst)


def _epsilon_of_rates(false_alarms: float, misses: float, delta: float) -> float:
    shown = [
        math.log((1 - delta - one) / other)
        for one, other in ((false_alarms, misses), (misses, false_alarms))
        if other > 0 and 1 - delta - one > 0
    ]
    return max(0.0, *shown) if shown else 0.0


def _turning(is_beyond: Callable[[float], bool]) -> float:
    """Where ``is_beyond`` turns true on [0, 700]; its end where it nowhere does."""
    low, high = 0.0, _MOST_EPSILON
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if is_beyond(middle) else (middle, high)
    return high

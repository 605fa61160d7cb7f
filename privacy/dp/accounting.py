"""What the noise inside one release adds up to: rho-zero-concentrated differential privacy.

Concentrated privacy adds up without loss (Bun & Steinke 2016, doi:10.1007/978-3-662-53641-4_24),
where (ε, δ) of 27 noisy tables, composed one by one, would take five times the noise. It becomes
(ε, δ) once, at the end, by the conversion of Canonne, Kamath & Steinke 2020
(doi:10.48550/arXiv.2004.00010, Proposition 12).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from cohort.errors import BudgetError, ConfigError, Problem

_ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True)
class Spend:
    """One draw from the data: how much rho it cost, and on what."""

    rho: float
    on: str


class Account:
    """The rho of one release, spent before each draw.

    Parameters
    ----------
    rho : float, > 0
        All that the release may spend; see `rho_for`.
    """

    def __init__(self, rho: float) -> None:
        self.rho = _positive(rho, "rho")
        self._spends: list[Spend] = []

    @property
    def spends(self) -> tuple[Spend, ...]:
        """What was spent, in order."""
        return tuple(self._spends)

    @property
    def left(self) -> float:
        """The rho not yet spent, never below 0."""
        return max(0.0, self.rho - self._with(0.0))

    def _with(self, rho: float) -> float:
        return math.fsum([*(each.rho for each in self._spends), rho])

    def spend(self, rho: float, *, on: str) -> None:
        """Take ``rho`` off what is left.

        Raises
        ------
        BudgetError
            Where more is asked than is left; nothing is taken then. All spends together may exceed
            the whole by a share of 1e-12 of it, as rounding.
        """
        if self._with(_positive(rho, "rho")) > self.rho * (1 + _ROUNDING):
            raise BudgetError(
                Problem(
                    what=f"{on} asks for rho = {rho:.6g} and {self.left:.6g} of {self.rho:.6g} is left.",
                    where="a release's privacy account",
                    remedy="Give the release more epsilon, or measure fewer tables.",
                )
            )
        self._spends.append(Spend(rho=rho, on=on))


def exponential_rho(epsilon: float) -> float:
    """The rho of an exponential mechanism: eps²/8 (Cesar & Rogers 2021, doi:10.48550/arXiv.2004.07223)."""
    return epsilon**2 / 8


def rho_for(epsilon: float, delta: float) -> float:
    """The largest rho whose every mechanism is (epsilon, delta)-private, rounded down.

    Raises
    ------
    ConfigError
        Where epsilon is not above 0, or delta not between 0 and 1: concentrated privacy gives no
        promise with delta = 0.
    """
    _positive(epsilon, "epsilon")
    _between_0_and_1(delta)
    most = 1.0
    while delta_for(most, epsilon) <= delta:
        most *= 2
    return _last(lambda rho: delta_for(rho, epsilon) <= delta, high=most)


def delta_for(rho: float, epsilon: float) -> float:
    """The smallest delta at which ``rho`` gives ``epsilon``.

    The least of exp((a - 1)(a rho - eps)) (1 - 1/a)^a / (a - 1) over a > 1; its logarithm is convex.
    """
    low, high = 1.01, max(2.0, (epsilon + 1) / (2 * rho) + 2)
    for _ in range(200):
        alpha = (low + high) / 2
        if alpha in (low, high):
            break  # any alpha gives a bound that holds
        if (2 * alpha - 1) * rho - epsilon + math.log1p(-1 / alpha) < 0:
            low = alpha
        else:
            high = alpha
    exponent = (alpha - 1) * (alpha * rho - epsilon) + alpha * math.log1p(-1 / alpha) - math.log(alpha - 1)
    return math.exp(min(exponent, 0.0))


def _last(holds: Callable[[float], bool], *, high: float) -> float:
    """The largest number in [0, high] up to which ``holds`` is true."""
    low = 0.0
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _positive(value: float, name: str) -> float:
    if not 0 < value < math.inf:
        raise ConfigError(
            Problem(what=f"{name} must be above 0.", remedy="Write for example `epsilon: 1.0`.")
        )
    return value


def _between_0_and_1(delta: float) -> None:
    if not 0 < delta < 1:
        remedy = "Write a number far below 1 / persons, for example `delta: 1.0e-5`."
        raise ConfigError(Problem(what="delta must be above 0 and below 1.", remedy=remedy))

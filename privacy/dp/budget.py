"""How much a release may tell about one person: (ε, δ)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from cohort.errors import ConfigError, Problem


@dataclass(frozen=True, kw_only=True)
class PrivacyBudget:
    """Differential privacy's two numbers, for adding or removing one person.

    ``a <= b`` holds where *both* numbers of ``a`` are at most those of ``b``; of two budgets
    neither may be at most the other, so that ``a > b`` is not the negation of ``a <= b``.

    Parameters
    ----------
    epsilon : float, > 0
        The bound on how much likelier any output becomes by one person.
    delta : float, in [0, 1)
        The probability with which the bound may fail.

    Raises
    ------
    ConfigError
        With each number that is out of its range.
    """

    epsilon: float
    delta: float = 0.0

    def __post_init__(self) -> None:
        problems = [*_bad_epsilon(self.epsilon), *_bad_delta(self.delta)]
        if problems:
            raise ConfigError(problems)

    def __le__(self, other: Self) -> bool:
        return self.epsilon <= other.epsilon and self.delta <= other.delta

    def __ge__(self, other: Self) -> bool:
        return other <= self

    def __add__(self, other: Self) -> "PrivacyBudget":
        """What both spends together promise (basic composition)."""
        return PrivacyBudget(epsilon=self.epsilon + other.epsilon, delta=self.delta + other.delta)

    def __str__(self) -> str:
        return f"ε = {self.epsilon:g}, δ = {self.delta:g}"


def default_delta(persons: int) -> float:
    """The largest power of ten that is at most 1 / (10 persons).

    A power of ten tells only the size that everybody knows; 1 / (10 persons) itself would tell
    exactly how many persons there are.
    """
    return float(10.0 ** -math.ceil(math.log10(10 * max(persons, 1))))


def total(budgets: Iterable[PrivacyBudget]) -> PrivacyBudget | None:
    """What several spends of the same persons promise together; None of none."""
    spent = list(budgets)
    if not spent:
        return None
    return PrivacyBudget(
        epsilon=math.fsum(each.epsilon for each in spent), delta=math.fsum(each.delta for each in spent)
    )


def _bad_epsilon(epsilon: float) -> list[Problem]:
    if _is_number(epsilon) and 0 < epsilon < math.inf:
        return []
    return [Problem(what="epsilon must be above 0.", remedy="Write for example `epsilon: 1.0`.")]


def _bad_delta(delta: float) -> list[Problem]:
    if _is_number(delta) and 0 <= delta < 1:
        return []
    remedy = "Write a number far below 1 / persons, for example `delta: 1.0e-5`."
    return [Problem(what="delta must be at least 0 and below 1.", remedy=remedy)]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

"""The record of one measurement of use."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

SUBGROUP = "subgroup_"
"""How a metric begins that was measured on some persons only, whom its group names."""
GAP = f"{SUBGROUP}gap"
"""What a release loses for a subgroup beyond what it loses for all others; 0 is no gap."""


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, kw_only=True)
class UtilityScore:
    """How useful a release is in one respect, beside the same measure on real patients.

    Parameters
    ----------
    metric : str
        Such as ``auroc_linear`` or ``column_fidelity``.
    group : str
        What it was measured on: a column, a pair of columns, a target; "" for the whole.
    value : float
        For the release.
    reference : float, optional
        Train-on-synthetic: the same model trained on real train. Fidelity: train against
        holdout, the sampling error of real patients.
    low, high : float
        Two-sided 95 % interval for ``value``, over persons.
    n : int
        Persons it was measured on.
    direction : Direction
        Which way is better.
    """

    metric: str
    group: str = ""
    value: float
    reference: float | None = None
    low: float
    high: float
    n: int
    direction: Direction = Direction.HIGHER

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """Read from the evidence."""
        return cls(**{**content, "direction": Direction(content["direction"])})

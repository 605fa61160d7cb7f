"""The record of one attack on one release."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self


class AttackRole(StrEnum):
    """What a figure counts for; only primary attacks join the corrected family."""

    PRIMARY = "primary"
    DIAGNOSTIC = "diagnostic"
    SECOND_OPINION = "second_opinion"


class Outcome(StrEnum):
    """Whether the attack could say anything."""

    ESTIMATED = "estimated"
    NOT_APPLICABLE = "not_applicable"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, kw_only=True)
class RiskEstimate:
    """What an attack found, beside what it finds without a leak.

    Parameters
    ----------
    attack, family : str
        Its name, and the risk it belongs to (membership, linkage, singling out, inference).
    threat : str
        One sentence: who knows what and wants what.
    role : AttackRole
        What the figure counts for.
    outcome : Outcome
        Whether the attack could say anything; ``reason`` says why not.
    n, n_control : int
        Persons attacked among train and among control.
    train, control, naive : float, in [0, 1]
        Success rates against train, against persons whom no generator saw, and of a guess
        that does without the release.
    excess, low, high : float, in [-1, 1]
        train less control, not clipped, with its two-sided interval at ``level``.
    level : float, in (0, 1)
        The interval's level.
    p : float, in (0, 1]
        One-sided, for "train is hit more often than control".
    p_adjusted : float, in (0, 1]
        The same, corrected over the family of primary attacks.
    alarm : bool
        Whether the attack's own p is at most 0.05.
    detectable : float, in (0, 1]
        The smallest share of copied records that the attack caught in 80 % of the planted
        leaks at this size; None where it was not measured or no share was caught.
    ceiling : float, in [0, 1]
        The highest power that any attack can have at 5 % of copied records; None where it was not
        measured.
    reason : str
        Why the outcome is not *estimated*.
    figures : dict of str to dict
        What the attack found besides: by name ``value``, ``low`` and ``high``, or the ``reason``
        why there is no such figure.
    """

    attack: str
    family: str
    threat: str
    role: AttackRole
    outcome: Outcome = Outcome.ESTIMATED
    n: int = 0
    n_control: int = 0
    train: float | None = None
    control: float | None = None
    naive: float | None = None
    excess: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    p: float | None = None
    p_adjusted: float | None = None
    alarm: bool = False
    detectable: float | None = None
    ceiling: float | None = None
    reason: str = ""
    figures: dict[str, dict[str, Any]] = field(default_factory=dict, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """Read from the evidence."""
        named = {**content, "role": AttackRole(content["role"]), "outcome": Outcome(content["outcome"])}
        return cls(**named)

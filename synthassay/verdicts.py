"""What a policy says of one candidate: records only."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self


class Judgement(StrEnum):
    """The outcome of one criterion, or of all together."""

    ACCEPT = "accept"
    MITIGATE = "mitigate"
    REJECT = "reject"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not_applicable"
    REFERENCE = "reference"

    @property
    def symbol(self) -> str:
        """A mark that needs no colour."""
        return _WORDS[self.value][0]

    @property
    def words(self) -> str:
        """For people who do not read code."""
        return _WORDS[self.value][1]


_WORDS = {
    "accept": ("✓", "meets the policy; a person must decide"),
    "mitigate": ("△", "not yet"),
    "reject": ("✕", "does not meet the policy"),
    "inconclusive": ("?", "cannot tell at this size"),
    "not_applicable": ("–", "not applicable"),
    "reference": ("◇", "reference point, not a release"),
}


@dataclass(frozen=True, kw_only=True)
class CriterionResult:
    """One criterion of a policy, held against what was measured.

    Parameters
    ----------
    criterion : str
        Its name in the policy.
    title : str
        Its name for people.
    judgement : Judgement
        What the bad end of the interval says.
    required : bool
        Whether it counts in the verdict, or is shown only.
    value, low, high : float, optional
        The quantity and its interval; None where it could not be measured.
    bound : {"at_most", "at_least"}
        Which side of ``threshold`` is wanted.
    threshold : float
        The policy's.
    source : str
        Where the threshold comes from.
    sentence : str
        The result in plain words.
    remedy : str
        What to do about it; "" where there is nothing to do.
    """

    criterion: str
    title: str
    judgement: Judgement
    required: bool
    value: float | None
    low: float | None
    high: float | None
    bound: str
    threshold: float
    source: str
    sentence: str
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """All criteria of a policy together.

    Parameters
    ----------
    judgement : Judgement
        The worst of the required criteria; *reference* for a reference point.
    policy : str
        The policy's name.
    sentence : str
        The verdict in plain words.
    criteria : tuple of CriterionResult
        In the policy's order.
    """

    judgement: Judgement
    policy: str
    sentence: str
    criteria: tuple[CriterionResult, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return {
            "verdict": self.judgement.value,
            "policy": self.policy,
            "sentence": self.sentence,
            "criteria": [asdict(result) for result in self.criteria],
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """Read from the evidence."""
        criteria = [
            CriterionResult(**{**entry, "judgement": Judgement(entry["judgement"])})
            for entry in content["criteria"]
        ]
        return cls(
            judgement=Judgement(content["verdict"]),
            policy=content["policy"],
            sentence=content["sentence"],
            criteria=tuple(criteria),
        )

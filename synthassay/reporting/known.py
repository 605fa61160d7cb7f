"""What a report's sentences are computed from, and the few words that several of them share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from privacy.estimates import AttackRole, Outcome, RiskEstimate
from synthassay.ledger.attempts import Attempts
from synthassay.ledger.records import Decision
from synthassay.runs import Evidence, Run
from synthassay.verdicts import CriterionResult, Judgement

Key = TypeVar("Key")
_LEAK_LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A question, its answer in a sentence or two, and what that rests on.

    Parameters
    ----------
    question, answer : str
        As a member of a board would ask, and be told.
    because : tuple of str
        A sentence each.
    """

    question: str
    answer: str
    because: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the writer of a report knows.

    Parameters
    ----------
    run : Run
        As the reader may see it.
    public : bool
        Whether anybody may read it: then nothing counts patients.
    attempts : dict of str to Attempts
        Which attempt on its patients each candidate was; empty where the ledger does not say.
    decided : tuple of Decision
        About the run's candidates, oldest first.
    terms : dict
        What of the policy binds a decision: ``context``, ``attempts``, ``valid_days``; empty where unknown.
    head : str
        The hash of the ledger's last entry, which binds all before it; "" where there is no ledger.
    sealed : tuple of dict
        Each candidate's ``name`` and the keyed hashes of its ``evidence`` and ``release``, as the ledger
        holds them.
    """

    run: Run
    public: bool
    attempts: Mapping[str, Attempts] = field(default_factory=dict)
    decided: tuple[Decision, ...] = ()
    terms: Mapping[str, Any] = field(default_factory=dict)
    head: str = ""
    sealed: tuple[Mapping[str, Any], ...] = ()

    @property
    def judged(self) -> tuple[Evidence, ...]:
        """The candidates of which there is a release."""
        return tuple(each for each in self.run.candidates if each.verdict is not None)


def names(candidates: Iterable[Evidence]) -> str:
    """Candidates in a row."""
    return ", ".join(each.candidate for each in candidates)


def grouped(
    candidates: Iterable[Evidence], key: Callable[[Evidence], Key]
) -> list[tuple[Key, list[Evidence]]]:
    """Candidates of which the same is to be said, in their first one's order."""
    found: dict[Key, list[Evidence]] = {}
    for each in candidates:
        found.setdefault(key(each), []).append(each)
    return list(found.items())


def criterion(evidence: Evidence, name: str) -> CriterionResult | None:
    """One criterion of the verdict; None where the policy has none of that name."""
    held = () if evidence.verdict is None else evidence.verdict.criteria
    return next((each for each in held if each.criterion == name), None)


def primary(evidence: Evidence) -> list[RiskEstimate]:
    """The attacks that count in the verdict and could say something."""
    return [
        each
        for each in evidence.risks
        if each.role is AttackRole.PRIMARY and each.outcome is Outcome.ESTIMATED
    ]


def leaks(evidence: Evidence) -> bool | None:
    """Whether attackers told patients used from others; None where they could not try."""
    result = criterion(evidence, "leak")
    if result is not None:
        return {Judgement.REJECT: True, Judgement.ACCEPT: False}.get(result.judgement)
    adjusted = [each.p_adjusted for each in primary(evidence) if each.p_adjusted is not None]
    return min(adjusted) <= _LEAK_LEVEL if adjusted else None


def in_100(share: float) -> str:
    """A share as people count: so many in a hundred."""
    return f"{100 * share:.0f}" if share >= 0.01 or share == 0 else f"{100 * share:.1f}"

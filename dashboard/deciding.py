"""A decision's form, without Streamlit: what it still lacks before it can be written down."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from synthassay.language import say
from synthassay.verdicts import Judgement

ACCEPT, MITIGATE, REJECT = "accept", "mitigate", "reject"
_SHORTEST = 20  # letters; a reason is read by an auditor in two years


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What somebody has filled in.

    Parameters
    ----------
    verdict : {"accept", "mitigate", "reject"}
        Theirs.
    by : str
        Who decides.
    reason, exception, purpose : str
        Why; why against the policy; what the release is for.
    conditions : str
        A line each.
    until : date, optional
        The last day on which it stands.
    read : bool
        Whether they say that they have read the evidence.
    """

    verdict: str
    by: str
    reason: str
    exception: str
    purpose: str
    conditions: str
    until: date | None
    read: bool

    @property
    def listed(self) -> tuple[str, ...]:
        """The conditions, one each."""
        return tuple(line.strip() for line in self.conditions.splitlines() if line.strip())


def lacks(draft: Draft, judged: Judgement) -> Iterator[str]:
    """What is missing, a sentence each; the command refuses the rest, and says why."""
    if not draft.by.strip():
        yield say("Say who decides.")
    if len(draft.reason.strip()) < _SHORTEST:
        yield say("Give the reason, in at least {n} letters.", n=_SHORTEST)
    if draft.verdict == ACCEPT and judged is not Judgement.ACCEPT and not draft.exception.strip():
        yield say("The policy does not accept this candidate: say why you do all the same.")
    if draft.until is not None and draft.until < date.today():
        yield say("The last day on which it stands has passed.")
    if not draft.read:
        yield say("Say that you have read the evidence.")

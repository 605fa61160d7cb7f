"""What a config says of the audit of each candidate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_FEWEST, _MOST = 10, 10_000


@dataclass(frozen=True, kw_only=True)
class AuditPlan:
    """The audit of each candidate.

    Parameters
    ----------
    fits : int, >= 10
        Of a generator with a guarantee, in each of the two worlds; half of them fix the threshold. One
        without a guarantee is fitted once, whatever this says.
    """

    fits: int = 200


def read_audit(content: Any, wrong: Callable[[str, str], None]) -> AuditPlan:
    """Read ``audit: {fits: 200}``, telling ``wrong`` what is wrong and what to write."""
    if not isinstance(content, Mapping) or not set(content) <= {"fits"}:
        wrong("audit is no mapping of fits.", "Write audit: {fits: 200}.")
        return AuditPlan()
    fits = content.get("fits", AuditPlan().fits)
    if isinstance(fits, int) and not isinstance(fits, bool) and _FEWEST <= fits <= _MOST:
        return AuditPlan(fits=fits)
    what = f"audit: fits is {fits!r}, no whole number from {_FEWEST} to {_MOST:,}."
    wrong(what, f"Leave it out for {AuditPlan().fits}.")
    return AuditPlan()

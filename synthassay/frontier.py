"""The frontier: one point a candidate, its use against its risk, each with its interval."""

from collections.abc import Sequence
from math import sqrt
from typing import Any

from scipy import stats

from privacy.estimates import Outcome, RiskEstimate
from synthassay.pareto import pareto_shares
from synthassay.policy import Policy
from synthassay.runs import Evidence
from utility.measure import headline
from utility.scores import UtilityScore

_RISKS = ("copy_scan", "orbit_copies")
"""How many look copied: of tables, and of images."""


def frontier(evidence: Sequence[Evidence], *, policy: Policy) -> dict[str, Any]:
    """Points, the axes they lie on, and the region in which the policy finds nothing against them.

    Parameters
    ----------
    evidence : sequence of Evidence
        Reference points and candidates.
    policy : Policy
        Its ``utility_floor`` bounds the region from below.

    Returns
    -------
    dict
        ``points``, each with its ``pareto`` share (see `pareto_shares`; None of a reference point);
        ``region`` (``risk_at_most``, ``utility_at_least``; None where unknown),
        ``utility_metric`` and ``risk_attack``.
    """
    first = next((score for each in evidence if (score := headline(each.utility)) is not None), None)
    attack = next((name for name in _RISKS if any(each.risk(name) for each in evidence)), _RISKS[0])
    points = [_point(each, like=first, attack=attack) for each in evidence if not each.failure]
    shares = pareto_shares(points)
    return {
        "utility_metric": None if first is None else first.metric,
        "utility_group": None if first is None else first.group,
        "risk_attack": attack,
        "points": [{**point, "pareto": shares.get(point["candidate"])} for point in points],
        "region": {
            "risk_at_most": _smallest_visible_excess(evidence, attack=attack, level=policy.level),
            "utility_at_least": _floor(first, policy),
        },
    }


def _point(evidence: Evidence, *, like: UtilityScore | None, attack: str) -> dict[str, Any]:
    score, risk = headline(evidence.utility, like=like), evidence.risk(attack)
    known = risk is not None and risk.outcome is Outcome.ESTIMATED
    return {
        "candidate": evidence.candidate,
        "reference": evidence.reference,
        "verdict": None if evidence.verdict is None else evidence.verdict.judgement.value,
        "utility": None if score is None else {k: getattr(score, k) for k in ("value", "low", "high")},
        "risk": {
            "value": risk.excess,
            "low": risk.low,
            "high": risk.high,
            "detectable": risk.detectable,
        }
        if risk is not None and known
        else None,
    }


def _smallest_visible_excess(evidence: Sequence[Evidence], *, attack: str, level: float) -> float | None:
    """The excess above which chance no longer explains it, at these numbers of persons."""
    risks = [risk for each in evidence if (risk := _estimated(each, attack)) is not None]
    if not risks:
        return None
    rate, n, n_control = risks[-1].control or 0.0, risks[-1].n, risks[-1].n_control
    spread = sqrt(rate * (1 - rate) * (1 / n + 1 / n_control))
    return float(stats.norm.ppf((1 + level) / 2)) * spread


def _estimated(evidence: Evidence, attack: str) -> RiskEstimate | None:
    risk = evidence.risk(attack)
    whole = not evidence.reference and risk is not None and risk.outcome is Outcome.ESTIMATED
    return risk if whole else None


def _floor(first: UtilityScore | None, policy: Policy) -> float | None:
    floors = [each for each in policy.criteria if each.criterion == "utility_floor"]
    if first is None or first.reference is None or not floors:
        return None
    return first.reference + floors[0].threshold

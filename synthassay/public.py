"""What of a run may be shown to anybody: no seed, no hash, no count of patients.

Somebody who knows all patients but one would learn from a count whether the last is among them. Shares
are rounded, and left out where they stand for fewer patients than the policy's minimum.

Beside a release with a formal guarantee nothing may be shown that was computed on the patients
without noise: a rate, a score or a verdict would tell what the guarantee says that nobody can.
"""

from dataclasses import replace
from typing import Any

from privacy.estimates import RiskEstimate
from synthassay.runs import Evidence, Run
from utility.scores import SUBGROUP, UtilityScore

_PUBLIC_FACTS = ("name", "kind", "status", "started", "ended", "policy", "minimum_count", "evidence")
_DIGITS = 2


def public_run(run: Run) -> Run:
    """A copy of a run from which nobody who knows all patients but one learns about the last.

    Rates that stand for fewer persons than the policy's minimum count are left out, with
    everything they could be computed from; all others are rounded to two digits. Of a run with a
    formal guarantee only what that guarantee pays for is left.
    """
    if run.promises:
        return _promises_alone(run)
    minimum = int(run.about["minimum_count"])
    evidence = tuple(_evidence(each, minimum) for each in run.evidence)
    return replace(
        run,
        about={
            **{key: run.about[key] for key in _PUBLIC_FACTS},
            **({"rare": _rare(run.about["rare"])} if "rare" in run.about else {}),
        },
        cohort=_cohort(run.cohort),
        frontier=_frontier(run.frontier, evidence),
        evidence=evidence,
    )


def _cohort(cohort: dict[str, Any]) -> dict[str, Any]:
    """What the patients are asked about, and not how many they are."""
    shown = ("name", "kind", "size", "cross_fitted", "trained_on_known")
    columns = (cohort.get("schema") or {}).get("columns", {})
    return {
        **{key: cohort[key] for key in shown if key in cohort},
        "set_aside": bool(cohort.get("holdout_persons")),
        "schema": {"columns": {name: {"role": told["role"]} for name, told in columns.items()}},
        "findings": [],
    }


def _rare(told: dict[str, Any]) -> dict[str, Any]:
    """The policy for rare categories, and not how many there are."""
    return {**told, **dict.fromkeys(("columns", "levels", "persons"))}


def _promises_alone(run: Run) -> Run:
    about = {key: run.about[key] for key in (*_PUBLIC_FACTS, "budget") if key in run.about}
    names = [each.candidate for each in run.promises]
    return replace(
        run,
        about={**about, "evidence": names},
        cohort={},
        frontier={},
        evidence=tuple(
            Evidence(
                candidate=each.candidate,
                made_by=each.made_by,
                rows=each.rows,
                guarantee=each.guarantee,
                promise=each.promise,
            )
            for each in run.promises
        ),
    )


def _evidence(evidence: Evidence, minimum: int) -> Evidence:
    return replace(
        evidence,
        utility=tuple(_score(score, minimum) for score in evidence.utility if not _small(score, minimum)),
        risks=tuple(_risk(risk, minimum) for risk in evidence.risks),
        quantities={},
        linkage=_linkage(evidence.linkage),
        exposure={},
        targeted={},
        audit={},
        inference=_inference(evidence.inference),
        chosen=tuple(_choice(each) for each in evidence.chosen),
        findings=(),
        verdict=None
        if evidence.verdict is None
        else replace(
            evidence.verdict,
            criteria=tuple(
                replace(each, value=None, low=None, high=None)
                if each.criterion == "exact_copies_excess"
                else replace(
                    each, value=_rounded(each.value), low=_rounded(each.low), high=_rounded(each.high)
                )
                for each in evidence.verdict.criteria
            ),
        ),
    )


def _choice(choice: dict[str, Any]) -> dict[str, Any]:
    """What was tried, rounded; the excess of a few persons of train is left out."""
    hidden = dict.fromkeys(("excess", "excess_low", "excess_high", "p"))
    shown = ("use", "real", "low", "high")
    tried = [
        {
            **each,
            **hidden,
            **{key: _rounded(each[key]) for key in shown},
            "failure": each["failure"] and "not shown.",
        }
        for each in choice["tried"]
    ]
    return {**choice, "tried": tried}


def _inference(told: dict[str, Any]) -> dict[str, Any]:
    """Which analyses may be done, without a coefficient of the patients'."""
    shown = ("model", "outcome", "analysis", "answer", "short")
    analyses = [
        {**{key: each[key] for key in shown}, "sentence": each["short"], "coefficients": []}
        for each in told.get("analyses", ())
    ]
    return {**told, "analyses": analyses} if analyses else told


def _small(score: UtilityScore, minimum: int) -> bool:
    """Whether a score is of a subgroup of fewer persons than may be told of."""
    return score.metric.startswith(SUBGROUP) and score.n < minimum


def _risk(risk: RiskEstimate, minimum: int) -> RiskEstimate:
    small = any(
        rate is not None and 0 < round(rate * n) < minimum
        for rate, n in ((risk.train, risk.n), (risk.control, risk.n_control))
    )
    if small:
        reason = f"Not shown: it stands for fewer than {minimum} patients."
        silent = replace(risk, train=None, control=None, excess=None, low=None, high=None, reason=reason)
        return replace(silent, figures={})
    rounded: dict[str, Any] = {
        key: _rounded(getattr(risk, key))
        for key in ("train", "control", "naive", "excess", "low", "high", "p", "p_adjusted")
    }
    return replace(risk, **rounded, figures={})


def _score(score: UtilityScore, minimum: int) -> UtilityScore:
    reference = score.reference
    if score.metric == "implausible_records" and reference is not None and 0 < reference * score.n < minimum:
        reference = None
    return replace(
        score,
        value=round(score.value, _DIGITS),
        reference=_rounded(reference),
        low=round(score.low, _DIGITS),
        high=round(score.high, _DIGITS),
    )


def _linkage(linkage: dict[str, Any]) -> dict[str, Any]:
    """By what a patient could be looked up, and not how many could."""
    return {"quasi_identifiers": linkage["quasi_identifiers"]} if linkage else {}


def _frontier(frontier: dict[str, Any], evidence: tuple[Evidence, ...]) -> dict[str, Any]:
    """The points whose risk may be shown; how they rank would tell of the others, too."""
    shown = {
        each.candidate
        for each in evidence
        if (risk := each.risk(frontier["risk_attack"])) is not None and risk.excess is not None
    }
    points = [
        {**(_point(point) if point["candidate"] in shown else {**point, "risk": None}), "pareto": None}
        for point in frontier["points"]
    ]
    return {**frontier, "points": points}


def _point(point: dict[str, Any]) -> dict[str, Any]:
    rounded = {
        axis: None if point[axis] is None else {key: _rounded(value) for key, value in point[axis].items()}
        for axis in ("utility", "risk")
    }
    return {**point, **rounded}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)

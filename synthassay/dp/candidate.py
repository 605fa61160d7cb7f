"""The audit of a run's candidate: what it costs, which one is possible, and what the evidence holds.

It spends nothing: its fits are thrown away, and what it tells stays in the house.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cohort.cohort import Cohort
from cohort.errors import SynthAssayError
from cohort.findings import Finding, Severity
from privacy.dp.audit import CAUTION, SHOWN
from privacy.dp.canaries import leaked, planted
from synth.protocols import Synthesizer
from synth.registry import synthesizer
from synthassay.dp.audit import audit_generator, one_run
from synthassay.dp.config import AuditPlan
from synthassay.dp.spending import Spender
from synthassay.targeted.game import announce, duration

Share = Callable[[float], None]

_MOST_PERSONS = 200  # of the worst cohort: more of the same tell nothing more
_MOST_CANARIES, _CANARY_SHARE = 200, 0.25
_LOOKED_AT = 1_000


def audited(
    generator: Synthesizer,
    train: Cohort,
    *,
    name: str,
    asked: AuditPlan,
    seconds: float,
    seed: int,
    progress: Share = lambda share: None,
) -> dict[str, Any]:
    """Hold a candidate's generator against its guarantee; where it has none, attack a single fit of it.

    Parameters
    ----------
    generator : Synthesizer
        As it was configured for the candidate.
    train : Cohort
        What it learned from: its schema sets the worst worlds, its rows take the planted records.
    name : str
        The candidate's, to announce the cost.
    asked : AuditPlan
        How many fits.
    seconds : float
        That the candidate's own fit took, to announce the cost.
    seed : int
        Of a generator without a guarantee.
    progress : callable

    Returns
    -------
    dict
        ``{"method": "worlds", ...}`` as `privacy.dp.audit.DpAudit` tells it, with the fits, the
        columns that got canaries and those that showed one; ``{"method": "one_run", ...}`` as
        `synthassay.dp.audit.OneRun` tells it, with the same attack on copies as ``control``; or
        ``{"reason"}``.
    """
    try:
        if isinstance(generator, Spender):
            return _held(generator, train, name=name, fits=asked.fits, seconds=seconds, progress=progress)
        return _attacked(generator, train, name=name, seconds=seconds, seed=seed)
    except SynthAssayError as error:
        return {"reason": str(error)}


def audit_findings(told: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What an audit refuted."""
    if not told.get("violated") and not told.get("leaked"):
        return ()
    why = []
    if told["violated"]:
        why.append(f"An attacker of the audit showed more than ε = {told['epsilon']:g} at 99.9 % confidence.")
    if told["leaked"]:
        why.append(f"Values from outside the public domain came out of {', '.join(told['leaked'])}.")
    return (
        Finding(
            code="guarantee_refuted",
            severity=Severity.ISSUE,
            title="The audit refuted the guarantee: do not release.",
            explanation=f"{' '.join(why)} The program does not do what was proven of it. Report it.",
        ),
    )


def _held(
    generator: Synthesizer, train: Cohort, *, name: str, fits: int, seconds: float, progress: Share
) -> dict[str, Any]:
    many = 2 * fits + 1
    announce(
        f"audit: {fits} fits x 2 worlds for `{name}`, and one with canaries: {many} fits, "
        f"about {duration(many * seconds)} at most (one fit took {seconds:.2g} s)"
    )
    canaries, shown = _canaries(generator, train)
    found = audit_generator(
        generator,
        runs=fits,
        persons=min(_MOST_PERSONS, train.n_persons - 1),
        columns=train.schema.released,
        progress=progress,
    )
    told = {"fits": fits, "canaries": canaries, "leaked": shown}
    return {"method": "worlds", **found.to_dict(), **told, "confidence": SHOWN, "caution": CAUTION}


def _canaries(generator: Synthesizer, train: Cohort) -> tuple[list[str], list[str]]:
    """The columns that got values which nobody could know, and those of them that show any."""
    # A rule that canaries break would only refuse the rows that are to be looked at.
    plain = replace(train, schema=replace(train.schema, rules=()))
    canaried, canaries = planted(plain)
    minted = generator.fit(canaried, seed=0).sample(max(_LOOKED_AT, len(train)), seed=0).table
    return list(canaries), list(leaked(minted, canaried, canaries))


def _attacked(
    generator: Synthesizer, train: Cohort, *, name: str, seconds: float, seed: int
) -> dict[str, Any]:
    canaries = max(2, min(_MOST_CANARIES, round(_CANARY_SHARE * len(train))))
    announce(
        f"audit: {canaries} planted records in one fit of `{name}`, about {duration(seconds)} "
        f"(one fit took {seconds:.2g} s)"
    )
    found, control = (
        one_run(each, train, canaries=canaries, seed=seed) for each in (generator, synthesizer("copy"))
    )
    told = {"control": control.to_dict(), "confidence": SHOWN, "caution": CAUTION}
    return {"method": "one_run", **found.to_dict(), **told}

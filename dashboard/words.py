"""Figures and findings in plain words."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from privacy.estimates import AttackRole, Outcome, RiskEstimate
from synthassay.language import say, to_say
from synthassay.ledger.records import Decision, Entry
from synthassay.retelling import retell
from synthassay.runs import Evidence, Run
from synthassay.verdicts import CriterionResult, Judgement
from utility.scores import UtilityScore

NONE = "–"
ROLES = {
    AttackRole.PRIMARY: to_say("counts in the verdict"),
    AttackRole.DIAGNOSTIC: to_say("diagnostic, does not count in the verdict"),
    AttackRole.SECOND_OPINION: to_say("second opinion, does not count in the verdict"),
}
_ALARM = 0.05
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>$~#|:^]")


def share(value: float | None) -> str:
    """A rate as a percentage."""
    return NONE if value is None else f"{100 * value:.1f} %"


def number(value: float | None) -> str:
    """A figure to three digits after the point."""
    return NONE if value is None else f"{value:.3f}"


def interval(value: float | None, low: float | None, high: float | None) -> str:
    """A figure with its interval."""
    if value is None:
        return say("not measured")
    if low is None or high is None:
        return number(value)
    return f"{number(value)} [{number(low)}, {number(high)}]"


def excess(risk: RiskEstimate | None) -> str:
    """An excess with its interval, in percent."""
    if risk is None or risk.excess is None:
        return NONE
    if risk.low is None or risk.high is None:
        return f"{100 * risk.excess:+.1f} %"
    return f"{100 * risk.excess:+.1f} % [{100 * risk.low:+.1f}, {100 * risk.high:+.1f}]"


def plain(name: str) -> str:
    """A code name as words."""
    return retell(name.replace("_", " "))


def score_row(score: UtilityScore) -> dict[str, str]:
    """A measure of use in a table."""
    return {
        "measure": plain(score.metric),
        "of": score.group or say("the whole"),
        "value": interval(score.value, score.low, score.high),
        "real patients": NONE if score.reference is None else number(score.reference),
    }


def tried_row(tried: Mapping[str, Any]) -> dict[str, str]:
    """One generator that `auto` tried on folds of train."""
    p = "" if tried["p"] is None else f", p {number(tried['p'])}"
    use = interval(*(tried[key] for key in ("use", "low", "high")))
    return {
        "generator": tried["generator"],
        "use": say("no release was made") if tried["failure"] else use,
        "real patients": NONE if tried["real"] is None else number(tried["real"]),
        "copy scan: excess": interval(*(tried[key] for key in ("excess", "excess_low", "excess_high"))),
        "told from others": f"{say('yes') if tried['told'] else say('no')}{p}",
    }


def told(text: str) -> str:
    """A sentence of the evidence in the language spoken, of which markdown must make nothing."""
    return escaped(retell(text))


def escaped(text: str) -> str:
    """Text from a file, of which markdown must make nothing."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def moment(text: str) -> str:
    """A UTC time stamp for people; as it stands where it is none."""
    try:
        return say("{at:%d %b %Y, %H:%M} UTC", at=datetime.fromisoformat(text))
    except ValueError:
        return text


def seconds_since(text: str) -> float:
    """How long a UTC time stamp is ago."""
    return (datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds()


def duration(seconds: float) -> str:
    """A length of time, roughly."""
    if seconds < 100:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min"


def verdict(evidence: Evidence) -> str:
    """A candidate's verdict: symbol and words."""
    if evidence.failure:
        return say("! failed, no release was made")
    judged = evidence.verdict
    return f"{judged.judgement.symbol} {retell(judged.judgement.words)}" if judged else say("? not judged")


def result(criterion: CriterionResult) -> str:
    """What came out of a criterion: symbol and one word or two."""
    return f"{criterion.judgement.symbol} {say(_RESULTS[criterion.judgement])}"


_RESULTS = {
    Judgement.ACCEPT: to_say("met"),
    Judgement.MITIGATE: to_say("not yet met"),
    Judgement.REJECT: to_say("not met"),
    Judgement.INCONCLUSIVE: to_say("cannot tell"),
    Judgement.NOT_APPLICABLE: to_say("not applicable"),
    Judgement.REFERENCE: to_say("reference point"),
}


def quantity(criterion: CriterionResult) -> str:
    """What a criterion's figure is a figure of."""
    return say(_QUANTITIES.get(criterion.criterion, to_say("Found")))


_QUANTITIES = {
    "leak": to_say("Smallest adjusted p of the attacks"),
    "detectable_share": to_say("Smallest planted share caught"),
    "exact_copies_excess": to_say("Share of the patients"),
    "match_probability": to_say("Probability"),
    "utility_floor": to_say("Difference to real patients"),
    "epsilon": to_say("Epsilon"),
}


def wanted(criterion: CriterionResult) -> str:
    """A criterion's threshold."""
    bound = say("at most") if criterion.bound == "at_most" else say("at least")
    return f"{bound} {criterion.threshold:g}"


def figures(risk: RiskEstimate) -> dict[str, str]:
    """The figures of an attack under their names."""
    return {
        say("patients used"): say("{share} of {n}", share=share(risk.train), n=risk.n),
        say("patients not used"): say("{share} of {n}", share=share(risk.control), n=risk.n_control),
        say("a guess without the release"): share(risk.naive),
        say("excess, {level:.0%} interval", level=risk.level): excess(risk),
        **_p(risk),
        say("smallest planted share caught"): share(risk.detectable),
    }


def _p(risk: RiskEstimate) -> dict[str, str]:
    if risk.p_adjusted is None:
        return {say("p of this attack alone"): number(risk.p)}
    return {say("p, adjusted for all attacks"): number(risk.p_adjusted)}


def risk_sentence(risk: RiskEstimate) -> str:
    """What an attack showed, in one plain sentence."""
    if risk.outcome is Outcome.NOT_APPLICABLE:
        return say("This attack does not apply here: {ended}", ended=_ended(risk.reason))
    if risk.outcome is Outcome.INCONCLUSIVE or risk.excess is None:
        return say("This attack can say nothing here: {ended}", ended=_ended(risk.reason))
    rates = say(
        "It succeeded on {train} of {n} patients used and on {control} of {n_control} patients not used",
        train=share(risk.train),
        n=risk.n,
        control=share(risk.control),
        n_control=risk.n_control,
    )
    if risk.train == risk.control and not risk.alarm:
        return say("{rates}: no difference{silence}.", rates=rates, silence=_silence(risk))
    p = risk.p_adjusted if risk.p_adjusted is not None else risk.p
    if p is None:
        return say("{rates}; without a test nobody can say whether that is chance.", rates=rates)
    if p <= _ALARM:
        return say("{rates}, which is more than chance explains: it gives away who was used.", rates=rates)
    return say("{rates}, a difference that chance explains{silence}.", rates=rates, silence=_silence(risk))


def _silence(risk: RiskEstimate) -> str:
    """How much the silence of an attack is worth."""
    if risk.detectable is None:
        return say("; that is no proof of safety, and how small a leak it would have seen is not known")
    seen = say("copies of {detectable:.0%} of the records", detectable=risk.detectable)
    return say("; that is no proof of safety, though {seen} would have been seen", seen=seen)


def _ended(reason: str) -> str:
    """A reason as the end of a sentence."""
    reason = retell(reason.strip()) or say("no reason was recorded")
    return reason if reason.endswith((".", "!", "?", "。", "！", "？")) else say("{reason}.", reason=reason)


def decided(made: Decision) -> list[str]:
    """A decision in sentences."""
    told = [
        say(
            "By {by} (declared, not verified), {at}. Policy {policy} says: {judged}.",
            by=made.by,
            at=moment(made.at),
            policy=made.policy,
            judged=retell(made.judged.replace("_", " ")),
        ),
        say("Reason: {reason}", reason=made.reason),
    ]
    told += [say("Exception: {why}", why=made.exception)] if made.exception else []
    told += [say("For: {purpose}", purpose=made.purpose)] if made.purpose else []
    told += [say("Condition: {each}", each=each) for each in made.conditions]
    told += [say("On the same patients: {attempt}.", attempt=retell(made.attempt))] if made.attempt else []
    return [*told, say("Stands until {until}.", until=made.until)]


def entry_row(entry: Entry) -> dict[str, str]:
    """A line of the ledger in a table."""
    about = str(entry.body.get("run") or entry.body.get("name") or NONE)
    return {
        "entry": str(entry.seq),
        "when": moment(entry.at),
        "what": retell(entry.kind),
        "about": about,
        "by": str(entry.body.get("by") or NONE),
        "hash": entry.hash[:12],
    }


def run_label(run: Run) -> str:
    """A run in a list: name, when, policy, how many candidates got which verdict, and what tells it apart."""
    counts: dict[str, int] = {}
    for each in run.candidates:
        mark = "!" if each.verdict is None else each.verdict.judgement.symbol
        counts[mark] = counts.get(mark, 0) + 1
    marks = "  ".join(f"{mark} {count}" for mark, count in counts.items())
    about = run.about
    when, hexes = moment(about["started"]), run.folder.name[-8:]
    return say(
        "{name} · {when} · policy {policy} · {marks} · {hexes}",
        name=about["name"],
        when=when,
        policy=about["policy"],
        marks=marks,
        hexes=hexes,
    )


def run_facts(run: Run) -> str:
    """A run in a line: the policy, when, and on how many patients."""
    about, cohort = run.about, run.cohort
    persons = say(
        "{train_persons} patients used, {holdout_persons} set aside",
        train_persons=cohort["train_persons"],
        holdout_persons=cohort["holdout_persons"],
    )
    if cohort.get("cross_fitted"):
        persons = say(
            "{persons} patients, cross-fitted: each once used and once set aside", persons=cohort["persons"]
        )
    return say(
        "Policy {policy} · begun {started} · {persons}",
        policy=about["policy"],
        started=moment(about["started"]),
        persons=persons,
    )


def on_front(point: dict[str, Any] | None) -> str:
    """In which share of draws a candidate stands on the Pareto front."""
    share = None if point is None else point.get("pareto")
    return NONE if share is None else f"{100 * share:.0f} %"


def candidate_row(evidence: Evidence, point: dict[str, Any] | None) -> dict[str, str]:
    """A candidate in the frontier's table."""
    use, risk = (None if point is None else point[axis] for axis in ("utility", "risk"))
    return {
        "Candidate": evidence.candidate,
        "Verdict": verdict(evidence),
        "Use": NONE if use is None else interval(use["value"], use["low"], use["high"]),
        "Excess risk": NONE if risk is None else interval(risk["value"], risk["low"], risk["high"]),
        "On the front": on_front(point),
    }

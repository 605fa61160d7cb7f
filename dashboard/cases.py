"""Cases: what runs and looks of one name have come to, step by step, and what waits for a person.

The steps are those of the Synthetic Health Data Governance Framework: use case, source data,
generate, risk of re-identification, safety, decision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cohort.findings import Severity
from dashboard import words
from synthassay.language import say, say_count, to_say
from synthassay.ledger.records import Decision
from synthassay.runs import Evidence, Run
from synthassay.verdicts import Judgement

DONE, OPEN, WRONG, WAITS, LATER = "✓", "?", "✕", "●", "–"
_LEAK = "leak"
_BEST_FIRST = (Judgement.ACCEPT, Judgement.MITIGATE, Judgement.INCONCLUSIVE, Judgement.REJECT)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a list says of a run, so that a list reads no run twice.

    Parameters
    ----------
    folder, name, label : str
        Of its folder, of its config, and in a list.
    started : str
        When, in UTC.
    kind : str
        ``run`` or ``assay``.
    policy : str
        What it was held against.
    persons : int
        In the cohort.
    issues : int
        What the cohort's own check found wrong.
    verdicts : dict of str to (Judgement or None)
        Of each candidate; None where it failed.
    leaks : dict of str to Judgement
        What the policy says of the attacks on each, where it asks.
    """

    folder: str
    name: str
    label: str
    started: str
    kind: str
    policy: str
    persons: int
    issues: int
    verdicts: Mapping[str, Judgement | None]
    leaks: Mapping[str, Judgement]


@dataclass(frozen=True, kw_only=True)
class Step:
    """How a step stands: a mark that needs no colour, and words."""

    name: str
    mark: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """All runs and looks of one name.

    Parameters
    ----------
    name : str
        Of their config.
    latest : str
        The folder of the newest run; "" where there were only looks.
    runs, looks : int
        How many.
    steps : tuple of Step
        In the framework's order.
    waiting : tuple of str
        Candidates of the newest run that meet the policy and that nobody has decided on.
    """

    name: str
    latest: str
    runs: int
    looks: int
    steps: tuple[Step, ...]
    waiting: tuple[str, ...]


def told(run: Run) -> Told:
    """What a list says of a run."""
    found = run.cohort.get("findings", ())
    return Told(
        folder=run.folder.name,
        name=str(run.about["name"]),
        label=words.run_label(run),
        started=str(run.about["started"]),
        kind=str(run.about.get("kind", "run")),
        policy=str(run.about["policy"]),
        persons=int(run.cohort["persons"]),
        issues=sum(each["severity"] == Severity.ISSUE.value for each in found),
        verdicts={e.candidate: e.verdict.judgement if e.verdict else None for e in run.candidates},
        leaks={e.candidate: leak for e in run.candidates if (leak := _leak(e)) is not None},
    )


def cases(runs: Sequence[Told], looks: Mapping[str, int], decisions: Sequence[Decision] = ()) -> list[Case]:
    """A case for each name, those of the newest runs first.

    Parameters
    ----------
    runs : sequence of Told
        The newest first.
    looks : mapping of str to int
        How many looks at linkage risk there are of each name.
    decisions : sequence of Decision
        Of the ledger, the oldest first.
    """
    names = dict.fromkeys([*(each.name for each in runs), *looks])
    return [
        _case(name, [each for each in runs if each.name == name], looks.get(name, 0), decisions)
        for name in names
    ]


def _case(name: str, runs: Sequence[Told], looks: int, decisions: Sequence[Decision]) -> Case:
    if not runs:
        return Case(name=name, latest="", runs=0, looks=looks, steps=_looked_only(looks), waiting=())
    latest = runs[0]
    made = [each for each in decisions if each.run == latest.folder]
    standing = {each.candidate: each for each in made if each.stands}
    waiting = tuple(
        name
        for name, judged in latest.verdicts.items()
        if judged is Judgement.ACCEPT and name not in standing
    )
    steps = (
        Step(name=say("Use case"), mark=DONE, words=say("policy {policy}", policy=latest.policy)),
        _source(latest, looks),
        _generated(latest),
        _attacked(latest),
        _safe(latest),
        _decided(latest, made, waiting),
    )
    return Case(name=name, latest=latest.folder, runs=len(runs), looks=looks, steps=steps, waiting=waiting)


def _looked_only(looks: int) -> tuple[Step, ...]:
    later = (say("Generate"), say("Re-identification risk"), say("Safety"), say("Decision"))
    seen = say_count("one look at who can be found", "{count} looks at who can be found", looks)
    return (
        Step(name=say("Use case"), mark=LATER, words=say("no run yet")),
        Step(name=say("Source data"), mark=DONE, words=seen),
        *(Step(name=name, mark=LATER, words=say("not begun")) for name in later),
    )


def _source(run: Told, looks: int) -> Step:
    if run.issues:
        found = say_count(
            "{persons} patients; its check found {count} fault",
            "{persons} patients; its check found {count} faults",
            run.issues,
            persons=run.persons,
        )
        return Step(name=say("Source data"), mark=WRONG, words=found)
    known = (
        to_say("{persons} patients; who can be found was looked up")
        if looks
        else to_say("{persons} patients")
    )
    return Step(name=say("Source data"), mark=DONE, words=say(known, persons=run.persons))


def _generated(run: Told) -> Step:
    n, failed = len(run.verdicts), sum(judged is None for judged in run.verdicts.values())
    if run.kind == "assay":
        return Step(name=say("Generate"), mark=DONE, words=say("made elsewhere, and handed in"))
    if failed:
        mark = WRONG if failed == n else OPEN
        return Step(
            name=say("Generate"),
            mark=mark,
            words=say("{failed} of {n} candidates failed", failed=failed, n=n),
        )
    counted = say_count("one candidate", "{count} candidates", n)
    return Step(name=say("Generate"), mark=DONE, words=counted)


def _attacked(run: Told) -> Step:
    n, clean = len(run.leaks), sum(each is Judgement.ACCEPT for each in run.leaks.values())
    name = say("Re-identification risk")
    if not n:
        return Step(name=name, mark=LATER, words=say("not asked by the policy"))
    leaking = sum(each is Judgement.REJECT for each in run.leaks.values())
    if leaking == n:
        return Step(
            name=name, mark=WRONG, words=say("a leak in each of {n}", n=n) if n > 1 else say("a leak")
        )
    found = say("no leak noticed in {clean} of {n}", clean=clean, n=n)
    return Step(name=name, mark=DONE if clean else OPEN, words=found)


def _safe(run: Told) -> Step:
    judged = [each for each in run.verdicts.values() if each is not None]
    best = next((each for each in _BEST_FIRST if each in judged), None)
    if best is None:
        return Step(name=say("Safety"), mark=LATER, words=say("nothing was judged"))
    counts = {"n": judged.count(best), "of": len(run.verdicts)}
    sentence = {
        Judgement.ACCEPT: to_say("{n} of {of} meet the policy"),
        Judgement.MITIGATE: to_say("{n} of {of} not yet"),
        Judgement.INCONCLUSIVE: to_say("cannot tell of {n} of {of}"),
        Judgement.REJECT: to_say("none of {of} meets the policy"),
    }[best]
    return Step(name=say("Safety"), mark=best.symbol, words=say(sentence, **counts))


def _decided(run: Told, made: Sequence[Decision], waiting: Sequence[str]) -> Step:
    if waiting:
        return Step(name=say("Decision"), mark=WAITS, words=say("waits for a person"))
    if not made:
        judged = any(each is not None for each in run.verdicts.values())
        return Step(
            name=say("Decision"),
            mark=LATER,
            words=say("nothing meets the policy") if judged else say("nothing to decide"),
        )
    last = made[-1]
    if not last.stands:
        return Step(name=say("Decision"), mark=OPEN, words=say("the last one stands no longer"))
    sentence = {
        "accept": to_say("{candidate} accepted"),
        "mitigate": to_say("{candidate}: not yet"),
        "reject": to_say("{candidate} rejected"),
    }[last.verdict]
    return Step(name=say("Decision"), mark=DONE, words=say(sentence, candidate=last.candidate))


def _leak(evidence: Evidence) -> Judgement | None:
    found = () if evidence.verdict is None else evidence.verdict.criteria
    return next((each.judgement for each in found if each.criterion == _LEAK), None)

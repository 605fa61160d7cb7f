"""What is recommended: one sentence for releases of which the same is to be said."""

from collections.abc import Iterator, Sequence

from synthassay.language import say
from synthassay.reporting.known import Known, grouped, names
from synthassay.retelling import retell
from synthassay.runs import Evidence
from synthassay.verdicts import Judgement


def advice(known: Known) -> list[str]:
    """What to do next, the most hopeful first."""
    failed = [each for each in known.run.candidates if each.verdict is None]
    return [
        *_accepted(known),
        *(line for remedies, group in _unmet(known) for line in _mend(remedies, group)),
        *(
            say("{name} failed: mend what its reason names, and run again.", name=each.candidate)
            for each in failed
        ),
        *_always(known),
    ]


def _accepted(known: Known) -> Iterator[str]:
    met = [each for each in known.judged if each.verdict and each.verdict.judgement is Judgement.ACCEPT]
    decided = {made.candidate for made in known.decided if made.stands}
    waiting = [each for each in met if each.candidate not in decided]
    if waiting:
        yield say(
            "{names}: let a person decide who did not make it, knowing who will have it and what for.",
            names=names(waiting),
        )
    if len(met) > 1:
        yield from _most_useful(met, known)
    for made in known.decided:
        if made.stands and made.verdict == "accept":
            yield say(
                "{name} may leave by a decision: keep to its conditions, and decide again before {until}.",
                name=made.candidate,
                until=made.until,
            )


def _most_useful(met: Sequence[Evidence], known: Known) -> Iterator[str]:
    """Which of several accepted releases an analyst gains most from, as far as that can be told."""
    uses = {
        point["candidate"]: point["utility"]
        for point in known.run.frontier["points"]
        if point["utility"] is not None and point["utility"]["value"] is not None
    }
    scored = sorted(
        (each for each in met if each.candidate in uses), key=lambda each: -uses[each.candidate]["value"]
    )
    if len(scored) < 2:
        return
    best = scored[0]
    low = uses[best.candidate]["low"]
    alike = [each for each in scored[1:] if low is None or (uses[each.candidate]["high"] or 1.0) >= low]
    if alike:
        yield say(
            "Of these, {best} scored highest in use, but {names} could be as good: the intervals overlap.",
            best=best.candidate,
            names=names(alike),
        )
    else:
        yield say("Of these, {best} is of most use.", best=best.candidate)


def _unmet(known: Known) -> list[tuple[tuple[str, ...], list[Evidence]]]:
    others = [
        each for each in known.judged if each.verdict and each.verdict.judgement is not Judgement.ACCEPT
    ]
    return grouped(others, _remedies)


def _remedies(evidence: Evidence) -> tuple[str, ...]:
    criteria = () if evidence.verdict is None else evidence.verdict.criteria
    decisive = [each for each in criteria if each.required and each.judgement is not Judgement.ACCEPT]
    return tuple(dict.fromkeys(each.remedy for each in decisive if each.remedy))


def _mend(remedies: tuple[str, ...], group: Sequence[Evidence]) -> Iterator[str]:
    if not remedies:
        yield say("{names}: do not let it go under this policy.", names=names(group))
        return
    yield say(
        "{names}: do not let it go as it is. {remedies}",
        names=names(group),
        remedies=retell(" ".join(remedies)),
    )


def _always(known: Known) -> Iterator[str]:
    yield say(
        "Label whatever leaves as synthetic, and check a result on real patients before anybody is treated "
        "by it."
    )
    if not known.public:
        yield say(
            "Write the ledger’s head into the minutes, so that nobody can rewrite later what was decided."
        )

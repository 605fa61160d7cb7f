"""What was not tested, how often it was tried, and what happens if all this is wrong."""

from collections.abc import Iterator

from privacy.estimates import Outcome
from synthassay.language import say, say_count
from synthassay.ledger.records import Decision
from synthassay.reporting.known import Answer, Known, names
from synthassay.retelling import retell

_SECRET = ("sensitive", "target", "event", "time")
_MOST_NAMED = 6


def not_tested(known: Known) -> Answer:
    """Answer: what did you not test."""
    again = any(each.targeted and "reason" not in each.targeted for each in known.judged)
    return Answer(
        question=say("What did you not test?"),
        answer=say(
            "Attackers who know the program and run it again for all but a few patients, who hold other "
            "data about the same patients, or who join several releases."
        )
        if again
        else say(
            "Attackers who know the program and run it again, who hold other data about the same patients, "
            "or who join several releases."
        ),
        because=(
            *_silent(known),
            *_no_guarantee(known),
            say("Harm to groups: a release can teach something true about everybody with a disease."),
            say(
                "Any other release: another sample, or a program that learned from all patients, is a new "
                "one."
            ),
        ),
    )


def how_often(known: Known) -> Answer:
    """Answer: how often was it tried."""
    question = say("How often was it tried?")
    if not known.attempts:
        return Answer(
            question=question,
            answer=say("It is not known: the ledger does not tell of this run. Ask whoever made it."),
        )
    last = max(known.attempts.values(), key=lambda each: each.number)
    return Answer(
        question=question,
        answer=say_count(
            "{count} release of the same patients was judged until this run ended.",
            "{count} releases of the same patients were judged until this run ended.",
            last.number,
        ),
        because=(
            say(
                "Who tries long enough finds a release that slips through the tests; so each try is counted."
            ),
            say("The last of this run’s is {attempt}.", attempt=retell(last.sentence)),
            *_allowed(known),
        ),
    )


def if_wrong(known: Known) -> Answer:
    """Answer: what happens if you are wrong."""
    return Answer(
        question=say("What happens if you are wrong?"),
        answer=_harm(known),
        because=(*_reach(known), *conditions(known), *_recourse(known)),
    )


def conditions(known: Known) -> Iterator[str]:
    """What was decided, last of each candidate."""
    last = {made.candidate: made for made in known.decided}
    if not last:
        yield say("Nobody has decided yet: until somebody accepts a release, nothing leaves the house.")
    for made in last.values():
        yield decision_words(made)


def decision_words(made: Decision) -> str:
    """A decision in a sentence or two."""
    if not made.stands:
        return say("What was decided about {candidate} stands no longer.", candidate=made.candidate)
    if made.verdict != "accept":
        return say("{by} decided against {candidate} for now.", by=made.by, candidate=made.candidate)
    if not made.conditions:
        return say(
            "{by} (declared, not verified) accepted {candidate} until {until}, without conditions.",
            by=made.by,
            candidate=made.candidate,
            until=made.until,
        )
    return say(
        "{by} (declared, not verified) accepted {candidate} until {until}, under these conditions: "
        "{conditions}",
        by=made.by,
        candidate=made.candidate,
        until=made.until,
        conditions=" ".join(made.conditions),
    )


def silences(known: Known) -> list[tuple[str, list[str]]]:
    """Why attacks could say nothing, each reason once with the attacks that it stopped."""
    found: dict[str, list[str]] = {}
    for each in known.run.candidates:
        for risk in each.risks:
            attack = risk.attack.replace("_", " ")
            if risk.outcome is not Outcome.ESTIMATED and attack not in found.setdefault(risk.reason, []):
                found[risk.reason].append(attack)
    return list(found.items())


def _silent(known: Known) -> Iterator[str]:
    stopped = [attack for _, attacks in silences(known) for attack in attacks]
    if stopped:
        yield say(
            "Some attacks could say nothing about a release, for reasons given below: {attacks}.",
            attacks=", ".join(dict.fromkeys(stopped)),
        )


def _no_guarantee(known: Known) -> Iterator[str]:
    without = [each for each in known.judged if not each.promise]
    if without:
        yield say(
            "Attacks that somebody will think of later: without a formal guarantee nothing is promised "
            "against them ({names}).",
            names=names(without),
        )


def _allowed(known: Known) -> Iterator[str]:
    limit = known.terms.get("attempts")
    if limit is not None:
        yield say(
            "The policy allows {limit}; to accept a later one takes a written exception.",
            limit=limit,
        )


def _harm(known: Known) -> str:
    columns = (known.run.cohort.get("schema") or {}).get("columns", {})
    secret = [name for name, told in columns.items() if told["role"] in _SECRET]
    if not secret:
        return say(
            "Whoever finds a patient learns what the release tells of that patient, and what was given "
            "away cannot be called back."
        )
    more = say("and more") if len(secret) > _MOST_NAMED else ""
    return say(
        "Whoever finds a patient learns what the release tells of that patient ({columns}), and what was "
        "given away cannot be called back.",
        columns=", ".join([*secret[:_MOST_NAMED], *([more] if more else [])]),
    )


def _reach(known: Known) -> Iterator[str]:
    """Whom the policy lets have it, and what can be asked of them."""
    context = known.terms.get("context")
    if context == "public":
        yield say("Under this policy anybody may have the file, and nobody can be asked to delete it.")
    elif context == "registered":
        yield say(
            "Under this policy only named people under agreement may have it: they can be told, and asked "
            "to delete it."
        )
    elif context == "controlled":
        yield say(
            "Under this policy it stays in a secure room: access can be ended, and nothing taken out "
            "unchecked."
        )


def _recourse(known: Known) -> Iterator[str]:
    days = known.terms.get("valid_days")
    if days is None:
        yield say(
            "A decision can be taken back by another one, and falls by itself when anything it stands on "
            "changes."
        )
    else:
        yield say(
            "A decision can be taken back by another one; it falls by itself when anything it stands on "
            "changes, and after {days} days at the latest.",
            days=days,
        )

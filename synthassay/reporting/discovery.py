"""Could somebody find a patient, and how that is known: answered from the attacks and their controls."""

from collections.abc import Iterator, Sequence

from privacy.estimates import AttackRole, Outcome
from synthassay.language import say, say_count
from synthassay.reporting.known import Answer, Known, criterion, grouped, leaks, names, primary
from synthassay.retelling import retell
from synthassay.runs import Evidence
from synthassay.verdicts import Judgement

_YES, _QUIET, _UNCLEAR = "yes", "quiet", "unclear"
_FOUND = ("leak", "exact_copies_excess", "match_probability")


def could_somebody(known: Known) -> Answer:
    """Answer: could somebody find a patient in this."""
    groups = dict(grouped(known.judged, _state))
    answer = [sentence(groups[state]) for state, sentence in _ANSWERS.items() if state in groups]
    return Answer(
        question=say("Could somebody find a patient in this?"),
        answer=" ".join(answer) or say("There is no release to find anybody in: every candidate failed."),
        because=(
            *_found(groups.get(_YES, ())),
            *_unheard(groups.get(_QUIET, ())),
            *_unclear(groups.get(_UNCLEAR, ())),
            *_promised(known.judged),
        ),
    )


def how_known(known: Known) -> Answer:
    """Answer: how do you know."""
    return Answer(
        question=say("How do you know?"),
        answer=_method(known),
        because=(*_controls(known), *_second_opinions(known.judged)),
    )


def _state(evidence: Evidence) -> str:
    held = [criterion(evidence, name) for name in _FOUND]
    if leaks(evidence) or any(
        each is not None and each.judgement in (Judgement.REJECT, Judgement.MITIGATE) for each in held
    ):
        return _YES
    heard = criterion(evidence, "detectable_share")
    quiet = leaks(evidence) is False and heard is not None and heard.judgement is Judgement.ACCEPT
    return _QUIET if quiet else _UNCLEAR


def _yes(candidates: Sequence[Evidence]) -> str:
    return say("In {names}: yes, or too nearly so.", names=names(candidates))


def _quiet(candidates: Sequence[Evidence]) -> str:
    return say(
        "In {names}: we tried and did not succeed, which does not prove that nobody could.",
        names=names(candidates),
    )


def _not_told(candidates: Sequence[Evidence]) -> str:
    return say("In {names}: we cannot tell.", names=names(candidates))


_ANSWERS = {_YES: _yes, _QUIET: _quiet, _UNCLEAR: _not_told}


def _found(candidates: Sequence[Evidence]) -> Iterator[str]:
    for sentence, group in _criteria(candidates, _FOUND, (Judgement.REJECT, Judgement.MITIGATE)):
        yield say("{names}: {found}", names=names(group), found=retell(sentence))


def _unclear(candidates: Sequence[Evidence]) -> Iterator[str]:
    unknown = (Judgement.INCONCLUSIVE, Judgement.NOT_APPLICABLE)
    for sentence, group in _criteria(candidates, (*_FOUND, "detectable_share"), unknown):
        yield say("{names}: {found}", names=names(group), found=retell(sentence))


def _criteria(
    candidates: Sequence[Evidence], wanted: Sequence[str], judgements: Sequence[Judgement]
) -> list[tuple[str, list[Evidence]]]:
    """The sentences of required criteria that came out so, each with the candidates it is said of."""
    found: dict[str, list[Evidence]] = {}
    for each in candidates:
        for name in wanted:
            result = criterion(each, name)
            if result is not None and result.required and result.judgement in judgements:
                found.setdefault(result.sentence, []).append(each)
    return list(found.items())


def _unheard(candidates: Sequence[Evidence]) -> Iterator[str]:
    """How large a leak would have been noticed where nothing was."""
    for share, group in grouped(candidates, _heard):
        if share is not None:
            yield say(
                "{names}: copies of patients were hidden among the rows on purpose, and noticed once they "
                "were {share} in 100 rows. A smaller leak could have gone unnoticed.",
                names=names(group),
                share=f"{100 * share:.0f}",
            )


def _heard(evidence: Evidence) -> float | None:
    result = criterion(evidence, "detectable_share")
    return None if result is None else result.value


def _promised(candidates: Sequence[Evidence]) -> Iterator[str]:
    for each in candidates:
        if each.promise:
            yield say(
                "{name} has a formal guarantee besides, against attackers whom nobody has thought of yet. "
                "{worth}",
                name=each.candidate,
                worth=retell(each.promise["words"][0]),
            )


def _method(known: Known) -> str:
    tried = [each for evidence in known.judged for each in primary(evidence)]
    ways = {each.attack for each in tried}
    if not ways:
        return say(
            "We do not: no attack could say anything here, because nobody was set aside to compare with, "
            "or none was run."
        )
    if known.public:
        return say_count(
            "We attacked it ourselves, in {count} way, each time patients whose records were used and "
            "patients whose records were not.",
            "We attacked it ourselves, in {count} ways, each time patients whose records were used and "
            "patients whose records were not.",
            len(ways),
        )
    return say_count(
        "We attacked it ourselves, in {count} way, each time at most {used} patients whose records were used "
        "and {unused} whose records were not.",
        "We attacked it ourselves, in {count} ways, each time at most {used} patients whose records were "
        "used and {unused} whose records were not.",
        len(ways),
        used=max(each.n for each in tried),
        unused=max(each.n_control for each in tried),
    )


def _controls(known: Known) -> Iterator[str]:
    """What the same attacks said where the truth is known."""
    yield say(
        "What works as well on patients who were not used has found nothing about those who were. Only "
        "what goes beyond it counts, and each figure is read at the unfavourable end of its interval."
    )
    references = {each.candidate: each for each in known.run.evidence if each.reference}
    copy, fresh = references.get("copy"), references.get("holdout")
    if copy is not None and leaks(copy) is not None:
        yield (
            say("Tried on the patients’ own records, the attacks gave the alarm, as they must.")
            if leaks(copy)
            else say(
                "Tried on the patients’ own records, the attacks gave no alarm: do not trust their silence."
            )
        )
    if fresh is not None and leaks(fresh) is not None:
        yield (
            say(
                "Tried on other patients’ records, they gave an alarm, and a false one: ask before relying "
                "on them."
            )
            if leaks(fresh)
            else say(
                "Tried on other patients’ records, which give nobody of those used away, they gave none."
            )
        )


def _second_opinions(candidates: Sequence[Evidence]) -> Iterator[str]:
    asked = [
        (each, risk)
        for each in candidates
        for risk in each.risks
        if risk.role is AttackRole.SECOND_OPINION and risk.outcome is Outcome.ESTIMATED
    ]
    alarmed = list({each.candidate: each for each, risk in asked if risk.alarm}.values())
    if alarmed:
        yield say(
            "As a second opinion another team’s attacks were run; they gave an alarm in {names}.",
            names=names(alarmed),
        )
    elif asked:
        yield say("As a second opinion another team’s attacks were run; they gave no alarm.")

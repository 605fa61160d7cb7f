"""Who is most exposed, and what a release means for one patient."""

from collections.abc import Iterator, Sequence
from statistics import NormalDist
from typing import Any

from synthassay.language import say, say_count
from synthassay.reporting.known import Answer, Known, in_100, names
from synthassay.runs import Evidence

_CHANCE = 0.05  # of patients not used look as exposed, by how exposed is defined
_BEYOND = 0.025  # of a 95 % interval, on either side
_TOLD = 3
_LOOKED_UP = "quasi_identifier"


def most_exposed(known: Known) -> Answer:
    """Answer: who is most exposed."""
    found = _public(known) if known.public else _internal(known)
    return Answer(question=say("Who is most exposed?"), answer=found[0], because=tuple(found[1:]))


def for_a_patient(known: Known) -> list[str]:
    """What it means for somebody whose record was used, a sentence or two for each release."""
    return [
        *(" ".join(_felt(each, known.run.frontier["risk_attack"])) for each in known.judged),
        say(
            "Taking part is never the only way to be known: a release can teach something true about "
            "everybody with a disease, and that concerns people who were never asked."
        ),
    ]


def looked_up_by(known: Known) -> list[str]:
    """The columns by which somebody could look a person up elsewhere."""
    columns = (known.run.cohort.get("schema") or {}).get("columns", {})
    return [name for name, told in columns.items() if told["role"] == _LOOKED_UP]


def _public(known: Known) -> list[str]:
    by = looked_up_by(known)
    told = [
        say(
            "Patients with rare values, and those in small groups: few others hide them. Which groups "
            "these are is told in the house alone, for it would point at them."
        )
    ]
    if by:
        told.append(
            say("Somebody could look a patient up elsewhere by: {columns}.", columns=", ".join(by)),
        )
    return told


def _internal(known: Known) -> list[str]:
    minimum = int(known.run.about["minimum_count"])
    small = say(
        "Groups of fewer than {minimum} patients are not told of here. They are the likeliest to be "
        "exposed, for few others hide them.",
        minimum=minimum,
    )
    looked = [each for each in known.judged if each.exposure.get("strata")]
    if not looked:
        return [say("It was not measured: no attack that ranks patients could be run."), small]
    groups = [group for each in looked for group in _groups(each, minimum)]
    above = [group for group in groups if _low(group[1], of=len(groups)) > _CHANCE]
    worst = sorted(above, key=lambda group: -group[1]["exposed"])[:_TOLD]
    many = say_count(
        "{count} group was looked at.",
        "{count} groups were looked at: the more there are, the further each has to stand out to be named.",
        len(groups),
    )
    told = [_worst(worst, minimum), *(_group(each, group) for each, group in worst)]
    return [*told, *([many] if groups else []), *_alone(known), small]


def _low(group: dict[str, Any], *, of: int) -> float:
    """The lower end of a group's interval, widened as Bonferroni asks for so many of them."""
    wider = NormalDist().inv_cdf(1 - _BEYOND / of) / NormalDist().inv_cdf(1 - _BEYOND)
    return float(group["exposed"] - wider * (group["exposed"] - group["low"]))


def _groups(evidence: Evidence, minimum: int) -> Iterator[tuple[Evidence, dict[str, Any]]]:
    """Groups of enough patients; not everybody together."""
    for stratum in evidence.exposure["strata"]:
        if stratum["column"] and stratum["n"] >= minimum:
            yield evidence, stratum


def _worst(worst: Sequence[tuple[Evidence, dict[str, Any]]], minimum: int) -> str:
    if worst:
        return say("Some groups look more exposed than chance explains; the worst of them stand below.")
    return say(
        "No group of at least {minimum} patients looks more exposed than chance explains, in any release.",
        minimum=minimum,
    )


def _group(evidence: Evidence, group: dict[str, Any]) -> str:
    return say(
        "{candidate}, {column} {level}: of {n} patients {exposed} in 100 look exposed [{low}, {high}]; "
        "chance alone gives 5.",
        candidate=evidence.candidate,
        column=group["column"],
        level=group["level"],
        n=group["n"],
        **{key: in_100(group[key]) for key in ("exposed", "low", "high")},
    )


def _alone(known: Known) -> Iterator[str]:
    """How many patients stand alone by what others may know of them."""
    linkage = next((each.linkage for each in known.judged if each.linkage), None)
    minimum = int(known.run.about["minimum_count"])
    if linkage is None or 0 < linkage["train"]["uniques"] < minimum:
        return
    yield say(
        "By {columns} together, {alone} of the {used} patients used stand alone: did a release copy them, "
        "they could be looked up.",
        columns=", ".join(linkage["quasi_identifiers"]),
        alone=linkage["train"]["uniques"],
        used=linkage["train"].get("persons", linkage["train"]["rows"]),
    )


def _felt(evidence: Evidence, attack: str) -> Iterator[str]:
    risk = evidence.risk(attack)
    if risk is None or risk.train is None or risk.control is None:
        yield say(
            "{name}: what it means for one patient could not be measured, or may not be told.",
            name=names([evidence]),
        )
        return
    yield say(
        "{name}: of 100 patients whose records were used, {used} look copied to somebody who compares the "
        "release with what is known of them; of 100 whose records were not used, {unused} do as well.",
        name=names([evidence]),
        used=in_100(risk.train),
        unused=in_100(risk.control),
    )
    if risk.low is not None and risk.high is not None:
        yield _difference(risk.low, risk.high)


def _difference(low: float, high: float) -> str:
    if low > 0:
        return say(
            "Being in it makes a patient easier to recognise, by {low} to {high} in 100.",
            low=in_100(low),
            high=in_100(high),
        )
    return say(
        "Whether being in it makes any difference cannot be told; at worst it does for {high} in 100.",
        high=in_100(max(high, 0.0)),
    )

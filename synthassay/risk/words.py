"""A cohort's linkage risk in plain sentences, for a reader who is no statistician."""

from typing import Any

from synthassay.language import say, say_count
from synthassay.retelling import retell

_FULL = 0.995
_AS_GOOD_AS_A_NAME = 0.9


def words(risk: dict[str, Any], *, unconfirmed: tuple[str, ...] = ()) -> dict[str, Any]:
    """Every sentence of the report.

    Parameters
    ----------
    risk : dict
        The content of ``risk.json``.
    unconfirmed : tuple of str
        Columns whose roles no person has confirmed.
    """
    grade, symbol = _grade(risk)
    return {
        "grade": grade,
        "symbol": symbol,
        "found": found(risk),
        "meaning": meaning(risk),
        "population": beyond(risk)[0],
        "advice": advice(risk),
        "certainty": _certainty(risk),
        "what_if": _what_if(risk),
        "before_and_after": _before_and_after(risk),
        "beyond": beyond(risk),
        "columns": _columns(risk),
        "special": _special(risk),
        "not_tested": _not_tested(risk, unconfirmed),
    }


def found(risk: dict[str, Any]) -> str:
    """What was found, in one sentence."""
    alone, persons, columns = risk["uniques"], risk["persons"], listed(risk["quasi_identifiers"])
    if alone == persons:
        return say(
            "Not one of the {persons:,} patients in this table shares the {columns} with anybody else in it.",
            persons=persons,
            columns=columns,
        )
    if alone > 1:
        return say(
            "{of} share their {columns} with nobody else in this table.",
            of=of(alone, persons),
            columns=columns,
        )
    if alone:
        return say(
            "1 of {persons:,} patients shares the {columns} with nobody else in this table.",
            persons=persons,
            columns=columns,
        )
    return say(
        "No patient stands alone: at least {k} share every combination of {columns} that occurs.",
        k=risk["k"],
        columns=columns,
    )


def meaning(risk: dict[str, Any]) -> str:
    """What it means, for somebody who looks a patient up."""
    start = say(
        "Somebody who knows these values of a patient, and that the patient is in the table, "
        "picks the right row in {tries} on average",
        tries=tries(risk["mean_risk"]),
    )
    if risk["uniques"] == risk["persons"]:
        return say(
            "Somebody who knows these values of a patient, and that the patient is in the table, picks the "
            "right row in {tries}: everybody is found for certain.",
            tries=tries(risk["mean_risk"]),
        )
    if risk["k"] == 1:
        return say("{start}, and finds the patients who stand alone for certain.", start=start)
    return say(
        "{start}, and in {tries} for the patient who is easiest to find.",
        start=start,
        tries=tries(risk["highest_risk"]),
    )


def beyond(risk: dict[str, Any]) -> list[str]:
    """The risk from somebody who does not know who is in the table; the first sentence stands by itself."""
    population, persons = risk["population"], risk["persons"]
    known = population["known"]
    if known == "nothing":
        return [
            say(
                "How many people have the disease besides these patients is not known here, so this "
                "page reckons with the worst: somebody who knows that the patient is in the table."
            ),
            say(
                "With public counts, or the share of all patients who are in the table, the risk "
                "from somebody who does not know it can be told: write population: into the config "
                "(docs/linkage.md says how)."
            ),
        ]
    if known == "registry":
        estimate = population["estimate"]
        return [
            say(
                "Among all {people:,} people with the disease in the simulated country, {of} are "
                "still alone. This is known, not estimated: the country is simulated, and everybody "
                "in it is on record.",
                people=population["people"],
                of=of(population["uniques"], persons),
            ),
            say(
                "An estimate from the table alone, told only that it holds {fraction:.0f} % of them, "
                "says {estimate}.",
                fraction=100 * population["fraction"],
                estimate=_estimate(estimate),
            ),
        ]
    return _estimated(population, persons)


def _estimated(population: dict[str, Any], persons: int) -> list[str]:
    source = (
        say(" (source: {source})", source=retell(population["source"])) if population.get("source") else ""
    )
    first = say(
        "Among everybody with the disease{source}, {estimate} of the {persons:,} patients are still alone.",
        source=source,
        estimate=_estimate(population),
        persons=persons,
    )
    if population["same"]:
        first = say(
            "The table holds everybody with the disease, or nearly{source}: sample and "
            "population are the same. Who stands alone in the table stands alone among all "
            "patients.",
            source=source,
        )
    low, high = (tries(population[key]) for key in ("mean_low", "mean_high"))
    second = say(
        "Somebody who knows a patient has the disease, but not whether the patient is in the "
        "table, is right in {tries} on average{extra}.",
        tries=tries(population["mean_risk"]),
        extra="" if low == high else f" (between {low} and {high})",
    )
    lines = [first, second]
    if population["known"] == "counts":
        lines.append(_among_inhabitants(population))
    return [*lines, say("What this assumes: ") + " ".join(retell(each) for each in population["assumes"])]


def _among_inhabitants(population: dict[str, Any]) -> str:
    """For somebody who does not even know who is ill."""
    unplaced = population["unplaced"]
    lost = (
        say(" {unplaced:,} patients with a missing value could not be looked up.", unplaced=unplaced)
        if unplaced
        else ""
    )
    return say(
        "By {keys} alone a patient shares the values with at least {fewest:,.0f} "
        "inhabitants, ill or not: somebody who does not know who is ill is right in {tries} "
        "on average. Sources: {sources}.{lost}",
        keys=listed(population["keys"]),
        fewest=population["fewest"],
        tries=tries(population["inhabitant_risk"]),
        sources=say("; ").join(population["sources"]),
        lost=lost,
    )


def advice(risk: dict[str, Any]) -> list[str]:
    """What to do, the most telling first."""
    lines = [
        say(
            "Treat {column} as a name: by it alone {of} are found. Give it the role identifier "
            "in the schema, so that it never leaves, or show it coarser.",
            column=each["column"],
            of=of(each["alone"], risk["persons"]),
        )
        for each in risk["columns"]
        if each["alone"] >= _AS_GOOD_AS_A_NAME * risk["persons"]
    ]
    lines += [_mildest(each, risk) for each in risk["mending"]["together"]]
    lines += _single_steps(risk)
    if not lines or risk["at_risk"] == 0:
        lines = [say("Nothing has to be changed for these columns: nobody is above the policy’s limit.")]
    lines.append(
        say(
            "A synthetic table made from this one is judged by itself: start a run, and read in "
            "its report whether it gives these patients away."
        )
    )
    return lines


def _mildest(found: dict[str, Any], risk: dict[str, Any]) -> str:
    """The mildest combination of changes that keeps the limit."""
    allowed, left_out = risk["mending"]["allowed"], found["left_out"]
    if found["everything_left_out"]:
        return say(
            "Nothing less than leaving out all of {quasi_identifiers} puts everybody among "
            "{allowed} alike{extra}.",
            quasi_identifiers=listed(risk["quasi_identifiers"]),
            allowed=allowed,
            extra="" if not found["limit"] else ", even without the most conspicuous patients",
        )
    stay = say("all of them") if not left_out else say("{of} left out", of=of(left_out, risk["persons"]))
    best = say("The mildest way") if found["proven"] else say("The mildest way that was found")
    changes = listed([retell(each) for each in found["words"]]) if found["words"] else say("change nothing")
    return say(
        "{best} to hide every patient among {allowed} alike, with {stay}: {changes}. A guess "
        "is then right in {tries} on average.",
        best=best,
        allowed=allowed,
        stay=stay,
        changes=changes,
        tries=tries(found["mean_risk"]),
    )


def _single_steps(risk: dict[str, Any]) -> list[str]:
    """The strongest change that keeps every column, and the strongest of all."""
    helpful = [step for step in risk["mending"]["steps"] if step["mean_risk"] < risk["mean_risk"]]
    kept = [step for step in helpful if not step["left_out"]][:1]
    gone = [step for step in helpful if step["left_out"]][:1]
    return [_saves(step, risk, say("If only one thing may change")) for step in kept] + [
        _saves(step, risk, say("If one column may go")) for step in gone
    ]


def listed(names: list[str]) -> str:
    """Names as a list in a sentence."""
    return (
        names[0]
        if len(names) == 1
        else say("{names} and {last}", names=say(", ").join(names[:-1]), last=names[-1])
    )


def _grade(risk: dict[str, Any]) -> tuple[str, str]:
    """Colour and symbol: worst where somebody stands alone, best where nobody is above the limit."""
    if risk["uniques"]:
        return "reject", "✕"
    return ("mitigate", "▲") if risk["at_risk"] else ("accept", "✓")


def of(count: int, persons: int) -> str:
    """A count of patients and its share."""
    if count == persons:
        return say("all {persons:,} patients", persons=persons)
    return say(
        "{count:,} of {persons:,} patients ({count_2:.1f} %)",
        count=count,
        persons=persons,
        count_2=100 * count / persons,
    )


def tries(risk: float) -> str:
    """A chance as a count of tries."""
    if risk > _FULL:
        return say("100 of 100 tries")
    for of_so_many in (100, 1_000, 10_000, 100_000, 1_000_000):
        if risk * of_so_many >= 1:
            return say("{risk:.0f} of {of_so_many:,} tries", risk=risk * of_so_many, of_so_many=of_so_many)
    return say("fewer than one of a million tries")


def _estimate(found: dict[str, Any]) -> str:
    value = (
        say("nobody") if found["uniques"] is None else say("about {uniques:,.0f}", uniques=found["uniques"])
    )
    if found["low"] is None or found["high"] is None:
        return value
    return say(
        "{value} (95 % interval {low:,.0f} to {high:,.0f})", value=value, low=found["low"], high=found["high"]
    )


def _saves(step: dict[str, Any], risk: dict[str, Any], start: str) -> str:
    return say(
        "{start}, {words}: {uniques:,} patients instead of {uniques_2:,} then stand alone, "
        "and a guess is right in {tries} instead of {tries_2}.",
        start=start,
        words=retell(step["words"]),
        uniques=step["uniques"],
        uniques_2=risk["uniques"],
        tries=tries(step["mean_risk"]),
        tries_2=tries(risk["mean_risk"]),
    )


def _certainty(risk: dict[str, Any]) -> str:
    counts = say(
        "What is said of this table is counted, patient by patient, not estimated: it has no "
        "margin of error. It holds for somebody whose knowledge of these columns is exact; "
        "whoever is wrong by a year finds fewer."
    )
    known = risk["population"]["known"]
    if known in ("nothing", "registry") or risk["population"].get("same"):
        return counts
    return say(
        "{counts} What is said of everybody with the disease is an estimate, and stands with "
        "its interval and its assumption.",
        counts=counts,
    )


def _what_if(risk: dict[str, Any]) -> str:
    asked = risk["asked"]
    parts = [say("{name} left out", name=name) for name in asked["drop"]]
    parts += [f"{name} {retell(level)}" for name, level in asked["coarsen"].items()]
    return say("The table was looked at with {parts}.", parts=listed(parts)) if parts else ""


def _before_and_after(risk: dict[str, Any]) -> list[dict[str, str]]:
    before = risk["as_given"]
    if not before:
        return []
    sides = [_row(each) for each in (before, risk)]
    return [{"what": what, "before": sides[0][what], "after": sides[1][what]} for what in sides[0]]


def _row(risk: dict[str, Any]) -> dict[str, str]:
    return {
        say("Columns somebody could know"): ", ".join(risk["quasi_identifiers"]),
        say("Patients alone"): say("{few:,} of {all:,}", few=risk["uniques"], all=risk["persons"]),
        say("Smallest group alike"): str(risk["k"]),
        say("Right guesses, mean"): f"{100 * risk['mean_risk']:.1f} %",
        say("Right guesses, worst"): f"{100 * risk['highest_risk']:.1f} %",
        say("Different combinations"): f"{risk['classes']:,}",
    }


def _columns(risk: dict[str, Any]) -> list[str]:
    """Which columns single people out, the strongest first."""
    found = risk["columns"]
    lines = []
    alone = [each for each in found if each["alone"]]
    if alone:
        told = say("; ").join(f"{each['column']} {each['alone']:,}" for each in alone[:4])
        lines.append(say("By one column alone, this many patients are already found: {told}.", told=told))
    shared = [each for each in found if each.get("shapley")]
    if shared and risk["uniques"]:
        told = say("; ").join(
            f"{each['column']} {each['shapley'] / risk['uniques'] * 100:.0f}\u00a0%" for each in shared
        )
        lines.append(say("Of what leaves patients alone, each column’s part in it is: {told}.", told=told))
    return lines


def _special(risk: dict[str, Any]) -> list[str]:
    """How few values are enough."""
    by_size = {int(size): count for size, count in risk["special"]["persons_by_size"].items() if count}
    if not by_size:
        return [say("Nobody is given away by any of the sets of columns that were searched.")]
    parts = [
        say_count("{persons:,} by one value", "{persons:,} by {count} values", size, persons=persons)
        for size, persons in by_size.items()
    ]
    return [
        say(
            "Patients whom their values give away, by the fewest that are enough: {parts}.",
            parts=say("; ").join(parts),
        )
    ]


def _not_tested(risk: dict[str, Any], unconfirmed: tuple[str, ...]) -> list[str]:
    lines = [
        say(
            "Columns that somebody could also know but that are not among {quasi_identifiers}: a "
            "laboratory value from a newspaper, a rare diagnosis, a date of death.",
            quasi_identifiers=listed(risk["quasi_identifiers"]),
        ),
        say("Whether somebody can learn that a patient is in the table at all."),
        say("Whether a synthetic table made from these patients gives them away: that is what a run is for."),
        say(
            "Somebody who knows a patient only roughly, and so finds fewer; and somebody who "
            "knows more than one row."
        ),
    ]
    if unconfirmed:
        lines.insert(
            0,
            say(
                "Whether the columns’ roles are right: nobody has confirmed those of {list}.",
                list=listed(list(unconfirmed)),
            ),
        )
    return lines

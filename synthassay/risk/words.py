"""A cohort's linkage risk in plain sentences, for a reader who is no statistician."""

from typing import Any

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
        return (
            f"Not one of the {persons:,} patients in this table shares the {columns} with anybody else in it."
        )
    if alone > 1:
        return f"{of(alone, persons)} share their {columns} with nobody else in this table."
    if alone:
        return f"1 of {persons:,} patients shares the {columns} with nobody else in this table."
    return f"No patient stands alone: at least {risk['k']} share every combination of {columns} that occurs."


def meaning(risk: dict[str, Any]) -> str:
    """What it means, for somebody who looks a patient up."""
    start = (
        "Somebody who knows these values of a patient, and that the patient is in the table, picks the "
        f"right row in {tries(risk['mean_risk'])} on average"
    )
    if risk["uniques"] == risk["persons"]:
        return f"{start.removesuffix(' on average')}: everybody is found for certain."
    if risk["k"] == 1:
        return f"{start}, and finds the patients who stand alone for certain."
    return f"{start}, and in {tries(risk['highest_risk'])} for the patient who is easiest to find."


def beyond(risk: dict[str, Any]) -> list[str]:
    """The risk from somebody who does not know who is in the table; the first sentence stands by itself."""
    population, persons = risk["population"], risk["persons"]
    known = population["known"]
    if known == "nothing":
        return [
            "How many people have the disease besides these patients is not known here, so this page "
            "reckons with the worst: somebody who knows that the patient is in the table.",
            "With public counts, or the share of all patients who are in the table, the risk from "
            "somebody who does not know it can be told: write population: into the config "
            "(docs/linkage.md says how).",
        ]
    if known == "registry":
        estimate = population["estimate"]
        return [
            f"Among all {population['people']:,} people with the disease in the simulated country, "
            f"{of(population['uniques'], persons)} are still alone. This is known, not estimated: the "
            "country is simulated, and everybody in it is on record.",
            "An estimate from the table alone, told only that it holds "
            f"{100 * population['fraction']:.0f}\u00a0% of them, says {_estimate(estimate)}.",
        ]
    return _estimated(population, persons)


def _estimated(population: dict[str, Any], persons: int) -> list[str]:
    source = f" (source: {population['source']})" if population.get("source") else ""
    first = (
        f"Among everybody with the disease{source}, {_estimate(population)} of the {persons:,} patients "
        "are still alone."
    )
    if population["same"]:
        first = (
            f"The table holds everybody with the disease, or nearly{source}: sample and population are "
            "the same. Who stands alone in the table stands alone among all patients."
        )
    low, high = (tries(population[key]) for key in ("mean_low", "mean_high"))
    second = (
        "Somebody who knows a patient has the disease, but not whether the patient is in the table, is "
        f"right in {tries(population['mean_risk'])} on "
        f"average{'' if low == high else f' (between {low} and {high})'}."
    )
    lines = [first, second]
    if population["known"] == "counts":
        lines.append(_among_inhabitants(population))
    return [*lines, "What this assumes: " + " ".join(population["assumes"])]


def _among_inhabitants(population: dict[str, Any]) -> str:
    """For somebody who does not even know who is ill."""
    unplaced = population["unplaced"]
    lost = f" {unplaced:,} patients with a missing value could not be looked up." if unplaced else ""
    return (
        f"By {listed(population['keys'])} alone a patient shares the values with at least "
        f"{population['fewest']:,.0f} inhabitants, ill or not: somebody who does not know who is ill is "
        f"right in {tries(population['inhabitant_risk'])} on average. Sources: "
        f"{'; '.join(population['sources'])}.{lost}"
    )


def advice(risk: dict[str, Any]) -> list[str]:
    """What to do, the most telling first."""
    lines = [
        f"Treat {each['column']} as a name: by it alone {of(each['alone'], risk['persons'])} are found. "
        "Give it the role identifier in the schema, so that it never leaves, or show it coarser."
        for each in risk["columns"]
        if each["alone"] >= _AS_GOOD_AS_A_NAME * risk["persons"]
    ]
    lines += [_mildest(each, risk) for each in risk["mending"]["together"]]
    lines += _single_steps(risk)
    if not lines or risk["at_risk"] == 0:
        lines = ["Nothing has to be changed for these columns: nobody is above the policy’s limit."]
    lines.append(
        "A synthetic table made from this one is judged by itself: start a run, and read in its report "
        "whether it gives these patients away."
    )
    return lines


def _mildest(found: dict[str, Any], risk: dict[str, Any]) -> str:
    """The mildest combination of changes that keeps the limit."""
    allowed, left_out = risk["mending"]["allowed"], found["left_out"]
    if found["everything_left_out"]:
        return (
            f"Nothing less than leaving out all of {listed(risk['quasi_identifiers'])} puts everybody "
            f"among {allowed} "
            f"alike{'' if not found['limit'] else ', even without the most conspicuous patients'}."
        )
    stay = "all of them" if not left_out else f"{of(left_out, risk['persons'])} left out"
    best = "The mildest way" if found["proven"] else "The mildest way that was found"
    changes = listed(found["words"]) if found["words"] else "change nothing"
    return (
        f"{best} to hide every patient among {allowed} alike, with {stay}: {changes}. A guess is then "
        f"right in {tries(found['mean_risk'])} on average."
    )


def _single_steps(risk: dict[str, Any]) -> list[str]:
    """The strongest change that keeps every column, and the strongest of all."""
    helpful = [step for step in risk["mending"]["steps"] if step["mean_risk"] < risk["mean_risk"]]
    kept = [step for step in helpful if not step["left_out"]][:1]
    gone = [step for step in helpful if step["left_out"]][:1]
    return [_saves(step, risk, "If only one thing may change") for step in kept] + [
        _saves(step, risk, "If one column may go") for step in gone
    ]


def listed(names: list[str]) -> str:
    """Names as a list in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _grade(risk: dict[str, Any]) -> tuple[str, str]:
    """Colour and symbol: worst where somebody stands alone, best where nobody is above the limit."""
    if risk["uniques"]:
        return "reject", "✕"
    return ("mitigate", "▲") if risk["at_risk"] else ("accept", "✓")


def of(count: int, persons: int) -> str:
    """A count of patients and its share."""
    if count == persons:
        return f"all {persons:,} patients"
    return f"{count:,} of {persons:,} patients ({100 * count / persons:.1f}\u00a0%)"


def tries(risk: float) -> str:
    """A chance as a count of tries."""
    if risk > _FULL:
        return "100 of 100 tries"
    for of_so_many in (100, 1_000, 10_000, 100_000, 1_000_000):
        if risk * of_so_many >= 1:
            return f"{risk * of_so_many:.0f} of {of_so_many:,} tries"
    return "fewer than one of a million tries"


def _estimate(found: dict[str, Any]) -> str:
    value = "nobody" if found["uniques"] is None else f"about {found['uniques']:,.0f}"
    if found["low"] is None or found["high"] is None:
        return value
    return f"{value} (95\u00a0% interval {found['low']:,.0f} to {found['high']:,.0f})"


def _saves(step: dict[str, Any], risk: dict[str, Any], start: str) -> str:
    return (
        f"{start}, {step['words']}: {step['uniques']:,} patients instead of {risk['uniques']:,} then "
        f"stand alone, and a guess is right in {tries(step['mean_risk'])} instead of "
        f"{tries(risk['mean_risk'])}."
    )


def _certainty(risk: dict[str, Any]) -> str:
    counts = (
        "What is said of this table is counted, patient by patient, not estimated: it has no margin of "
        "error. It holds for somebody whose knowledge of these columns is exact; whoever is wrong by a "
        "year finds fewer."
    )
    known = risk["population"]["known"]
    if known in ("nothing", "registry") or risk["population"].get("same"):
        return counts
    return (
        f"{counts} What is said of everybody with the disease is an estimate, and stands with its "
        "interval and its assumption."
    )


def _what_if(risk: dict[str, Any]) -> str:
    asked = risk["asked"]
    parts = [f"{name} left out" for name in asked["drop"]]
    parts += [f"{name} {level}" for name, level in asked["coarsen"].items()]
    return f"The table was looked at with {listed(parts)}." if parts else ""


def _before_and_after(risk: dict[str, Any]) -> list[dict[str, str]]:
    before = risk["as_given"]
    if not before:
        return []
    sides = [_row(each) for each in (before, risk)]
    return [{"what": what, "before": sides[0][what], "after": sides[1][what]} for what in sides[0]]


def _row(risk: dict[str, Any]) -> dict[str, str]:
    return {
        "Columns somebody could know": ", ".join(risk["quasi_identifiers"]),
        "Patients alone": f"{risk['uniques']:,} of {risk['persons']:,}",
        "Smallest group alike": str(risk["k"]),
        "Right guesses, mean": f"{100 * risk['mean_risk']:.1f} %",
        "Right guesses, worst": f"{100 * risk['highest_risk']:.1f} %",
        "Different combinations": f"{risk['classes']:,}",
    }


def _columns(risk: dict[str, Any]) -> list[str]:
    """Which columns single people out, the strongest first."""
    found = risk["columns"]
    lines = []
    alone = [each for each in found if each["alone"]]
    if alone:
        told = "; ".join(f"{each['column']} {each['alone']:,}" for each in alone[:4])
        lines.append(f"By one column alone, this many patients are already found: {told}.")
    shared = [each for each in found if each.get("shapley")]
    if shared and risk["uniques"]:
        told = "; ".join(
            f"{each['column']} {each['shapley'] / risk['uniques'] * 100:.0f}\u00a0%" for each in shared
        )
        lines.append(f"Of what leaves patients alone, each column’s part in it is: {told}.")
    return lines


def _special(risk: dict[str, Any]) -> list[str]:
    """How few values are enough."""
    by_size = {int(size): count for size, count in risk["special"]["persons_by_size"].items() if count}
    if not by_size:
        return ["Nobody is given away by any of the sets of columns that were searched."]
    parts = [
        f"{count:,} by {'one value' if size == 1 else f'{size} values'}" for size, count in by_size.items()
    ]
    return [f"Patients whom their values give away, by the fewest that are enough: {'; '.join(parts)}."]


def _not_tested(risk: dict[str, Any], unconfirmed: tuple[str, ...]) -> list[str]:
    lines = [
        "Columns that somebody could also know but that are not among "
        f"{listed(risk['quasi_identifiers'])}: a laboratory value from a newspaper, a rare diagnosis, a "
        "date of death.",
        "Whether somebody can learn that a patient is in the table at all.",
        "Whether a synthetic table made from these patients gives them away: that is what a run is for.",
        "Somebody who knows a patient only roughly, and so finds fewer; and somebody who knows more than "
        "one row.",
    ]
    if unconfirmed:
        lines.insert(
            0,
            "Whether the columns’ roles are right: nobody has confirmed those of "
            f"{listed(list(unconfirmed))}.",
        )
    return lines

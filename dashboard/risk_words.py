"""A cohort's linkage risk in the words of a page; what it is given has passed through `hiding`."""

from collections.abc import Mapping
from typing import Any

from dashboard import words
from dashboard.hiding import Count
from dashboard.risk_charts import band_words
from synthassay.risk.words import beyond, listed, meaning, tries
from synthassay.runs import RiskRun

Shown = Mapping[str, Any]

PRICE = (
    "The price is ARX’s Loss: the share of a column’s values that one shown value stands for, over all "
    "columns. It is a stand-in (a proxy) for use, not use itself: a run with the candidate kanonymity "
    "measures that."
)


def asked(risk: Shown) -> str:
    """How the table was looked at."""
    parts = [f"{name} left out" for name in risk["asked"]["drop"]]
    parts += [f"{name} {level}" for name, level in risk["asked"]["coarsen"].items()]
    return listed(parts) if parts else "as the table stands"


def label(run: RiskRun, risk: Shown) -> str:
    """A look in a list: when, how the table was looked at, and what tells it apart."""
    alone = f"{risk['uniques'].words} of {risk['persons']:,} alone"
    return f"{words.moment(run.about['started'])} · {asked(risk)} · {alone} · {run.folder.name[-8:]}"


def facts(run: RiskRun, risk: Shown) -> str:
    """A look in a line."""
    columns = listed(risk["quasi_identifiers"])
    return f"Policy {run.about['policy']} · {risk['persons']:,} patients · looked up by {columns}"


def found(risk: Shown) -> str:
    """What was found, in one sentence."""
    alone, persons, columns = risk["uniques"], risk["persons"], listed(risk["quasi_identifiers"])
    if alone == Count(low=0, high=0, of=persons):
        return (
            f"No patient stands alone: at least {risk['k']} share every combination of {columns} that occurs."
        )
    return f"{_capital(_of(alone))} share their {columns} with nobody else in this table. {meaning_of(risk)}"


def meaning_of(risk: Shown) -> str:
    """What it means, for somebody who looks a patient up."""
    return meaning({**risk, "uniques": risk["uniques"].high})


def population(risk: Shown) -> tuple[str, list[str]]:
    """How many are alone among everybody with the disease, and in sentences with what is assumed."""
    told = risk["population"]
    if told["known"] == "nothing":
        return "not known", beyond(dict(risk))
    if isinstance(told["uniques"], Count):
        return told["uniques"].words, _counted(told)
    lines = beyond(dict(risk))
    if few := told.get("unplaced_below"):
        lines.append(f"Fewer than {few} patients with a missing value could not be looked up.")
    if told.get("marked"):
        lines.append("So small a share of all patients is in the table that the figure depends on its model.")
    return f"about {told['uniques']:,.0f}", lines


def interval(risk: Shown) -> str:
    """The interval of the patients alone among everybody with the disease; "" where it is a count."""
    told = risk["population"]
    if told["known"] == "nothing" or isinstance(told["uniques"], Count) or told["low"] is None:
        return ""
    return f"{told['low']:,.0f} to {told['high']:,.0f}"


def _counted(told: Mapping[str, Any]) -> list[str]:
    if told["known"] == "registry":
        return [
            f"Among all {told['people']:,} people with the disease in the simulated country, "
            f"{_of(told['uniques'])} are still alone. This is known, not estimated: the country is "
            "simulated, and everybody in it is on record."
        ]
    source = f" (source: {told['source']})" if told.get("source") else ""
    return [
        f"The table holds everybody with the disease, or nearly{source}: sample and population are the "
        "same. Who stands alone in the table stands alone among all patients."
    ]


def cell(crossed: Mapping[str, Any], at: int) -> str:
    """A class of the map in words."""
    (across, down), (how, how_down), one = crossed["columns"], crossed["shown"], crossed["cells"][at]
    start = f"{across} ({how}) {one['x']}, {down} ({how_down}) {one['y']}:"
    least, most = crossed["bands"][one["band"]]
    share = f"{start} {band_words(least, most)} patients share these two values."
    if least == 1:
        return (
            f"{share} Somebody who knows no more than that picks the right one in at least {tries(1 / most)}."
        )
    return f"{share} Somebody who knows no more than that picks the right one in at most {tries(1 / least)}."


def together_row(one: Mapping[str, Any]) -> dict[str, str]:
    """A combination of changes in a table."""
    limit = f" (at most {one['limit']:.0%})" if one["limit"] else ""
    return {
        "changes": "; ".join(one["words"]) or "none",
        "patients left out": f"{one['left_out'].words}{limit}",
        "right guesses, mean": words.share(one["mean_risk"]),
        "price": words.share(one["price"]),
    }


def step_row(one: Mapping[str, Any]) -> dict[str, str]:
    """A single change in a table."""
    return {
        "change": one["words"],
        "patients alone": one["uniques"].words,
        "smallest group (k)": str(one["k"]),
        "right guesses, mean": words.share(one["mean_risk"]),
        "price of the column": words.share(one["price"]),
    }


def before_and_after(before: Shown, after: Shown) -> list[dict[str, str]]:
    """Two looks beside each other."""
    sides = _figures(before), _figures(after)
    return [{"": what, "before": sides[0][what], "after": sides[1][what]} for what in sides[0]]


def change(before: Shown, after: Shown) -> str:
    """What a change did, in two sentences."""
    told, prices = after["uniques"], [words.share(each["mending"]["price"]) for each in (before, after)]
    alone = f"{_of(told)} stand alone" if told.high else "nobody stands alone"
    return (
        f"With {asked(after)}, {alone} instead of {before['uniques'].words}, and a guess is right in "
        f"{tries(after['mean_risk'])} instead of {tries(before['mean_risk'])}. The price is {prices[1]} of "
        f"the columns’ detail instead of {prices[0]}."
    )


def _figures(risk: Shown) -> dict[str, str]:
    told, span = population(risk)[0], interval(risk)
    return {
        "The table": asked(risk),
        "Patients alone": f"{risk['uniques'].words} of {risk['persons']:,}",
        "Smallest group alike (k)": f"{risk['k']:,}",
        "Right guesses, mean": words.share(risk["mean_risk"]),
        "Alone among everybody with the disease": f"{told} [{span}]" if span else told,
        "Price: ARX’s Loss, a proxy for use": words.share(risk["mending"]["price"]),
    }


def _of(told: Count) -> str:
    """A count of patients and its share."""
    if told.low == told.of:
        return f"all {told.of:,} patients"
    rate = f" ({100 * told.low / told.of:.1f} %)" if told.is_exact else ""
    return f"{told.words} of {told.of:,} patients{rate}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

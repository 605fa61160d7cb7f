"""A cohort's linkage risk in the words of a page; what it is given has passed through `hiding`."""

from collections.abc import Mapping
from typing import Any

from dashboard import words
from dashboard.hiding import Count
from dashboard.risk_charts import band_words
from synthassay.language import say, to_say
from synthassay.retelling import retell
from synthassay.risk.words import beyond, listed, meaning, tries
from synthassay.runs import RiskRun

Shown = Mapping[str, Any]

PRICE = to_say(
    "The price is ARX’s Loss: the share of a column’s values that one shown value stands "
    "for, over all columns. It is a stand-in (a proxy) for use, not use itself: a run "
    "with the candidate kanonymity measures that."
)


def asked(risk: Shown) -> str:
    """How the table was looked at."""
    parts = [say("{name} left out", name=name) for name in risk["asked"]["drop"]]
    parts += [f"{name} {retell(level)}" for name, level in risk["asked"]["coarsen"].items()]
    return listed(parts) if parts else say("as the table stands")


def label(run: RiskRun, risk: Shown) -> str:
    """A look in a list: when, how the table was looked at, and what tells it apart."""
    alone = say("{words} of {persons:,} alone", words=risk["uniques"].words, persons=risk["persons"])
    return f"{words.moment(run.about['started'])} · {asked(risk)} · {alone} · {run.folder.name[-8:]}"


def facts(run: RiskRun, risk: Shown) -> str:
    """A look in a line."""
    columns = listed(risk["quasi_identifiers"])
    return say(
        "Policy {policy} · {persons:,} patients · looked up by {columns}",
        policy=run.about["policy"],
        persons=risk["persons"],
        columns=columns,
    )


def found(risk: Shown) -> str:
    """What was found, in one sentence."""
    alone, persons, columns = risk["uniques"], risk["persons"], listed(risk["quasi_identifiers"])
    if alone == Count(low=0, high=0, of=persons):
        return say(
            "No patient stands alone: at least {k} share every combination of {columns} that occurs.",
            k=risk["k"],
            columns=columns,
        )
    return say(
        "{capital} share their {columns} with nobody else in this table. {meaning_of}",
        capital=_capital(_of(alone)),
        columns=columns,
        meaning_of=meaning_of(risk),
    )


def meaning_of(risk: Shown) -> str:
    """What it means, for somebody who looks a patient up."""
    return meaning({**risk, "uniques": risk["uniques"].high})


def population(risk: Shown) -> tuple[str, list[str]]:
    """How many are alone among everybody with the disease, and in sentences with what is assumed."""
    told = risk["population"]
    if told["known"] == "nothing":
        return say("not known"), beyond(dict(risk))
    if isinstance(told["uniques"], Count):
        return told["uniques"].words, _counted(told)
    lines = beyond(dict(risk))
    if few := told.get("unplaced_below"):
        lines.append(say("Fewer than {few} patients with a missing value could not be looked up.", few=few))
    if told.get("marked"):
        lines.append(
            say("So small a share of all patients is in the table that the figure depends on its model.")
        )
    return say("about {uniques:,.0f}", uniques=told["uniques"]), lines


def interval(risk: Shown) -> str:
    """The interval of the patients alone among everybody with the disease; "" where it is a count."""
    told = risk["population"]
    if told["known"] == "nothing" or isinstance(told["uniques"], Count) or told["low"] is None:
        return ""
    return say("{low:,.0f} to {high:,.0f}", low=told["low"], high=told["high"])


def _counted(told: Mapping[str, Any]) -> list[str]:
    if told["known"] == "registry":
        return [
            say(
                "Among all {people:,} people with the disease in the simulated country, {of} are "
                "still alone. This is known, not estimated: the country is simulated, and everybody "
                "in it is on record.",
                people=told["people"],
                of=_of(told["uniques"]),
            )
        ]
    source = say(" (source: {source})", source=retell(told["source"])) if told.get("source") else ""
    return [
        say(
            "The table holds everybody with the disease, or nearly{source}: sample and "
            "population are the same. Who stands alone in the table stands alone among all "
            "patients.",
            source=source,
        )
    ]


def cell(crossed: Mapping[str, Any], at: int) -> str:
    """A class of the map in words."""
    (across, down), (how, how_down), one = crossed["columns"], crossed["shown"], crossed["cells"][at]
    start = f"{across} ({retell(how)}) {one['x']}, {down} ({retell(how_down)}) {one['y']}:"
    least, most = crossed["bands"][one["band"]]
    share = say(
        "{start} {band_words} patients share these two values.",
        start=start,
        band_words=band_words(least, most),
    )
    if least == 1:
        return say(
            "{share} Somebody who knows no more than that picks the right one in at least {tries}.",
            share=share,
            tries=tries(1 / most),
        )
    return say(
        "{share} Somebody who knows no more than that picks the right one in at most {tries}.",
        share=share,
        tries=tries(1 / least),
    )


def together_row(one: Mapping[str, Any]) -> dict[str, str]:
    """A combination of changes in a table."""
    limit = say(" (at most {limit:.0%})", limit=one["limit"]) if one["limit"] else ""
    return {
        "changes": say("; ").join(map(retell, one["words"])) or say("none"),
        "patients left out": f"{one['left_out'].words}{limit}",
        "right guesses, mean": words.share(one["mean_risk"]),
        "price": words.share(one["price"]),
    }


def step_row(one: Mapping[str, Any]) -> dict[str, str]:
    """A single change in a table."""
    return {
        "change": retell(one["words"]),
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
    alone = say("{of} stand alone", of=_of(told)) if told.high else say("nobody stands alone")
    return say(
        "With {asked}, {alone} instead of {words}, and a guess is right in {tries} instead "
        "of {tries_2}. The price is {value} of the columns’ detail instead of {value_2}.",
        asked=asked(after),
        alone=alone,
        words=before["uniques"].words,
        tries=tries(after["mean_risk"]),
        tries_2=tries(before["mean_risk"]),
        value=prices[1],
        value_2=prices[0],
    )


def _figures(risk: Shown) -> dict[str, str]:
    told, span = population(risk)[0], interval(risk)
    return {
        say("The table"): asked(risk),
        say("Patients alone"): say("{few} of {all:,}", few=risk["uniques"].words, all=risk["persons"]),
        say("Smallest group alike (k)"): f"{risk['k']:,}",
        say("Right guesses, mean"): words.share(risk["mean_risk"]),
        say("Alone among everybody with the disease"): f"{told} [{span}]" if span else told,
        say("Price: ARX’s Loss, a proxy for use"): words.share(risk["mending"]["price"]),
    }


def _of(told: Count) -> str:
    """A count of patients and its share."""
    if told.low == told.of:
        return say("all {of:,} patients", of=told.of)
    rate = f" ({100 * told.low / told.of:.1f} %)" if told.is_exact else ""
    return say("{words} of {of:,} patients{rate}", words=told.words, of=told.of, rate=rate)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

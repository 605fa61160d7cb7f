"""What of a cohort's linkage risk may stand in a page: no exact count of few patients.

Whatever a browser is sent can be read there, shown or not. ``risk.json`` counts single patients, so
its counts pass through here first. Not hidden is ``k``: it says how small the smallest group is, and
not which one.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthassay.language import say

_TIE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many of some patients, as exactly as it may be told.

    Parameters
    ----------
    low, high : int
        The count lies between them; equal where it may be told.
    of : int
        How many patients there are in all.
    """

    low: int
    high: int
    of: int

    @property
    def is_exact(self) -> bool:
        """Whether the count itself is told."""
        return self.low == self.high

    @property
    def words(self) -> str:
        """In words, for a sentence or a table."""
        if self.is_exact:
            return f"{self.low:,}"
        return (
            say("fewer than {high}", high=self.high + 1)
            if self.low == 1
            else say("all but fewer than {of}", of=self.of - self.low + 1)
        )

    @property
    def mark(self) -> str:
        """As short as it goes, for beside a bar."""
        if self.is_exact:
            return f"{self.low:,}"
        return f"< {self.high + 1}" if self.low == 1 else f"> {self.low - 1:,}"


def count(found: int, of: int, *, minimum: int) -> Count:
    """A count as it may be told: neither few patients, nor all but few, are counted exactly."""
    few = minimum - 1
    if 0 < found <= few:
        return Count(low=1, high=min(few, of), of=of)
    if 0 < of - found <= few:
        return Count(low=max(of - few, 1), high=of - 1, of=of)
    return Count(low=found, high=found, of=of)


@dataclass(frozen=True, kw_only=True)
class Band:
    """How many patients look about equally exposed.

    Parameters
    ----------
    low, high : float, in [0, 1]
        The share of patients not used who look at least as exposed lies between them.
    persons : int
        None of fewer than the policy's minimum, but 0.
    expected : float
        What chance gives.
    """

    low: float
    high: float
    persons: int
    expected: float


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """A group of at least the policy's minimum of patients, and how many of it look exposed."""

    column: str
    level: str
    n: int
    exposed: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The groups that may be named, all patients first, and how many may not."""

    shown: tuple[Stratum, ...]
    hidden: int


def histogram(exposed: Sequence[float], *, minimum: int, bands: int = 10) -> list[Band]:
    """Patients by how exposed they look, without saying who; bands of few are pooled.

    Parameters
    ----------
    exposed : sequence of float, each in (0, 1]
        For each patient, the share of patients not used who look at least as exposed.
    minimum : int
        The policy's minimum count.
    bands : int
        Before any are pooled.
    """
    if not exposed:
        return []
    places = [min(math.ceil(each * bands - _TIE), bands) - 1 for each in exposed]
    found: list[Band] = []
    for at in range(bands):
        band = Band(
            low=at / bands,
            high=(at + 1) / bands,
            persons=places.count(at),
            expected=len(exposed) / bands,
        )
        found.append(_with(found.pop(), band) if found and found[-1].persons < minimum else band)
    if len(found) > 1 and found[-1].persons < minimum:
        last = found.pop()
        found.append(_with(found.pop(), last))
    return found


def strata(told: Iterable[Mapping[str, Any]], *, minimum: int) -> Groups:
    """The groups of at least ``minimum`` patients; a rarer one is a fact about its patients, and unnamed."""
    known = [Stratum(**each) for each in told]
    shown = tuple(each for each in known if each.n >= minimum)
    return Groups(shown=shown, hidden=len(known) - len(shown))


def _with(first: Band, second: Band) -> Band:
    return Band(
        low=first.low,
        high=second.high,
        persons=first.persons + second.persons,
        expected=first.expected + second.expected,
    )


def hidden(risk: dict[str, Any], *, minimum: int) -> dict[str, Any]:
    """The part of ``risk.json`` that pages show, with every count of few patients hidden.

    Parameters
    ----------
    risk : dict
        The content of ``risk.json``.
    minimum : int
        The policy's minimum count.

    Returns
    -------
    dict
        Under the same names. ``uniques`` and ``left_out`` become a `Count`; neighbours in ``sizes``
        are pooled until none holds few; ``maps`` were written without small counts.
    """
    persons, mending = risk["persons"], risk["mending"]
    kept = ("persons", "quasi_identifiers", "k", "highest_risk", "mean_risk", "asked", "choices", "maps")
    return {
        **{key: risk[key] for key in kept},
        "prospects": risk.get("prospects", []),
        "uniques": count(risk["uniques"], persons, minimum=minimum),
        "sizes": _pooled(risk["sizes"], persons, minimum=minimum),
        "column_sets": [_told(each, "uniques", persons, minimum=minimum) for each in risk["column_sets"]],
        "mending": {
            "allowed": mending["allowed"],
            "price": mending["price"],
            "steps": [_told(each, "uniques", persons, minimum=minimum) for each in mending["steps"]],
            "together": [_told(each, "left_out", persons, minimum=minimum) for each in mending["together"]],
        },
        "population": _population(risk["population"], persons, minimum=minimum),
    }


def _told(entry: dict[str, Any], key: str, persons: int, *, minimum: int) -> dict[str, Any]:
    return {**entry, key: count(entry[key], persons, minimum=minimum)}


def _population(population: dict[str, Any], persons: int, *, minimum: int) -> dict[str, Any]:
    """Estimates stand as they are; what was counted is a count like others."""
    if 0 < population.get("unplaced", 0) < minimum:
        population = {**population, "unplaced": 0, "unplaced_below": minimum}
    if population["known"] != "registry" and not population.get("same"):
        return population
    told = count(round(population["uniques"]), persons, minimum=minimum)
    return {**population, "uniques": told, "low": told.low, "high": told.high}


def _pooled(bands: Sequence[dict[str, Any]], persons: int, *, minimum: int) -> list[dict[str, Any]]:
    """Neighbouring bands of the histogram together, until none holds few patients."""
    ends = [after["smallest"] - 1 for after in bands[1:]] + [None]
    found: list[dict[str, Any]] = []
    for band, largest in zip(bands, ends, strict=True):
        if found and 0 < found[-1]["persons"] < minimum:
            found[-1] = _joined(found[-1], band, largest, persons)
        else:
            found.append(band)
    while len(found) > 1 and 0 < found[-1]["persons"] < minimum:
        last = found.pop()
        found[-1] = _joined(found[-1], last, None, persons)
    return found


def _joined(
    first: dict[str, Any], second: dict[str, Any], largest: int | None, persons: int
) -> dict[str, Any]:
    smallest, together = first["smallest"], first["persons"] + second["persons"]
    risk = f"{1 / smallest:.0%}"
    return {
        "alike": say("{smallest} and more", smallest=smallest)
        if largest is None
        else say("{least} to {most}", least=smallest, most=largest),
        "smallest": smallest,
        "risk": say("at most {share}", share=risk)
        if largest is None
        else say("{least} to {most}", least=f"{1 / largest:.0%}", most=risk),
        "persons": together,
        "share": together / persons,
    }

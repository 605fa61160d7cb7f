"""What would mend a cohort's linkage risk, and at what price."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.hierarchies import top_level
from synth.diversity import distinct
from synth.kanonymity import lattice_of
from synth.lattice import Lattice, Optimum, geometric_mean, search
from synthassay.risk.whatif import Altered, level_words

LEFT_OUT = (0.0, 0.05)
"""The shares of rows that a combination may leave out; the second is `kanonymity`'s default."""

Prices = dict[str, list[float]]


def mending(altered: Altered, *, threshold: float) -> dict[str, Any]:
    """Single changes, the strongest first, and the mildest combinations that keep the limit.

    Parameters
    ----------
    altered : Altered
        Where one starts.
    threshold : float, in (0, 1)
        The chance of a right guess that is still allowed.

    Returns
    -------
    dict
        ``price``: of the columns as they are shown, against those of the cohort. ``steps``: one
        change each. ``together``: the levels that lose least such that everybody
        who stays is one of ``allowed`` alike, with nobody or at most 5 % of the rows left out. A
        ``price`` is ARX's Loss (doi:10.1145/775047.775089): the share of a column's values that a
        label stands for, 0 for the value itself and 1 where the column is left out.
    """
    lattice = lattice_of(_ready(altered), altered.names)
    prices = dict(
        zip(altered.names, ([float(x) for x in each.mean(axis=1)] for each in lattice.losses), strict=True)
    )
    allowed = math.ceil(1 / threshold - 1e-9)
    steps = [_step(altered, name, level, prices) for name, level in _changes(altered)]
    steps.sort(key=lambda step: (step["mean_risk"], step["price"]))
    found = [_together(altered, lattice, prices, allowed=allowed, limit=limit) for limit in LEFT_OUT]
    return {
        "allowed": allowed,
        "price": _price(altered, prices, altered.levels),
        "steps": steps,
        "together": [each for each in found if each],
    }


def _ready(altered: Altered) -> Cohort:
    """The cohort under a schema in which every quasi-identifier has its hierarchy."""
    schema = altered.cohort.schema
    columns = tuple(altered.columns.get(column.name, column) for column in schema.columns)
    return replace(altered.cohort, schema=replace(schema, columns=columns))


def _changes(altered: Altered) -> Iterator[tuple[str, int]]:
    """Every column one level coarser, and left out; never the last one left."""
    for name, column in altered.columns.items():
        top = top_level(column)
        for level in sorted({altered.levels[name] + 1, top}):
            if level < top or len(altered.columns) > 1:
                yield name, level


def _step(altered: Altered, name: str, level: int, prices: Prices) -> dict[str, Any]:
    risk = altered.at(name, level).risk()
    left_out = level == top_level(altered.columns[name])
    return {
        "column": name,
        "level": level,
        "left_out": left_out,
        "words": _words(altered, name, level),
        "classes": risk.classes,
        "k": risk.k,
        "uniques": risk.uniques,
        "mean_risk": risk.mean_risk,
        "price": prices[name][level],
    }


def _words(altered: Altered, name: str, level: int) -> str:
    column = altered.columns[name]
    return f"leave out {name}" if level == top_level(column) else f"show {name} {level_words(column, level)}"


def _together(
    altered: Altered, lattice: Lattice, prices: Prices, *, allowed: int, limit: float
) -> dict[str, Any] | None:
    """The mildest combination, if there is any; levels start from those that are shown now."""
    start = [altered.levels[name] for name in altered.names]
    left = Lattice(
        codes=tuple(codes[level:] for codes, level in zip(lattice.codes, start, strict=True)),
        losses=tuple(losses[level:] for losses, level in zip(lattice.losses, start, strict=True)),
    )
    persons = altered.cohort.persons
    best = search(left, distinct(pd.Series(persons), least=allowed), limit=limit, most_checks=5_000)
    if best is None:
        return None
    found = {name: level + more for name, level, more in zip(altered.names, start, best.node, strict=True)}
    # Of levels that lose the same, the finest: a column of one value stays as it is.
    levels = {
        name: min(
            at for at in range(altered.levels[name], level + 1) if prices[name][at] == prices[name][level]
        )
        for name, level in found.items()
    }
    return {
        "limit": limit,
        "levels": levels,
        **_outcome(altered, levels, best, left),
        "price": _price(altered, prices, levels),
    }


def _outcome(altered: Altered, levels: dict[str, int], best: Optimum, lattice: Lattice) -> dict[str, Any]:
    persons, classes = altered.cohort.persons, lattice.classes(best.node)
    stay = np.unique(persons[best.kept])
    sizes = np.bincount(classes[best.kept])[classes[best.kept]] if best.kept.any() else np.ones(1)
    changed = [_words(altered, name, level) for name, level in levels.items() if level > altered.levels[name]]
    return {
        "words": changed,
        "everything_left_out": all(
            level == top_level(altered.columns[name]) for name, level in levels.items()
        ),
        "left_out": int(altered.cohort.n_persons - len(stay)),
        "mean_risk": float((1 / sizes).mean()),
        "proven": best.proven,
    }


def _price(altered: Altered, prices: Prices, levels: Mapping[str, int]) -> float:
    """Of all columns of the cohort together, as ARX does; one that is left out has lost everything."""
    known = altered.cohort.schema.quasi_identifiers
    losses = [prices[name][levels[name]] if name in levels else 1.0 for name in known]
    return float(geometric_mean(np.array(losses).reshape(-1, 1))[0])

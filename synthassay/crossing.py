"""The map of two quasi-identifiers: how many patients stand in each cell, on few enough levels to be seen."""

import math
from bisect import bisect_right
from collections.abc import Collection, Iterator
from itertools import combinations, islice
from typing import Any

import pandas as pd

from cohort.cells import as_text
from cohort.coarsen import generalise
from cohort.hierarchies import top_level
from privacy.linkage.crossed import MISSING, POOLED, class_sizes_crossed
from privacy.linkage.subsets import ColumnSets
from synthassay.whatif import Altered, level_words

_MOST_LEVELS = 12  # more would overlap on a phone
_BANDS = 8
_MOST_MAPS = 45
_TIMES = (1, 2, 5)  # bands of a map begin at so many times the minimum count


def crossing(altered: Altered, sets: ColumnSets) -> dict[str, Any] | None:
    """The two columns which together leave most patients alone, on at most 12 levels each.

    A column with more is shown at the first level of its hierarchy that has few enough, and where
    there is none in bands of equal width; None where two columns are not left.
    """
    return next(_crossings(altered, sets), None)


def maps(altered: Altered, sets: ColumnSets, *, minimum_count: int) -> list[dict[str, Any]]:
    """The same of the 45 worst pairs, the worst first, for a screen that others may see.

    Values of fewer than ``minimum_count`` persons are pooled, and a cell tells only in which of
    ``bands`` its count lies, (least, most) with None for no bound; the first holds those below the
    minimum. Subtraction leads to bounds only.
    """
    found = _crossings(altered, sets, pooled_below=minimum_count)
    return [_in_bands(each, minimum_count) for each in islice(found, _MOST_MAPS)]


def _crossings(
    altered: Altered, sets: ColumnSets, *, pooled_below: int | None = None
) -> Iterator[dict[str, Any]]:
    """Of every pair of columns, those first which together leave most patients alone."""
    shown = {name: _few(altered, name) for name in altered.names}
    usable = [name for name, (values, _) in shown.items() if 1 < values.nunique(dropna=False) <= _MOST_LEVELS]
    for pair in sorted(combinations(usable, 2), key=lambda pair: -_alone(sets, *pair)):
        # The longer axis lies across, where a screen has more room.
        down, across = sorted(pair, key=lambda name: shown[name][0].nunique())
        table = pd.DataFrame({name: shown[name][0] for name in (across, down)})
        yield {
            "columns": [across, down],
            "shown": [shown[across][1], shown[down][1]],
            **_cells(table, altered, pooled_below=pooled_below),
        }


def _cells(table: pd.DataFrame, altered: Altered, *, pooled_below: int | None) -> dict[str, Any]:
    across, down = map(str, table.columns)
    persons = altered.cohort.persons
    levels = class_sizes_crossed(table, across, down, persons=persons, minimum_count=pooled_below)
    named = {across: levels.across_values, down: levels.down_values}
    if pooled_below is not None:
        table = pd.DataFrame({name: _pooled(table[name], named[name]) for name in named})
    found = class_sizes_crossed(table, across, down, persons=persons)
    cells = [
        {"x": x, "y": y, "persons": persons}
        for y, row in zip(found.down_values, found.persons, strict=True)
        for x, persons in zip(found.across_values, row, strict=True)
        if persons
    ]
    return {"levels": [list(named[across]), list(named[down])], "cells": cells}


def _pooled(values: pd.Series, named: Collection[str]) -> pd.Series:
    """Values as a map names them, those that it does not name under one name."""
    text = values.map(lambda value: MISSING if pd.isna(value) else str(as_text(value))).astype(object)
    return text.where(text.isin(named), POOLED)


def _in_bands(crossed: dict[str, Any], minimum: int) -> dict[str, Any]:
    starts = sorted({1, *(minimum * times for times in _TIMES)})
    ends = [*(start - 1 for start in starts[1:]), None]
    cells = [
        {"x": cell["x"], "y": cell["y"], "band": bisect_right(starts, cell["persons"]) - 1}
        for cell in crossed["cells"]
    ]
    return {**crossed, "bands": list(zip(starts, ends, strict=True)), "cells": cells}


def _alone(sets: ColumnSets, *names: str) -> int:
    try:
        return sets.of(*names).uniques
    except KeyError:
        return 0


def _few(altered: Altered, name: str) -> tuple[pd.Series, str]:
    """A column on few levels, and in words at which."""
    column, values = altered.columns[name], altered.table[name]
    for level in range(altered.levels[name], top_level(column)):
        found = generalise(altered.cohort.table[name], column, level=level)
        if found.nunique(dropna=False) <= _MOST_LEVELS:
            return found, level_words(column, level)
    if not pd.api.types.is_numeric_dtype(values):
        return values, "as it stands"
    return _banded(values), "in bands"


def _banded(values: pd.Series) -> pd.Series:
    """Bands of equal width, named by their lower ends so that they sort as numbers do."""
    numbers = values.astype("float64")
    low, high = float(numbers.min()), float(numbers.max())
    width = _round((high - low) / _BANDS) or 1.0
    starts = (numbers // width) * width
    return starts.map(lambda start: None if pd.isna(start) else f"{start:g} to {start + width:g}").astype(
        object
    )


def _round(width: float) -> float:
    """A width that people would choose: 1, 2 or 5 times a power of ten, not smaller."""
    if width <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= width)

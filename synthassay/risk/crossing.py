"""The map of two quasi-identifiers: how many patients stand in each cell, on few enough levels to be seen."""

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cells import as_text
from cohort.classes import persons_in
from cohort.coarsen import generalise
from cohort.hierarchies import top_level
from privacy.linkage.crossed import MISSING, POOLED, class_sizes_crossed
from privacy.linkage.subsets import ColumnSets
from synthassay.risk.whatif import Altered, level_words

Ints = npt.NDArray[np.int64]

_MOST_LEVELS = 12  # more would overlap on a phone
_BANDS = 8
_MOST_MAPS = 45
_TIMES = (1, 2, 5)  # bands of a map begin at so many times the minimum count


@dataclass(frozen=True, kw_only=True, eq=False)
class _Axis:
    """A column on few levels: how it is shown, the levels in order, and each row's."""

    words: str
    levels: tuple[str, ...]
    codes: Ints


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
    axes = {name: _axis(altered, name, pooled_below=pooled_below) for name in altered.names}
    usable = [name for name, axis in axes.items() if 1 < len(axis.levels) <= _MOST_LEVELS]
    for pair in sorted(combinations(usable, 2), key=lambda pair: -_alone(sets, *pair)):
        # The longer axis lies across, where a screen has more room.
        down, across = sorted(pair, key=lambda name: len(axes[name].levels))
        yield {
            "columns": [across, down],
            "shown": [axes[across].words, axes[down].words],
            "levels": [list(axes[across].levels), list(axes[down].levels)],
            "cells": _cells(axes[across], axes[down], altered.cohort.persons),
        }


def _cells(across: _Axis, down: _Axis, persons: Ints) -> list[dict[str, Any]]:
    wide, cells = len(across.levels), len(across.levels) * len(down.levels)
    counts = persons_in(down.codes * wide + across.codes, persons, classes=cells)
    return [
        {"x": across.levels[at % wide], "y": down.levels[at // wide], "persons": int(counts[at])}
        for at in np.flatnonzero(counts)
    ]


def _axis(altered: Altered, name: str, *, pooled_below: int | None) -> _Axis:
    values, words = _few(altered, name)
    codes, found = pd.factorize(values, use_na_sentinel=False)
    if len(found) > _MOST_LEVELS:
        return _Axis(words=words, levels=tuple(map(str, found)), codes=codes)
    # A column crossed with itself: its values in their order, the rare ones pooled.
    levels = class_sizes_crossed(
        pd.DataFrame({name: values}), name, name, persons=altered.cohort.persons, minimum_count=pooled_below
    ).across_values
    text = [MISSING if pd.isna(each) else str(as_text(each)) for each in found]
    place = np.array([levels.index(each if each in levels else POOLED) for each in text], dtype=np.int64)
    return _Axis(words=words, levels=levels, codes=place[codes])


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

"""Two quasi-identifiers crossed: how many persons stand in each cell, for a map of k."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cells import as_text
from cohort.classes import persons_in
from cohort.errors import NotApplicable

Ints = npt.NDArray[np.int64]
MISSING = "(missing)"
POOLED = "(rare, pooled)"
_MOST_CELLS = 100_000


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """Persons by two columns.

    Parameters
    ----------
    across, down : str
        The columns.
    across_values, down_values : tuple of str
        Their values: numbers and dates by size, text by the number that it starts with and then by
        letter, a missing value last, and after it the rare ones pooled.
    persons : tuple of tuple of int or None
        One row for each of ``down_values``; 0 where nobody is, None where the count is not shown.
    """

    across: str
    down: str
    across_values: tuple[str, ...]
    down_values: tuple[str, ...]
    persons: tuple[tuple[int | None, ...], ...]

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return asdict(self)


def class_sizes_crossed(
    table: pd.DataFrame,
    across: str,
    down: str,
    *,
    persons: Ints | None = None,
    minimum_count: int | None = None,
) -> Crossing:
    """Cross two columns.

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Typed as a cohort's table. Columns of many values make a large map: coarsen them first.
    across, down : str
        Two of its columns.
    persons : ndarray, (rows,), optional
        The person of each row; somebody with rows in several cells stands in each.
    minimum_count : int, optional
        For whatever may be shown outside: values of fewer persons are pooled, their names with them,
        and counts from 1 to ``minimum_count`` - 1 are None, with as many others as keep them from
        being found by subtraction from the totals of a row or column.

    Raises
    ------
    NotApplicable
        Where there is no row, or the map would have more than 100,000 cells.
    """
    if not len(table):
        raise NotApplicable("the table has no row")
    owners = np.arange(len(table)) if persons is None else persons
    least = minimum_count or 0
    down_codes, down_values = _axis(table[down], owners, least=least)
    across_codes, across_values = _axis(table[across], owners, least=least)
    cells = len(down_values) * len(across_values)
    if cells > _MOST_CELLS:
        raise NotApplicable(f"{across} and {down} have too many values for a map: coarsen them first")
    counts = persons_in(down_codes * len(across_values) + across_codes, owners, classes=cells)
    counts = counts.reshape(len(down_values), len(across_values))
    hidden = _hidden(counts, least=least)
    return Crossing(
        across=across,
        down=down,
        across_values=tuple(across_values),
        down_values=tuple(down_values),
        persons=tuple(
            tuple(None if hide else int(count) for count, hide in zip(row, hides, strict=True))
            for row, hides in zip(counts, hidden, strict=True)
        ),
    )


def _axis(values: pd.Series, owners: Ints, *, least: int) -> tuple[Ints, list[str]]:
    """Each row's place on an axis, and what stands there; values of few persons share the last place."""
    codes, levels = pd.factorize(values, use_na_sentinel=False)
    order = sorted(range(len(levels)), key=lambda code: _sorting(levels[code]))
    counts = persons_in(codes, owners, classes=len(levels))
    rare = _pool(counts, least=least)
    shown = [code for code in order if not rare[code]]
    place = np.full(len(levels), len(shown))
    place[shown] = np.arange(len(shown))
    names = [MISSING if pd.isna(levels[code]) else str(as_text(levels[code])) for code in shown]
    return place[codes], [*names, POOLED] if rare.any() else names


def _sorting(level: Any) -> tuple[bool, float, str]:
    if pd.isna(level):
        return True, 0.0, ""
    if isinstance(level, str):
        number = re.match(r"-?\d+(\.\d+)?", level)
        return False, float(number.group()) if number else np.inf, level
    return False, float(pd.Timestamp(level).value if hasattr(level, "year") else level), ""


def _pool(counts: Ints, *, least: int) -> npt.NDArray[np.bool_]:
    """The values of fewer than ``least`` persons, and as many more as make their pool as large."""
    rare: npt.NDArray[np.bool_] = counts < least
    for code in np.argsort(counts, kind="stable"):
        if not rare.any() or counts[rare].sum() >= least:
            break
        rare[code] = True
    return rare


def _hidden(counts: Ints, *, least: int) -> npt.NDArray[np.bool_]:
    """The small cells, and in each row and column enough others that no total gives them away."""
    hidden: npt.NDArray[np.bool_] = (counts > 0) & (counts < least)
    changed = True
    while changed:
        lines = [*zip(counts, hidden, strict=True), *zip(counts.T, hidden.T, strict=True)]
        changed = sum(_hide_more(line, hide, least=least) for line, hide in lines) > 0
    return hidden


def _hide_more(line: Ints, hide: npt.NDArray[np.bool_], *, least: int) -> bool:
    """Hide one more cell of a line whose hidden ones are few; whether one was."""
    safe = hide.sum() != 1 and (not hide.any() or line[hide].sum() >= least)
    open_cells: Sequence[int] = np.flatnonzero(~hide & (line > 0)).tolist() or np.flatnonzero(~hide).tolist()
    if safe or not open_cells:
        return False
    hide[min(open_cells, key=lambda cell: int(line[cell]))] = True
    return True

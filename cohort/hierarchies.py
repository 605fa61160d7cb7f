"""Generalisation hierarchies: what a column is coarsened to, level by level.

Level 0 is the column as it is, level 1 and up are those that the schema lists, and above them all
stands one more, where every value is `EVERYTHING`. Each level's groups are unions of the groups
below, or it would not be a hierarchy (P. Samarati 2001, doi:10.1109/69.971193).
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from cohort.delimited import decode
from cohort.errors import DataError, Problem

if TYPE_CHECKING:
    from cohort.schema import Column

Level = int | float | str | Mapping[str, tuple[str, ...]]
"""A band's width, a date's period, or each group's members."""

EVERYTHING = "*"
"""The label of the top level."""

_MONTHS = {"day": 0, "month": 1, "quarter": 3, "year": 12}
_YEARS = re.compile(r"\s*([1-9]\d{0,3})\s+years\s*", re.ASCII)
_FORMS = (
    "Write widths ([5, 10, 20]) for numbers, periods ([month, quarter, year, 5 years]) for dates, "
    "groups ([{coast: [North, West], inland: [South]}]) or the path of a CSV for categories and integers."
)


def top_level(column: "Column") -> int:
    """The level at which every value of the column is `EVERYTHING`; at least 1."""
    return len(column.hierarchy) + 1


def is_grouped(column: "Column") -> bool:
    """Whether the column's levels list groups of its values."""
    return bool(column.hierarchy) and isinstance(column.hierarchy[0], Mapping)


def months(period: str) -> int:
    """How many months a date's period has; 0 for a day.

    Raises
    ------
    KeyError
        Where there is no such period.
    """
    years = _YEARS.fullmatch(period)
    return 12 * int(years[1]) if years else _MONTHS[period]


def group_of(column: "Column", *, level: int) -> dict[str, str]:
    """The group of each value at ``level``, 1 or more, for a column whose levels list groups."""
    levels = cast(tuple[Mapping[str, tuple[str, ...]], ...], column.hierarchy)
    found = _owners(levels[0])
    for groups in levels[1:level]:
        above = _owners(groups)
        found = {value: above[group] for value, group in found.items()}
    return found


def _owners(groups: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {member: group for group, members in groups.items() for member in members}


def read_hierarchy(
    entry: Any, *, folder: Path | None, where: str, problems: list[Problem]
) -> tuple[Level, ...]:
    """Read a hierarchy as it stands in a schema, adding to ``problems`` what is wrong with its form.

    Parameters
    ----------
    entry : list or str
        Levels, finest first; or the path of a CSV in ARX's form (value; level 1; level 2; ...,
        without a header), whose content the schema holds from then on.
    folder : Path, optional
        What the path is relative to; the working folder where absent.
    where : str
        The column, for messages.
    """
    try:
        levels = _from_file((folder or Path()) / entry) if isinstance(entry, str) else entry
    except DataError as error:
        problems += error.problems
        return ()
    if not isinstance(levels, Sequence) or not all(_is_level(level) for level in levels):
        problems.append(Problem(what="hierarchy is not a list of levels.", where=where, remedy=_FORMS))
        return ()
    return tuple(_as_level(level) for level in levels)


def _is_level(level: Any) -> bool:
    if isinstance(level, Mapping):
        return bool(level) and all(isinstance(members, list | tuple) for members in level.values())
    return isinstance(level, int | float | str) and not isinstance(level, bool)


def _as_level(level: Any) -> Level:
    if isinstance(level, Mapping):
        return {str(group): tuple(str(member) for member in members) for group, members in level.items()}
    return cast(Level, level)


def _from_file(path: Path) -> list[dict[str, list[str]]]:
    """The levels of a CSV in ARX's form; a last level that says only `EVERYTHING` is left out."""
    try:
        text, _ = decode(path.read_bytes())
    except OSError as error:
        what = f"the hierarchy cannot be read ({error.strerror})."
        remedy = "Check the path; it is relative to the schema's folder."
        raise DataError(Problem(what=what, where=str(path), remedy=remedy)) from None
    rows = csv.reader(text.splitlines(), delimiter=";" if ";" in text else ",")
    cells = [[cell.strip() for cell in row] for row in rows if any(row)]
    counts = Counter(row[0] for row in cells)
    if not cells or len({len(row) for row in cells}) != 1:
        what, remedy = "its lines differ in length.", "Write value;level 1;level 2 on each, without a header."
    elif len(counts) < len(cells):
        what, remedy = f"{len(cells) - len(counts)} lines repeat a value.", "Give each value one line."
    else:
        columns = list(zip(*cells, strict=True))
        if set(columns[-1]) == {EVERYTHING}:
            columns.pop()
        return [_grouped(below, above) for below, above in pairwise(columns)]
    raise DataError(Problem(what=what, where=str(path), remedy=remedy))


def _grouped(below: Sequence[str], above: Sequence[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for member, group in dict.fromkeys(zip(below, above, strict=True)):
        groups.setdefault(group, []).append(member)
    return groups


def hierarchy_problems(column: "Column") -> list[Problem]:
    """What is wrong with a column's hierarchy: levels of the wrong form, or that do not nest."""
    if not column.hierarchy:
        return []
    where = f"column {column.name!r}, hierarchy"
    if is_grouped(column) and column.kind in ("category", "ordinal", "integer"):
        found = list(_ill_grouped(column))
    elif column.kind in ("number", "integer"):
        found = list(_ill_widths(column))
    elif column.kind == "date":
        found = list(_ill_periods(column))
    else:
        found = [(f"a column of kind {column.kind} has no such levels.", _FORMS)]
    return [Problem(what=what, where=where, remedy=remedy) for what, remedy in found]


_Fault = tuple[str, str]


def _ill_widths(column: "Column") -> Iterator[_Fault]:
    widths = [level for level in column.hierarchy if isinstance(level, int | float)]
    if len(widths) < len(column.hierarchy) or not all(0 < width < float("inf") for width in widths):
        yield "its levels are not widths above 0.", _FORMS
        return
    if column.kind == "integer" and any(width != int(width) for width in widths):
        yield "an integer's bands need whole widths.", "Write whole numbers."
    for below, above in pairwise(widths):
        times = above / below
        if times < 1.5 or abs(times - round(times)) > 1e-9:
            yield (
                f"the levels do not nest: bands of {above:g} are not made of bands of {below:g}.",
                "Make each width a multiple of the one before it, such as [5, 10, 20].",
            )


def _ill_periods(column: "Column") -> Iterator[_Fault]:
    periods = [str(level) for level in column.hierarchy]
    unknown = [period for period in periods if period not in _MONTHS and not _YEARS.fullmatch(period)]
    if unknown:
        known = f"{', '.join(_MONTHS)} and N years"
        yield f"unknown period {', '.join(unknown)}.", f"Use {known}, the shortest first."
        return
    for below, above in pairwise(periods):
        shorter, longer = months(below), months(above)
        if longer <= shorter or (shorter and longer % shorter):
            yield (
                f"the levels do not nest: {above} is not made of whole periods of {below}.",
                "Write the shortest first, each made of whole periods of the one before it.",
            )


def _ill_grouped(column: "Column") -> Iterator[_Fault]:
    levels = [level for level in column.hierarchy if isinstance(level, Mapping)]
    if len(levels) < len(column.hierarchy):
        yield "some of its levels are groups and some are not.", _FORMS
        return
    for number, groups in enumerate(levels, 1):
        members = [member for group in groups.values() for member in group]
        twice = [member for member, count in Counter(members).items() if count > 1]
        if twice:
            yield (
                f"the levels do not nest: at level {number} two groups hold {', '.join(twice)}.",
                "Put each member into one group.",
            )
        if number > 1:
            yield from _unlike(members, list(levels[number - 2]), number=number)
        elif column.categories is not None:
            absent = [value for value in column.categories if value not in members]
            if absent:
                yield f"level 1 misses the categories {', '.join(absent)}.", "Put each into a group."


def _unlike(members: Sequence[str], below: Sequence[str], *, number: int) -> Iterator[_Fault]:
    """Where a level's members are not the groups of the level below it."""
    differ = [name for name in below if name not in members] + [name for name in members if name not in below]
    if differ:
        yield (
            f"the levels do not nest: levels {number - 1} and {number} do not agree on "
            f"{', '.join(dict.fromkeys(differ))}.",
            f"Let the members of level {number} be the groups of level {number - 1}, all of them.",
        )

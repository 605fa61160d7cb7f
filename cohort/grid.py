"""What every file is before it is a table: a header and rows of cells."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from cohort.cells import text_column
from cohort.errors import DataError, Problem
from cohort.problems import at, capped

Cells = Sequence[str | None]
ROW_NUMBERS = "row"
"""What a leading column of row numbers without a name is called."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """A file's cells, and what is wrong with them.

    Parameters
    ----------
    header : sequence of str or None
        Column names as written.
    rows : sequence of sequences of str or None
        Each as long as it stands in the file.
    problems : tuple of Problem
        Found while reading the cells.
    """

    header: Cells
    rows: Sequence[Cells]
    problems: tuple[Problem, ...] = ()


def grid_table(grid: Grid, *, where: str, missing: Sequence[str], at_least: int) -> pd.DataFrame:
    """Make a table of text from a grid.

    Parameters
    ----------
    grid : Grid
        Of one file.
    where : str
        The file, for messages.
    missing : sequence of str
        Codes that mean missing.
    at_least : int
        How many rows a table needs.

    Returns
    -------
    DataFrame, (rows, columns)
        Cells are str, or None where missing.

    Raises
    ------
    DataError
        With all of: cells that could not be read, ragged rows, blank or repeated column
        names, too few rows.
    """
    names = _names(grid)
    groups = [grid.problems, list(_bad_names(names, where=where)), list(_ragged(grid, where=where))]
    if names:
        groups.append(list(too_few_rows(len(grid.rows), where=where, at_least=at_least)))
    problems = capped(groups)
    if problems:
        raise DataError(problems)
    columns = zip(*grid.rows, strict=True)
    cells = {name: text_column(column, missing=missing) for name, column in zip(names, columns, strict=True)}
    return pd.DataFrame(cells)


def too_few_rows(rows: int, *, where: str, at_least: int) -> Iterator[Problem]:
    """Say so where a table has fewer rows than it needs."""
    if rows == 0:
        yield Problem(what="has a header and no rows.", where=where, remedy="Give a file with data.")
    elif rows < at_least:
        what = f"has one row; a table needs at least {at_least}."
        yield Problem(what=what, where=where, remedy="Give the whole cohort, one row a patient or visit.")


def repeated_names(names: Sequence[str], *, where: str) -> Iterator[Problem]:
    """Say which columns share a name."""
    for name, times in Counter(names).items():
        if times > 1 and name.strip():
            what = f"{times} columns have this name."
            yield Problem(what=what, where=at(where, column=name), remedy="Rename all but one of them.")


def _names(grid: Grid) -> list[str]:
    names = [name or "" for name in grid.header]
    if names and not names[0].strip() and _numbers_rows(grid):
        names[0] = ROW_NUMBERS
    return names


def _numbers_rows(grid: Grid) -> bool:
    first = [row[0] for row in grid.rows if row]
    return len(set(first)) == len(first) and all(cell is not None and cell.isdecimal() for cell in first)


def _bad_names(names: Sequence[str], *, where: str) -> Iterator[Problem]:
    for number, name in enumerate(names, start=1):
        if not name.strip():
            remedy = "Name it in the file's first row, or delete the column."
            yield Problem(what=f"column {number} has no name.", where=where, remedy=remedy)
    yield from repeated_names(names, where=where)


def _ragged(grid: Grid, *, where: str) -> Iterator[Problem]:
    expected = len(grid.header)
    for number, row in enumerate(grid.rows, start=1):
        # An unreadable row is empty and has its own problem already.
        if row and len(row) != expected:
            what = f"has {len(row)} cells where the header has {expected}."
            remedy = "Put cells that hold the delimiter or a line break in double quotes."
            yield Problem(what=what, where=at(where, row=number), remedy=remedy)

"""Excel workbooks: read a sheet as text, write a table that reads back equal."""

import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from openpyxl import Workbook, load_workbook

from cohort.cells import as_text
from cohort.errors import DataError, Problem
from cohort.grid import Grid
from cohort.problems import at

Value = str | float | int | datetime.datetime | None
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_TO_ESCAPE = re.compile("[\x00-\x08\x0b-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")
_SHEET = re.compile("xl/worksheets/[^/]*[.]xml")
_FORMULA = re.compile(rb"<(\w+:)?f[ />]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ZEROS = re.compile("0{2,}")
# A spreadsheet shows 15 digits, and counts a 29 February 1900 that never was.
_MOST = 10**15
_FIRST_DAY = datetime.datetime(1900, 3, 1)
_STAMP = datetime.datetime(1980, 1, 1)


def read_sheet(content: bytes, *, where: str, sheet: str | None = None) -> Grid:
    """Read one sheet of an .xlsx workbook, the first where none is named.

    Whole numbers have no decimals, dates are ISO 8601, numbers formatted with leading zeros
    keep them, and a formula counts as its stored result.

    Raises
    ------
    DataError
        Where it is no workbook, or has no such sheet; the message lists the sheets.
    """
    try:
        parts = zipfile.ZipFile(io.BytesIO(content))
        formulas = any(_FORMULA.search(parts.read(name)) for name in parts.namelist() if _SHEET.match(name))
        shown = _cells(content, sheet, results=True)
        written = _cells(content, sheet, results=False) if formulas else []
    except DataError as error:
        raise DataError(replace(problem, where=where) for problem in error.problems) from None
    except Exception:  # a damaged workbook fails in as many ways as there are parts in it
        what = "is no .xlsx workbook, or a damaged or encrypted one."
        remedy = "Open it in a spreadsheet program and save it as .xlsx without a password, or as CSV."
        raise DataError(Problem(what=what, where=where, remedy=remedy)) from None
    rows = _trimmed([[_text(cell) for cell in row] for row in shown])
    if not rows:
        problem = Problem(what="the sheet is empty.", where=where, remedy="Give a sheet with data.")
        return Grid(header=[], rows=[], problems=(problem,))
    lost = tuple(_lost_results(written, rows, where=where))
    return Grid(header=rows[0], rows=rows[1:], problems=lost)


def _cells(content: bytes, name: str | None, *, results: bool) -> list[Sequence[Any]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=results)
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if name is not None and name not in sheets:
        raise DataError(Problem(what=f"has no sheet {name!r}.", remedy=f"Sheets: {', '.join(sheets)}."))
    chosen = sheets[name] if name is not None else next(iter(sheets.values()))
    # Some programs store a wrong extent, which would cut the table off.
    chosen.reset_dimensions()
    return list(chosen.iter_rows())


def _trimmed(rows: list[list[str | None]]) -> list[list[str | None]]:
    """The rows, equally wide, less empty ones at the end and empty columns at the right."""
    while rows and not any(cell is not None for cell in rows[-1]):
        rows.pop()
    width = max(
        (place for row in rows for place, cell in enumerate(row, start=1) if cell is not None), default=0
    )
    return [(row + [None] * width)[:width] for row in rows]


def _text(cell: Any) -> str | None:
    value = cell.value
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    text = as_text(value)
    if isinstance(value, int) and not isinstance(value, bool) and _ZEROS.fullmatch(cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return text


def _lost_results(
    written: Sequence[Sequence[Any]], rows: Sequence[Sequence[str | None]], *, where: str
) -> Iterator[Problem]:
    """Formulas whose result the program that wrote them did not store."""
    for number, (row, shown) in enumerate(zip(written, rows, strict=False)):
        for position, (cell, text) in enumerate(zip(row, shown, strict=False)):
            if text is None and cell.data_type == "f":
                remedy = "Open the workbook in a spreadsheet program, and save it."
                place = at(where, row=number, column=rows[0][position])
                yield Problem(what="is a formula without a stored result.", where=place, remedy=remedy)


def write_sheet(header: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    """Write a workbook of one sheet; equal tables give equal bytes.

    Parameters
    ----------
    header : sequence of str
        Column names.
    rows : sequence of sequences
        Text is stored as text, never as a formula; whole days as dates.

    Returns
    -------
    bytes
        The .xlsx file.
    """
    book = Workbook()
    sheet = book.active
    for number, row in enumerate([header, *rows], start=1):
        for position, value in enumerate(row, start=1):
            if value is not None:
                _fill(sheet.cell(row=number, column=position), value)
    return _without_clock(book)


def _fill(cell: Any, value: str | float | int | datetime.datetime) -> None:
    """Store a value under its own type, whatever its text looks like."""
    if isinstance(value, datetime.datetime) and _is_day(value):
        cell.value, cell.number_format = value, "yyyy-mm-dd"
    elif isinstance(value, float | int) and abs(value) < _MOST:
        # openpyxl would round to 16 digits; 17 are needed to read back equal.
        cell.value, cell.data_type = as_text(value), "n"
    else:
        text = as_text(value) or ""
        cell.value = _TO_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(_FORMULA_STARTS)


def _is_day(moment: datetime.datetime) -> bool:
    return moment >= _FIRST_DAY and moment == moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _without_clock(book: Any) -> bytes:
    """The workbook's bytes less the moment at which they were written."""
    book.properties.created = _STAMP
    saved, steady = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            part = source.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", part)
            copy.writestr(zipfile.ZipInfo(name, _STAMP.timetuple()[:6]), part, zipfile.ZIP_DEFLATED)
    return steady.getvalue()

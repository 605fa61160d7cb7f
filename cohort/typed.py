"""From text to a typed table, with every cell that does not fit its schema."""

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cohort.cells import text_column
from cohort.errors import DataError, Problem
from cohort.hierarchies import group_of, is_grouped
from cohort.problems import at, capped
from cohort.schema import Column, Kind, Schema

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)
_INFINITE = re.compile(r"\s*[+-]?inf(inity)?\s*", re.IGNORECASE)
_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
ISO_MOMENT = re.compile(rf"\s*{_DAY}([T ]{_CLOCK}(Z|[+-]\d{{2}}:?\d{{2}})?)?\s*", re.ASCII)
"""A whole date, with or without a time: ``2020-02`` would be read as the first of February."""

_INT64 = np.iinfo(np.int64)
_CODE = "If it is a code for a missing value, list it under `missing`."
_NO_NUMBER = f"Write digits with a decimal point, without thousands separators. {_CODE}"
_NO_DATE = f"Write YYYY-MM-DD, or describe it by `format`; years 1678 to 2261. {_CODE}"


@dataclass(frozen=True, kw_only=True)
class _Complaint:
    """What is wrong with some cells of a column, (rows,), bool."""

    rows: "pd.Series[bool]"
    what: str
    remedy: str


def typed_table(raw: pd.DataFrame, schema: Schema, *, where: str) -> pd.DataFrame:
    """Type a table as its schema says.

    Parameters
    ----------
    raw : DataFrame, (rows, columns)
        Text, or values of any type; the schema's columns in any order.
    schema : Schema
        One column for each of the table's.
    where : str
        The file or table, for messages.

    Returns
    -------
    DataFrame, (rows, columns)
        In the schema's order, index 0 .. rows - 1: numbers float64, integers Int64, dates
        datetime64[ns] without a time zone (moments with an offset become UTC), all else str
        objects; missing is NaN, NA, NaT and None.

    Raises
    ------
    DataError
        With every absent or unknown column, and every cell that is no number, whole number
        or date, that is infinite, or that lies outside ``range`` or ``categories``: row and
        column, never the value. Twenty are listed, a fair share of each column's, and the
        others counted.
    """
    differences = list(column_differences(raw.columns, schema, where=where))
    present = [column for column in schema.columns if column.name in raw.columns]
    return _typed(raw, present, schema, where=where, problems=differences, allowed=True)


def typed_columns(
    raw: pd.DataFrame, columns: Sequence[Column], schema: Schema, *, where: str
) -> pd.DataFrame:
    """Type some columns, without asking whether values are ones that the schema allows."""
    return _typed(raw, columns, schema, where=where, problems=[], allowed=False)


def column_differences(names: Iterable[Any], schema: Schema, *, where: str) -> Iterator[Problem]:
    """Name each column that only the schema or only the table has."""
    given = [str(name) for name in names]
    for name in schema.names:
        if name not in given:
            remedy = f"Correct the name in the schema, or remove it there. Columns: {', '.join(given)}."
            yield Problem(what="the schema's column is absent.", where=at(where, column=name), remedy=remedy)
    for name in given:
        if name not in schema.names:
            remedy = "Add it to the schema; one that must not be used gets the role identifier."
            yield Problem(what="is not in the schema.", where=at(where, column=name), remedy=remedy)


def _typed(
    raw: pd.DataFrame,
    columns: Sequence[Column],
    schema: Schema,
    *,
    where: str,
    problems: list[Problem],
    allowed: bool,
) -> pd.DataFrame:
    groups: list[Sequence[Problem]] = [problems]
    typed = {}
    for column in columns:
        cells = text_column(raw[column.name], missing=(*schema.missing, *column.missing))
        values, complaints = _TYPERS.get(column.kind, _text)(cells, column)
        values = _without_codes(values, column, schema)
        if allowed:
            complaints = [*complaints, *_not_allowed(values, column)]
        if column.name == schema.person:
            complaints = [*complaints, _nobody(values)]
        if allowed and column.name == schema.visit:
            complaints = [*complaints, _no_visit(values, unread=complaints)]
        typed[column.name] = values
        groups += [_problems(complaint, where=where, column=column.name) for complaint in complaints]
    found = capped(groups)
    if found:
        raise DataError(found)
    return pd.DataFrame(typed, index=pd.RangeIndex(len(raw)))


def _problems(complaint: _Complaint, *, where: str, column: str) -> list[Problem]:
    rows = np.flatnonzero(complaint.rows.to_numpy(dtype=bool)) + 1
    return [
        Problem(what=complaint.what, where=at(where, row=int(row), column=column), remedy=complaint.remedy)
        for row in rows
    ]


_Typed = tuple[pd.Series, list[_Complaint]]


def _text(cells: pd.Series, column: Column) -> _Typed:  # noqa: ARG001 - one signature for all kinds
    return cells, []


def _number(cells: pd.Series, column: Column) -> _Typed:  # noqa: ARG001
    values = _parsed(cells, _as_float).astype("float64")
    infinite = cells.notna() & (np.isinf(values) | _matches(cells, _INFINITE))
    unread = cells.notna() & values.isna() & ~infinite
    return values, [
        _Complaint(rows=unread, what="is no number.", remedy=_NO_NUMBER),
        _Complaint(rows=infinite, what="is infinite.", remedy=f"Give a finite number. {_CODE}"),
    ]


def _integer(cells: pd.Series, column: Column) -> _Typed:
    numbers, complaints = _number(cells, column)
    values = _parsed(cells, _as_int).astype("Int64")
    fraction = values.isna() & numbers.notna() & np.isfinite(numbers)
    remedy = "Call the column's kind number, or correct the cell."
    return values, [*complaints, _Complaint(rows=fraction, what="is no whole number.", remedy=remedy)]


def _date(cells: pd.Series, column: Column) -> _Typed:
    cells = cells.str.strip()
    iso = cells.where(_matches(cells, ISO_MOMENT))
    try:
        values = parsed_dates(cells, column.format) if column.format else parsed_dates(iso, "ISO8601")
    except ValueError:
        everywhere = pd.Series(True, index=cells.index)
        remedy = "Write it in strptime letters, such as '%d.%m.%Y'."
        what = f"the schema's format {column.format!r} cannot be used."
        return cells, [_Complaint(rows=everywhere & (cells.index == 0), what=what, remedy=remedy)]
    # Real date cells arrive as ISO text, which no such format could mean otherwise.
    if column.format and "%Y-%d" not in column.format:
        values = values.fillna(parsed_dates(iso, "ISO8601"))
    unread = cells.notna() & values.isna()
    written = column.format or "YYYY-MM-DD"
    return values, [_Complaint(rows=unread, what=f"is no date written {written}.", remedy=_NO_DATE)]


_TYPERS: dict[Kind, Callable[[pd.Series, Column], _Typed]] = {
    Kind.NUMBER: _number,
    Kind.INTEGER: _integer,
    Kind.DATE: _date,
}


def parsed_dates(cells: pd.Series, date_format: str) -> pd.Series:
    """Read dates, (rows,), datetime64[ns]; NaT where one does not parse."""
    moments = pd.to_datetime(cells, format=date_format, errors="coerce", utc=True)
    return moments.dt.tz_localize(None).astype("datetime64[ns]")


def _parsed(cells: pd.Series, parse: Callable[[str], Any]) -> pd.Series:
    values = {text: parse(text) for text in cells.dropna().unique()}
    return pd.Series([values.get(text) for text in cells], index=cells.index, dtype=object)


def _as_float(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _as_int(text: str) -> int | None:
    number = _as_float(text)
    if number is None or not math.isfinite(number) or not number.is_integer():
        return None
    try:
        whole = int(text)
    except ValueError:  # written 3.0 or 1e3
        whole = int(number)
    return whole if _INT64.min <= whole <= _INT64.max else None


def _matches(cells: pd.Series, pattern: re.Pattern[str]) -> "pd.Series[bool]":
    return pd.Series([text is not None and bool(pattern.fullmatch(text)) for text in cells], dtype=bool)


def _without_codes(values: pd.Series, column: Column, schema: Schema) -> pd.Series:
    """Numbers less those that a missing code means, however they are written: -9 and -9.0."""
    if column.kind not in (Kind.NUMBER, Kind.INTEGER):
        return values
    codes = [_as_float(code) for code in (*schema.missing, *column.missing)]
    return values.mask(values.isin([code for code in codes if code is not None]))


def _not_allowed(values: pd.Series, column: Column) -> Iterator[_Complaint]:
    known = values.notna()
    if column.categories is not None:
        what, remedy = "is none of the schema's categories.", _add_category(column.categories)
        yield _Complaint(rows=known & ~values.isin(column.categories), what=what, remedy=remedy)
    elif is_grouped(column):
        what, remedy = "is in none of the groups of its hierarchy.", f"Add it to a group of level 1. {_CODE}"
        yield _Complaint(
            rows=known & ~values.astype(str).isin(group_of(column, level=1)), what=what, remedy=remedy
        )
    if column.range is not None and column.kind.is_numeric and values.dtype != object:
        low, high = (pd.Timestamp(str(end)) if column.kind is Kind.DATE else end for end in column.range)
        outside = known & ~values.between(low, high).fillna(True).astype(bool)
        what = f"lies outside the range {column.range[0]} to {column.range[1]}."
        yield _Complaint(rows=outside, what=what, remedy=f"Correct the cell, or widen the range. {_CODE}")


def _add_category(categories: Collection[str]) -> str:
    if {"True", "False"} & set(categories):
        return f"Quote yes, no, on and off in the schema: YAML reads them as True and False. {_CODE}"
    return f"Correct the cell, or add the value to `categories`. {_CODE}"


def _nobody(values: pd.Series) -> _Complaint:
    remedy = "Say whose row it is, or leave the row out: rows without a person would count as one person."
    return _Complaint(rows=values.isna(), what="does not say whose row it is.", remedy=remedy)


def _no_visit(values: pd.Series, *, unread: Sequence[_Complaint]) -> _Complaint:
    """Where the order among a person's rows is not known; an unreadable cell is complained of once."""
    told = np.any([complaint.rows.to_numpy(dtype=bool) for complaint in unread], axis=0)
    remedy = "Give its day or number, or leave `visit` out of the schema."
    return _Complaint(rows=values.isna() & ~told, what="does not say which visit it is.", remedy=remedy)

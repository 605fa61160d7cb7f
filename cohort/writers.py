"""Write a release: a CSV file of record, and beside it the cohort's own format."""

import csv
import datetime
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cohort.cells import as_text
from cohort.errors import DataError, Problem
from cohort.schema import Column, Kind, Schema
from cohort.spreadsheet import Value, write_sheet


def write_release(table: pd.DataFrame, schema: Schema, folder: Path, *, file_format: str) -> list[Path]:
    """Write ``data.csv``, and ``data.parquet`` or ``data.xlsx`` where the cohort was one.

    Parameters
    ----------
    table : DataFrame, (rows, released columns)
        Typed; identifiers and free text never get here, but the key of a synthetic person does.
    schema : Schema
        The cohort's.
    folder : Path
        Made where absent.
    file_format : {"csv", "parquet", "xlsx"}
        What the cohort was read from.

    Returns
    -------
    list of Path
        The files, ``data.csv`` first. Each reads back equal with `readers.read_release`, but
        that a category spelt as a missing code reads back as missing. Equal tables give
        equal files.

    Raises
    ------
    DataError
        Where the table has other columns than ``schema.released``, or the disk refuses.
    """
    needed = [column.name for column in schema.carried(table.columns)]
    if list(table.columns) != needed:
        what = f"the release's columns are {list(table.columns)}, and must be {needed}."
        raise DataError(Problem(what=what, where=str(folder), remedy="Give exactly these, in this order."))
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for kind in dict.fromkeys(("csv", file_format)):
            path = folder / f"data.{kind}"
            path.write_bytes(_WRITERS[kind](table, schema))
            written.append(path)
    except OSError as error:
        what = f"the release cannot be written ({error.strerror})."
        remedy = "Free some space, or give a folder that you may write to."
        raise DataError(Problem(what=what, where=str(folder), remedy=remedy)) from None
    return written


def _csv(table: pd.DataFrame, schema: Schema) -> bytes:
    """Spell a table as RFC 4180 says, in UTF-8."""
    missing = schema.missing[0] if schema.missing else ""
    columns = [_spelled(table[column.name], column, missing) for column in schema.carried(table.columns)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode()


def _spelled(values: pd.Series, column: Column, missing: str) -> list[str]:
    if column.kind is Kind.DATE and column.format is not None:
        values = values.dt.strftime(column.format)
    return [missing if text is None else text for text in map(as_text, values)]


def _parquet(table: pd.DataFrame, schema: Schema) -> bytes:  # noqa: ARG001 - one signature for all formats
    return bytes(table.to_parquet(None, index=False))


def _xlsx(table: pd.DataFrame, schema: Schema) -> bytes:
    """Store a table; missing is an empty cell, but in a row that would vanish altogether."""
    code = next((code for code in schema.missing if code), None)
    columns = [[_cell(value) for value in table[name]] for name in table.columns]
    rows = [_visible(row, code) for row in zip(*columns, strict=True)]
    return write_sheet(list(table.columns), rows)


def _visible(row: Sequence[Value], code: str | None) -> Sequence[Value]:
    return row if any(value is not None for value in row) else [code, *row[1:]]


def _cell(value: Any) -> Value:
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return _day_or_text(value)
    plain: Value = value.item() if isinstance(value, np.generic) else value
    return plain


def _day_or_text(moment: pd.Timestamp) -> datetime.datetime | str | None:
    text = as_text(moment)
    return text if text is not None and "T" in text else moment.to_pydatetime()


_WRITERS: dict[str, Callable[[pd.DataFrame, Schema], bytes]] = {
    "csv": _csv,
    "parquet": _parquet,
    "xlsx": _xlsx,
}

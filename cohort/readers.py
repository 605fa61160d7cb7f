"""Read a cohort, or a release from elsewhere; files are opened to read and never changed."""

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cohort.cohort import Cohort
from cohort.delimited import read_delimited
from cohort.errors import DataError, Problem
from cohort.grid import grid_table, repeated_names, too_few_rows
from cohort.parquet import read_parquet
from cohort.problems import capped
from cohort.schema import DEFAULT_MISSING, Schema
from cohort.screen import screen
from cohort.spreadsheet import read_sheet
from cohort.typed import typed_columns, typed_table
from cohort.visits import renumbered

_FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
}
_LEAST = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class RawTable:
    """A file's cells as text, before any schema.

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Cells are str exactly as written, or None where missing.
    file_format : {"csv", "parquet", "xlsx"}
        What it was read from.
    encoding, delimiter : str, optional
        How a CSV file is written; None for the others.
    """

    table: pd.DataFrame
    file_format: str
    encoding: str | None = None
    delimiter: str | None = None


def read_table(
    path: Path, *, sheet: str | None = None, missing: Sequence[str] = DEFAULT_MISSING, at_least: int = _LEAST
) -> RawTable:
    """Read a CSV (.csv, .tsv, .txt, also .gz), Parquet or Excel (.xlsx) file as text.

    Parameters
    ----------
    path : Path
        Its ending says what it is.
    sheet : str, optional
        Of a workbook; the first where none is named.
    missing : sequence of str
        Codes that mean missing, besides the empty cell.
    at_least : int
        How many rows the table needs.

    Raises
    ------
    DataError
        With every problem found, by row and column; never with a cell's value.
    """
    where = str(path)
    file_format, content = _file_format(path, sheet=sheet), _content(path)
    if file_format == "csv":
        tabbed = ".tsv" in path.suffixes
        read = read_delimited(content, where=where, expected="\t" if tabbed else ",")
        table = grid_table(read.grid, where=where, missing=missing, at_least=at_least)
        return RawTable(
            table=table, file_format=file_format, encoding=read.encoding, delimiter=read.delimiter
        )
    parquet = file_format == "parquet"
    grid = read_parquet(content, where=where) if parquet else read_sheet(content, where=where, sheet=sheet)
    table = grid_table(grid, where=where, missing=missing, at_least=at_least)
    return RawTable(table=table, file_format=file_format)


def read_cohort(path: Path, schema: Schema, *, sheet: str | None = None, name: str | None = None) -> Cohort:
    """Read a cohort and screen it; raises `DataError` with every problem of the file.

    Parameters
    ----------
    path : Path
        As for `read_table`.
    schema : Schema
        One column for each of the file's.
    sheet : str, optional
        Of a workbook; the first where none is named.
    name : str, optional
        The file's name without its ending where absent.
    """
    raw = read_table(path, sheet=sheet, missing=schema.missing)
    table = typed_table(raw.table, schema, where=str(path))
    return Cohort(
        schema=schema,
        table=table,
        name=path.name.split(".")[0] if name is None else name,
        file_format=raw.file_format,
        findings=screen(schema, table),
    )


def cohort_from_frame(frame: pd.DataFrame, schema: Schema, *, name: str = "cohort") -> Cohort:
    """Make a cohort of a DataFrame, typed or of text, which is not changed.

    Raises
    ------
    DataError
        As `read_cohort`.
    """
    named = _named(frame, where=name, at_least=_LEAST)
    table = typed_table(named, schema, where=name)
    return Cohort(schema=schema, table=table, name=name, findings=screen(schema, table))


def read_release(source: Path | pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Read a release that this or another tool made.

    Parameters
    ----------
    source : Path or DataFrame
        Columns in any order. Identifiers, the person and free text may be there, and are
        ignored: none is released. Values that the cohort does not have are allowed. Where the
        schema has visits, the person is a synthetic one's key, and stays.
    schema : Schema
        The cohort's.

    Returns
    -------
    DataFrame, (rows, released columns)
        Typed, in the order of ``schema.released``; at least one row. A person's key stands where it
        stood in the file, numbered anew.

    Raises
    ------
    DataError
        Where columns are absent or unknown (the message lists both sides), or cells are no
        number or date.
    """
    if isinstance(source, Path):
        where = str(source)
        raw = read_table(source, missing=schema.missing, at_least=1).table
    else:
        where = "release"
        raw = _named(source, where=where, at_least=1)
    problems = _differences(list(raw.columns), schema, where=where)
    if problems:
        raise DataError(problems)
    return renumbered(typed_columns(raw, schema.carried(raw.columns), schema, where=where), schema)


def _differences(given: list[str], schema: Schema, *, where: str) -> list[Problem]:
    needed = [column.name for column in schema.released]
    absent = [name for name in needed if name not in given]
    unknown = [name for name in given if name not in schema.names]
    if not absent and not unknown:
        return []
    what = f"its columns are not the cohort's: absent {absent}, unknown {unknown}."
    remedy = f"A release has: {', '.join(needed)}. This one has: {', '.join(given)}."
    return [Problem(what=what, where=where, remedy=remedy)]


def _named(frame: pd.DataFrame, *, where: str, at_least: int) -> pd.DataFrame:
    names = [str(name) for name in frame.columns]
    groups = [list(repeated_names(names, where=where))]
    groups.append(list(too_few_rows(len(frame), where=where, at_least=at_least)))
    problems = capped(groups)
    if problems:
        raise DataError(problems)
    return frame.set_axis(names, axis="columns").reset_index(drop=True)


def _file_format(path: Path, *, sheet: str | None) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    ending = ([suffix for suffix in suffixes if suffix != ".gz"] or [""])[-1]
    file_format = _FORMATS.get(ending)
    if file_format is None and not path.is_dir():
        what = "is not a kind of file that can be read."
        remedy = f"Save it as one of: {', '.join(_FORMATS)}."
        raise DataError(Problem(what=what, where=str(path), remedy=remedy))
    if sheet is not None and file_format != "xlsx":
        what = "has no sheets."
        raise DataError(Problem(what=what, where=str(path), remedy="Leave `sheet` out."))
    return file_format or "csv"


def _content(path: Path) -> bytes:
    """The file's bytes, unpacked where it is compressed."""
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix.lower() == ".gz" else content
    except (EOFError, zlib.error, gzip.BadGzipFile):
        what, remedy = "is a damaged .gz file.", "Compress it again, or give it uncompressed."
    except FileNotFoundError:
        what, remedy = "there is no such file.", "Check the path."
    except IsADirectoryError:
        what, remedy = "is a directory.", "Give the file inside it."
    except PermissionError:
        what, remedy = "may not be read.", "Ask for permission to read it, or make a copy that you own."
    except OSError as error:
        what, remedy = f"cannot be read ({error.strerror}).", "Check the disk or the network drive."
    else:
        if content.strip():
            return content
        what, remedy = "is empty.", "Give a file with data."
    raise DataError(Problem(what=what, where=str(path), remedy=remedy))

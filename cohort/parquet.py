"""Parquet files: read every column as text."""

import io

import pyarrow as pa
import pyarrow.parquet as pq

from cohort.cells import as_text
from cohort.errors import DataError, Problem
from cohort.grid import Grid
from cohort.problems import at


def read_parquet(content: bytes, *, where: str) -> Grid:
    """Read a Parquet file; raises `DataError` where it is damaged.

    A column of lists or records is a problem of the grid: a cell holds one value.
    """
    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError, ValueError):
        what = "is no Parquet file, or a damaged one."
        remedy = "Write it again, or save it as CSV."
        raise DataError(Problem(what=what, where=where, remedy=remedy)) from None
    nested = [field.name for field in table.schema if pa.types.is_nested(field.type)]
    remedy = "Give it as columns of single values."
    problems = tuple(
        Problem(what="holds lists or records.", where=at(where, column=name), remedy=remedy)
        for name in nested
    )
    columns = [[as_text(value) for value in column.to_pylist()] for column in table.columns]
    return Grid(header=table.column_names, rows=list(zip(*columns, strict=True)), problems=problems)

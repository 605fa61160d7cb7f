"""Tables as anonymeter can read them without its faults (docs/attacks.md lists each)."""

import logging
from collections.abc import Sequence
from contextlib import suppress

import anonymeter.evaluators  # noqa: F401  # first: its packages import each other
import numpy as np
import pandas as pd
from anonymeter.neighbors import mixed_types_kneighbors

from cohort.encode import as_floats
from cohort.schema import Column, Kind

# What the library warns of stands in our estimates (fewer queries, a wider interval): without a
# handler Python would print it in the middle of a steward's run.
logging.getLogger("anonymeter").addHandler(logging.NullHandler())

MOST_TARGETS = 500  # of each side: the library compares every target with every row, one by one


def plain_tables(
    tables: Sequence[pd.DataFrame], columns: Sequence[Column], *, whole: Sequence[str] = ()
) -> tuple[list[pd.DataFrame], dict[str, list[str]]]:
    """Rewrite typed tables alike, without quotes, missing cells or awkward column names.

    Parameters
    ----------
    tables : sequence of DataFrame
        Typed.
    columns : sequence of Column
        The columns to keep.
    whole : sequence of str
        Column names that keep their missing cells as NaN: secrets.

    Returns
    -------
    tables : list of DataFrame
        Numbers as float64; a missing number is the pooled median and is marked in a column of
        its own. Everything else is a token, missing too.
    names : dict of str to list of str
        The new columns of each old one.
    """
    pooled = pd.concat([table.reset_index(drop=True) for table in tables], ignore_index=True)
    plain: dict[str, pd.Series] = {}
    names: dict[str, list[str]] = {}
    for place, column in enumerate(columns):
        parts = _plain(pooled[column.name], column.kind, f"x{place}", keep=column.name in whole)
        plain.update(parts)
        names[column.name] = list(parts)
    rewritten = pd.DataFrame(plain)
    ends = np.cumsum([len(table) for table in tables])
    pieces = [slice(end - len(table), end) for end, table in zip(ends, tables, strict=True)]
    return [rewritten.iloc[piece].reset_index(drop=True) for piece in pieces], names


def _plain(cells: pd.Series, kind: Kind, name: str, *, keep: bool) -> dict[str, pd.Series]:
    if not kind.is_numeric:
        return {name: _tokens(cells)}
    numbers = pd.Series(as_floats(cells))
    missing = numbers.isna()
    if keep or not missing.any():
        return {name: numbers}
    middle = 0.0 if missing.all() else float(numbers.median())
    marks = pd.Series(np.where(missing, "missing", "known"), dtype=object)
    return {name: numbers.fillna(middle), f"{name}m": marks}


def _tokens(cells: pd.Series) -> pd.Series:
    codes, _ = pd.factorize(cells, use_na_sentinel=False)
    return pd.Series([f"v{code}" for code in codes], dtype=object)


def keep_compiled() -> None:
    """Let numba keep the library's compiled search beside it: compiling takes longer than the attack."""
    with suppress(RuntimeError):  # no folder can be written: it is compiled anew in each process
        mixed_types_kneighbors._nearest_neighbors.enable_caching()

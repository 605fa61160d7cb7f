"""Rows that are visits of one person: their order, and the key that tells synthetic persons apart."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.schema import Schema

Ints = npt.NDArray[np.int64]

_KEY = "synthetic-"


def is_linked(table: pd.DataFrame, schema: Schema) -> bool:
    """Whether a release says which of its rows are visits of one synthetic person."""
    return schema.visit is not None and schema.person in table.columns


def person_codes(table: pd.DataFrame, schema: Schema) -> Ints:
    """Which synthetic person each row of a release belongs to, (rows,), from 0; else each row is one."""
    if not is_linked(table, schema):
        return np.arange(len(table))
    return pd.factorize(table[schema.person], use_na_sentinel=False)[0].astype(np.int64)


def person_keys(persons: Ints) -> pd.Series:
    """A key a row, (rows,), that nobody was given outside this house; persons counted from 0."""
    return pd.Series([f"{_KEY}{person + 1}" for person in persons], dtype=object)


def renumbered(table: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """A release with its persons' keys counted anew, in the order in which they come.

    Whoever made it may have left real identity numbers there: what counts is who is whom.
    """
    if not is_linked(table, schema):
        return table
    return table.assign(**{str(schema.person): person_keys(person_codes(table, schema))})


def together(tables: Sequence[pd.DataFrame], schema: Schema) -> pd.DataFrame:
    """Releases one below the other; equal keys in two of them are two persons."""
    if not all(is_linked(table, schema) for table in tables):
        return pd.concat(tables, ignore_index=True)
    key = str(schema.person)
    told = [table.assign(**{key: f"{place} " + table[key]}) for place, table in enumerate(tables)]
    return renumbered(pd.concat(told, ignore_index=True), schema)


def visit_order(persons: Ints, visits: pd.Series) -> Ints:
    """Positions of the rows, person after person, each person's in the order of their visits."""
    ranks = visits.rank(method="dense").to_numpy(dtype=np.float64)
    order: Ints = np.lexsort((ranks, persons))
    return order


def static_columns(table: pd.DataFrame, persons: Ints, columns: Sequence[str]) -> tuple[str, ...]:
    """Those of ``columns`` that have one value, missing or not, within every person."""
    values = table[list(columns)].groupby(persons).nunique(dropna=False)
    return tuple(str(name) for name in columns if (values[name] <= 1).all())

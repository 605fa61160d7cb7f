"""Values that nobody could know beforehand: planted among the patients, they must never come out.

The commonest hole of published tools is no noise too small but a domain read off the patients. A
category that the schema does not know and a number out of its range show it without statistics.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.schema import Column, Kind

_SHARE = 0.5


def planted(train: Cohort) -> tuple[Cohort, dict[str, Any]]:
    """The cohort with half of its rows changed to canaries, and the canary of each column.

    So many, that whatever reads its domain off the rows is sure to show them.

    Parameters
    ----------
    train : Cohort
        Each of its released columns has public `categories` or a public `range`; of others nothing
        could be said, and they are left as they are.
    """
    columns = [each for each in train.schema.released if each.categories or each.range is not None]
    canaries = {column.name: _canary(column) for column in columns}
    table = train.table.copy()
    rows = np.arange(len(table)) < _SHARE * len(table)
    for name, canary in canaries.items():
        table[name] = table[name].mask(rows, canary)
    return replace(train, table=table), canaries


def leaked(table: pd.DataFrame, train: Cohort, canaries: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of a release that show a canary, or any other value outside the public domain."""
    return tuple(
        column.name for column in train.schema.released if _shows(table[column.name], column, canaries)
    )


def _canary(column: Column) -> Any:
    if column.range is None:
        return f"canary of {column.name}"
    low, high = (_comparable(column, end) for end in column.range)
    beyond = high + 3 * (high - low) + (pd.Timedelta(days=1) if column.kind is Kind.DATE else 1)
    return int(beyond) if column.kind is Kind.INTEGER else beyond


def _shows(values: pd.Series, column: Column, canaries: Mapping[str, Any]) -> bool:
    if column.name not in canaries:
        return False
    known = values.dropna()
    if column.range is None:
        return not set(known) <= set(column.categories or ())
    low, high = (_comparable(column, end) for end in column.range)
    return bool(((known < low) | (known > high)).any())


def _comparable(column: Column, end: Any) -> Any:
    return pd.Timestamp(str(end)) if column.kind is Kind.DATE else float(end)

"""Cells as text: the one spelling that readers, writers and typed tables share."""

import datetime
import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

_EXACT = 10**15
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and, as surrogates, bytes that no encoding explains."""


def as_text(value: Any) -> str | None:
    """Spell one cell; None where it is missing.

    Whole numbers have no decimals (``1``, not ``1.0``), other numbers the fewest digits that
    read back equal, dates and times ISO 8601, a time only where it is not midnight.
    """
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float | np.floating):
        return _number_text(float(value))
    if isinstance(value, datetime.datetime):
        return _moment_text(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _number_text(number: float) -> str | None:
    if math.isnan(number):
        return None
    whole = number.is_integer() and abs(number) < _EXACT
    return str(int(number)) if whole else repr(number)


def _moment_text(moment: datetime.datetime) -> str:
    text = moment.isoformat()
    return text.removesuffix("T00:00:00")


def text_column(values: Iterable[Any], *, missing: Iterable[str] = ()) -> pd.Series:
    """Spell a column, (rows,), object of str with None for missing.

    Parameters
    ----------
    values : iterable
        Cells of any type.
    missing : iterable of str
        Codes that mean missing; the empty cell always does.
    """
    codes = {"", *missing}
    spelled = (as_text(value) for value in values)
    return pd.Series([None if text in codes else text for text in spelled], dtype=object)

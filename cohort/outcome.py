"""Whether an event occurred: the one rule that turns an event column into yes and no."""

import pandas as pd

from cohort.schema import Column, Kind

_CENSORED = frozenset({"0", "0.0", "false", "no", "n", "censored", "alive"})


def occurred(column: Column, values: pd.Series) -> pd.Series:
    """Whether each row saw the event, (rows,), bool, with the index of ``values``.

    The values in ``column.occurred`` count as the event. Where the schema names none, every value
    counts but 0, 0.0, false, no, n, censored and alive, in any case. A missing value does not
    count: whoever models the time must decide whether such a row can be used at all.

    Parameters
    ----------
    column : Column
        Of the role *event*.
    values : Series, (rows,)
        Typed as a cohort's table.
    """
    numbers = column.kind in (Kind.NUMBER, Kind.INTEGER)
    named = {_plain(value) if numbers else value for value in column.occurred}
    texts = (None if pd.isna(value) else _plain(value) if numbers else str(value) for value in values)
    seen = [
        text is not None and (text in named if named else text.strip().casefold() not in _CENSORED)
        for text in texts
    ]
    return pd.Series(seen, index=values.index, name=values.name, dtype=bool)


def _plain(value: object) -> str:
    """A number as short text, so that the schema's ``1`` and a table's 1.0 are one value."""
    try:
        return f"{float(str(value)):.15g}"
    except ValueError:
        return str(value)

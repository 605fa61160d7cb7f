"""SMOTE-NC: more rows of a class by interpolation between its own, for numbers and categories together."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cohort.schema import Column, Kind
from utility.models import as_floats
from utility.resample import Floats, Rows

NEIGHBOURS = 5


def smote_nc(
    rows: pd.DataFrame, n: int, *, columns: Sequence[Column], rng: np.random.Generator
) -> pd.DataFrame:
    """``n`` rows, each between a row of a class and one of its nearest neighbours within the class.

    A number is interpolated at one random point of the line between the two; a category is the most
    frequent of the five neighbours. Neighbours are nearest in Euclidean distance, in which a
    mismatch of categories counts as much as the median standard deviation of the numbers. Beyond
    the paper: numbers are scaled to standard deviation 1 first, so that no unit decides (a mismatch
    then counts 1); a number that either of the two lacks stays the first one's.

    Parameters
    ----------
    rows : DataFrame, (rows, columns)
        Of one class, typed, at least two.
    n : int, >= 0
        Rows wanted.
    columns : sequence of Column
        Those of ``rows``.
    rng : Generator
        Of who is drawn, with whom and where between them.

    Raises
    ------
    ValueError
        Where there are fewer than two rows: there is nobody between whom to interpolate.

    References
    ----------
    Chawla, Bowyer, Hall and Kegelmeyer 2002, section 6.1, https://doi.org/10.1613/jair.953
    """
    if len(rows) < 2:
        raise ValueError("SMOTE-NC needs at least two rows")
    neighbours = _neighbours(rows, columns)
    base = rng.integers(len(rows), size=n)
    other = neighbours[base, rng.integers(neighbours.shape[1], size=n)]
    between = rng.random(n)
    made = {
        column.name: _interpolated(column, rows[column.name], base, other, between)
        if column.kind.is_numeric
        else _most_frequent(rows[column.name], neighbours)[base]
        for column in columns
    }
    return pd.DataFrame({name: _like(values, rows[name]) for name, values in made.items()})


def _neighbours(rows: pd.DataFrame, columns: Sequence[Column]) -> Rows:
    """The positions of each row's nearest, (rows, 5 or fewer)."""
    squared = np.zeros((len(rows), len(rows)))
    for column in columns:
        if column.kind.is_numeric:
            scaled = _scaled(as_floats(rows[column.name]))
            squared += (scaled[:, None] - scaled) ** 2
        else:
            codes = pd.factorize(rows[column.name], use_na_sentinel=False)[0]
            squared += codes[:, None] != codes
    np.fill_diagonal(squared, np.inf)
    nearest: Rows = squared.argsort(axis=1, kind="stable")[:, : min(NEIGHBOURS, len(rows) - 1)]
    return nearest


def _scaled(numbers: Floats) -> Floats:
    """Standard deviation 1, missing ones at the median; a constant stays at 0."""
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return np.zeros(len(numbers))
    filled = np.where(np.isfinite(numbers), numbers, np.median(known))
    spread = filled.std()
    scaled: Floats = (filled - filled.mean()) / (spread if spread > 0 else 1.0)
    return scaled


def _interpolated(column: Column, values: pd.Series, base: Rows, other: Rows, between: Floats) -> Floats:
    numbers = as_floats(values)
    made = numbers[base] + between * (numbers[other] - numbers[base])
    made = np.where(np.isfinite(made), made, numbers[base])
    return np.round(made) if column.kind is Kind.INTEGER else made


def _most_frequent(values: pd.Series, neighbours: Rows) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """The most frequent category among each row's neighbours, (rows,); the first in order where tied."""
    codes, levels = pd.factorize(values, sort=True, use_na_sentinel=False)
    counts = np.stack([(codes[neighbours] == code).sum(axis=1) for code in range(len(levels))], axis=1)
    named = np.array([None if pd.isna(level) else level for level in levels], dtype=object)
    chosen = named[counts.argmax(axis=1)]
    return np.asarray(chosen, dtype=object)


def _like(values: "np.ndarray[tuple[int], np.dtype[np.generic]]", real: pd.Series) -> pd.Series:
    """The values in the column's own type."""
    if pd.api.types.is_datetime64_any_dtype(real):
        stamps = pd.Timestamp(0) + pd.to_timedelta(pd.Series(values), unit="D")
        return pd.Series(stamps).astype(real.dtype)
    return pd.Series(values).astype(real.dtype)

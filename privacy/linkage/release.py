"""Linkage of a release: who a synthetic row points at, by quasi-identifiers that need only nearly agree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.classes import class_codes
from cohort.encode import as_floats
from cohort.hierarchies import group_of, is_grouped
from cohort.schema import Column, Kind

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NEAR_QUANTILE = 0.05
_BLOCK_CELLS = 4_000_000
_FAR = 1000  # more than the columns of any table
_NOBODY = -1
_OPPOSITES = 2  # the other of two values is not near


@dataclass(frozen=True, kw_only=True, eq=False)
class Linked:
    """What an attacker links with what.

    Parameters
    ----------
    rows : ndarray, (real rows asked for,), int
        For each the position of the one synthetic row that it and it alone is linked with; -1 for none.
    columns_off : ndarray, (real rows asked for,), int
        How many quasi-identifiers agree only nearly; 0 for an exact match, -1 for no link.
    """

    rows: Ints
    columns_off: Ints

    @property
    def found(self) -> Bools:
        """Which of the real rows asked for are linked."""
        return np.asarray(self.rows != _NOBODY, dtype=bool)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Comparison:
    """One quasi-identifier of all rows: equal codes agree, values within the tolerance nearly so."""

    codes: Ints
    values: Floats
    tolerance: float

    def columns_off(self, left: Ints, right: Ints) -> npt.NDArray[np.int16]:
        near = np.abs(self.values[left, None] - self.values[None, right]) <= self.tolerance
        off = np.where(near, 1, _FAR).astype(np.int16)
        off[self.codes[left, None] == self.codes[None, right]] = 0
        return off


def link_nearly(
    real: pd.DataFrame, synthetic: pd.DataFrame, columns: Sequence[Column], *, owners: Ints, asked: Ints
) -> Linked:
    """Link each real row with the synthetic row nearest to it, where both are nearest to nobody else.

    The distance of two rows is the number of quasi-identifiers that agree only nearly; a row with
    one that does not even nearly agree is no candidate. A link is unique on both sides: no other
    synthetic row is as near to the person, and no other person is as near to the synthetic row.
    With every tolerance at 0 this is SDNist's unique exact match (doi:10.6028/NIST.TN.2271).

    Parameters
    ----------
    real, synthetic : DataFrame
        Typed; both hold the columns. Everybody is in ``real``, train and control alike.
    columns : sequence of Column
        The quasi-identifiers; see `tolerance` for what is near.
    owners : ndarray, (real rows,), int
        The person of each real row.
    asked : ndarray, int
        Positions of the real rows to be linked.
    """
    both = pd.concat([real, synthetic], ignore_index=True)
    comparisons = [_comparison(both[column.name], column) for column in columns]
    minted = np.arange(len(real), len(both))
    rows, off = np.full(len(asked), _NOBODY, dtype=np.int64), np.full(len(asked), -1, dtype=np.int64)
    for block in _blocks(len(asked), len(minted)):
        rows[block], off[block] = _only_nearest(comparisons, asked[block], minted)
    linked = np.flatnonzero(rows != _NOBODY)
    back = _nearest_person(comparisons, minted[rows[linked]], owners)
    rejected = linked[back != owners[asked[linked]]]
    rows[rejected], off[rejected] = _NOBODY, -1
    return Linked(rows=rows, columns_off=off)


def tolerance(values: pd.Series, column: Column) -> float:
    """How far two different values may lie apart and still nearly agree, in the column's unit.

    Parameters
    ----------
    values : Series
        Of real and synthetic rows together.
    column : Column
        An integer, and a number in years: 1. A date: one day, or one month or year where all dates
        are the first of one. Any other number: .05 on the quantile scale. An ordinal category with
        its ``categories``: the next one. Anything else, and whatever has two values only: 0. The
        values of a category with a hierarchy are near within a group of its first level.
    """
    if values.nunique() <= _OPPOSITES:
        return 0.0
    if column.kind is Kind.INTEGER or (column.kind is Kind.NUMBER and column.unit == "years"):
        return 1.0
    if column.kind is Kind.NUMBER:
        return NEAR_QUANTILE
    if column.kind is Kind.DATE:
        return _days(values.dropna()) * 86_400e9
    return 1.0 if column.kind is Kind.ORDINAL and column.categories else 0.0


def agreement(
    real: pd.DataFrame, synthetic: pd.DataFrame, columns: Sequence[Column], *, pairs: tuple[Ints, Ints]
) -> Floats:
    """The share of ``columns`` in which linked rows agree, (pairs,): what else a link would tell.

    Parameters
    ----------
    real, synthetic : DataFrame
        Typed; both hold the columns.
    columns : sequence of Column
        Those that are no quasi-identifiers; at least one. Numbers agree within the house's .05 on
        the quantile scale, anything else where it is equal; missing agrees with missing.
    pairs : pair of ndarray, int
        Positions of the real and of the synthetic rows.
    """
    both = pd.concat([real, synthetic], ignore_index=True)
    left, right = pairs[0], pairs[1] + len(real)
    agreed = np.zeros(len(left))
    for column in columns:
        values = both[column.name]
        codes = class_codes(both, [column.name])
        near = codes[left] == codes[right]
        if column.kind.is_numeric:
            quantile = _quantiles(values)
            near |= np.abs(quantile[left] - quantile[right]) <= NEAR_QUANTILE
        agreed += near
    return agreed / len(columns)


def _comparison(values: pd.Series, column: Column) -> _Comparison:
    return _Comparison(
        codes=class_codes(values.to_frame(), [column.name]),
        values=_on_a_line(values, column),
        tolerance=tolerance(values, column),
    )


def _on_a_line(values: pd.Series, column: Column) -> Floats:
    """Where each value stands; nowhere (NaN) where it is missing or a category without order."""
    if column.kind is Kind.NUMBER and column.unit != "years":
        return _quantiles(values)
    if column.kind.is_numeric:
        return as_floats(values)
    return values.map(_places(values, column)).to_numpy(dtype=np.float64, na_value=np.nan)


def _places(values: pd.Series, column: Column) -> dict[str, float]:
    """An ordinal's rank, or the number of a category's group; empty where neither is known."""
    if column.kind is Kind.ORDINAL and column.categories:
        return {category: float(rank) for rank, category in enumerate(column.categories)}
    if column.kind is not Kind.CATEGORY or not is_grouped(column) or values.nunique() <= _OPPOSITES:
        return {}
    group = group_of(column, level=1)
    numbers = {name: float(number) for number, name in enumerate(dict.fromkeys(group.values()))}
    return {value: numbers[name] for value, name in group.items()}


def _quantiles(values: pd.Series) -> Floats:
    """Mid-ranks over all rows, in (0, 1); NaN where missing."""
    numbers = pd.Series(as_floats(values))
    return ((numbers.rank() - 0.5) / max(int(numbers.notna().sum()), 1)).to_numpy(dtype=np.float64)


def _days(dates: pd.Series) -> float:
    """One unit of the dates' own grain, in days."""
    if not dates.dt.day.eq(1).all():
        return 1.0
    return 366.0 if dates.dt.month.eq(1).all() else 31.0


def _only_nearest(comparisons: Sequence[_Comparison], left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """The one nearest of ``right`` to each of ``left``, and how far; -1 where none or several are."""
    off = _columns_off(comparisons, left, right)
    position = off.argmin(axis=1)
    least = off[np.arange(len(left)), position].astype(np.int64)
    alone = (least < _FAR) & ((off == least[:, None]).sum(axis=1) == 1)
    return np.where(alone, position, _NOBODY), np.where(alone, least, -1)


def _nearest_person(comparisons: Sequence[_Comparison], minted: Ints, owners: Ints) -> Ints:
    """The one person nearest to each synthetic row, with however many rows; -1 where several are."""
    found = np.full(len(minted), _NOBODY, dtype=np.int64)
    for block in _blocks(len(minted), len(owners)):
        off = _columns_off(comparisons, minted[block], np.arange(len(owners)))
        nearest = off == off.min(axis=1, keepdims=True)
        first = owners[nearest.argmax(axis=1)]
        others = (nearest & (owners[None, :] != first[:, None])).any(axis=1)
        found[block] = np.where(others, _NOBODY, first)
    return found


def _columns_off(comparisons: Sequence[_Comparison], left: Ints, right: Ints) -> npt.NDArray[np.int16]:
    off = np.zeros((len(left), len(right)), dtype=np.int16)
    for comparison in comparisons:
        off = np.minimum(off + comparison.columns_off(left, right), _FAR)
    return off


def _blocks(rows: int, width: int) -> list[slice]:
    step = max(1, _BLOCK_CELLS // max(width, 1))
    return [slice(start, start + step) for start in range(0, rows, step)]

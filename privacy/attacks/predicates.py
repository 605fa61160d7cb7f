"""Descriptions read off a release, and who among real persons they fit.

Cells become dense ranks, so that a condition on a column is an interval of ranks, whatever its kind:
a category is its own rank, *missing* is rank 0, and "at least 3.5" goes up to the highest rank.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.encode import as_floats
from cohort.schema import Column

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint8]

_BLOCK_BITS = 2**28  # held in memory at once: 32 MB
_CACHED = 2**18  # cells compared at once, few enough for the processor's cache
_TOP = np.iinfo(np.int32).max
_ONES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(axis=1, dtype=np.uint8)


@dataclass(frozen=True, kw_only=True, eq=False)
class Predicates:
    """Conjunctions of conditions, each an interval of ranks in one column.

    Parameters
    ----------
    rows : ndarray, (predicates,), int
        The synthetic row that each was read off.
    columns : ndarray, (predicates, conditions), int
        Positions of the columns.
    low, high : ndarray, (predicates, conditions), int
        The ranks allowed, both ends included.
    """

    rows: Ints
    columns: Ints
    low: Ints
    high: Ints

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, kept: "Ints | Bools | slice") -> "Predicates":
        return Predicates(
            rows=self.rows[kept], columns=self.columns[kept], low=self.low[kept], high=self.high[kept]
        )


def rank_cells(tables: Sequence[pd.DataFrame], columns: Sequence[Column]) -> list[Ints]:
    """Number each column's values from 1, numbers in ascending order; missing is 0.

    Parameters
    ----------
    tables : sequence of DataFrame
        Typed; equal values have equal ranks in all of them.
    columns : sequence of Column
        Present in every table.

    Returns
    -------
    list of ndarray, (rows, columns), int
    """
    ranks = []
    for column in columns:
        cells = pd.concat([table[column.name] for table in tables], ignore_index=True)
        if column.kind.is_numeric:
            numbers = as_floats(cells)
            placed = np.unique(numbers, return_inverse=True)[1] + 1
            ranks.append(np.where(np.isnan(numbers), 0, placed))
        else:
            ranks.append(pd.factorize(cells)[0] + 1)
    pooled = np.stack(ranks, axis=1).astype(np.int64)
    return np.split(pooled, np.cumsum([len(table) for table in tables])[:-1])


def conjunctions(
    ranks: Ints, is_number: Bools, *, rows: Ints, conditions: int, rng: np.random.Generator
) -> Predicates:
    """Describe each of ``rows`` by its values in a few random columns (Giomi et al. 2023).

    A category must be equal, a number at least as far from the median as the row's; no
    description is given twice. See doi:10.56553/popets-2023-0055.

    Parameters
    ----------
    ranks : ndarray, (synthetic rows, columns), int
        From `rank_cells`.
    is_number : ndarray, (columns,)
        Which columns have an order.
    rows : ndarray, (predicates,), int
        Rows to describe, each as often as it stands there.
    conditions : int, <= columns
        How many columns each description uses.
    rng : Generator
        Of the columns.
    """
    columns = _choose(len(rows), ranks.shape[1], count=conditions, rng=rng)
    keys = rows
    for column in columns.T:
        keys = keys * ranks.shape[1] + column
    _, first = np.unique(keys, return_index=True)
    rows, columns = rows[first], columns[first]
    value = ranks[rows[:, None], columns]
    ordered, above = is_number[columns] & (value > 0), value > _medians(ranks)[columns]
    return Predicates(
        rows=rows,
        columns=columns,
        low=np.where(ordered & ~above, 1, value),
        high=np.where(ordered & above, _TOP, value),
    )


def extremes(ranks: Ints, is_number: Bools, *, conditions: int) -> Predicates:
    """Describe rows by one value: the lowest and highest number, a category or gap that one row has.

    Padded with conditions that always hold, so that they have as many as the others.

    Parameters
    ----------
    ranks : ndarray, (synthetic rows, columns), int
        From `rank_cells`.
    is_number : ndarray, (columns,)
        Which columns have an order.
    conditions : int, >= 1
        How many each description gets.
    """
    found: list[tuple[int, int, int, int]] = []
    for place, cells in enumerate(ranks.T):
        values, first, counts = np.unique(cells, return_index=True, return_counts=True)
        known = np.flatnonzero(values > 0)
        alone = (counts == 1) & ((values == 0) | (not is_number[place]))
        found += [(first[i], place, values[i], values[i]) for i in np.flatnonzero(alone)]
        if is_number[place] and len(known):
            low, high = known[0], known[-1]
            found += [(first[low], place, 1, values[low]), (first[high], place, values[high], _TOP)]
    table = np.array(found, dtype=np.int64).reshape(-1, 4)
    shape = (len(table), conditions)
    low, high = np.zeros(shape, dtype=np.int64), np.full(shape, _TOP, dtype=np.int64)
    low[:, 0], high[:, 0] = table[:, 2], table[:, 3]
    return Predicates(
        rows=table[:, 0], columns=np.repeat(table[:, 1:2], conditions, axis=1), low=low, high=high
    )


def joined(parts: Sequence[Predicates]) -> Predicates:
    """Several sets of predicates with equally many conditions as one."""
    return Predicates(
        rows=np.concatenate([part.rows for part in parts]),
        columns=np.concatenate([part.columns for part in parts]),
        low=np.concatenate([part.low for part in parts]),
        high=np.concatenate([part.high for part in parts]),
    )


def matches(predicates: Predicates, ranks: Ints) -> tuple[Ints, Ints]:
    """Which rows each predicate fits.

    Parameters
    ----------
    predicates : Predicates
        Any.
    ranks : ndarray, (rows, columns), int
        From `rank_cells`.

    Returns
    -------
    asked, fitting : ndarray, (matches,), int
        Pairs of a predicate and a row.
    """
    found = [_positions(bits, start) for start, bits in _fits(predicates, ranks)]
    none = np.zeros(0, dtype=np.int64)
    return np.concatenate([none, *(pair[0] for pair in found)]), np.concatenate(
        [none, *(pair[1] for pair in found)]
    )


def row_counts(predicates: Predicates, ranks: Ints) -> Ints:
    """How many rows each predicate fits, (predicates,)."""
    counts = np.zeros(len(predicates), dtype=np.int64)
    for _, bits in _fits(predicates, ranks):
        counts += _ONES[bits].sum(axis=1, dtype=np.int64)
    return counts


def _fits(predicates: Predicates, ranks: Ints) -> Iterator[tuple[int, Bits]]:
    """Whether each predicate fits each row, some rows at a time, and the first of them.

    Each distinct condition is looked up once, as one bit a row; a predicate is the *and* of a few.
    """
    conditions, which = _distinct(predicates)
    step = max(8, _BLOCK_BITS // max(len(conditions), len(predicates), 1) // 8 * 8)
    for start in range(0, len(ranks), step):
        held = _bits(conditions, ranks[start : start + step])
        both = held[which[:, 0]]
        for place in which.T[1:]:
            both &= held[place]
        yield start, both


def _distinct(predicates: Predicates) -> tuple[Ints, Ints]:
    """Distinct conditions, (conditions, 3): column, low, high; and which each predicate has."""
    triples = np.stack([predicates.columns, predicates.low, predicates.high], axis=-1).reshape(-1, 3)
    # One number each, since sorting rows of three is many times slower.
    ends = np.unique(triples[:, 1:], return_inverse=True)
    low, high = ends[1].reshape(-1, 2).T
    keys = (triples[:, 0] * len(ends[0]) + low) * len(ends[0]) + high
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    return triples[first], which.reshape(predicates.columns.shape)


def _bits(conditions: Ints, ranks: Ints) -> Bits:
    """Whether each condition holds in each row, (conditions, rows / 8), eight rows a byte."""
    cells = np.ascontiguousarray(ranks.T, dtype=np.int32)
    bits = np.empty((len(conditions), -(-len(ranks) // 8)), dtype=np.uint8)
    step = max(1, _CACHED // max(len(ranks), 1))
    edges = np.searchsorted(conditions[:, 0], np.arange(len(cells) + 1))
    for place, column in enumerate(cells):
        for start in range(edges[place], edges[place + 1], step):
            part = slice(start, min(start + step, edges[place + 1]))
            low, high = conditions[part, 1:].T.astype(np.int32)[:, :, None]
            bits[part] = np.packbits((column >= low) & (column <= high), axis=1)
    return bits


def _positions(bits: Bits, start: int) -> tuple[Ints, Ints]:
    """Row of each bit that is set, and its column counted from ``start``."""
    flat = bits.ravel()
    held = np.flatnonzero(flat != 0)
    one = np.flatnonzero(np.unpackbits(flat[held]).view(bool))
    byte, width = held[one // 8], max(bits.shape[1], 1)
    return byte // width, start + byte % width * 8 + one % 8


def _choose(size: int, among: int, *, count: int, rng: np.random.Generator) -> Ints:
    """``count`` different numbers under ``among``, ``size`` times, each time in ascending order."""
    chosen = np.zeros((size, 0), dtype=np.int64)
    for taken in range(count):
        number = rng.integers(among - taken, size=size)
        for lower in chosen.T:
            number += number >= lower
        chosen = np.sort(np.column_stack([chosen, number]), axis=1)
    return chosen


def _medians(ranks: Ints) -> npt.NDArray[np.float64]:
    known = [column[column > 0] for column in ranks.T]
    return np.array([np.median(column) if len(column) else 0.0 for column in known])

"""Classes of every set of columns, one column at a time: rows already alone are not looked at again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.errors import DataError, NotApplicable, Problem

Ints = npt.NDArray[np.int64]
Walk = Iterator[tuple[tuple[int, ...], "Partition"]]

_CELLS_PER_ROW = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Coded:
    """A column as numbers, (rows,), 0 .. levels - 1; missing is a level of its own."""

    codes: Ints
    levels: int


def coded_columns(table: pd.DataFrame, quasi_identifiers: Sequence[str]) -> dict[str, Coded]:
    """Number the values of each quasi-identifier, each name once.

    Raises
    ------
    NotApplicable
        Where there is no quasi-identifier or no row.
    DataError
        Where the table lacks one.
    """
    names = list(dict.fromkeys(quasi_identifiers))
    if not names:
        raise NotApplicable("the schema names no quasi-identifier")
    if not len(table):
        raise NotApplicable("the table has no row")
    absent = [name for name in names if name not in table]
    if absent:
        raise DataError(
            Problem(
                what=f"The table has no column {', '.join(absent)}.",
                where="quasi-identifiers",
                remedy="Name columns that are there.",
            )
        )
    return {name: _coded(table[name]) for name in names}


def _coded(values: pd.Series) -> Coded:
    codes, levels = pd.factorize(values, use_na_sentinel=False)
    return Coded(codes=codes.astype(np.int64), levels=len(levels))


@dataclass(frozen=True, kw_only=True, eq=False)
class Partition:
    """A table cut into classes of rows that agree in some columns.

    Rows that are alone in a coarser cut stay alone and are not carried on: the stripped partitions
    of Huhtala et al. 1999, doi:10.1093/comjnl/42.2.100.

    Parameters
    ----------
    total : int
        Rows of the table.
    rows : ndarray, (carried,)
        The rows that are carried, ascending.
    codes : ndarray, (carried,)
        The class of each of them.
    counts : ndarray, (cells,)
        Rows of each class; a cell may be empty.
    """

    total: int
    rows: Ints
    codes: Ints
    counts: Ints

    @classmethod
    def of_all(cls, total: int) -> "Partition":
        """One class of all rows, before any column is known."""
        return cls(
            total=total, rows=np.arange(total), codes=np.zeros(total, np.int64), counts=np.array([total])
        )

    @property
    def sizes(self) -> Ints:
        """Rows of each class of two or more."""
        return self.counts[self.counts > 1]

    @property
    def alone(self) -> int:
        """Rows that are alone."""
        return self.total - int(self.sizes.sum())

    @cached_property
    def shared(self) -> tuple[Ints, Ints, int]:
        """The rows of classes of two or more, their classes 0 .. n - 1, and n."""
        crowded = self.counts > 1
        keep = crowded[self.codes]
        number = np.cumsum(crowded) - 1
        return self.rows[keep], number[self.codes[keep]], int(crowded.sum())

    def crowds(self, persons: Ints | None = None) -> Ints:
        """How many persons (or, without ``persons``, rows) have each row's class, (total,)."""
        rows, codes, classes = self.shared
        found = np.ones(self.total, dtype=np.int64)
        if persons is None:
            found[rows] = self.sizes[codes]
            return found
        most = int(persons.max(initial=0)) + 1
        pairs = np.unique(codes * most + persons[rows])
        found[rows] = np.bincount(pairs // most, minlength=classes)[codes]
        return found

    def refined(self, column: Coded) -> "Partition":
        """The same table with one more column known."""
        rows, codes, classes = self.shared
        cells = classes * column.levels
        codes = codes * column.levels + column.codes[rows]
        if cells > _CELLS_PER_ROW * max(len(rows), 1):
            codes, seen = pd.factorize(codes)
            cells = len(seen)
        counts = np.bincount(codes, minlength=cells)
        return Partition(total=self.total, rows=rows, codes=codes, counts=counts)


def walk(columns: Sequence[Coded], *, largest: int) -> Walk:
    """Every set of 1 .. ``largest`` columns, as ascending positions, with its partition.

    Depth first, so that only ``largest`` partitions are held; columns that tell most rows apart come
    first, so that most sets carry few rows.
    """
    order = sorted(range(len(columns)), key=lambda place: -columns[place].levels)

    def deeper(chosen: tuple[int, ...], partition: Partition, start: int) -> Walk:
        for step in range(start, len(order)):
            found = (*chosen, order[step])
            finer = partition.refined(columns[order[step]])
            yield tuple(sorted(found)), finer
            if len(found) < largest:
                yield from deeper(found, finer, step + 1)

    if columns:
        yield from deeper((), Partition.of_all(len(columns[0].codes)), 0)


def left_out(columns: Sequence[Coded]) -> Walk:
    """Every set that lacks one column, by halving: each column is added log2(columns) times."""

    def halve(partition: Partition, places: tuple[int, ...]) -> Walk:
        if len(places) == 1:
            yield tuple(place for place in range(len(columns)) if place != places[0]), partition
            return
        half = len(places) // 2
        for kept, added in ((places[:half], places[half:]), (places[half:], places[:half])):
            finer = partition
            for place in added:
                finer = finer.refined(columns[place])
            yield from halve(finer, kept)

    yield from halve(Partition.of_all(len(columns[0].codes)), tuple(range(len(columns))))


def whole(columns: Sequence[Coded]) -> Partition:
    """The partition by all columns."""
    partition = Partition.of_all(len(columns[0].codes))
    for column in sorted(columns, key=lambda each: -each.levels):
        partition = partition.refined(column)
    return partition


def affordable(columns: int, largest: int, *, most: int) -> int:
    """The largest size up to ``largest`` for which there are at most ``most`` sets; at least 1."""
    sets, size = columns, 1
    while size < min(largest, columns) and (sets := sets + comb(columns, size + 1)) <= most:
        size += 1
    return size

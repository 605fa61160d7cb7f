"""Mixed columns as points, and the exact distance between them.

A number becomes its mid-rank quantile, anything else a code. Rows are compared by a distance
in the manner of Gower (1971, doi:10.2307/2528823): each column adds at most 1.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist

from cohort.schema import Column

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.signedinteger[Any]]

_BLOCK_CELLS = 500_000  # distances held at once: 4 MB, which the allocator hands out again and again
_TREE_WIDTH = 48  # coordinates; with more a tree visits most of its leaves
_TREE_FEWEST = 500  # rows; with fewer a block is as fast
_TREE_SPARSE = 20  # rows for each candidate: a tree that must name many of them is no help
_DIGITS = 9  # sums in another order must not break ties
# A number x in a column that is somewhere missing takes the two coordinates x/2 and (1-x)/2, and a
# missing cell takes this one twice: 0 from missing to missing, exactly 1 from missing to any number.
_MISSING = -0.25


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """Encoded rows.

    Parameters
    ----------
    numbers : ndarray, (rows, coordinates), float64
        Quantiles; their L1 distance counts.
    codes : ndarray, (rows, columns), int8, int16 or int32
        Categories; each mismatch counts 1. Columns lie together in memory, since they are compared
        one by one.
    """

    numbers: Floats
    codes: Codes

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, rows: "Ints | Bools | slice") -> "Points":
        return Points(numbers=self.numbers[rows], codes=np.asfortranarray(self.codes[rows]))

    def columns(self, numbers: Sequence[int], codes: Sequence[int]) -> "Points":
        """Some coordinates and some categories of every row."""
        return Points(
            numbers=np.ascontiguousarray(self.numbers[:, list(numbers)]),
            codes=np.asfortranarray(self.codes[:, list(codes)]),
        )


def joined(parts: Sequence[Points]) -> Points:
    """The rows of several encoded tables, one below the other."""
    return Points(
        numbers=np.concatenate([part.numbers for part in parts]),
        codes=np.asfortranarray(np.concatenate([part.codes for part in parts])),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Encoder:
    """What `fit_encoder` learnt from the pooled tables.

    Parameters
    ----------
    columns : tuple of Column
        The columns that are compared.
    values : tuple of ndarray
        For each number its sorted values, for each other column its levels.
    gaps : tuple of bool
        Whether the column was somewhere missing.
    """

    columns: tuple[Column, ...]
    values: tuple[npt.NDArray[np.generic], ...]
    gaps: tuple[bool, ...]

    def encode(self, table: pd.DataFrame) -> Points:
        """Encode the rows of a typed table; categories never seen are alike."""
        numbers: list[Floats] = []
        codes: list[Codes] = []
        narrow = self._narrow
        for column, known, gap in zip(self.columns, self.values, self.gaps, strict=True):
            if column.kind.is_numeric:
                numbers += _coordinates(as_floats(table[column.name]), np.asarray(known, float), gap=gap)
            else:
                codes.append(_codes(table[column.name], pd.Index(known)).astype(narrow))
        return Points(
            numbers=np.stack(numbers, axis=1) if numbers else np.zeros((len(table), 0)),
            codes=np.stack(codes).T if codes else np.zeros((len(table), 0), dtype=narrow),
        )

    @property
    def _narrow(self) -> type[np.signedinteger[Any]]:
        """The smallest type that holds every code: comparing takes as long as its bytes."""
        kinds = zip(self.columns, self.values, strict=True)
        most = max((len(known) for column, known in kinds if not column.kind.is_numeric), default=0)
        return np.int8 if most < 2**7 else np.int16 if most < 2**15 else np.int32


def fit_encoder(tables: Sequence[pd.DataFrame], columns: Sequence[Column]) -> Encoder:
    """Learn quantiles and levels from all tables pooled, so that each is treated alike.

    Parameters
    ----------
    tables : sequence of DataFrame
        Typed; train, control and synthetic.
    columns : sequence of Column
        Present in every table.
    """
    values: list[npt.NDArray[np.generic]] = []
    gaps: list[bool] = []
    for column in columns:
        pooled = pd.concat([table[column.name].reset_index(drop=True) for table in tables])
        gaps.append(bool(pooled.isna().any()))
        known = pooled.dropna()
        is_number = column.kind.is_numeric
        values.append(np.sort(as_floats(known)) if is_number else known.unique().astype(object))
    return Encoder(columns=tuple(columns), values=tuple(values), gaps=tuple(gaps))


def as_floats(series: pd.Series) -> Floats:
    """A column of numbers, integers or dates (in nanoseconds) as floats; missing is NaN."""
    if pd.api.types.is_datetime64_any_dtype(series):
        stamps = series.astype("int64").to_numpy().astype(np.float64)
        return np.where(series.isna(), np.nan, stamps)
    return series.to_numpy(dtype=np.float64, na_value=np.nan)


def nearest(
    points: Points,
    others: Points,
    *,
    k: int = 1,
    own: tuple[Ints, Ints] | None = None,
    block_cells: int = _BLOCK_CELLS,
) -> tuple[Floats, Ints]:
    """The exact ``k`` nearest of ``others`` to each point.

    Parameters
    ----------
    points, others : Points
        Of one encoder.
    k : int, >= 1
        How many; fewer where there are not so many others.
    own : pair of ndarray, (points,) and (others,), optional
        Who each row belongs to; a point's own rows are passed over.
    block_cells : int
        Distances held in memory at once.

    Returns
    -------
    distances : ndarray, (points, k)
        In ascending order; infinite where no row is left.
    positions : ndarray, (points, k), int
        Of the rows in ``others``.
    """
    k = min(k, len(others))
    distances, positions = np.full((len(points), k), np.inf), np.zeros((len(points), k), dtype=np.int64)
    passed = int(np.bincount(own[1]).max(initial=0)) if own is not None else 0
    search = _search(points, others, candidates=min(k + passed, len(others)))
    for rows in _blocks(len(points), len(others), block_cells) if k else ():
        block, found = search(points[rows])
        if own is not None:
            block[own[0][rows, None] == own[1][found]] = np.inf
        distances[rows], chosen = _smallest(block, k)
        positions[rows] = np.take_along_axis(np.broadcast_to(found, block.shape), chosen, axis=1)
    return distances, positions


def pairwise(points: Points, others: Points) -> Floats:
    """The distance of every point to every other row, (points, others)."""
    if points.numbers.shape[1]:
        distance = np.asarray(cdist(points.numbers, others.numbers, "cityblock"))
    else:
        distance = np.zeros((len(points), len(others)))
    small = np.uint8 if points.codes.shape[1] < 2**8 else np.uint16
    mismatches: npt.NDArray[np.unsignedinteger[Any]] = np.zeros(distance.shape, dtype=small)
    for left, right in zip(points.codes.T, others.codes.T, strict=True):
        mismatches += (left[:, None] != right).view(np.uint8)
    distance += mismatches
    return distance


def _search(points: Points, others: Points, *, candidates: int) -> Callable[[Points], tuple[Floats, Ints]]:
    """How to find rows among which the nearest are: their distances, (points, rows), and positions.

    By a k-d tree (Bentley 1975, doi:10.1145/361002.361007) where there are few coordinates, a
    category counting as many as it has levels; else all of them. Distances are exact either way.
    """
    levels = [max(pair) + 1 for pair in zip(_most(points), _most(others), strict=True)]
    width = others.numbers.shape[1] + sum(levels)
    if width > _TREE_WIDTH or len(others) < max(_TREE_FEWEST, _TREE_SPARSE * candidates):
        everything = np.arange(len(others))[None, :]
        return lambda rows: (pairwise(rows, others), everything)
    tree = KDTree(_spread(others, levels))

    def search(rows: Points) -> tuple[Floats, Ints]:
        _, found = tree.query(_spread(rows, levels), k=range(1, candidates + 1), p=1)
        return _along(rows, others, found), found

    return search


def _most(points: Points) -> list[int]:
    return [int(most) for most in points.codes.max(axis=0, initial=0)]


def _spread(points: Points, levels: Sequence[int]) -> Floats:
    """Each category as one half in the coordinate of its level, so that a mismatch counts 1 in L1."""
    halves = [
        (column[:, None] == np.arange(-1, level)) / 2
        for column, level in zip(points.codes.T, levels, strict=True)
    ]
    return np.concatenate([points.numbers, *halves], axis=1)


def _along(points: Points, others: Points, found: Ints) -> Floats:
    """The distance of each point to rows of its own, (points, rows): not rounded as in a tree."""
    distance = np.abs(points.numbers[:, None, :] - others.numbers[found]).sum(axis=2)
    for left, right in zip(points.codes.T, others.codes.T, strict=True):
        distance += left[:, None] != right[found]
    return np.asarray(distance, dtype=np.float64)


def _smallest(block: Floats, k: int) -> tuple[Floats, Ints]:
    chosen = block.argmin(axis=1)[:, None]
    if k > 1:
        chosen = np.argpartition(block, k - 1, axis=1)[:, :k]
        order = np.take_along_axis(block, chosen, axis=1).argsort(axis=1, kind="stable")
        chosen = np.take_along_axis(chosen, order, axis=1)
    return np.round(np.take_along_axis(block, chosen, axis=1), _DIGITS), chosen


def _blocks(rows: int, width: int, cells: int) -> Iterator[slice]:
    step = max(1, cells // max(width, 1))
    return (slice(start, start + step) for start in range(0, rows, step))


def _coordinates(cells: Floats, known: Floats, *, gap: bool) -> list[Floats]:
    below, upto = np.searchsorted(known, cells, "left"), np.searchsorted(known, cells, "right")
    quantile = (below + upto) / (2 * max(len(known), 1))
    if not gap:
        return [quantile]
    missing = np.isnan(cells)
    return [np.where(missing, _MISSING, side) for side in (quantile / 2, (1 - quantile) / 2)]


def _codes(cells: pd.Series, levels: pd.Index) -> npt.NDArray[np.int32]:
    codes = levels.get_indexer(pd.Index(cells))
    codes[cells.isna().to_numpy()] = len(levels)
    return codes.astype(np.int32)

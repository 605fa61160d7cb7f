"""The values in a tree's leaves, and draws from them that reproduce no lone number."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth.complete import FEW_PERSONS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Leaves:
    """Donor values, leaf after leaf; within a leaf sorted, so that no row can be put together.

    Parameters
    ----------
    start, count : ndarray, (nodes,), int
        Where a leaf's values begin and how many it has; 0 for nodes that are no leaf.
    values : ndarray, (rows,)
        Category codes, or numbers.
    below, above : ndarray, (rows,), optional
        For numbers: the ends of the cell in which a value is drawn anew; the value itself,
        where it stands.
    """

    start: Ints
    count: Ints
    values: npt.NDArray[np.generic]
    below: Floats | None = None
    above: Floats | None = None

    def draw(self, nodes: Ints, rng: np.random.Generator) -> npt.NDArray[np.generic]:
        """One value for each leaf in ``nodes``, (rows,)."""
        place = self.start[nodes] + (rng.random(len(nodes)) * self.count[nodes]).astype(np.int64)
        donors: npt.NDArray[np.generic] = self.values[place]
        if self.below is None or self.above is None:
            return donors
        ends = np.where(rng.random(len(nodes)) < 0.5, self.below[place], self.above[place])
        smoothed: Floats = ends + rng.random(len(nodes)) * (donors - ends)
        return smoothed


def code_leaves(codes: Ints, nodes: Ints, *, size: int) -> Leaves:
    """Leaves of a category: a draw follows the leaf's proportions.

    Parameters
    ----------
    codes, nodes : ndarray, (rows,), int
        Each train row's level and leaf.
    size : int
        Nodes of the tree.
    """
    count = np.bincount(nodes, minlength=size)
    values = codes[np.lexsort((codes, nodes))]
    return Leaves(start=np.cumsum(count) - count, count=count, values=values)


def number_leaves(numbers: Floats, nodes: Ints, persons: Ints, *, size: int) -> Leaves:
    """Leaves of a number: values of at least three persons stand, others are smoothed.

    Parameters
    ----------
    numbers, nodes, persons : ndarray, (rows,)
        Each train row's value, leaf and person.
    size : int
        Nodes of the tree.
    """
    shared = np.isin(numbers, shared_values(numbers, persons))
    order = np.lexsort((numbers, nodes))
    values, shared = numbers[order], shared[order]
    count = np.bincount(nodes, minlength=size)
    start = np.cumsum(count) - count
    below, above = values.copy(), values.copy()
    for first, many in zip(start[count > 0], count[count > 0], strict=True):
        leaf = slice(first, first + many)
        below[leaf], above[leaf] = _cells(values[leaf], shared[leaf])
    return Leaves(start=start, count=count, values=values, below=below, above=above)


def shared_values(numbers: Floats, persons: Ints) -> Floats:
    """The values that at least three persons have."""
    levels, codes = np.unique(numbers, return_inverse=True)
    return levels[persons_a_level(codes, persons, levels=len(levels)) >= FEW_PERSONS]


def persons_a_level(codes: Ints, persons: Ints, *, levels: int) -> Ints:
    """How many persons have each code, (levels,)."""
    pairs = np.unique(np.column_stack([codes, persons]), axis=0)
    return np.bincount(pairs[:, 0], minlength=levels)


def _cells(values: Floats, shared: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The ends of each value's cell: half-way to its neighbours among the lone values.

    A value at an end reaches out as far as in, so that smoothing narrows no distribution; one
    that is alone leans on the nearest shared value.
    """
    below, above = values.copy(), values.copy()
    lone, alone = values[~shared], np.unique(values[~shared])
    if len(alone) == 1 and shared.any():
        gaps = np.array([np.abs(values[shared] - alone[0]).min()])
    else:
        gaps = np.diff(alone)
    if len(gaps):
        place = np.searchsorted(alone, lone)
        below[~shared] -= gaps[np.maximum(place - 1, 0)] / 2
        above[~shared] += gaps[np.minimum(place, len(gaps) - 1)] / 2
    return below, above

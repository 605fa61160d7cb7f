"""A number's values, in a leaf or in all of train, and draws from them that reproduce no lone one."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth.complete import FEW_PERSONS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_ATOM = 0.05  # of the persons: fewer share a value because it was rounded, not because it means something


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


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Quantiles:
    """A number's distribution: atoms that many persons share, and a smooth rest.

    Parameters
    ----------
    share, value : ndarray, (points,)
        Ends of the smooth pieces, and of the flat ones at the atoms, from 0 to 1.
    """

    share: Floats
    value: Floats

    def at(self, shares: Floats) -> Floats:
        """The values at ``shares`` of the distribution, each in [0, 1]."""
        return np.asarray(np.interp(shares, self.share, self.value), dtype=np.float64)


def fit_quantiles(numbers: Floats, persons: Ints) -> Quantiles:
    """Linear between the middles of neighbours, so that no lone value is a point of it.

    An atom is a value of at least three persons and of one in twenty.

    Parameters
    ----------
    numbers, persons : ndarray, (rows,)
        Each train row's value and person.
    """
    levels, codes = np.unique(numbers, return_inverse=True)
    held = persons_a_level(codes, persons, levels=len(levels))
    atom = (held >= max(FEW_PERSONS, _ATOM * len(np.unique(persons))))[codes]
    order = np.argsort(numbers, kind="stable")
    points: list[tuple[float, float]] = []
    for first, end in _runs(np.where(atom, codes, -1)[order]):
        run = numbers[order][first:end]
        points += _flat(run, first, end) if atom[order][first] else _smooth(run, first)
    share, value = np.array(points).T
    return Quantiles(share=share / len(numbers), value=np.maximum.accumulate(value))


def _runs(labels: Ints) -> list[tuple[int, int]]:
    """Where equal neighbours begin and end."""
    cuts = np.flatnonzero(np.diff(labels)) + 1
    return list(zip([0, *cuts], [*cuts, len(labels)], strict=True))


def _flat(run: Floats, first: int, end: int) -> list[tuple[float, float]]:
    return [(float(first), float(run[0])), (float(end), float(run[0]))]


def _smooth(run: Floats, first: int) -> list[tuple[float, float]]:
    """Half-way between neighbours; beyond an end as far as its neighbour within."""
    if len(run) == 1:
        return [(first + 0.0, float(run[0])), (first + 1.0, float(run[0]))]
    middle = (run[1:] + run[:-1]) / 2
    values = np.r_[2 * run[0] - middle[0], middle, 2 * run[-1] - middle[-1]]
    return list(zip(first + np.arange(len(run) + 1.0), map(float, values), strict=True))

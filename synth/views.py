"""How an earlier column of a complete frame is shown to a tree."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from synth.complete import FEW_PERSONS, Part
from synth.leaves import fit_quantiles, persons_a_level

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Columns = Mapping[str, npt.NDArray[np.generic]]
"""A complete frame as arrays."""

_MOST_ONE_HOT = 16
_MOST_MARKS = 24


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class View:
    """One part as predictors.

    Parameters
    ----------
    part : Part
        What is shown.
    lookup : ndarray, (levels, width), optional
        For a category: the predictors of each level.
    frequent : ndarray, int, optional
        For a category with many levels: those that enough persons have to fill a leaf. The
        others look alike, since no leaf could be theirs.
    edges : ndarray, (edges,), optional
        For a number: those of its distribution. It is shown as its place among them on the normal
        scale, so that no tree parts rows at a person's value and no far one pulls a line.
    filler : float
        What stands where a number is not observed.
    """

    part: Part
    lookup: Floats | None = None
    frequent: Ints | None = None
    edges: Floats | None = None
    filler: float = 0.0

    def show(self, columns: Columns) -> Floats:
        """The predictors, (rows, width)."""
        values = columns[self.part.name]
        if self.lookup is not None:
            return self.lookup[values.astype(np.int64)]
        shown = values.astype(np.float64)
        if self.edges is not None:
            shown = _places(self.edges, shown)
        if self.part.indicator is not None:
            shown = np.where(columns[self.part.indicator] == 1, self.filler, shown)
        return shown[:, None]

    def marks(self, columns: Columns, *, least: int) -> Floats:
        """What draws are balanced by, (rows, width): the number and its place; each frequent level."""
        values = columns[self.part.name]
        if self.part.is_numeric:
            return np.hstack([self.show(columns), values.astype(np.float64)[:, None]])
        codes = values.astype(np.int64)
        count = np.bincount(codes, minlength=self.part.levels)
        kept = np.argsort(-count, kind="stable")[:_MOST_MARKS]
        return np.asarray(codes[:, None] == kept[count[kept] >= least], dtype=np.float64)

    def towards(self, columns: Columns, rows: npt.NDArray[np.bool_], target: Floats, persons: Ints) -> "View":
        """The same, with many levels put on one scale: the target's mean among their rows.

        For a tree's two-way splits that order is as good as any (Fisher 1958,
        https://doi.org/10.1080/01621459.1958.10501479). Levels of fewer than three persons together
        have the mean of all rows.
        """
        if self.frequent is None:
            return self
        group = np.full(self.part.levels, len(self.frequent))
        group[self.frequent] = np.arange(len(self.frequent))
        codes = group[columns[self.part.name][rows].astype(np.int64)]
        size = len(self.frequent) + 1
        count = np.bincount(codes, minlength=size)
        mean = np.bincount(codes, weights=target, minlength=size) / np.maximum(count, 1)
        mean[persons_a_level(codes, persons, levels=size) < FEW_PERSONS] = target.mean()
        return replace(self, lookup=mean[group][:, None])


def view(part: Part, columns: Columns, persons: Ints, *, leaf: int) -> View:
    """How ``part`` is shown to the trees of later parts, whose leaves hold ``leaf`` persons."""
    values = columns[part.name]
    if part.is_numeric:
        rows = observed(part, columns)
        seen = values[rows].astype(np.float64)
        edges = np.unique(fit_quantiles(seen, persons[rows]).value)
        return View(part=part, edges=edges, filler=float(np.median(_places(edges, seen))))
    if part.ordered:
        return View(part=part, lookup=np.arange(part.levels, dtype=np.float64)[:, None])
    frequent = frequent_levels(part, columns, persons, leaf=leaf)
    if len(frequent) > _MOST_ONE_HOT:
        return View(part=part, frequent=frequent)
    lookup = np.zeros((part.levels, max(len(frequent), 1)))
    lookup[frequent, np.arange(len(frequent))] = 1.0
    return View(part=part, lookup=lookup)


def frequent_levels(part: Part, columns: Columns, persons: Ints, *, leaf: int) -> Ints:
    """The codes that at least ``leaf`` persons have, the most frequent first."""
    count = persons_a_level(columns[part.name].astype(np.int64), persons, levels=part.levels)
    order = np.argsort(-count, kind="stable")
    return order[count[order] >= leaf]


def observed(part: Part, columns: Columns) -> npt.NDArray[np.bool_]:
    """Where the part's value means something, (rows,)."""
    if part.indicator is None:
        return np.ones(len(columns[part.name]), dtype=bool)
    seen: npt.NDArray[np.bool_] = columns[part.indicator] == 0
    return seen


def _places(edges: Floats, values: Floats) -> Floats:
    """Where values stand among edges, below, on or above each, as normal scores, (rows,)."""
    places = np.searchsorted(edges, values, side="left") + np.searchsorted(edges, values, side="right")
    return np.asarray(norm.ppf((places + 0.5) / (2 * len(edges) + 1)), dtype=np.float64)

"""How earlier columns of a complete frame are shown to a regression."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from synth.complete import Part
from synth.leaves import Quantiles, fit_quantiles
from synth.views import Columns, frequent_levels, observed

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FEW = 5
"""Levels with fewer persons are told apart by no regression."""

_MOST_SHOWN = 12
_FURTHEST = 3.0  # on the normal scale: beyond train's ends a value means no more than there


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Scale:
    """A number's place on the normal scale of train's ranks, and back.

    Parameters
    ----------
    quantiles : Quantiles
        Train's, between neighbours.
    """

    quantiles: Quantiles

    def score(self, values: Floats) -> Floats:
        """Normal scores; an atom's is that of its middle."""
        points, first = np.unique(self.quantiles.value, return_index=True)
        last = np.r_[first[1:], len(self.quantiles.value)] - 1
        middle = (self.quantiles.share[first] + self.quantiles.share[last]) / 2
        scores = norm.ppf(np.interp(values, points, middle))
        return np.asarray(np.clip(scores, -_FURTHEST, _FURTHEST), dtype=np.float64)

    def value(self, scores: Floats) -> Floats:
        """The values at normal scores."""
        return self.quantiles.at(np.asarray(norm.cdf(scores), dtype=np.float64))


def fit_scale(part: Part, columns: Columns, persons: Ints) -> Scale:
    """Of the rows where the number is observed."""
    rows = observed(part, columns)
    return Scale(quantiles=fit_quantiles(columns[part.name][rows].astype(np.float64), persons[rows]))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Shown:
    """One part as predictors.

    Parameters
    ----------
    part : Part
        What is shown.
    scale : Scale, optional
        Of a number, shown as its normal score, 0 where it is not observed.
    lookup : ndarray, (levels, width), optional
        Of a category: the predictors of each level, centred.
    """

    part: Part
    scale: Scale | None = None
    lookup: Floats | None = None

    def show(self, columns: Columns) -> Floats:
        """The predictors, (rows, width)."""
        values = columns[self.part.name]
        if self.scale is None:
            return np.zeros((len(values), 0)) if self.lookup is None else self.lookup[values.astype(np.int64)]
        scores = self.scale.score(values.astype(np.float64))
        return np.where(observed(self.part, columns), scores, 0.0)[:, None]


def show(part: Part, columns: Columns, persons: Ints, *, scale: Scale | None) -> Shown:
    """How ``part`` is shown: a number's score, an order's place, a category's more frequent levels."""
    if scale is not None:
        return Shown(part=part, scale=scale)
    codes = columns[part.name].astype(np.int64)
    if part.ordered:
        lookup = np.arange(part.levels, dtype=np.float64)[:, None] / max(float(codes.std()), 1e-9)
    else:
        # The most frequent level is what the others are compared with.
        levels = frequent_levels(part, columns, persons, leaf=FEW)[1:_MOST_SHOWN]
        lookup = np.eye(part.levels)[:, levels]
    return Shown(part=part, lookup=lookup - lookup[codes].mean(axis=0))


def design(shown: Sequence[Shown], columns: Columns, rows: int, *, crossed: Shown | None) -> Floats:
    """A constant, the predictors, and their products with those of ``crossed``, (rows, width)."""
    if crossed is None:
        return np.hstack([np.ones((rows, 1)), *(each.show(columns) for each in shown)])
    others = [each.show(columns) for each in shown if each is not crossed]
    marks = crossed.show(columns)
    products = [marks[:, [place]] * other for place in range(marks.shape[1]) for other in others]
    return np.hstack([np.ones((rows, 1)), marks, *others, *products])

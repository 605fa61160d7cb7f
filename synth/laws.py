"""How a column is drawn from what its model expects: a number's spread, a category's levels."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from synth.balanced import balanced
from synth.complete import Part
from synth.leaves import Quantiles, fit_quantiles
from synth.losses import softmax
from synth.views import Columns, frequent_levels

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_MOST_CLASSES = 32
_MIDDLE = 1_000
_FLATTEST = 1e-3


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Spread:
    """A number: its residuals on the normal scale, and the way back from there.

    Parameters
    ----------
    residuals : Quantiles
        Of what the model left.
    scale : float
        What brings scores and residuals together to variance 1.
    quantiles : Quantiles
        Of the number.
    """

    residuals: Quantiles
    scale: float
    quantiles: Quantiles

    def draw(self, scores: Floats, marks: Floats, rng: np.random.Generator) -> Floats:
        """A value for each row, (rows,), balanced along ``marks``; see `synth.balanced`."""

        def spread_of(scores: Floats, leaning: Floats) -> tuple[Floats, Floats]:
            spread = leaning[:, 0] + self.residuals.at(rng.random(len(leaning)))
            return spread, spread[:, None] - scores - middle

        middle = float(self.residuals.at((np.arange(_MIDDLE) + 0.5) / _MIDDLE).mean())
        spread = balanced(spread_of, scores, marks)
        return self.quantiles.at(np.asarray(norm.cdf(self.scale * spread), dtype=np.float64))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Classes:
    """A category, whose model tells classes of levels apart.

    Parameters
    ----------
    levels : ndarray, (classes, levels)
        The shares of each class's levels.
    """

    levels: Floats

    @property
    def classes(self) -> Ints:
        """The class of each level, (levels,)."""
        return np.asarray(self.levels.argmax(axis=0), dtype=np.int64)

    def draw(self, scores: Floats, marks: Floats, rng: np.random.Generator) -> Ints:
        """A level for each row, (rows,), balanced along ``marks``; see `synth.balanced`."""

        def classes_of(scores: Floats, leaning: Floats) -> tuple[Ints, Floats]:
            classes = _coded(softmax(leaning), rng)
            return classes, (np.eye(len(curve))[classes] - softmax(scores)) / curve

        shares = softmax(scores)
        curve = np.maximum((shares * (1 - shares)).mean(axis=0), _FLATTEST)
        return _coded(self.levels[balanced(classes_of, scores, marks)], rng)


Law = Spread | Classes


def fit_spread(expected: Floats, left: Floats, values: Floats, persons: Ints) -> Spread:
    """How a number falls around what is expected of it.

    Parameters
    ----------
    expected : ndarray, (rows, 1)
        The model's scores.
    left : ndarray, (some rows, 1)
        What it left of persons left out: of the persons learnt from it leaves too little.
    values, persons : ndarray, (rows,)
        The number, and whose it is.
    """
    scale = 1.0 / np.sqrt(expected.var() + (left**2).mean())
    return Spread(
        residuals=fit_quantiles(left[:, 0], np.arange(len(left))),
        scale=scale,
        quantiles=fit_quantiles(values, persons),
    )


def fit_classes(codes: Ints, classes: Ints, *, only_held: bool = False) -> Classes:
    """How often each level stands for its class.

    Parameters
    ----------
    codes : ndarray, (rows,), int
        The level of each row.
    classes : ndarray, (levels,), int
        The class of each level.
    only_held : bool
        Whether a level that no row has is left out of a class that some row has.
    """
    share = np.zeros((classes.max() + 1, len(classes)))
    # A class of no row is never asked for, but must not be empty.
    share[classes, np.arange(len(classes))] = 1e-9
    np.add.at(share, (classes[codes], codes), 1.0)
    levels = share / share.sum(axis=1, keepdims=True)
    if only_held:
        is_held = np.isin(np.arange(len(classes)), codes)
        is_met = np.isin(np.arange(len(levels)), classes[codes])
        levels = np.where(is_met[:, None] & ~is_held, 0.0, levels)
    return Classes(levels=np.asarray(levels, dtype=np.float64))


def classes_of(part: Part, columns: Columns, persons: Ints, *, leaf: int) -> Ints:
    """The class of each level, (levels,): those too rare to fill a leaf of ``leaf`` persons are one."""
    frequent = frequent_levels(part, columns, persons, leaf=leaf)[:_MOST_CLASSES]
    classes = np.full(part.levels, len(frequent))
    classes[frequent] = np.arange(len(frequent))
    return np.asarray(np.unique(classes, return_inverse=True)[1], dtype=np.int64)


def normal_scores(values: Floats, rng: np.random.Generator) -> Floats:
    """Each value's rank as a normal deviate, (rows, 1), ties in random order."""
    ranks = np.empty(len(values))
    ranks[np.lexsort((rng.random(len(values)), values))] = np.arange(len(values)) + 0.5
    return np.asarray(norm.ppf(ranks / len(values)), dtype=np.float64)[:, None]


def _coded(shares: Floats, rng: np.random.Generator) -> Ints:
    """One level for each row's probabilities, (rows,)."""
    ends = np.cumsum(shares, axis=1)
    return np.asarray((rng.random(len(shares))[:, None] * ends[:, -1:] >= ends).sum(axis=1), dtype=np.int64)

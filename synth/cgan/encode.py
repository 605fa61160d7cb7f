"""A complete frame as codes and scalars, and back: mode-specific normalisation.

A category is its code. A number is the mode of a Gaussian mixture that it was drawn from and
its place within (Xu 2019, section 4.2). Codes are stored, never one-hot rows, so that a column
of thousands of categories costs no more memory than one of two.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.mixture import BayesianGaussianMixture

from synth.complete import Part

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_LEVELS = 100
"""Categories beyond a column's so many most frequent share one code, and one condition."""

_MOST_MODES = 10
_MOST_FITTED = 5_000
_LEAST_ROWS = 5  # behind a mode: its mean is then no person's value
_SPREAD = 4.0
_EDGE = 0.99


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Coding:
    """One part of the frame as one group of codes.

    Parameters
    ----------
    part : Part
        The frame's column.
    share : ndarray, (codes,)
        Each code's share of the train rows.
    means, scales : ndarray, (codes,)
        A number's modes; empty for a category.
    levels : ndarray, (codes,), int
        The category's level behind each code, -1 for the pool; empty for a number.
    pool, pool_share : ndarray
        The levels in the pool and their shares of it.
    """

    part: Part
    share: Floats
    means: Floats
    scales: Floats
    levels: Ints
    pool: Ints
    pool_share: Floats

    @property
    def width(self) -> int:
        """How many codes there are."""
        return len(self.share)

    def encode(self, values: npt.NDArray[np.generic], rng: np.random.Generator) -> tuple[Ints, Floats]:
        """Codes (rows,) and, for a number, scalars (rows,) within (-1, 1)."""
        if not self.part.is_numeric:
            lookup = np.full(self.part.levels, self.width - 1)
            lookup[self.levels[self.levels >= 0]] = np.flatnonzero(self.levels >= 0)
            return lookup[values.astype(np.int64)], np.zeros(len(values))
        numbers = values.astype(np.float64)
        distance = (numbers[:, None] - self.means) / self.scales
        odds = np.log(self.share) - np.log(self.scales) - distance**2 / 2
        codes = (odds + rng.gumbel(size=odds.shape)).argmax(axis=1)
        within = distance[np.arange(len(codes)), codes] / _SPREAD
        return codes, np.clip(within, -_EDGE, _EDGE)

    def decode(self, codes: Ints, scalars: Floats, rng: np.random.Generator) -> npt.NDArray[np.generic]:
        """The frame's values of codes and scalars, (rows,)."""
        if self.part.is_numeric:
            numbers: Floats = self.means[codes] + scalars * _SPREAD * self.scales[codes]
            return numbers
        levels = self.levels[codes]
        pooled = levels < 0
        if pooled.any():
            levels[pooled] = rng.choice(self.pool, pooled.sum(), p=self.pool_share)
        return levels


def fit_codings(frame: pd.DataFrame, parts: Sequence[Part], *, seed: int) -> tuple[Coding, ...]:
    """Fit every part's coding; categories come first, since they are what conditions name."""
    ordered = sorted(parts, key=lambda part: part.is_numeric)
    return tuple(
        _modes(part, frame[part.name].to_numpy(np.float64), seed=seed + place)
        if part.is_numeric
        else _categories(part, frame[part.name].to_numpy(np.int64))
        for place, part in enumerate(ordered)
    )


def _categories(part: Part, codes: Ints) -> Coding:
    counts = np.bincount(codes, minlength=part.levels)
    order = np.argsort(-counts, kind="stable")
    own, pool = np.sort(order[:MOST_LEVELS]), np.sort(order[MOST_LEVELS:])
    levels, kept = own, counts[own]
    if len(pool):
        levels, kept = np.append(own, -1), np.append(kept, counts[pool].sum())
    nothing = np.zeros(0)
    return Coding(
        part=part,
        share=kept / len(codes),
        means=nothing,
        scales=nothing,
        levels=levels,
        pool=pool,
        pool_share=counts[pool] / max(counts[pool].sum(), 1),
    )


def _modes(part: Part, numbers: Floats, *, seed: int) -> Coding:
    """A variational mixture on at most 5,000 values; modes of a handful of rows are left out."""
    rng = np.random.default_rng(seed)
    fitted = rng.choice(numbers, _MOST_FITTED, replace=False) if len(numbers) > _MOST_FITTED else numbers
    scale = float(fitted.std()) or 1.0
    mixture = BayesianGaussianMixture(
        n_components=max(min(_MOST_MODES, len(np.unique(fitted)), len(fitted) // _LEAST_ROWS), 1),
        weight_concentration_prior_type="dirichlet_process",
        weight_concentration_prior=0.001,
        random_state=seed % 2**32,
        n_init=1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a mixture that has not quite converged serves as well
        mixture.fit((fitted[:, None] - fitted.mean()) / scale)
    weights = mixture.weights_
    kept = weights >= max(_LEAST_ROWS / len(fitted), 0.005)
    kept[weights.argmax()] = True
    return Coding(
        part=part,
        share=weights[kept] / weights[kept].sum(),
        means=mixture.means_[kept, 0] * scale + fitted.mean(),
        scales=np.sqrt(mixture.covariances_[kept, 0, 0]) * scale,
        levels=np.zeros(0, dtype=np.int64),
        pool=np.zeros(0, dtype=np.int64),
        pool_share=np.zeros(0),
    )

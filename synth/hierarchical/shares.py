"""Shares of levels in each stratum, shrunk toward the shares in all: Dirichlet and multinomial."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_CONCENTRATIONS = np.array([1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0])


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Shares:
    """Persons with each level in each stratum, and how alike strata are.

    Parameters
    ----------
    counts : ndarray, (strata, levels)
        Persons, in fractions where one has several levels.
    concentration : float
        How many persons drawn from all strata's shares each stratum is mixed with.
    """

    counts: Floats
    concentration: float

    @property
    def mean(self) -> Floats:
        """Each stratum's expected shares, (strata, levels)."""
        expected = self.concentration * self.counts.sum(axis=0) / self.counts.sum() + self.counts
        return np.asarray(expected / expected.sum(axis=1, keepdims=True), dtype=np.float64)

    def draw(self, rng: np.random.Generator) -> Floats:
        """Each stratum's shares from their posterior, (strata, levels)."""
        pooled = rng.dirichlet(np.maximum(self.counts.sum(axis=0), 1e-3))
        drawn = rng.standard_gamma(self.concentration * pooled + self.counts) + 1e-300
        return np.asarray(drawn / drawn.sum(axis=1, keepdims=True), dtype=np.float64)


def fit_shares(codes: Ints, strata: Ints, weights: Floats, *, size: tuple[int, int]) -> Shares:
    """Shares whose concentration is likeliest (empirical Bayes).

    Parameters
    ----------
    codes, strata : ndarray, (rows,), int
        Each row's level and stratum.
    weights : ndarray, (rows,)
        A person weighs 1 in all.
    size : pair of int
        Strata and levels.
    """
    counts = np.zeros(size)
    np.add.at(counts, (strata, codes), weights)
    pooled = counts.sum(axis=0) / counts.sum()
    fits = [_log_likelihood(counts, each * pooled) for each in _CONCENTRATIONS]
    return Shares(counts=counts, concentration=float(_CONCENTRATIONS[int(np.argmax(fits))]))


def _log_likelihood(counts: Floats, prior: Floats) -> float:
    """Of the counts under a Dirichlet-multinomial, up to a constant."""
    known = prior > 0
    levels = gammaln(counts[:, known] + prior[known]) - gammaln(prior[known])
    whole = gammaln(prior.sum()) - gammaln(counts.sum(axis=1) + prior.sum())
    return float(levels.sum() + whole.sum())

"""Ridge regressions of many targets on the same rows, solved once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_PENALTY = 1.0  # beside predictors of variance 1
_FLAT = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Ridge:
    """A ridge regression that waits for its targets.

    Parameters
    ----------
    weights : ndarray, (rows,)
        What each row counts.
    middle, unit : ndarray, (predictors,)
        Their weighted means, and one over their standard deviations, 0 where they do not vary.
    hat : ndarray, (predictors, rows)
        From a target to the slopes on standardised predictors.
    """

    weights: Floats
    middle: Floats
    unit: Floats
    hat: Floats

    def line(self, target: Floats, curve: Floats, *, rate: float) -> tuple[Floats, Floats]:
        """A share of the regression: intercepts (width,) and slopes (predictors, width).

        Parameters
        ----------
        target : ndarray, (rows, width)
            What is to be explained.
        curve : ndarray, (width,)
            By what each target is divided.
        rate : float
            The share.
        """
        step = self.hat @ target / curve
        shift = self.weights @ target / self.weights.sum() / curve
        slopes = rate * self.unit[:, None] * step
        return rate * shift - self.middle @ slopes, slopes


def fit_ridge(shown: npt.NDArray[np.floating[Any]], weights: Floats) -> Ridge:
    """Solve for the predictors ``shown``, (rows, predictors), of which each row counts ``weights``."""
    middle = np.average(shown, axis=0, weights=weights).astype(np.float64)
    centred = shown - middle
    spread = np.sqrt(np.average(centred**2, axis=0, weights=weights))
    unit = np.where(spread > _FLAT, 1 / np.maximum(spread, _FLAT), 0.0)
    weighed = (centred * unit).T * (weights / weights.sum())
    penalty = _PENALTY * np.eye(shown.shape[1])
    hat = np.linalg.solve(weighed @ (centred * unit) + penalty, weighed)
    return Ridge(weights=weights, middle=middle, unit=unit, hat=hat)

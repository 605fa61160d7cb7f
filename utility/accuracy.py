"""How well predictions fit what happened, for many resamples of the same rows at once.

Each measure takes the truth, the predictions and the weights of the rows, (resamples, rows), whole
numbers such as bootstrap counts, and returns one figure for each resample, (resamples,); NaN where
a resample leaves nothing to compare.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from utility.resample import Floats

_WORST_R_SQUARED = -1.0
_BLOCK = 512


def auroc(positive: npt.NDArray[np.bool_], predicted: Floats, weights: Floats) -> Floats:
    """Probability that a positive row is ranked above a negative one, ties counting half.

    Parameters
    ----------
    positive : ndarray, (rows,), bool
        The truth.
    predicted : ndarray, (rows,)
        Higher for rows that look positive.
    weights : ndarray, (resamples, rows)
        How often each row counts.

    References
    ----------
    Hanley and McNeil 1982, https://doi.org/10.1148/radiology.143.1.7063747
    """
    order = np.argsort(predicted, kind="stable")
    ranked = predicted[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    positives = np.add.reduceat(weights[:, order] * positive[order], starts, axis=1)
    negatives = np.add.reduceat(weights[:, order] * ~positive[order], starts, axis=1)
    below = np.cumsum(negatives, axis=1) - negatives / 2
    with np.errstate(invalid="ignore"):
        share: Floats = (positives * below).sum(axis=1) / (positives.sum(axis=1) * negatives.sum(axis=1))
    return share


def macro_auroc(truth: Floats, predicted: Floats, weights: Floats, *, classes: Sequence[int]) -> Floats:
    """Mean over ``classes`` of the AUROC of each class against all others.

    Parameters
    ----------
    truth : ndarray, (rows, 1)
        The code of each row's class.
    predicted : ndarray, (rows, classes)
        A column for each code.
    weights : ndarray, (resamples, rows)
        How often each row counts.
    classes : sequence of int
        The codes that count.

    References
    ----------
    Fawcett 2006, section 9, unweighted, https://doi.org/10.1016/j.patrec.2005.10.010
    """
    each = np.stack([auroc(truth[:, 0] == c, predicted[:, c], weights) for c in classes])
    known = np.isfinite(each)
    with np.errstate(invalid="ignore"):
        mean: Floats = np.where(known, each, 0).sum(axis=0) / known.sum(axis=0)
    return mean


def r_squared(truth: Floats, predicted: Floats, weights: Floats) -> Floats:
    """Share of the variance explained, not below -1 (one wild prediction would hide all else).

    Parameters
    ----------
    truth, predicted : ndarray, (rows, 1)
        In the same unit.
    weights : ndarray, (resamples, rows)
        How often each row counts.
    """
    values, error = truth[:, 0] - truth[:, 0].mean(), truth[:, 0] - predicted[:, 0]
    total = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        variance = weights @ values**2 / total - (weights @ values / total) ** 2
        explained = 1 - (weights @ error**2 / total) / variance
    varies = variance > 1e-12 * np.mean(values**2)
    return np.where(varies, np.maximum(explained, _WORST_R_SQUARED), np.nan)


def concordance(truth: Floats, predicted: Floats, weights: Floats) -> Floats:
    """Harrell's concordance: how often the row with the earlier event has the higher risk.

    A pair is comparable when the row with the shorter time saw its event, or when at equal times
    one row did; equal risks count half.

    Parameters
    ----------
    truth : ndarray, (rows, 2)
        Time, and 1 where the event occurred, 0 where the row was censored.
    predicted : ndarray, (rows, 1)
        Higher for rows expected to see the event earlier.
    weights : ndarray, (resamples, rows)
        How often each row counts.

    References
    ----------
    Harrell et al. 1982, https://doi.org/10.1001/jama.1982.03320430047030
    """
    time, event, risk = truth[:, 0], truth[:, 1] > 0, predicted[:, 0]
    agreeing = np.zeros(len(weights))
    comparable = np.zeros(len(weights))
    # By blocks of rows with an event: the matrix of all pairs need not fit into memory.
    for rows in np.array_split(np.flatnonzero(event), max(1, int(event.sum()) // _BLOCK)):
        after = time[rows, None] < time
        pairs = after | ((time[rows, None] == time) & ~event)
        wins = np.sign(risk[rows, None] - risk) / 2 + 0.5
        comparable += _weighted_pairs(pairs, weights, rows)
        agreeing += _weighted_pairs(pairs * wins, weights, rows)
    with np.errstate(invalid="ignore"):
        return agreeing / comparable


def _weighted_pairs(pairs: npt.NDArray[np.generic], weights: Floats, rows: npt.NDArray[np.intp]) -> Floats:
    """Sum over pairs of the product of both rows' weights, (resamples,)."""
    # Half and whole numbers stay exact in single precision here, and take half the time.
    summed = weights[:, rows].astype(np.float32) @ pairs.astype(np.float32)
    total: Floats = np.einsum("br,br->b", summed.astype(np.float64), weights)
    return total

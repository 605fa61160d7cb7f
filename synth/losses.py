"""Losses of numbers and of classes by their scores, and how a model's scores are brought to other rows."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_RAKED = 30
_FLATTEST = 1e-3
_SLOPES = (0.0, 0.25, 0.5, 0.75, 1.0)


def softmax(scores: Floats) -> Floats:
    """Probabilities of log odds, (rows, width)."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)


def losses(scores: Floats, target: Floats, *, classes: bool) -> Floats:
    """Squared error, or the negative log probability of the class, (rows,)."""
    if not classes:
        return np.asarray(((scores - target) ** 2).sum(axis=1), dtype=np.float64)
    return np.asarray(-np.log(np.maximum((softmax(scores) * target).sum(axis=1), 1e-12)), dtype=np.float64)


def residual(scores: Floats, target: Floats, weights: Floats, *, classes: bool) -> tuple[Floats, Floats]:
    """What is left of the target, (rows, width), and the mean curvature of the classes' loss, (width,)."""
    if not classes:
        return target - scores, np.ones(target.shape[1])
    fitted = softmax(scores)
    width = fitted.shape[1]
    curve = np.average(fitted * (1 - fitted), axis=0, weights=weights) * width / max(width - 1, 1)
    return target - fitted, np.maximum(curve, _FLATTEST)


def intercept(target: Floats, start: Floats, weights: Floats, *, classes: bool) -> Floats:
    """What brings the scores ``start`` to the target's mean, (width,); of classes, to their shares."""
    if not classes:
        return np.asarray(np.average(target - start, axis=0, weights=weights), dtype=np.float64)
    shares = np.maximum(np.average(target, axis=0, weights=weights), 1e-6)
    base: Floats = np.log(shares)
    for _ in range(_RAKED if start.any() else 0):
        base = base + np.log(shares / np.average(softmax(base + start), axis=0, weights=weights))
    return base


def slope(expected: Floats, target: Floats, persons: Ints, *, classes: bool) -> float:
    """How far another model's scores hold here: the share of them that serves these rows best.

    With the intercept, the recalibration of a prediction model in a new setting
    (Steyerberg 2004, https://doi.org/10.1002/sim.1844).

    Parameters
    ----------
    expected : ndarray, (rows, width)
        The other model's scores.
    target : ndarray, (rows, width)
        A number, width 1, or indicators of classes.
    persons : ndarray, (rows,), int
        Whose each row is, counted from 0; a person weighs 1 in all.
    classes : bool
        Whether the target holds indicators.
    """
    weights = 1.0 / np.bincount(persons)[persons]
    loss = {}
    for share in _SLOPES:
        start = share * expected
        scores = intercept(target, start, weights, classes=classes) + start
        loss[share] = float(weights @ losses(scores, target, classes=classes))
    return min(loss, key=lambda share: loss[share])

"""Paired differences over repeats that depend on each other: splits of the same persons, or one test."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.stats

from utility.resample import Floats

_LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A mean paired difference with its two-sided 95 % interval.

    Parameters
    ----------
    mean : float
        Of the repeats.
    low, high : float
        The interval.
    p : float, in [0, 1]
        Two-sided, against no difference.
    n : int
        Repeats.
    """

    mean: float
    low: float
    high: float
    p: float
    n: int


def corrected_t(differences: Floats, *, test_to_train: float) -> Difference:
    """The corrected resampled t-test and its interval.

    Splits of one cohort share most persons, so that the repeats' variance over their number is far
    too small: the plain paired t-test finds a difference in most studies where there is none. The
    variance is taken as ``1 / repeats + test_to_train`` times that of the repeats instead.

    Limits: the correction stands for a correlation of ``test / (test + train)`` between repeats, which
    is a rule and not an estimate. It is cautious for steady models and may be too bold for jumpy
    ones; and all repeats are of one cohort, so that the interval is about training sets of this size
    from patients like these. More repeats sharpen it only down to ``test_to_train``.

    Parameters
    ----------
    differences : ndarray, (repeats,)
        At least two, finite.
    test_to_train : float, > 0
        Persons tested over persons trained on, in each repeat.

    References
    ----------
    Nadeau and Bengio 2003, https://doi.org/10.1023/A:1024068626366
    """
    n, mean = len(differences), float(differences.mean())
    error = float(differences.std(ddof=1)) * np.sqrt(1 / n + test_to_train)
    if error == 0:
        return Difference(mean=mean, low=mean, high=mean, p=1.0 if mean == 0 else 0.0, n=n)
    law = scipy.stats.t(df=n - 1)
    half = float(law.ppf((1 + _LEVEL) / 2)) * error
    p = float(2 * law.sf(abs(mean) / error))
    return Difference(mean=mean, low=mean - half, high=mean + half, p=p, n=n)


def over_seeds(differences: Floats, resampled: Floats, *, persons: int) -> Difference:
    """A mean difference over trainings that differ by their seed and are tested on the same persons.

    Its variance is that of the seeds over their number and that of the mean over persons drawn
    again; Satterthwaite's degrees of freedom (1946, https://doi.org/10.2307/3002019) for the sum. It
    does not cover the luck of whom the models were trained on.

    Parameters
    ----------
    differences : ndarray, (seeds,)
        At least two, finite.
    resampled : ndarray, (resamples, seeds)
        The same on persons drawn with replacement; resamples without a value are left out.
    persons : int, >= 2
        In the scarcest of the groups told apart.
    """
    n, mean = len(differences), float(differences.mean())
    of_seeds = float(differences.var(ddof=1)) / n
    of_persons = float(np.nanvar(resampled.mean(axis=1), ddof=1))
    variance = of_seeds + of_persons
    if variance == 0:
        return Difference(mean=mean, low=mean, high=mean, p=1.0 if mean == 0 else 0.0, n=n)
    freedom = variance**2 / (of_seeds**2 / (n - 1) + of_persons**2 / (persons - 1))
    law, error = scipy.stats.t(df=freedom), np.sqrt(variance)
    half = float(law.ppf((1 + _LEVEL) / 2) * error)
    return Difference(
        mean=mean, low=mean - half, high=mean + half, p=float(2 * law.sf(abs(mean) / error)), n=n
    )


def holm(p: Sequence[float]) -> list[float]:
    """Adjusted p-values that hold for a whole family (Holm 1979, https://www.jstor.org/stable/4615733)."""
    order = np.argsort(p, kind="stable")
    steps = (len(p) - np.arange(len(p))) * np.asarray(p, dtype=float)[order]
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(each) for each in adjusted]

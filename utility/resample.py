"""Persons drawn again: the weights behind every interval of this room."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from cohort.cohort import Cohort

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_TAILS = (2.5, 97.5)
_LEVEL_BELOW = 0.025
_Z = 1.959964


def thinned(cohort: Cohort, at_most: int, rng: np.random.Generator) -> Cohort:
    """Whole persons of a cohort, drawn at random, so that about ``at_most`` rows remain."""
    if len(cohort) <= at_most:
        return cohort
    persons = max(1, round(cohort.n_persons * at_most / len(cohort)))
    return cohort.of_persons(rng.choice(cohort.n_persons, size=persons, replace=False))


def thinned_rows(table: pd.DataFrame, at_most: int, rng: np.random.Generator) -> pd.DataFrame:
    """The same for a table whose every row is a unit of its own."""
    if len(table) <= at_most:
        return table
    chosen = np.sort(rng.choice(len(table), size=at_most, replace=False))
    return table.iloc[chosen].reset_index(drop=True)


def person_weights(persons: Rows, resamples: int, rng: np.random.Generator) -> Floats:
    """How often each row occurs when persons are drawn with replacement, (resamples, rows).

    The rows of one person come and go together (the cluster bootstrap; Field and Welsh 2007,
    https://doi.org/10.1111/j.1467-9868.2007.00593.x).
    """
    _, codes = np.unique(persons, return_inverse=True)
    n = int(codes.max()) + 1
    counts = rng.multinomial(n, np.full(n, 1 / n), size=resamples)
    return counts[:, codes].astype(np.float64)


def unit_weights(units: Rows, size: int, resamples: int, rng: np.random.Generator) -> Floats:
    """The same for about ``size`` rows: as many units, such as synthetic persons, as have so many."""
    n = int(units.max()) + 1
    counts = rng.multinomial(max(1, round(size * n / len(units))), np.full(n, 1 / n), size=resamples)
    return counts[:, units].astype(np.float64)


def subset_weights(rows: int, size: int, resamples: int, rng: np.random.Generator) -> Floats:
    """Indicators of ``size`` rows drawn without replacement, (resamples, rows); once for all rows."""
    if size >= rows:
        return np.ones((1, rows))
    ranks = rng.random((resamples, rows)).argsort(axis=1).argsort(axis=1)
    return (ranks < size).astype(np.float64)


def percentile_interval(resampled: Floats, value: float) -> tuple[float, float]:
    """The two-sided 95 % percentile interval, widened where needed to hold ``value``.

    Resamples without a value, such as those with one class only, are left out.
    """
    known = resampled[np.isfinite(resampled)]
    low, high = np.percentile(known, _TAILS) if len(known) else (value, value)
    return min(float(low), value), max(float(high), value)


def share_interval(resampled: Floats, value: float, *, scarce: int) -> tuple[float, float]:
    """The two-sided 95 % interval of a figure in [0, 1]: normal on the logit scale.

    With few persons in a class the percentiles of a high AUROC lie too high: with 10 persons
    against 90 at 0.98 they cover 78 % where 95 % are meant, this interval 97 % (docs/utility.md).

    Parameters
    ----------
    resampled : ndarray, (resamples,)
        Their standard deviation is the standard error.
    value : float, in [0, 1]
        At 0 and 1 every resample agrees, and the exact bound for ``scarce`` successes in as many
        attempts takes the place of a standard error.
    scarce : int, > 0
        Persons in the scarcer of the groups told apart.

    References
    ----------
    Qin and Hotilovac 2008, https://doi.org/10.1177/0962280207087173
    """
    unknown = 1 - _LEVEL_BELOW ** (1 / scarce)
    if value in (0, 1):
        return (0.0, unknown) if value == 0 else (1 - unknown, 1.0)
    error = _Z * float(np.nanstd(resampled)) / (value * (1 - value))
    low, high = expit(logit(value) + np.array([-error, error]))
    return float(low), float(high)

"""All noise of differential privacy: drawn by diffprivlib from the system's source, and paid for first.

Nothing here takes a seed, weights, or a bound that comes from the data. A release is repeated from
its noisy measurements, which are kept, never from the noise.

diffprivlib is imported inside the functions: it brings scikit-learn's models along.
"""

import math
import secrets
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cohort.errors import ConfigError, Problem
from privacy.dp.accounting import Account

_MOST_STEPS = 100_000


def gaussian_sigma(rho: float, sensitivity: float) -> float:
    """The standard deviation of the noise that costs ``rho``: sensitivity / sqrt(2 rho).

    Parameters
    ----------
    rho : float, > 0
    sensitivity : float, > 0
        The most that one person moves all counts together, as the length of a vector (L2).
    """
    return sensitivity / math.sqrt(2 * rho)


def noisy_counts(
    counts: NDArray[np.integer[Any]], *, rho: float, sensitivity: int, account: Account, on: str
) -> NDArray[np.int64]:
    """Counts with Gaussian noise, rounded to whole numbers; some will be below 0.

    Rounding is what makes the noise safe on a computer: the bits of a float by which an attacker
    undoes noise (Mironov 2012, doi:10.1145/2382196.2382264; Haney et al. 2022,
    doi:10.48550/arXiv.2207.13793) do not leave this function. diffprivlib's exact discrete Gaussian
    draws in time that grows with sigma (38 µs at 13, 540 µs at 306), which the generators that
    draw 300,000 times cannot pay.

    Parameters
    ----------
    counts : int array
        Of any shape, with a cell for each value of a public domain.
    rho : float, > 0
        What it costs.
    sensitivity : int, > 0
        The rows that one person may have among the counted ones: all could fall in one cell.
    account : Account
        Pays before anything is drawn.
    on : str
        What the counts are of, for the account.

    Returns
    -------
    int array of ``counts``' shape

    Raises
    ------
    BudgetError
        Where the account has less than ``rho`` left.
    """
    from diffprivlib.mechanisms import GaussianAnalytic

    _refuse_non_counts(counts, sensitivity, on)
    account.spend(rho, on=on)
    # Only a handle: diffprivlib's scale is proportional to its sensitivity, and what is paid is rho.
    handle = {"epsilon": 1.0, "delta": 1e-6}
    unit = math.sqrt(GaussianAnalytic(**handle, sensitivity=1).variance(0))
    mechanism = GaussianAnalytic(**handle, sensitivity=gaussian_sigma(rho, sensitivity) / unit)
    drawn = [round(mechanism.randomise(count)) for count in counts.ravel().tolist()]
    return np.array(drawn, dtype=np.int64).reshape(counts.shape)


def choose(
    scores: Sequence[float] | NDArray[np.floating[Any]],
    *,
    sensitivity: float,
    rho: float,
    account: Account,
    on: str,
) -> int:
    """The place of one score, higher ones likelier: the exponential mechanism (McSherry & Talwar 2007).

    doi:10.1109/FOCS.2007.66. Its epsilon is sqrt(8 rho).

    Parameters
    ----------
    scores : sequence of float, (choices,)
        Finite; the choices themselves must be public.
    sensitivity : float, > 0
        The most by which one person changes any one score.
    rho : float, > 0
        What it costs.

    Raises
    ------
    BudgetError
        Where the account has less than ``rho`` left.
    ValueError
        Where a score is not finite, or there is none.
    """
    utility = [float(score) for score in scores]
    alone = [1] * len(utility)
    return _chosen_run(utility, alone, sensitivity=sensitivity, rho=rho, account=account, on=on)


def quantiles(
    values: NDArray[np.floating[Any]],
    *,
    probabilities: Sequence[float],
    low: float,
    high: float,
    step: float,
    sensitivity: int,
    rho: float,
    account: Account,
    on: str,
) -> NDArray[np.float64]:
    """Quantiles chosen from a public grid, in the order of ``probabilities``, ``rho`` shared evenly.

    The exponential mechanism on ranks (Smith 2011, doi:10.1145/1993636.1993743), over grid points.
    diffprivlib's own quantile answers NaN where a value is missing, places its answer between two
    patients' values, and draws that place from NumPy's global generator, which anybody may have seeded.

    Parameters
    ----------
    values : float array, (rows,)
        Missing ones are passed over, and those out of range count at its end.
    probabilities : sequence of float, in [0, 1]
    low, high : float
        A public range, such as the schema's.
    step : float, > 0
        Of the public grid from ``low`` to ``high``.
    sensitivity : int, > 0
        The rows that one person may have.
    rho : float, > 0
        What all of them cost together.

    Raises
    ------
    BudgetError
        Where the account has less than ``rho`` left.
    ConfigError
        Where the range is empty or has more than 100,000 steps.
    """
    grid = _grid(low, high, step, on)
    present = np.sort(np.clip(values[~np.isnan(values)], low, high))
    below = np.searchsorted(present, grid, side="left")
    up_to = np.searchsorted(present, grid, side="right")
    # Between two values all points are alike: a run of them is chosen as one, and a point of it blindly.
    starts = np.flatnonzero(np.r_[True, (np.diff(below) != 0) | (np.diff(up_to) != 0)])
    lengths = np.diff(np.r_[starts, len(grid)]).tolist()
    found = []
    for probability in probabilities:
        wanted = probability * len(present)
        misses = np.maximum(np.maximum(below[starts] - wanted, wanted - up_to[starts]), 0)
        part, utility = rho / len(probabilities), (-misses).tolist()
        run = _chosen_run(utility, lengths, sensitivity=sensitivity, rho=part, account=account, on=on)
        found.append(grid[starts[run] + secrets.SystemRandom().randrange(lengths[run])])
    return np.array(found)


def _chosen_run(
    utility: list[float],
    lengths: list[int],
    *,
    sensitivity: float,
    rho: float,
    account: Account,
    on: str,
) -> int:
    """The place of a run of choices that have one score, as likely as they are together."""
    from diffprivlib.mechanisms import Exponential

    if not utility or not np.isfinite(utility).all() or not 0 < sensitivity < math.inf:
        raise ValueError(f"{on}: scores and sensitivity must be finite, and there must be some.")
    account.spend(rho, on=on)
    epsilon = math.sqrt(8 * rho)
    chosen = Exponential(epsilon=epsilon, sensitivity=sensitivity, utility=utility, measure=lengths)
    return int(chosen.randomise())


@contextmanager
def leaks_are_errors() -> Iterator[None]:
    """Fail where diffprivlib only warns that it takes bounds from the data.

    Raises
    ------
    PrivacyLeakWarning
        Before the data-dependent figure is used.
    """
    from diffprivlib.utils import PrivacyLeakWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error", PrivacyLeakWarning)
        yield


def _refuse_non_counts(counts: NDArray[np.integer[Any]], sensitivity: int, on: str) -> None:
    if not np.issubdtype(np.asarray(counts).dtype, np.integer):
        raise TypeError(f"{on}: only whole counts get noise; weights and sums have no known sensitivity.")
    if sensitivity < 1 or int(sensitivity) != sensitivity:
        raise ValueError(f"{on}: sensitivity must be a whole number of rows, at least 1.")


def _grid(low: float, high: float, step: float, on: str) -> NDArray[np.float64]:
    if not (math.isfinite(low) and math.isfinite(high) and low < high and step > 0):
        remedy = "Give the column a `range: [lowest, highest]` in the schema."
        raise ConfigError(Problem(what="quantiles need a public range.", where=on, remedy=remedy))
    steps = math.floor((high - low) / step + 1e-9)
    if steps > _MOST_STEPS:
        remedy = f"Give the column a narrower `range`, or a step of {(high - low) / _MOST_STEPS:.3g} or more."
        raise ConfigError(Problem(what=f"a grid of {steps:,} steps is too fine.", where=on, remedy=remedy))
    return low + step * np.arange(steps + 1)

"""How often each candidate stands on the Pareto front, when use and risk move within their intervals."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

_DRAWS = 2000
_HALF = 1.959964  # standard deviations from the middle to an end of a 95 % interval


def pareto_shares(points: Sequence[dict[str, Any]], *, seed: int = 0) -> dict[str, float]:
    """The share of draws in which nobody else is at least as useful and as private.

    Each figure is drawn anew from a normal curve that is folded at the estimate, with the interval's two
    halves as its widths; the draws of candidates are independent of each other. An excess below 0 counts
    as 0: less than chance is no more privacy.

    Parameters
    ----------
    points : sequence of dict
        Of a frontier. Reference points, and candidates of which a figure is missing, take no part.
    seed : int
        Of the draws.

    Returns
    -------
    dict of str to float, in [0, 1]
        By candidate.

    Notes
    -----
    Candidates are measured on the same patients, so their errors go together in truth, which independent
    draws leave out: the shares are nearer to the middle than shared resamples of the patients would give.
    Why a front of estimates alone misleads: Mlakar et al. 2014, https://doi.org/10.1155/2014/817964.
    """
    known = [point for point in points if not point["reference"] and point["utility"] and point["risk"]]
    known = [
        point for point in known if all(point[axis]["value"] is not None for axis in ("utility", "risk"))
    ]
    if not known:
        return {}
    rng = np.random.default_rng(seed)
    use = _drawn([point["utility"] for point in known], rng)
    risk = np.maximum(_drawn([point["risk"] for point in known], rng), 0.0)
    shares = on_front(use, risk).mean(axis=0)
    return {point["candidate"]: float(share) for point, share in zip(known, shares, strict=True)}


def on_front(use: Numbers, risk: Numbers) -> npt.NDArray[np.bool_]:
    """Who is dominated by nobody, in each row.

    Parameters
    ----------
    use, risk : array, (draws, candidates)
        More use is better, more risk is worse.
    """
    order = np.lexsort((-use, risk), axis=-1)
    sorted_use = np.take_along_axis(use, order, axis=-1)
    best = np.maximum.accumulate(sorted_use, axis=-1)
    front = np.ones(use.shape, dtype=bool)
    front[:, 1:] = sorted_use[:, 1:] > best[:, :-1]
    found = np.empty(use.shape, dtype=bool)
    np.put_along_axis(found, order, front, axis=-1)
    return found


def _drawn(figures: Sequence[dict[str, Any]], rng: np.random.Generator) -> Numbers:
    """Values within their intervals, (draws, candidates); one without an interval stays where it is."""
    value = np.array([figure["value"] for figure in figures])
    low, high = (
        np.array([figure["value"] if figure[end] is None else figure[end] for figure in figures])
        for end in ("low", "high")
    )
    steps = rng.standard_normal((_DRAWS, len(figures)))
    widths = np.where(steps < 0, value - low, high - value) / _HALF
    return np.asarray(value + steps * np.maximum(widths, 0.0))

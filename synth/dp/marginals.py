"""Tables of coded rows, the noisy ones measured of them, and what noise lets be said."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from privacy.dp.accounting import Account
from privacy.dp.mechanisms import gaussian_sigma, noisy_counts
from synth.dp.junction import Attributes, Floats, cells

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Measurement:
    """A table with noise: all that is ever kept of the train rows.

    Parameters
    ----------
    attributes : Attributes
        Whose cells were counted; none for the number of rows.
    counts : int array, (cells of each attribute)
        Some below 0.
    sigma : float array, > 0
        The noise's standard deviation, of all cells or of each.
    """

    attributes: Attributes
    counts: Ints
    sigma: Floats


def counted(codes: Ints, attributes: Attributes, sizes: Sequence[int]) -> Ints:
    """How many rows are in each cell of some attributes; a row with a code below 0 is in none."""
    chosen = codes[:, list(attributes)]
    chosen = chosen[(chosen >= 0).all(axis=1)]
    shape = [sizes[each] for each in attributes]
    flat = (
        np.ravel_multi_index(tuple(chosen.T), shape) if attributes else np.zeros(len(codes), dtype=np.int64)
    )
    return np.bincount(flat, minlength=cells(attributes, sizes)).reshape(shape).astype(np.int64)


def measure(
    table: Ints, attributes: Attributes, *, rho: float, sensitivity: int, account: Account
) -> Measurement:
    """A table with noise that costs ``rho``."""
    name = f"table of columns {', '.join(map(str, attributes))}" if attributes else "number of rows"
    counts = noisy_counts(table, rho=rho, sensitivity=sensitivity, account=account, on=name)
    return Measurement(
        attributes=attributes, counts=counts, sigma=np.asarray(gaussian_sigma(rho, sensitivity))
    )


def pairs(many: int) -> list[Attributes]:
    """All pairs of so many attributes."""
    return list(combinations(range(many), 2))


def gap_less_noise(table: Ints, expected: Floats, *, noise: float) -> float:
    """How far a table is from what is expected, in rows, less what its noise would add (AIM's score).

    One row more or less changes it by at most one.
    """
    return float(np.abs(table - expected).sum()) - math.sqrt(2 / math.pi) * noise * table.size


def merged(measurements: Iterable[Measurement]) -> list[tuple[Attributes, Floats, Floats]]:
    """Tables measured more than once as one: attributes, mean counts by precision, their precision."""
    sums: dict[Attributes, tuple[Floats, Floats]] = {}
    for each in measurements:
        counts, precision = sums.get(each.attributes, (np.zeros(each.counts.shape), np.zeros(())))
        weight = each.sigma**-2
        sums[each.attributes] = (counts + weight * each.counts, precision + weight)
    return [(attributes, counts / weight, weight) for attributes, (counts, weight) in sums.items()]


def noisy_total(measurements: Iterable[Measurement]) -> float:
    """The number of rows that the measured tables tell, at least 1: their sums, by precision."""
    sums, weights = 0.0, 0.0
    for each in measurements:
        weight = 1 / float(np.broadcast_to(each.sigma**2, each.counts.shape).sum())
        sums, weights = sums + weight * float(each.counts.sum()), weights + weight
    return max(1.0, sums / weights)


def on_simplex(counts: Floats, total: float) -> Floats:
    """The nearest counts, in squared distance, that are not negative and sum to ``total``.

    Duchi et al. 2008 (doi:10.1145/1390156.1390191).
    """
    ordered = np.sort(counts.ravel())[::-1]
    excess = (np.cumsum(ordered) - total) / np.arange(1, ordered.size + 1)
    least = float(excess[np.flatnonzero(ordered > excess)[-1]])
    return np.asarray(np.maximum(counts - least, 0.0), dtype=np.float64)

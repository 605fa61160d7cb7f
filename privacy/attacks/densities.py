"""How dense a table is at given rows, in the distance that all attacks share."""

import numpy as np

from cohort.encode import Points, pairwise
from privacy.attacks.target import Floats, Ints

BANDWIDTH = 0.15
_BLOCK_CELLS = 500_000  # distances held at once: 4 MB, which the allocator hands out again and again


def log_density(
    points: Points,
    others: Points,
    *,
    own: tuple[Ints, Ints] | None = None,
    bandwidth: float = BANDWIDTH,
    block_cells: int = _BLOCK_CELLS,
) -> Floats:
    """The logarithm of a Laplace kernel density, up to a constant of the bandwidth, (points,).

    The mean of exp(-d / h) over the other rows, with d the distance of `cohort.encode`.

    Parameters
    ----------
    points, others : Points
        Of one encoder.
    own : pair of ndarray, (points,) and (others,), optional
        Who each row belongs to; a point's own rows are passed over.
    bandwidth : float, > 0
        h, in columns: two different categories are 1 apart.
    block_cells : int
        Distances held in memory at once.
    """
    result = np.full(len(points), -np.inf)
    step = max(1, block_cells // max(len(others), 1))
    for start in range(0, len(points), step):
        rows = slice(start, start + step)
        block = pairwise(points[rows], others)
        if own is not None:
            block[own[0][rows, None] == own[1][None, :]] = np.inf
        result[rows] = _log_mean(block, bandwidth)
    return result


def _log_mean(block: Floats, bandwidth: float) -> Floats:
    counted = np.isfinite(block).sum(axis=1)
    least = block.min(axis=1)  # taken out first, so that far rows do not vanish as 0
    block -= least[:, None]
    block /= -bandwidth
    np.exp(block, out=block)
    return np.asarray(np.log(block.sum(axis=1) / counted) - least / bandwidth, dtype=np.float64)

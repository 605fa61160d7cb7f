"""Rare values made one: what noise would drown is not told apart. Decided on noisy counts alone.

The rule of three standard deviations is MST's (McKenna, Miklau & Sheldon 2021,
doi:10.29012/jpc.778).
"""

import math
from dataclasses import dataclass

import numpy as np

from synth.dp.domain import UNKNOWN, Coding
from synth.dp.junction import Floats
from synth.dp.marginals import Ints, Measurement, on_simplex
from synth.dp.sampling import rounded

_RARE = 3.0
_NEXT_TO_NOBODY = 0.05  # of all rows


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Pooling:
    """Which cell of the model stands for which codes of a column.

    Parameters
    ----------
    cell_of : int array, (codes,)
        The cell of each code; `UNKNOWN` for one that nobody is seen to have.
    weights : float array, (codes,)
        How often each comes up within its cell, in any unit.
    nobody_known : bool
        Whether the noise leaves no doubt that nearly everybody's value is missing.
    """

    cell_of: Ints
    weights: Floats
    nobody_known: bool

    @property
    def cells(self) -> int:
        """Cells of the model, at least 1."""
        return int(self.cell_of.max()) + 1

    @property
    def shares(self) -> Floats:
        """How often each code comes up in each cell, (cells, codes); sums to 1 in a cell."""
        inside = np.arange(self.cells)[:, None] == self.cell_of
        known = inside * self.weights
        held = np.where(known.sum(axis=1, keepdims=True) > 0, known, inside)
        return np.asarray(held / held.sum(axis=1, keepdims=True), dtype=np.float64)

    def encode(self, codes: Ints) -> Ints:
        """The cell of each code, (rows,)."""
        return np.where(codes == UNKNOWN, UNKNOWN, self.cell_of[codes])

    def decode(self, cells: Ints, rng: np.random.Generator) -> Ints:
        """A code of each cell, (rows,)."""
        return rounded(self.shares, cells, rng)

    def measured(self, one_way: Measurement) -> Measurement:
        """A column's noisy counts of codes as counts of cells, and the noise of their sums."""
        kept = self.cell_of >= 0
        counts, variances = np.zeros(self.cells, dtype=np.int64), np.zeros(self.cells)
        np.add.at(counts, self.cell_of[kept], one_way.counts[kept])
        np.add.at(
            variances, self.cell_of[kept], np.broadcast_to(one_way.sigma, one_way.counts.shape)[kept] ** 2
        )
        return Measurement(attributes=one_way.attributes, counts=counts, sigma=np.sqrt(variances))


def pool(coding: Coding, one_way: Measurement, *, total: float) -> Pooling:
    """Pool what is rare of a column: neighbours where codes have an order, otherwise all rare ones.

    Parameters
    ----------
    coding : Coding
        The last code is missing: it is never pooled, and where it is rare nobody is missing.
    one_way : Measurement
        Noisy counts of the codes.
    total : float
        Rows, as far as the noise tells.
    """
    noise = float(np.max(one_way.sigma))
    known, missing = one_way.counts[:-1], one_way.counts[-1]
    cells = _runs(known, noise) if coding.ordered else _rest(known, noise)
    last = cells.max() + 1 if missing >= _RARE * noise else UNKNOWN
    weights = on_simplex(one_way.counts.astype(np.float64), total)
    most_known = known.sum() + _RARE * noise * math.sqrt(len(known))
    return Pooling(
        cell_of=np.array([*cells, last], dtype=np.int64),
        weights=weights,
        nobody_known=bool(last != UNKNOWN and most_known < _NEXT_TO_NOBODY * total),
    )


def _rest(counts: Ints, noise: float) -> Ints:
    """A cell for each frequent value, one more for all others."""
    frequent = counts >= _RARE * noise
    cells = np.cumsum(frequent) - 1
    return np.where(frequent, cells, frequent.sum()).astype(np.int64)


def _runs(counts: Ints, noise: float) -> Ints:
    """A cell for each run of neighbours that is together frequent; what is left joins the last."""
    cells = np.zeros(len(counts), dtype=np.int64)
    cell, held, length = 0, 0, 0
    for code, count in enumerate(counts.tolist()):
        cells[code] = cell
        held, length = held + count, length + 1
        if held >= _RARE * noise * math.sqrt(length):
            cell, held, length = cell + 1, 0, 0
    return np.minimum(cells, max(cell - 1, 0)) if length else cells

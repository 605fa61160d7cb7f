"""When to stop: how far drawn rows are from the validation persons' rows."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial.distance import cdist

from synth.complete import Part

Floats = npt.NDArray[np.float64]


class Validation:
    """The energy score of drawn rows (https://doi.org/10.1198/016214506000001437).

    A proper score: no rows have a lower one on average than rows of the same distribution as the
    validation rows. Numbers enter as ranks, categories as zeros and ones.

    Parameters
    ----------
    frame : DataFrame
        The validation rows, complete.
    parts : sequence of Part
        Its columns.
    """

    def __init__(self, frame: pd.DataFrame, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)
        self._sorted = {part.name: np.sort(frame[part.name]) for part in parts if part.is_numeric}
        self._rows = self._points(frame)

    def score(self, drawn: pd.DataFrame) -> float:
        """Twice the mean distance to the validation rows, less that among the drawn; lower is better."""
        points = self._points(drawn)
        among = cdist(points, points).sum() / (len(points) * max(len(points) - 1, 1))
        return float(2 * cdist(points, self._rows).mean() - among)

    def _points(self, frame: pd.DataFrame) -> Floats:
        return np.hstack([self._columns(part, frame[part.name].to_numpy()) for part in self._parts])

    def _columns(self, part: Part, values: npt.NDArray[np.generic]) -> Floats:
        if part.is_numeric:
            ordered = self._sorted[part.name]
            ranks = np.searchsorted(ordered, values) + np.searchsorted(ordered, values, side="right")
            return np.asarray(ranks[:, None] / (2 * len(ordered)), dtype=np.float64)
        hot = np.zeros((len(values), part.levels))
        hot[np.arange(len(values)), values.astype(np.int64)] = np.sqrt(0.5)
        return hot

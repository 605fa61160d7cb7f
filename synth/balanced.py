"""Draws that make up for one another: sampling with feedback.

Rows are drawn in small batches. Where those drawn so far have too much of something along a column, the
scores of the next batch lean the other way, a little. Each row by itself follows its own scores, as far
as leaning one way and the other cancel out; together they hold the relations more closely than
independent rows would, so that models trained on few drawn rows learn less noise. After the
self-balancing walk (Alweiss, Liu, Sawhney 2021, https://doi.org/10.1145/3406325.3450994), in the
spirit of balanced sampling (Deville, Tillé 2004, https://doi.org/10.1093/biomet/91.4.893).
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Drawn = TypeVar("Drawn", bound=npt.NDArray[Any])

_SMALLEST = 16
_MOST_BATCHES = 256
_RIDGE = 0.1  # beside columns of variance 1
_STEEPEST = 1.0


def balanced(draw: Callable[[Floats, Floats], tuple[Drawn, Floats]], scores: Floats, marks: Floats) -> Drawn:
    """Draw a value for each row.

    Parameters
    ----------
    draw : callable
        From a batch's scores, and the same as they lean, (rows, width) both, to the values drawn and
        by how much these exceed what the former expected, in units of the scores.
    scores : ndarray, (rows, width)
        What is expected of each row.
    marks : ndarray, (rows, columns)
        Along which the draws are balanced.
    """
    x = _standardised(marks)
    hat = np.linalg.inv(x.T @ x / len(x) + _RIDGE * np.eye(x.shape[1]))
    batch = max(_SMALLEST, -(-len(x) // _MOST_BATCHES))
    memory = 2 * (x.shape[1] + batch)  # rows over which a surplus is made up for
    surplus = np.zeros((x.shape[1], scores.shape[1]))
    drawn = []
    for first in range(0, len(x), batch):
        rows = slice(first, first + batch)
        lean = np.clip(x[rows] @ (hat @ surplus) / memory, -_STEEPEST, _STEEPEST)
        values, above = draw(scores[rows], scores[rows] - lean)
        drawn.append(values)
        surplus += x[rows].T @ above
    together: Drawn = np.concatenate(drawn)
    return together


def _standardised(marks: Floats) -> Floats:
    """A column of ones, and those columns that vary with mean 0 and variance 1."""
    spread = marks.std(axis=0)
    varies = spread > 1e-9 * np.maximum(np.abs(marks).max(axis=0, initial=0.0), 1e-9)
    z = (marks[:, varies] - marks[:, varies].mean(axis=0)) / spread[varies]
    return np.hstack([np.ones((len(marks), 1)), z])

"""A space in which a picture and its turned, shifted and re-toned copies are near, and others far.

Thumbnails forget tone. Their principal components, each brought to one scale, forget noise and what
all pictures share (a dark blob in the middle), so that what is left tells one lesion from another.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from cohort.images import Pixels
from cohort.orbits import dihedral, shrunk, thumbnails

Distances = npt.NDArray[np.float32]
Points = npt.NDArray[np.float32]

SMALLEST = 16
"""Pixels a side below which nothing can be shifted by a sixteenth."""

_SIDE = 14
_COMPONENTS = 32
_SOFT = 0.01
_MOST_FITTED = 4000
_STEPS = 5
_COARSE = 4
_ROWS, _COLUMNS = 256, 1024
_NONE = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Space:
    """Principal components of thumbnails, scaled.

    Parameters
    ----------
    axes : ndarray, (thumbnail, components)
        What a thumbnail is multiplied by.
    """

    axes: Points

    def turned(self, pixels: Pixels) -> Points:
        """The middle of each picture in its eight turns and mirrorings, (8, images, components)."""
        middle = _middle(pixels)
        return np.stack([self._points(each) for each in dihedral(middle)])

    def moved(self, pixels: Pixels) -> Points:
        """Each picture shifted by up to a sixteenth of its side, (25, images, components).

        What a shift moves out is cut off, so that nothing is made up at the edge.
        """
        size = pixels.shape[1]
        starts = np.round(np.linspace(0, 2 * _margin(size), _STEPS)).astype(int)
        end = size - 2 * _margin(size)
        crops = [pixels[:, top : top + end, left : left + end] for top in starts for left in starts]
        return np.stack([self._points(each) for each in crops])

    def _points(self, crops: Pixels) -> Points:
        points = thumbnails(crops, side=_SIDE) @ self.axes
        length = np.linalg.norm(points, axis=1, keepdims=True)
        return np.asarray(points / np.maximum(length, _NONE), dtype=np.float32)


def fit_space(pixels: Pixels, *, seed: int = 0) -> Space:
    """Fit the components on pictures in all their turns.

    Parameters
    ----------
    pixels : ndarray, (images, size, size, 3), uint8
        Of train and control alike; whose each is does not matter.
    seed : int
        Of the draw of pictures where there are many.
    """
    if len(pixels) * 8 > _MOST_FITTED:
        pixels = pixels[np.random.default_rng(seed).choice(len(pixels), _MOST_FITTED // 8, replace=False)]
    seen = np.concatenate([thumbnails(each, side=_SIDE) for each in dihedral(_middle(pixels))])
    spread = (seen.T @ seen).astype(np.float64) / max(len(seen), 1)
    last = len(spread) - 1
    values, vectors = eigh(spread, subset_by_index=[last + 1 - _COMPONENTS, last])
    scale = np.sqrt(np.maximum(values, 0.0) + _SOFT * max(values.sum(), _NONE))
    return Space(axes=(vectors / scale).astype(np.float32))


def apart(one: Points, other: Points) -> Distances:
    """The least distance over all forms of two sets of pictures, (images, other images), in [0, 2].

    Parameters
    ----------
    one, other : ndarray, (forms, images, components)
        Points of length 1, or of none.
    """
    found = np.empty((one.shape[1], other.shape[1]), dtype=np.float32)
    for top in range(0, found.shape[0], _ROWS):
        for left in range(0, found.shape[1], _COLUMNS):
            rows, columns = one[:, top : top + _ROWS], other[:, left : left + _COLUMNS]
            found[top : top + _ROWS, left : left + _COLUMNS] = _closest(rows, columns)
    return found


def _closest(rows: Points, columns: Points) -> Distances:
    best = np.full((rows.shape[1], columns.shape[1]), -1.0, dtype=np.float32)
    product = np.empty_like(best)
    for row in rows:
        for column in columns:
            np.matmul(row, column.T, out=product)
            np.maximum(best, product, out=best)
    # Of two vectors of length 1, |a - b|² = 2 - 2 a·b.
    return np.asarray(np.sqrt(np.maximum(2.0 - 2.0 * best, 0.0)), dtype=np.float32)


def colours(pixels: Pixels) -> Points:
    """Each picture's colours where they lie, four cells a side, in eight turns, (8, images, 48)."""
    return np.stack([shrunk(each, side=_COARSE).reshape(len(pixels), -1) for each in dihedral(pixels)])


def colours_apart(turned: Points, upright: Points) -> Distances:
    """Euclidean distance to the best of eight turns, (images, other images).

    Parameters
    ----------
    turned : ndarray, (8, images, 48)
    upright : ndarray, (other images, 48)
    """
    squares = (turned[0] ** 2).sum(axis=1)[:, None] + (upright**2).sum(axis=1)[None, :]
    best = np.max([each @ upright.T for each in turned], axis=0)
    return np.asarray(np.sqrt(np.maximum(squares - 2.0 * best, 0.0)), dtype=np.float32)


def _margin(size: int) -> int:
    return size // 16


def _middle(pixels: Pixels) -> Pixels:
    margin = _margin(pixels.shape[1])
    return pixels[:, margin : pixels.shape[1] - margin, margin : pixels.shape[1] - margin]

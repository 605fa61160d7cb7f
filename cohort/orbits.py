"""A picture turned and mirrored: one picture, for all that a generator or a copyist may do."""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from cohort.images import Pixels

Floats = npt.NDArray[np.float32]
Pictures = TypeVar("Pictures", Pixels, Floats)
SIDE = 16
"""Cells a side of a thumbnail."""
_FLAT = 1e-3


def dihedral(pixels: Pixels) -> Pixels:
    """Each picture in its eight turns and mirrorings, (8, images, size, size, 3)."""
    return np.stack(list(turns(pixels)))


def turns(pictures: Pictures) -> Iterator[Pictures]:
    """The same one after the other, (images, size, size, 3), without a copy of any."""
    turned = [np.rot90(pictures, quarter, axes=(1, 2)) for quarter in range(4)]
    yield from turned
    yield from (each[:, :, ::-1] for each in turned)


def thumbnails(pixels: Pixels, *, side: int = SIDE) -> Floats:
    """Small pictures that neither brightness, contrast nor tone changes, (images, side * side * 3).

    Each channel has mean 0 in each picture, and each picture length 1; one without any contrast is
    all 0.

    Parameters
    ----------
    pixels : ndarray, (images, size, size, 3), uint8
    side : int, > 0
        Cells a side; see `shrunk`.
    """
    small = shrunk(pixels, side=side)
    centred = (small - small.mean(axis=(1, 2), keepdims=True)).reshape(len(pixels), side * side * 3)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(np.where(length > _FLAT, centred / np.maximum(length, _FLAT), 0.0), dtype=np.float32)


def shrunk(pixels: Pixels, *, side: int) -> Floats:
    """The mean colour of each of ``side`` times ``side`` cells, (images, side, side, 3), in [0, 1].

    A pixel between two cells counts in each as far as it lies in it, so that any size can be shrunk.
    """
    size = pixels.shape[1]
    edges = np.arange(side + 1) * size / side
    at = np.arange(size)
    inside = np.minimum(at + 1, edges[1:, None]) - np.maximum(at, edges[:-1, None])
    share = (np.maximum(inside, 0.0) * side / size).astype(np.float32)
    rows = share @ (pixels.astype(np.float32) / 255.0).reshape(len(pixels), size, size * 3)
    across = rows.reshape(len(pixels), side, size, 3).transpose(0, 1, 3, 2) @ share.T
    return np.ascontiguousarray(across.transpose(0, 1, 3, 2))

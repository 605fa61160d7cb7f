"""Group pictures that are nearly the same, where nobody says which belong together."""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from cohort.images import Ints, Pixels
from cohort.orbits import SIDE, Floats, thumbnails, turns

SAME = 0.15
"""Distance of two pictures of length 1, turned alike, below which they are taken for one."""

_BLOCK = 512


def near_duplicates(pixels: Pixels) -> Ints:
    """Which pictures are nearly one picture, turned or mirrored or not: a group for each, (images,).

    Parameters
    ----------
    pixels : ndarray, (images, size, size, 3), uint8
    """
    blocks = [thumbnails(pixels[start : start + _BLOCK]) for start in range(0, len(pixels), _BLOCK)]
    upright = np.concatenate(blocks)
    # A thumbnail turned is the thumbnail of the picture turned: no more than one turn of all is held.
    grid = upright.reshape(len(pixels), SIDE, SIDE, 3)
    pairs = [_near(upright, each.reshape(len(pixels), -1)) for each in turns(grid)]
    first, second = np.concatenate(pairs, axis=1)
    graph = coo_matrix((np.ones(len(first)), (first, second)), shape=(len(pixels), len(pixels)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _near(upright: Floats, turned: Floats) -> Ints:
    """Pairs of pictures closer than `SAME`, (2, pairs)."""
    alike = 1.0 - SAME**2 / 2.0  # of two vectors of length 1, |a - b|² = 2 - 2 a·b
    found = [np.empty((2, 0), dtype=np.int64)]
    for start in range(0, len(upright), _BLOCK):
        first, second = np.nonzero(upright[start : start + _BLOCK] @ turned.T >= alike)
        found.append(np.stack([first + start, second]))
    return np.concatenate(found, axis=1)

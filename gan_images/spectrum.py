"""Pictures as a few waves: a basis that everybody knows, and that no patient had a part in.

The low frequencies of the discrete cosine transform, which come near to the principal components of
natural pictures (Ahmed, Natarajan and Rao 1974, doi:10.1109/T-C.1974.223784).
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.fft import dctn, idctn

from cohort.images import Pixels

Floats = npt.NDArray[np.float64]
LONGEST = 0.5
"""No picture's waves are longer than this: its pixels lie within half the range around grey."""

_GREY = 0.5


def waves(pixels: Pixels, *, waves: int) -> Floats:
    """The lowest frequencies of each picture less grey, (images, waves * waves * 3).

    Parameters
    ----------
    pixels : ndarray, (images, size, size, 3), uint8
    waves : int, in [1, size]
        Frequencies each way.

    Returns
    -------
    ndarray, (images, waves * waves * 3)
        Of length `LONGEST` at most each, in all their frequencies a picture's root mean square
        distance from grey, whatever its size.
    """
    size = pixels.shape[1]
    found = dctn(pixels / 255.0 - _GREY, axes=(1, 2), norm="ortho")[:, :waves, :waves]
    return np.asarray(found.reshape(len(pixels), -1) / (np.sqrt(3.0) * size))


def pictures(described: Floats, *, size: int) -> Pixels:
    """The picture of each row of waves, (images, size, size, 3), what is too dark or too bright cut off."""
    kept = _side(described.shape[1])
    whole = np.zeros((len(described), size, size, 3))
    whole[:, :kept, :kept] = described.reshape(-1, kept, kept, 3) * (np.sqrt(3.0) * size)
    shown = idctn(whole, axes=(1, 2), norm="ortho") + _GREY
    return np.asarray(np.clip(np.round(255.0 * shown), 0, 255), dtype=np.uint8)


def evened(means: Floats) -> Floats:
    """The mean of each row's eight turns and mirrorings, (rows, waves * waves * 3)."""
    return np.asarray(np.mean([means @ turn.T for turn in turns(means.shape[1])], axis=0))


def evened_spread(spread: Floats) -> Floats:
    """The mean of a covariance over its eight turns and mirrorings, (numbers, numbers)."""
    return np.asarray(np.mean([turn @ spread @ turn.T for turn in turns(len(spread))], axis=0))


@lru_cache(maxsize=4)
def turns(numbers: int) -> tuple[Floats, ...]:
    """What the eight turns and mirrorings of a picture do to its waves: matrices (numbers, numbers).

    A mirrored wave of odd frequency changes its sign; a picture mirrored on its diagonal changes
    its frequencies each way with one another.
    """
    kept = _side(numbers)
    places = np.arange(numbers).reshape(kept, kept, 3)
    odd = np.where(np.arange(kept) % 2, -1.0, 1.0)
    found = []
    for order in (places, places.transpose(1, 0, 2)):
        for upright in (np.ones(kept), odd):
            for across in (np.ones(kept), odd):
                sign = np.repeat(upright[:, None] * across, 3)
                found.append(sign[:, None] * np.eye(numbers)[order.ravel()])
    return tuple(found)


def _side(numbers: int) -> int:
    return math.isqrt(numbers // 3)

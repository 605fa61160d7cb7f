"""Near copies: single synthetic pictures that are one picture of train, turned, shifted or toned."""

import numpy as np

from cohort.images import ImageCohort, ImageRelease, ImageSplit
from privacy.attacks.target import Bools, Floats, Ints
from privacy.images.space import Distances, Points, Space, apart, fit_space

RARELY = 0.0075
"""The share of fresh pictures that is flagged: under one in a hundred, for the threshold is drawn too."""

_BLOCK = 1024
_NOBODY = -1


def flagged(release: ImageRelease, split: ImageSplit) -> tuple[Bools, Floats]:
    """Which synthetic pictures come nearer to one group of train than fresh pictures ever do.

    Parameters
    ----------
    release : ImageRelease
        Of whatever size.
    split : ImageSplit
        The holdout's pictures, and train's own without those of their group, say what is usual.

    Returns
    -------
    flags : ndarray, (images,), bool
        Whose ratio is below that of all but three in four hundred fresh pictures; with fewer than
        133 of these, below all of them, so that of n one in n + 1 is flagged by chance.
    ratios : ndarray, (images,)
        The distance to the nearest picture of train over that to the nearest of another group
        (Lowe 2004, doi:10.1023/B:VISI.0000029664.99615.94): 1 where neither is nearer, near 0 for a copy.
    """
    pixels = np.concatenate([split.train.pixels, split.holdout.pixels])
    space = fit_space(pixels)
    own = np.concatenate([_owners(split.train), np.full(len(split.holdout), _NOBODY)])
    usual = _ratios_to(split.train, space, space.turned(pixels), own=own)
    ratios = _ratios_to(split.train, space, space.turned(release.pixels))
    return ratios < threshold(usual), ratios


def near_copies(release: ImageRelease, train: ImageCohort) -> tuple[Bools, Floats]:
    """The same told by train alone, for a filter before release, which the holdout must not reach.

    Parameters
    ----------
    release : ImageRelease
        What may be left out.
    train : ImageCohort
        Each of its pictures beside those of other groups says what is usual.
    """
    space = fit_space(train.pixels)
    usual = _ratios_to(train, space, space.turned(train.pixels), own=_owners(train))
    ratios = _ratios_to(train, space, space.turned(release.pixels))
    return ratios < threshold(usual), ratios


def ratios_of(distances: Distances, owners: Ints) -> Floats:
    """First over second nearest of another group, (images,); 1 where there is no second.

    Parameters
    ----------
    distances : ndarray, (images, pictures of train)
        Infinite where a picture may not be compared.
    owners : ndarray, (pictures of train,), int
        Their groups.
    """
    if not distances.size:
        return np.ones(len(distances))
    rows = np.arange(len(distances))
    nearest = distances.argmin(axis=1)
    first = distances[rows, nearest].astype(np.float64)
    others = np.where(owners[None, :] == owners[nearest][:, None], np.inf, distances)
    second = others.min(axis=1).astype(np.float64)
    comparable = np.isfinite(second) & (second > 0)
    return np.where(comparable, first / np.where(comparable, second, 1.0), 1.0)


def threshold(usual: Floats) -> float:
    """The ratio that at most three in four hundred fresh pictures are below: a conformal quantile.

    Parameters
    ----------
    usual : ndarray, (images,)
        Ratios of pictures that are nobody's copies; with fewer than 133 their smallest is taken.
    """
    place = max(int(RARELY * (len(usual) + 1)), 1) - 1
    return float(np.partition(usual, place)[place]) if len(usual) else 0.0


def _owners(train: ImageCohort) -> Ints:
    return np.asarray(np.unique(train.groups, return_inverse=True)[1], dtype=np.int64)


def _ratios_to(train: ImageCohort, space: Space, turned: Points, *, own: Ints | None = None) -> Floats:
    """Of each picture, which is not compared with those of its own group."""
    owners, moved = _owners(train), space.moved(train.pixels)
    found = [np.empty(0)]
    for start in range(0, turned.shape[1], _BLOCK):
        distances = apart(turned[:, start : start + _BLOCK], moved)
        if own is not None:
            distances[own[start : start + _BLOCK, None] == owners[None, :]] = np.inf
        found.append(ratios_of(distances, owners))
    return np.concatenate(found)

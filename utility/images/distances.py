"""How far two sets of pictures lie apart, in whatever space they were brought to."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist

Floats = npt.NDArray[np.float64]
_NEIGHBOURS = 5


def kid(first: Floats, second: Floats) -> float:
    """Kernel distance, unbiased at any n: 0 on average for two draws of one distribution.

    The cubic polynomial kernel of Binkowski et al. 2018 (doi:10.48550/arXiv.1801.01401).

    Parameters
    ----------
    first, second : ndarray, (images, features)
        At least two images each.
    """
    among = [_without_itself(_kernel(each, each)) for each in (first, second)]
    return float(among[0] + among[1] - 2.0 * _kernel(first, second).mean())


def fid(first: Floats, second: Floats) -> float:
    """Fréchet distance of two normal distributions: biased upwards at small n, and the more so the smaller.

    Heusel et al. 2017 (doi:10.48550/arXiv.1706.08500).

    Parameters
    ----------
    first, second : ndarray, (images, features)
        More images than features each.
    """
    covariances = [np.atleast_2d(np.cov(each, rowvar=False)) for each in (first, second)]
    root = np.real(sqrtm(covariances[0] @ covariances[1]))
    apart = np.square(first.mean(axis=0) - second.mean(axis=0)).sum()
    return float(apart + np.trace(covariances[0]) + np.trace(covariances[1]) - 2.0 * np.trace(root))


def density_and_coverage(
    real: Floats, minted: Floats, *, neighbours: int = _NEIGHBOURS
) -> tuple[float, float]:
    """How much of what is minted lies among real pictures, and how many of these have one beside them.

    Naeem et al. 2020 (doi:10.48550/arXiv.2002.09797).

    Parameters
    ----------
    real, minted : ndarray, (images, features)
        More real images than ``neighbours``.
    neighbours : int
        Whose distance is a real picture's neighbourhood.
    """
    among = np.partition(cdist(real, real), neighbours, axis=1)[:, neighbours]
    within = cdist(real, minted) <= among[:, None]
    return float(within.sum() / (neighbours * len(minted))), float(within.any(axis=1).mean())


def with_errors(
    measure: Callable[[Floats, Floats], Floats],
    real: Floats,
    minted: Floats,
    groups: npt.NDArray[np.int64],
    *,
    resamples: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Distances and their standard errors, from random halves of real groups and of minted pictures.

    Subsampling without replacement, since a picture drawn twice is nobody's neighbour but its own
    (Politis and Romano 1994, doi:10.1214/aos/1176325770). Halves of one set differ from each other
    as much as whole sets of a population do.

    Parameters
    ----------
    measure : callable
        From real and minted features to figures, (figures,).
    real, minted : ndarray, (images, features)
        Compared.
    groups : ndarray, (images,), int
        The lesion or patient of each real picture.
    resamples : int, >= 2
        Halves drawn.
    rng : Generator
        Draws them.

    Returns
    -------
    tuple of ndarray, (figures,)
        The figures of all, and their standard errors.
    """
    names = np.unique(groups)
    values = []
    for _ in range(resamples):
        kept = np.isin(groups, rng.permutation(names)[: (len(names) + 1) // 2])
        some = rng.permutation(len(minted))[: (len(minted) + 1) // 2]
        values.append(measure(real[kept], minted[some]))
    return measure(real, minted), np.std(values, axis=0, ddof=1)


def _kernel(first: Floats, second: Floats) -> Floats:
    return np.asarray((first @ second.T / first.shape[1] + 1.0) ** 3, dtype=np.float64)


def _without_itself(kernel: Floats) -> float:
    many = len(kernel)
    return float((kernel.sum() - np.trace(kernel)) / (many * (many - 1)))

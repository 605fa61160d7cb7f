"""The honest baselines of every table: what takes no training and little thought.

Neither is a release: mixed pictures show two patients at once. A generator that does not beat both
was not worth its time.
"""

from collections.abc import Callable

import numpy as np

from cohort.images import ImageCohort, ImageRelease, Ints, Pixels
from utility.resample import Floats

COMPONENTS = 60

_Maker = Callable[[Pixels, int, np.random.Generator], Pixels]


def mixup(train: ImageCohort, labels: Ints, *, seed: int) -> ImageRelease:
    """Weighted means of two pictures of one class (Zhang et al. 2018, doi:10.48550/arXiv.1710.09412).

    Parameters
    ----------
    train : ImageCohort
        With at least one picture of each class that is asked for.
    labels : ndarray, (images,), int
        The class of each picture to be made.
    seed : int
        Equal seeds give equal pictures.
    """

    def mixed(pixels: Pixels, many: int, rng: np.random.Generator) -> Pixels:
        first, second = (pixels[places] for places in rng.integers(len(pixels), size=(2, many)))
        weight = rng.random((many, 1, 1, 1))
        return _rounded(weight * first + (1.0 - weight) * second)

    return _by_class(mixed, train, labels, made_by="mixup", seed=seed)


def pca_gaussian(
    train: ImageCohort, labels: Ints, *, seed: int, components: int = COMPONENTS
) -> ImageRelease:
    """Normal draws along the principal components of each class's pictures.

    Parameters
    ----------
    train, labels, seed
        As for `mixup`.
    components : int
        Kept of each class, as far as it has so many.
    """

    def drawn(pixels: Pixels, many: int, rng: np.random.Generator) -> Pixels:
        flat = pixels.reshape(len(pixels), -1).astype(np.float64)
        middle = flat.mean(axis=0)
        _, lengths, axes = np.linalg.svd(flat - middle, full_matrices=False)
        kept = min(components, max(1, len(flat) - 1))
        spread = lengths[:kept] / np.sqrt(max(1, len(flat) - 1))
        made = middle + (rng.standard_normal((many, kept)) * spread) @ axes[:kept]
        return _rounded(made.reshape(many, *pixels.shape[1:]))

    return _by_class(drawn, train, labels, made_by="pca_gaussian", seed=seed)


def _by_class(make: _Maker, train: ImageCohort, labels: Ints, *, made_by: str, seed: int) -> ImageRelease:
    """Each class's pictures made from its own."""
    rng = np.random.default_rng(seed)
    pixels = np.empty((len(labels), *train.pixels.shape[1:]), dtype=np.uint8)
    for label in np.unique(labels):
        wanted = labels == label
        pixels[wanted] = make(train.pixels[train.labels == label], int(wanted.sum()), rng)
    return ImageRelease(pixels=pixels, labels=labels, classes=train.classes, made_by=made_by, seed=seed)


def _rounded(values: Floats) -> Pixels:
    return np.asarray(np.clip(values, 0, 255).round(), dtype=np.uint8)

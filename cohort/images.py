"""Image cohorts: pixels with a class, which belong to lesions or patients; and releases of them."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from cohort.cohort import Cohort
from cohort.errors import ConfigError, Problem
from cohort.release import Guarantee

Pixels = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
FEWEST_GROUPS = 4
"""Groups of a class below which neither side of a split could tell anything about it."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ImageCohort:
    """Images of one size, what each shows, and whose it is.

    Parameters
    ----------
    pixels : ndarray, (images, size, size, 3), uint8
        Red, green, blue.
    labels : ndarray, (images,), int
        The class of each image: its place in ``classes``.
    classes : tuple of str
        Names that may name a folder.
    groups : ndarray, (images,), int
        The lesion or patient of each image, the unit that a split keeps together.
    name : str
        Of the cohort.
    metadata : Cohort, optional
        One row an image, in the same order: what else is known, never put onto a synthetic image.
    """

    pixels: Pixels
    labels: Ints
    classes: tuple[str, ...]
    groups: Ints
    name: str = "images"
    metadata: Cohort | None = None

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def size(self) -> int:
        """Pixels a side."""
        return int(self.pixels.shape[1])

    @property
    def n_groups(self) -> int:
        """Lesions or patients."""
        return len(np.unique(self.groups))

    def images(self, chosen: Ints | npt.NDArray[np.bool_]) -> Self:
        """The images at these places, or where a mask says so."""
        places = np.flatnonzero(chosen) if chosen.dtype == bool else chosen.astype(np.int64)
        return replace(
            self,
            pixels=self.pixels[places],
            labels=self.labels[places],
            groups=self.groups[places],
            metadata=None if self.metadata is None else self.metadata.rows(places),
        )

    def of_class(self, name: str) -> Self:
        """The images of one class."""
        return self.images(self.labels == self.classes.index(name))

    def counts(self) -> Ints:
        """Images of each class, (classes,)."""
        return np.bincount(self.labels, minlength=len(self.classes)).astype(np.int64)

    def split(self, *, holdout: float = 0.5, seed: int = 0) -> "ImageSplit":
        """Set a share of the groups aside, evenly over the classes; see `split_images`."""
        return split_images(self, holdout=holdout, seed=seed)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ImageRelease:
    """Synthetic images and where they came from.

    Parameters
    ----------
    pixels : ndarray, (images, size, size, 3), uint8
        Red, green, blue.
    labels : ndarray, (images,), int
        The class that each was drawn as.
    classes : tuple of str
        As the cohort's.
    made_by : str
        The generator's name, or who sent it.
    seed : int, optional
        Of the draw; None where it is not known.
    guarantee : Guarantee, optional
        None is printed "no formal guarantee".
    """

    pixels: Pixels
    labels: Ints
    classes: tuple[str, ...]
    made_by: str
    seed: int | None = None
    guarantee: Guarantee | None = None

    def __len__(self) -> int:
        return len(self.pixels)


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageSplit:
    """Whose images a release may be made from, and whose were set aside.

    Parameters
    ----------
    train, holdout : ImageCohort
        No group is in both.
    seed : int
        Of the split.
    """

    train: ImageCohort
    holdout: ImageCohort
    seed: int


def split_images(cohort: ImageCohort, *, holdout: float = 0.5, seed: int = 0) -> ImageSplit:
    """Divide the groups of an image cohort at random, evenly over the classes.

    Parameters
    ----------
    cohort : ImageCohort
        A group is counted with the class of its first image.
    holdout : float, in (0, 1)
        The share of groups set aside, in every class.
    seed : int
        Equal seeds give equal splits.

    Raises
    ------
    ConfigError
        Where a class has too few groups to stand on both sides.
    """
    groups, first = np.unique(cohort.groups, return_index=True)
    classes = cohort.labels[first]
    few = np.flatnonzero(np.bincount(classes, minlength=len(cohort.classes)) < FEWEST_GROUPS)
    if len(few):
        raise ConfigError([_too_few(cohort.classes[each]) for each in few])
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(groups))
    order = order[np.argsort(classes[order], kind="stable")]
    # Along the sorted order every class, however small, gives its share or one more or less.
    position = np.arange(len(order)) * holdout + rng.random()
    aside = groups[order[np.floor(position + holdout) > np.floor(position)]]
    is_aside = np.isin(cohort.groups, aside)
    return ImageSplit(train=cohort.images(~is_aside), holdout=cohort.images(is_aside), seed=seed)


def _too_few(name: str) -> Problem:
    remedy = "Leave the class out, or join it with a related one."
    what = f"class {name!r} has fewer than {FEWEST_GROUPS} lesions or patients, too few to set any aside."
    return Problem(what=what, where="images", remedy=remedy)

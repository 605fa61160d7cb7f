"""A release as torch's own kind of data, for somebody who trains with it beside real pictures."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from cohort.errors import DataError, Problem
from cohort.images import ImageRelease
from gan_images.readers import Layout, read_images


class Pictures(Dataset):  # type: ignore[misc]
    """Pictures, their classes, and a mark that none of them is real.

    Parameters
    ----------
    pixels : Tensor, (images, 3, size, size), uint8
        Red, green, blue.
    labels : Tensor, (images,), int64
        Places in ``classes``.
    classes : tuple of str
        Their names.
    """

    is_synthetic = True

    def __init__(self, pixels: Tensor, labels: Tensor, classes: tuple[str, ...]) -> None:
        self.pixels, self.labels, self.classes = pixels, labels, classes

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, place: int) -> tuple[Tensor, int, bool]:
        """A picture, (3, size, size) in [0, 1], its class, and whether it is synthetic: it is."""
        return self.pixels[place].float() / 255.0, int(self.labels[place]), self.is_synthetic


def dataset(release: ImageRelease | str | Path, *, size: int | None = None) -> Pictures:
    """A torch ``Dataset`` of (image, label, is_synthetic).

    Parameters
    ----------
    release : ImageRelease or path
        A release, or a folder with one folder a class, such as ``releases/gan/images`` of a run.
    size : int, optional
        Pixels a side of a folder's pictures; 32 where absent. A release keeps its own.

    Raises
    ------
    DataError
        Where the folder cannot be read, or a size is given for a release in memory.
    """
    if isinstance(release, ImageRelease):
        if size not in (None, int(release.pixels.shape[1])):
            remedy = "Leave size out, or give the folder."
            raise DataError(Problem(what="a release keeps its size.", where="dataset", remedy=remedy))
        return _pictures(release.pixels, release.labels, release.classes)
    read = read_images(Layout(images=Path(release), size=size or 32))
    return _pictures(read.pixels, read.labels, read.classes)


def _pictures(pixels: np.ndarray, labels: np.ndarray, classes: tuple[str, ...]) -> Pictures:  # type: ignore[type-arg]
    shown = torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)))
    return Pictures(shown, torch.from_numpy(labels.astype(np.int64)), classes)

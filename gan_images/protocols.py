"""What every generator of images can do."""

from collections.abc import Callable, Mapping
from typing import Protocol

from cohort.images import ImageCohort, ImageRelease

Progress = Callable[[float], None]


class FittedImages(Protocol):
    """A generator that has learnt a train."""

    @property
    def fingerprint(self) -> str:
        """Of all that it learnt, 12 hex digits."""
        ...

    def sample(self, n: int, *, conditions: Mapping[str, object] | None = None, seed: int) -> ImageRelease:
        """Draw pictures, in train's shares of the classes or all of ``conditions["class"]``."""
        ...


class ImageSynthesizer(Protocol):
    """A generator of images with its options."""

    def fit(self, train: ImageCohort, *, seed: int, progress: Progress = ...) -> FittedImages:
        """Learn train alone."""
        ...

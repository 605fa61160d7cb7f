"""Pictures of three classes that colour tells apart."""

from collections.abc import Callable

import numpy as np
import pytest

from cohort.images import ImageCohort, ImageRelease

TONES = np.array([[200, 120, 110], [90, 60, 160], [60, 160, 60]])


def _pixels(labels: np.ndarray, seed: int, size: int, shift: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 25, (len(labels), 1, 1, 3)) + rng.normal(0, 10, (len(labels), size, size, 3))
    return np.clip(TONES[labels][:, None, None] + noise + shift, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def coloured() -> Callable[..., ImageCohort]:
    """Builds a cohort, two pictures of a lesion."""

    def build(many: tuple[int, ...] = (60, 60, 60), seed: int = 0, size: int = 16) -> ImageCohort:
        labels = np.repeat(np.arange(3), many)
        return ImageCohort(
            pixels=_pixels(labels, seed, size, 0),
            labels=labels,
            classes=("a", "b", "c"),
            groups=np.arange(len(labels)) // 2,
        )

    return build


@pytest.fixture(scope="session")
def minted() -> Callable[..., ImageRelease]:
    """Builds a release of the same, brighter by ``shift``."""

    def build(
        many: tuple[int, ...] = (60, 60, 60), seed: int = 9, size: int = 16, shift: int = 0
    ) -> ImageRelease:
        labels = np.repeat(np.arange(3), many)
        pixels = _pixels(labels, seed, size, shift)
        return ImageRelease(pixels=pixels, labels=labels, classes=("a", "b", "c"), made_by="test")

    return build

"""Pictures of two classes that a network can tell apart, and a short training on them."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from cohort.images import ImageCohort
from gan_images.train import Pictures, Plan, Training


def _coloured(many: tuple[int, ...] = (40, 24), size: int = 32) -> ImageCohort:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(len(many)), many)
    tones = np.array([[200, 120, 110], [90, 60, 160], [60, 160, 60]])[labels]
    pixels = np.clip(tones[:, None, None] + rng.normal(0, 12, (len(labels), size, size, 3)), 0, 255)
    return ImageCohort(
        pixels=pixels.astype(np.uint8),
        labels=labels.astype(np.int64),
        classes=tuple("abc"[: len(many)]),
        groups=np.arange(len(labels)),
    )


@pytest.fixture(scope="session")
def coloured() -> Callable[..., ImageCohort]:
    """Builds a cohort of red and of blue pictures."""
    return _coloured


@pytest.fixture(scope="session")
def training() -> Callable[..., Training]:
    """Builds a training on them."""

    def build(plan: Plan, seed: int = 0) -> Training:
        cohort = _coloured()
        pictures = Pictures(cohort.pixels, cohort.labels, plan, device=torch.device("cpu"))
        return Training(pictures, plan, classes=2, size=32, seed=seed)

    return build

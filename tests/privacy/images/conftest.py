"""Simulated lesions, divided into train, holdout and fresh ones."""

from dataclasses import dataclass

import numpy as np
import pytest

from cohort.images import ImageCohort, ImageRelease, ImageSplit
from cohort.lesions import simulate_lesions
from privacy.images.target import build_target


@dataclass(frozen=True, kw_only=True)
class Case:
    split: ImageSplit
    fresh: ImageRelease
    copies: ImageRelease


def as_release(cohort):
    return ImageRelease(pixels=cohort.pixels, labels=cohort.labels, classes=cohort.classes, made_by="test")


@pytest.fixture(scope="session")
def releasing():
    return as_release


@pytest.fixture(scope="session")
def case():
    """What nobody copied, and train turned round in other light."""
    lesions = simulate_lesions(size=32, share=0.3, seed=7)
    first = lesions.split(holdout=0.6, seed=0)
    second = first.holdout.split(holdout=0.5, seed=0)
    copied = as_release(first.train)
    turned = np.rot90(copied.pixels, axes=(1, 2)) * 0.9 + 5
    return Case(
        split=ImageSplit(train=first.train, holdout=second.train, seed=0),
        fresh=as_release(second.holdout),
        copies=ImageRelease(
            pixels=turned.astype(np.uint8), labels=copied.labels, classes=copied.classes, made_by="test"
        ),
    )


@pytest.fixture(scope="session")
def fresh(case):
    return build_target(case.fresh, case.split, seed=0)


@pytest.fixture(scope="session")
def copied(case):
    return build_target(case.copies, case.split, seed=0)


@pytest.fixture(scope="session")
def make_pictures():
    """Pictures of random coarse squares: no two alike."""

    def build(n, size=32, seed=0):
        coarse = np.random.default_rng(seed).integers(0, 256, (n, 8, 8, 3), dtype=np.uint8)
        return np.repeat(np.repeat(coarse, size // 8, axis=1), size // 8, axis=2)

    return build


@pytest.fixture(scope="session")
def make_cohort():
    """An image cohort of given pixels, one group a picture unless told."""

    def build(pixels, labels=None, groups=None, classes=("a", "b")):
        n = len(pixels)
        return ImageCohort(
            pixels=pixels,
            labels=np.zeros(n, int) if labels is None else np.asarray(labels),
            classes=classes,
            groups=np.arange(n) if groups is None else np.asarray(groups),
        )

    return build

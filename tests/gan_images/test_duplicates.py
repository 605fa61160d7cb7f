import tracemalloc

import numpy as np
import pytest

from cohort.lesions import simulate_lesions
from cohort.orbits import dihedral
from gan_images import duplicates
from gan_images.duplicates import near_duplicates


@pytest.fixture(scope="module")
def lesions():
    cohort = simulate_lesions(size=32, share=0.05, seed=3)
    return cohort.images(np.unique(cohort.groups, return_index=True)[1])


def test_different_lesions_are_not_joined(lesions):
    groups = near_duplicates(lesions.pixels)
    assert len(np.unique(groups)) >= 0.95 * len(lesions)


def test_a_picture_turned_mirrored_toned_and_noisy_is_still_that_picture(lesions):
    few = lesions.pixels[:6]
    rng = np.random.default_rng(0)
    toned = np.clip(few * 0.9 + rng.normal(0, 3, few.shape), 0, 255).astype(np.uint8)
    pixels = np.concatenate([few, *dihedral(few)[1:], toned])
    groups = near_duplicates(pixels).reshape(-1, len(few))
    assert (groups == groups[0]).all()
    assert len(np.unique(groups)) == len(few)


def test_likeness_is_passed_on():
    rng = np.random.default_rng(0)
    first, other = rng.normal(size=(2, 32, 32, 3))
    # Each step is near the next one, and the last is far from the first.
    steps = [np.cos(t) * first + np.sin(t) * other for t in np.linspace(0, 1.2, 16)]
    pixels = np.clip(128 + 30 * np.array(steps), 0, 255).astype(np.uint8)
    assert len(np.unique(near_duplicates(pixels))) == 1
    assert len(np.unique(near_duplicates(pixels[[0, -1]]))) == 2


def test_all_pictures_turned_at_once_are_never_held(lesions, monkeypatch):
    """Eight turns of many pictures of 128 pixels would fill the memory of a laptop."""
    wide = np.repeat(np.repeat(lesions.pixels, 8, axis=1), 8, axis=2)
    monkeypatch.setattr(duplicates, "_BLOCK", 8)
    tracemalloc.start()
    groups = near_duplicates(wide)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < wide.nbytes
    assert np.array_equal(groups, near_duplicates(wide[:, ::-1]))

import numpy as np
import pytest

from cohort.errors import ConfigError
from cohort.images import ImageCohort, split_images


def cohort(groups, labels, classes=("a", "b")):
    groups, labels = np.asarray(groups), np.asarray(labels)
    pixels = np.arange(len(groups), dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 3), np.uint8)
    return ImageCohort(pixels=pixels, labels=labels, classes=classes, groups=groups)


def many(n=40, seed=0):
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n), rng.integers(1, 4, n))
    return cohort(groups, (groups % 4 == 0).astype(int))


@pytest.mark.parametrize("seed", range(5))
def test_no_lesion_is_on_both_sides_and_nobody_is_lost(seed):
    whole = many()
    split = split_images(whole, seed=seed)
    assert not set(split.train.groups) & set(split.holdout.groups)
    assert len(split.train) + len(split.holdout) == len(whole)
    assert split.train.n_groups + split.holdout.n_groups == whole.n_groups


def test_each_class_gives_its_share():
    split = split_images(many(), holdout=0.3, seed=1)
    rare = split.holdout.of_class("b")
    assert rare.n_groups == 3
    assert (rare.labels == 1).all()


def test_equal_seeds_give_equal_splits_and_others_do_not():
    first, again, other = (split_images(many(), seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(first.train.groups, again.train.groups)
    assert not np.array_equal(first.train.groups, other.train.groups)


def test_a_class_of_one_lesion_is_refused_by_name():
    with pytest.raises(ConfigError, match="class 'b' has fewer than 4 lesions"):
        split_images(cohort(range(9), [0] * 8 + [1]))


def test_pixels_labels_and_groups_stay_together():
    some = many().images(np.array([5, 2]))
    assert some.pixels[:, 0, 0, 0].tolist() == [5, 2]
    assert some.counts().sum() == len(some) == 2
    assert some.size == 4

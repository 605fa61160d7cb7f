import numpy as np
import pytest

from utility.images.anchors import mixup, pca_gaussian

LABELS = np.repeat([2, 0], [5, 400])


@pytest.mark.parametrize("make", [mixup, pca_gaussian])
def test_pictures_are_of_the_classes_asked_for_and_drawn_by_the_seed(coloured, make):
    first, again, other = (make(coloured(), LABELS, seed=seed) for seed in (0, 0, 1))
    assert first.pixels.shape == (405, 16, 16, 3)
    assert first.pixels.dtype == np.uint8
    assert np.array_equal(first.labels, LABELS)
    assert np.array_equal(first.pixels, again.pixels)
    assert not np.array_equal(first.pixels, other.pixels)
    for label in (0, 2):
        made, real = (
            each.pixels[each.labels == label].astype(float).mean(axis=(0, 1, 2))
            for each in (first, coloured())
        )
        assert np.abs(made - real).max() < 15


def test_a_mixed_picture_lies_between_two_of_its_class(coloured):
    one = coloured().images(np.array([0, 1, 60, 120]))
    made = mixup(one, np.zeros(50, dtype=np.int64), seed=0).pixels.astype(int)
    low, high = (np.asarray(end(one.pixels[:2], axis=0)).astype(int) for end in (np.min, np.max))
    assert (made >= low).all()
    assert (made <= high).all()


def test_normal_pictures_vary_as_their_class_does(coloured):
    train = coloured((300, 60, 60))
    made = pca_gaussian(train, np.zeros(600, dtype=np.int64), seed=0, components=3)
    tones = [each.astype(float).mean(axis=(1, 2)).std(axis=0) for each in (train.pixels[:300], made.pixels)]
    assert tones[1] == pytest.approx(tones[0], rel=0.15)


def test_a_class_with_one_picture_gives_that_picture(coloured):
    one = coloured().images(np.array([0, 60, 120]))
    for make in (mixup, pca_gaussian):
        assert np.array_equal(make(one, np.array([1]), seed=0).pixels[0], one.pixels[1])

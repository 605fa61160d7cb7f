from dataclasses import replace

import numpy as np
import pytest

from cohort.images import ImageRelease
from utility.images.classifier import Effort
from utility.images.measure import confidence, measure_images
from utility.measure import headline
from utility.scores import Direction

SHORT = Effort(steps=10)


@pytest.fixture(scope="module")
def split(coloured):
    return coloured((120, 120, 60)).split(seed=0)


@pytest.fixture(scope="module")
def good(split, minted):
    return measure_images(minted(), split, seed=0, effort=SHORT)


def by_name(scores):
    return {(score.metric, score.group): score for score in scores}


def test_pictures_of_the_same_distribution_are_as_near_as_real_ones(good):
    scores = by_name(good[0])
    for space in ("cnn", "random"):
        kid = scores[f"kid_{space}", ""]
        assert kid.direction is Direction.LOWER
        assert kid.low < 0.1
        assert scores[f"coverage_{space}", ""].value > 0.85
        assert scores[f"coverage_{space}", ""].reference > 0.85
    assert scores["auroc_cnn", ""].value == pytest.approx(scores["auroc_cnn", ""].reference, abs=0.1)
    assert ("kid_cnn", "a") in scores
    assert ("kid_cnn", "c") not in scores  # 15 lesions of it were set aside


def test_brighter_pictures_are_further_away(good, split, minted):
    far = by_name(measure_images(minted(shift=15), split, seed=0, effort=SHORT)[0])
    near = by_name(good[0])
    assert far["kid_random", ""].value > near["kid_random", ""].high
    assert far["coverage_random", ""].high < near["coverage_random", ""].low


def test_a_picture_of_its_class_is_surer_than_the_same_picture_called_another(split, minted):
    release = minted()
    wrong = replace(release, labels=(release.labels + 1) % 3)
    told, doubted = (confidence(each, split, effort=SHORT) for each in (release, wrong))
    assert told.shape == (len(release),)
    assert 0 <= doubted.min() <= told.max() <= 1
    assert told.mean() > doubted.mean()


def test_the_mean_auroc_is_the_headline(good):
    assert headline(good[0]).metric == "auroc_cnn"
    assert headline(good[0]).group == ""


def test_equal_seeds_give_equal_scores(good, split, minted):
    assert measure_images(minted(), split, seed=0, effort=SHORT) == good


def test_spaces_are_named_with_their_hash(good):
    (told,) = [finding for finding in good[1] if finding.code == "feature_spaces"]
    assert "cnn trained on train, " in told.explanation
    assert "random convolutions, " in told.explanation


def test_frechet_distance_stands_only_where_pictures_are_enough(good):
    # 150 pictures set aside, and 48 and 288 features.
    assert not [score for score in good[0] if score.metric.startswith("fid")]


def test_class_counts_are_matched(split, minted):
    """A release with other shares of the same pictures is no further away."""
    scores = by_name(measure_images(minted((20, 150, 60)), split, seed=0, effort=SHORT)[0])
    assert scores["kid_random", ""].low < 0.1
    assert scores["kid_random", ""].n < 75


@pytest.mark.parametrize("order", [("b", "c", "a")])
def test_classes_are_known_by_their_names(good, split, minted, order):
    release = minted()
    places = np.array([order.index(name) for name in release.classes])
    renamed = replace(release, labels=places[release.labels], classes=order)
    assert measure_images(renamed, split, seed=0, effort=SHORT)[0] == good[0]


def test_what_cannot_be_measured_is_told(split, minted):
    whole = minted()
    nothing = replace(whole, pixels=whole.pixels[:0], labels=whole.labels[:0])
    one = replace(whole, pixels=whole.pixels[:60], labels=whole.labels[:60])
    strange = ImageRelease(pixels=whole.pixels, labels=whole.labels, classes=("x", "y", "z"), made_by="test")
    for release, codes in (
        (nothing, {"empty_release"}),
        (minted(size=32), {"other_size"}),
        (one, {"class_missing", "release_not_trainable", "feature_spaces"}),
        (strange, {"unknown_class", "class_missing", "release_not_trainable", "too_few_pictures"}),
    ):
        scores, findings = measure_images(release, split, seed=0, effort=SHORT)
        assert {finding.code for finding in findings} == codes
        assert not [score for score in scores if score.metric == "auroc_cnn"]

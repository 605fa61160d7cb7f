import json
from dataclasses import replace

import numpy as np
import pytest

from cohort.errors import NotApplicable
from cohort.images import ImageRelease
from utility.images.classifier import Effort
from utility.images.study import REAL, _arms, did_images_help

SHORT = Effort(steps=2)


@pytest.fixture(scope="module")
def split(coloured):
    return coloured((120, 80, 40), size=8).split(seed=0)


@pytest.fixture(scope="module")
def mint(split):
    """Draws pictures as bright as 255 for its first channel, so that they are told from real ones."""

    def draw(labels, seed):
        pixels = np.full((len(labels), 8, 8, 3), 255, dtype=np.uint8)
        pixels[..., 1] = labels[:, None, None]
        return ImageRelease(pixels=pixels, labels=labels, classes=split.train.classes, made_by="test")

    return draw


@pytest.fixture(scope="module")
def study(split, mint):
    return did_images_help(split, [mint], to=60, seeds=2, effort=SHORT)


def test_every_arm_is_compared_with_the_real_pictures_alone(study):
    arms = [each.arm for each in study.of("balanced_accuracy")]
    assert arms == [
        "real + mixup",
        "real + PCA-Gaussian",
        "real + synthetic, 30% of draws",
        "real + synthetic, pooled",
        "synthetic only",
    ]
    assert {each.group for each in study.comparisons if each.metric == "recall"} == {"a", "b", "c"}
    assert study.rare == ("b", "c")
    for each in study.comparisons:
        assert each.low <= each.difference <= each.high
        assert each.difference == pytest.approx(each.value - each.reference)
        assert each.p <= each.p_adjusted


def test_equal_seeds_give_equal_studies_that_can_be_written_down(study, split, mint):
    assert did_images_help(split, [mint], to=60, seeds=2, effort=SHORT) == study
    assert json.loads(json.dumps(study.to_dict()))["sentence"] == study.sentence


def test_the_sentence_says_no_measurable_gain_unless_there_is_one(study):
    nothing = [
        replace(each, difference=0.01, low=-0.02, high=0.04, p_adjusted=0.6) for each in study.comparisons
    ]
    told = replace(study, comparisons=tuple(nothing))
    assert told.sentence.startswith("No measurable gain in balanced accuracy or mean AUROC.")
    assert ".030 would go unseen" in told.sentence
    hurt = [
        replace(each, difference=-0.1, low=-0.15, high=-0.05, p=0.001, p_adjusted=0.01)
        if (each.arm, each.metric, each.group) == ("real + synthetic, pooled", "balanced_accuracy", "")
        else each
        for each in nothing
    ]
    told = replace(study, comparisons=tuple(hurt))
    assert "real + synthetic, pooled hurt by .100 [.050, .150] (balanced accuracy)" in told.sentence


def shares(draw, label):
    """The share of minted pictures in a class's draws, and of the class in all."""
    pixels, exact = draw(4000, np.random.default_rng(0))
    of_class = exact[:, label] == 1
    return (pixels[of_class, 0, 0, 0] == 255).mean(), of_class.mean()


def test_each_arm_draws_what_it_says(split, mint):
    arms = _arms(split.train, np.array([1, 2]), mint, to=60, shares=(0.3, 0.5), seed=0)
    for draw in arms.values():
        assert [shares(draw, label)[1] for label in range(3)] == pytest.approx([1 / 3] * 3, abs=0.03)
    capped, half = arms["real + synthetic, 30% of draws"], arms["real + synthetic, 50% of draws"]
    assert [shares(capped, label)[0] for label in range(3)] == pytest.approx([0, 0.3, 0.3], abs=0.04)
    assert shares(half, 2)[0] == pytest.approx(0.5, abs=0.04)
    counts = split.train.counts()
    pooled = [shares(arms["real + synthetic, pooled"], label)[0] for label in range(3)]
    assert pooled == pytest.approx([0, (60 - counts[1]) / 60, (60 - counts[2]) / 60], abs=0.04)
    assert shares(arms["synthetic only"], 0)[0] == 1
    assert shares(arms[REAL], 2)[0] < 0.01


def test_nothing_to_top_up_and_nobody_to_test_on_are_told(split, mint, coloured):
    with pytest.raises(NotApplicable, match="name a larger number"):
        did_images_help(split, [mint], to=5, seeds=2, effort=SHORT)
    few = coloured((60, 8, 8)).split(seed=0)
    with pytest.raises(NotApplicable, match="enough lesions set aside"):
        did_images_help(few, [mint], to=20, seeds=2, effort=SHORT)

import numpy as np
import pytest

from cohort.errors import ConfigError
from cohort.images import ImageCohort, ImageRelease, ImageSplit
from synthassay.config_reader import config_from_dict
from synthassay.images import helped as module
from synthassay.images.helped import helped, mint_of
from utility.images.classifier import Effort


class Grey:
    """A generator whose pictures are as dark as their class says."""

    def __init__(self, classes):
        self.classes = classes

    def sample(self, n, *, conditions, seed):
        place = self.classes.index(conditions["class"])
        pixels = np.full((n, 8, 8, 3), 60 + 100 * place, dtype=np.uint8)
        return ImageRelease(
            pixels=pixels, labels=np.full(n, place), classes=self.classes, made_by="grey", seed=seed
        )


@pytest.fixture(scope="module")
def split():
    """Sixty pictures of one class and thirty of the other, each of a lesion of its own."""
    labels = np.repeat([0, 1], [60, 30])
    pixels = np.random.default_rng(0).integers(0, 256, (90, 8, 8, 3), dtype=np.uint8)
    cohort = ImageCohort(pixels=pixels, labels=labels, classes=("bkl", "mel"), groups=np.arange(90))
    return cohort.split(seed=0)


def told(split, monkeypatch, **options):
    monkeypatch.setattr(module, "EFFORT", Effort(steps=2))
    grey = Grey(split.train.classes)
    return helped(grey, split, seed=0, progress=lambda share: None, **{"trainings": 2} | options)


def test_a_picture_is_drawn_for_each_label_by_class(split):
    labels = np.array([1, 0, 1])
    release = mint_of(Grey(split.train.classes), split.train.classes)(labels, 0)
    assert sorted(release.labels.tolist()) == [0, 1, 1]
    assert (release.pixels[release.labels == 1] == 160).all()


def test_the_sentence_stands_with_its_interval_and_what_it_rests_on(split, monkeypatch):
    found = told(split, monkeypatch)
    assert found.title.startswith("Did it help? ")
    assert "2 trainings of 2 steps" in found.explanation
    assert f"{split.holdout.n_groups} lesions or patients set aside" in found.explanation
    assert "moved balanced accuracy by" in found.explanation


def test_where_it_cannot_be_told_that_is_said(split, monkeypatch):
    # As many pictures of one class as of the other: none is rare.
    train = split.train
    fewest = int(train.counts().min())
    even = np.concatenate([np.flatnonzero(train.labels == each)[:fewest] for each in range(2)])
    found = told(ImageSplit(train=train.images(even), holdout=split.holdout, seed=0), monkeypatch)
    assert found.severity == "not_applicable"
    assert "name a larger number" in found.explanation


def test_a_config_asks_for_it_and_repeats_itself(tmp_path):
    asked = config_from_dict({"cohort": {"demo": "lesions"}, "helped": 3}, folder=tmp_path)
    assert asked.helped == 3
    assert config_from_dict(asked.resolved(), folder=tmp_path) == asked
    for cohort, value, words in (
        ("lesions", 1, "helped: 1 is no number of trainings"),
        ("lesions", True, "helped: True"),
        ("registry", 3, "helped is for pictures"),
    ):
        with pytest.raises(ConfigError, match=words):
            config_from_dict({"cohort": {"demo": cohort}, "helped": value}, folder=tmp_path)

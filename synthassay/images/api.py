"""Images from Python: what `synthassay.api` calls where it is given pictures, and torch comes with."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from cohort.images import ImageCohort, ImageRelease, ImageSplit
from gan_images.decode import resized
from privacy.images.registry import find_image_attacks
from synthassay import pipeline
from synthassay.config import CohortSource, Config
from synthassay.evaluate import Evaluation, Judge
from synthassay.images.config import ImageSource
from synthassay.images.evaluate import evaluate
from synthassay.images.files import read_pictures
from synthassay.images.load import LoadedImages
from synthassay.images.run import carry_out, release_key
from synthassay.images.tasks import ImageSetting
from synthassay.store import Draft
from synthassay.tasks import Task


def assay(
    release: ImageRelease | str | Path, split: ImageSplit, judge: Judge, *, seed: int
) -> tuple[ImageRelease, Evaluation]:
    """Measure, attack and judge a release or a folder of one, brought to the cohort's size.

    Raises
    ------
    ConfigError
        Where an attack is unknown.
    DataError
        Where the folder cannot be read.
    """
    find_image_attacks(judge.attacks)
    train = split.train
    if isinstance(release, ImageRelease):
        known = replace(release, pixels=resized(release.pixels, size=train.size))
    else:
        known = read_pictures(Path(release), classes=train.classes, size=train.size, made_by="another tool")
    return known, evaluate(known, split, judge, candidate="release", seed=seed)


def save(
    release: ImageRelease, split: ImageSplit, judge: Judge, evaluation: Evaluation, *, out: Path, seed: int
) -> Path:
    """Write the run folder of a release that was assayed from Python."""
    pictures = ImageSource(size=split.train.size)
    config = Config(
        name="assay", cohort=CohortSource(pictures=pictures), references=(), candidates=(), seed=seed
    )
    loaded = LoadedImages(cohort=_joined(split), split=split, findings=())
    key = release_key(config, loaded, judge, release)
    with pipeline.disk(out), Draft.open(out, name=config.name, key=key, resume=False) as draft:
        setting = ImageSetting(config=config, loaded=loaded, judge=judge, draft=draft)
        setting.as_written(release, "release", model="")
        task = Task(name="release", reference=False, work=lambda progress: evaluation)
        return carry_out([task], setting, watch=lambda progress: None, kind="assay")


def _joined(split: ImageSplit) -> ImageCohort:
    """Train and holdout as one cohort."""
    sides = (split.train, split.holdout)
    pixels, labels, groups = (
        np.concatenate([getattr(side, name) for side in sides]) for name in ("pixels", "labels", "groups")
    )
    return replace(split.train, pixels=pixels, labels=labels, groups=groups, metadata=None)

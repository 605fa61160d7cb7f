"""Did it help? The study of `utility.images.study` on what a candidate of a run, or of `augment`, mints."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cohort.errors import NotApplicable
from cohort.findings import Finding, Severity
from cohort.images import ImageRelease, ImageSplit, Ints
from gan_images.protocols import FittedImages
from utility.helped import short
from utility.images.measure import EFFORT
from utility.images.study import ImageStudy, Mint, did_images_help

_ADVISED = "real + synthetic, 30% of draws"


def mint_of(fitted: FittedImages, classes: tuple[str, ...]) -> Mint:
    """Draws a picture for each label from a generator that can be asked for a class."""

    def mint(labels: Ints, seed: int) -> ImageRelease:
        parts = [
            fitted.sample(int(count), conditions={"class": classes[place]}, seed=seed + place)
            for place, count in enumerate(np.bincount(labels, minlength=len(classes)))
            if count
        ]
        pixels, found = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("pixels", "labels")
        )
        return replace(parts[0], pixels=pixels, labels=found)

    return mint


def helped(
    fitted: FittedImages,
    split: ImageSplit,
    *,
    trainings: int,
    seed: int,
    progress: Callable[[float], None],
) -> Finding:
    """The short form for a run: one sentence, and the figures that it rests on.

    Parameters
    ----------
    fitted : FittedImages
        Learnt from the split's train.
    split : ImageSplit
        The lesions set aside are tested on.
    trainings : int, >= 2
        Of each way of training.
    """
    mint = mint_of(fitted, split.train.classes)
    try:
        study = did_images_help(split, [mint], seeds=trainings, effort=EFFORT, seed=seed, progress=progress)
    except NotApplicable as why:
        return Finding(
            code="helped",
            severity=Severity.NOT_APPLICABLE,
            title="Whether the pictures help cannot be told.",
            explanation=f"{str(why)[0].upper()}{str(why)[1:]}",
        )
    return Finding(
        code="helped",
        severity=Severity.TIP,
        title=f"Did it help? {study.sentence}",
        explanation=f"{_told(study)} Few trainings: `augment --study` takes five.",
    )


def _told(study: ImageStudy) -> str:
    """The advised way's figures, and of how much they are."""
    (found,) = (each for each in study.of("balanced_accuracy") if each.arm == _ADVISED)
    return (
        f"Drawing three in ten pictures of {', '.join(study.rare)} from the synthetic ones moved balanced "
        f"accuracy by {short(found.difference)} [{short(found.low)}, {short(found.high)}] from "
        f"{short(found.reference)}; {study.seeds} trainings of {study.steps} steps each way, "
        f"{study.lesions} lesions or patients set aside."
    )

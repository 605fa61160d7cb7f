"""Did it help? Ways of training a classifier with minted pictures beside real ones alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from cohort.errors import NotApplicable
from cohort.images import ImageCohort, ImageRelease, ImageSplit, Ints
from utility.helped import Comparison, short
from utility.images.accuracy import Key, counted_classes, figures
from utility.images.anchors import mixup, pca_gaussian
from utility.images.classifier import (
    Batches,
    Effort,
    Network,
    balanced,
    capped,
    probabilities,
    small,
    train_classifier,
)
from utility.images.features import one_thread
from utility.paired import holm, over_seeds
from utility.resample import Floats, person_weights

REAL = "real"
SHARES = (0.3,)

_RESAMPLES = 500
_HEADLINES = (("balanced_accuracy", ""), ("auroc", ""))

Mint = Callable[[Ints, int], ImageRelease]
"""From the class of each picture wanted and a seed to a release, learnt from the split's train."""

_Scores = Mapping[Key, tuple[float, Floats]]
"""Each figure on the holdout, and on its lesions or patients drawn again."""


@dataclass(frozen=True, kw_only=True)
class ImageStudy:
    """What a study found.

    Parameters
    ----------
    rare : tuple of str
        The classes that were topped up.
    to : int
        Pictures that each was topped up to.
    seeds : int
        Trainings of each arm.
    steps : int
        Of each training's optimiser, the same in every arm.
    lesions : int
        Lesions or patients tested on.
    comparisons : tuple of Comparison
        Every arm but the real pictures alone, in every measure.
    """

    rare: tuple[str, ...]
    to: int
    seeds: int
    steps: int
    lesions: int
    comparisons: tuple[Comparison, ...]

    def of(self, metric: str, group: str = "") -> tuple[Comparison, ...]:
        """All arms in one measure."""
        return tuple(each for each in self.comparisons if (each.metric, each.group) == (metric, group))

    @property
    def sentence(self) -> str:
        """The plain answer: what minted pictures beside real ones did."""
        mixed = [
            each for key in _HEADLINES for each in self.of(*key) if each.arm.startswith(f"{REAL} + synthetic")
        ]
        told = [each for each in mixed if not each.sentence.startswith("no ")]
        if told:
            words = "; ".join(f"{each.arm} {each.sentence} ({_WORDS[each.metric]})" for each in told)
            return f"Telling the classes apart: {words}."
        widest = max((each.high - each.low) / 2 for each in mixed)
        return (
            "No measurable gain in balanced accuracy or mean AUROC. "
            f"A difference of less than about {short(widest)} would go unseen at this size."
        )

    def to_dict(self) -> dict[str, Any]:
        """For the run's folder."""
        told = [{**asdict(each), "sentence": each.sentence} for each in self.comparisons]
        return {**vars(self), "comparisons": told, "sentence": self.sentence}


_WORDS = {"balanced_accuracy": "balanced accuracy", "auroc": "mean AUROC"}


def did_images_help(
    split: ImageSplit,
    mints: Sequence[Mint],
    *,
    to: int | None = None,
    shares: Sequence[float] = SHARES,
    seeds: int = 5,
    effort: Effort,
    network: Network = small,
    seed: int = 0,
    progress: Callable[[float], None] = lambda share: None,
) -> ImageStudy:
    """Compare ways of training a classifier of pictures with the real ones alone.

    Every arm draws its classes alike often, turns, mirrors and tones what it draws, and takes as many
    optimiser steps; in each seed all arms start from the same weights. Rare classes are topped up:
    by same-class mixup, by PCA-Gaussian pictures, and by minted ones in a fixed share of the class's
    draws, or pooled with the real ones, which lets the minted outnumber them; and minted pictures of
    all classes stand alone. All are tested on the holdout.

    Parameters
    ----------
    split : ImageSplit
        By lesion or patient.
    mints : sequence of callable
        Generators learnt from train, in turn one for each seed.
    to : int, optional
        Classes with fewer pictures in train are topped up to so many; the median class by default.
    shares : sequence of float, in (0, 1)
        Of minted pictures in a rare class's draws.
    seeds : int, >= 2
        Trainings of each arm.
    effort : Effort
        Of each training.
    network : callable
        From the number of classes to the classifier.
    seed : int
        Equal seeds give equal studies, if ``mints`` do.
    progress : callable
        Told the share done.

    Raises
    ------
    NotApplicable
        Where no class is rarer than ``to``, or none has enough lesions set aside.
    """
    train, holdout = split.train, split.holdout
    to = int(np.median(train.counts())) if to is None else to
    rare = np.flatnonzero(train.counts() < to)
    if not len(rare):
        raise NotApplicable(f"every class has {to} pictures in train: name a larger number to top up to.")
    if len(counted_classes(holdout)) < 2:
        raise NotApplicable("fewer than two classes have enough lesions set aside to be tested on.")
    weights = person_weights(holdout.groups, _RESAMPLES, np.random.default_rng(seed))
    scores: list[dict[str, _Scores]] = []
    for turn, own in enumerate(np.random.SeedSequence(seed).generate_state(seeds).tolist()):
        arms = _arms(train, rare, mints[turn % len(mints)], to=to, shares=shares, seed=own)
        found: dict[str, _Scores] = {}
        for name, draw in arms.items():
            with one_thread():
                model = train_classifier(
                    draw, classes=len(train.classes), effort=effort, seed=own, network=network
                )
                found[name] = _scored(holdout, probabilities(model, holdout.pixels), weights)
            progress((turn + len(found) / len(arms)) / seeds)
        scores.append(found)
    return ImageStudy(
        rare=tuple(train.classes[each] for each in rare),
        to=to,
        seeds=seeds,
        steps=effort.steps,
        lesions=holdout.n_groups,
        comparisons=_compared(scores, holdout),
    )


def _arms(
    train: ImageCohort, rare: Ints, mint: Mint, *, to: int, shares: Sequence[float], seed: int
) -> dict[str, Batches]:
    """How each arm draws its batches."""
    classes = len(train.classes)
    wanted = np.repeat(rare, to)
    pool = mint(np.repeat(np.arange(classes), to), seed)
    minted = pool.pixels[np.isin(pool.labels, rare)], pool.labels[np.isin(pool.labels, rare)]
    mixed, normal = (make(train, wanted, seed=seed) for make in (mixup, pca_gaussian))
    lacking = np.concatenate(
        [np.flatnonzero(minted[1] == each)[: to - train.counts()[each]] for each in rare]
    )

    def beside(pixels: np.ndarray, labels: Ints, share: float) -> Batches:  # type: ignore[type-arg]
        is_minted = np.arange(len(train) + len(labels)) >= len(train)
        both = np.concatenate([train.pixels, pixels]), np.concatenate([train.labels, labels])
        return capped(*both, is_minted, classes=classes, share=share)

    pooled = (
        np.concatenate([train.pixels, minted[0][lacking]]),
        np.concatenate([train.labels, minted[1][lacking]]),
    )
    return {
        REAL: balanced(train.pixels, train.labels, classes=classes),
        f"{REAL} + mixup": beside(mixed.pixels, mixed.labels, max(shares)),
        f"{REAL} + PCA-Gaussian": beside(normal.pixels, normal.labels, max(shares)),
        **{f"{REAL} + synthetic, {share:.0%} of draws": beside(*minted, share) for share in shares},
        f"{REAL} + synthetic, pooled": balanced(*pooled, classes=classes),
        "synthetic only": balanced(pool.pixels, pool.labels, classes=classes),
    }


def _scored(holdout: ImageCohort, predicted: Floats, weights: Floats) -> _Scores:
    values = figures(holdout, predicted, np.ones((1, len(holdout))))
    resampled = figures(holdout, predicted, weights)
    return {key: (float(value[0]), resampled[key]) for key, value in values.items()}


def _compared(scores: Sequence[Mapping[str, _Scores]], holdout: ImageCohort) -> tuple[Comparison, ...]:
    arms = [arm for arm in scores[0] if arm != REAL]
    persons = {
        holdout.classes[each]: len(np.unique(holdout.groups[holdout.labels == each]))
        for each in counted_classes(holdout)
    }
    found: list[Comparison] = []
    for key in scores[0][REAL]:
        scarcest = persons[key[1]] if key[1] else min(persons.values())
        family = [_comparison(scores, arm, key, persons=scarcest) for arm in arms]
        adjusted = holm([each.p for each in family])
        found += [replace(each, p_adjusted=p) for each, p in zip(family, adjusted, strict=True)]
    return tuple(found)


def _comparison(scores: Sequence[Mapping[str, _Scores]], arm: str, key: Key, *, persons: int) -> Comparison:
    """One arm in one measure, not yet adjusted for the others."""
    values, references = (np.array([each[name][key][0] for each in scores]) for name in (arm, REAL))
    resampled = np.stack([each[arm][key][1] - each[REAL][key][1] for each in scores], axis=1)
    told = over_seeds(values - references, resampled, persons=persons)
    return Comparison(
        arm=arm,
        metric=key[0],
        group=key[1],
        value=float(values.mean()),
        reference=float(references.mean()),
        difference=told.mean,
        low=told.low,
        high=told.high,
        p=told.p,
        p_adjusted=told.p,
        repeats=told.n,
    )

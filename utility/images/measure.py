"""How useful a release of pictures is: distances to real ones, and what a classifier learns from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from torch import nn

from cohort.findings import Finding, Severity
from cohort.images import ImageCohort, ImageRelease, ImageSplit, Ints
from utility.images.accuracy import accuracy_scores
from utility.images.classifier import Effort, balanced, probabilities, train_classifier
from utility.images.distances import density_and_coverage, fid, kid, with_errors
from utility.images.features import Space, network_space, one_thread, random_convolutions
from utility.resample import Floats
from utility.scores import Direction, UtilityScore

EFFORT = Effort(steps=200)
"""Of the classifiers of one measurement: enough to tell releases apart, not to win a challenge."""

FEWEST = 20
"""Lesions or patients in the holdout below whom no distance is given, of a class or of all."""

_FOR_FID = 10  # pictures for each feature
_RESAMPLES = 40
_Z = 1.959964


@dataclass(frozen=True, kw_only=True, eq=False)
class _Yardstick:
    """What every release made from one train is measured with.

    Parameters
    ----------
    classifier : Module
        Trained on train.
    spaces : mapping of str to Space
        By the word that stands in a metric's name.
    """

    classifier: nn.Module
    spaces: Mapping[str, Space]


def measure_images(
    release: ImageRelease, split: ImageSplit, *, seed: int, effort: Effort = EFFORT
) -> tuple[list[UtilityScore], list[Finding]]:
    """Measure a release of pictures: classifiers trained on it, and its distances to real pictures.

    `auroc_cnn`, `balanced_accuracy_cnn`, `recall_cnn`: a small network trained on the release alone
    and tested on the holdout, beside the same one trained on train (the classification accuracy
    score of Ravuri and Vinyals 2019, doi:10.48550/arXiv.1905.10887). `kid`, `fid`, `density` and
    `coverage` compare as many pictures of each class as release, train and holdout all have; their
    reference is train against holdout. They are of a feature space, which the metric ends with, and
    are never compared with figures from another.

    Parameters
    ----------
    release : ImageRelease
        Of the cohort's size, with classes of its.
    split : ImageSplit
        Train, which the release may have been made from, and holdout.
    seed : int
        Of matching and resampling; the classifiers' is the split's. Equal seeds give equal scores.
    effort : Effort
        Of both classifiers.
    """
    if not len(release):
        return [], [_left_out("empty_release", "a release without pictures cannot be measured.")]
    if release.pixels.shape[1:] != split.train.pixels.shape[1:]:
        what = f"the release's pictures have {release.pixels.shape[1]} pixels a side"
        return [], [_left_out("other_size", f"{what}, the cohort's {split.train.size}.")]
    release, findings = _known(release, split.train.classes)
    rng = np.random.default_rng(seed)
    with one_thread():
        yardstick = _yardstick(split.train, split.seed, effort)
        scores, missing = _learnt(release, split, yardstick, effort=effort, rng=rng)
        distances, few = _distances(release, split, yardstick, rng)
    told = [_told(yardstick.spaces)] if distances else []
    return scores + distances, [*findings, *missing, *few, *told]


def confidence(release: ImageRelease, split: ImageSplit, *, effort: Effort = EFFORT) -> Floats:
    """How sure of its class a small network trained on train is of each picture, in [0, 1], (images,).

    Parameters
    ----------
    release : ImageRelease
        Of the cohort's size and classes.
    split, effort
        As for `measure_images`, which trains the same network once for both.
    """
    with one_thread():
        network = _yardstick(split.train, split.seed, effort).classifier
        said = probabilities(network, release.pixels)
    return np.asarray(said[np.arange(len(release)), release.labels], dtype=np.float64)


@lru_cache(maxsize=1)
def _yardstick(train: ImageCohort, seed: int, effort: Effort) -> _Yardstick:
    """The same for every release of a run, and the dearest part."""
    network = _trained(train, seed, effort)
    spaces = {
        "cnn": network_space("cnn trained on train", network, train.pixels),
        "random": random_convolutions(train.pixels),
    }
    return _Yardstick(classifier=network, spaces=spaces)


def _trained(pictures: ImageCohort | ImageRelease, seed: int, effort: Effort) -> nn.Module:
    classes = len(pictures.classes)
    draw = balanced(pictures.pixels, pictures.labels, classes=classes)
    return train_classifier(draw, classes=classes, effort=effort, seed=seed)


def _known(release: ImageRelease, classes: tuple[str, ...]) -> tuple[ImageRelease, list[Finding]]:
    """The release with its classes numbered as the cohort's, and without any that are not."""
    places = np.array([classes.index(name) if name in classes else -1 for name in release.classes])
    labels = places[release.labels]
    known = labels >= 0
    findings = []
    if not known.all():
        what = f"{int((~known).sum())} pictures are of classes that the cohort has not."
        findings.append(_left_out("unknown_class", what))
    kept = ImageRelease(
        pixels=release.pixels[known], labels=labels[known], classes=classes, made_by=release.made_by
    )
    lacking = [name for place, name in enumerate(classes) if place not in set(kept.labels.tolist())]
    if lacking:
        what = f"the release has no picture of {', '.join(lacking)}, which no distance can show."
        findings.append(_left_out("class_missing", what))
    return kept, findings


def _learnt(
    release: ImageRelease,
    split: ImageSplit,
    yardstick: _Yardstick,
    *,
    effort: Effort,
    rng: np.random.Generator,
) -> tuple[list[UtilityScore], list[Finding]]:
    """What a classifier learns from the release alone about pictures set aside."""
    if len(np.unique(release.labels)) < 2:
        return [], [_left_out("release_not_trainable", "with one class only, nothing can be told apart.")]
    # Both classifiers start from one seed, so that a copy of train is learnt from as train is.
    networks = _trained(release, split.seed, effort), yardstick.classifier
    said, real = (probabilities(each, split.holdout.pixels) for each in networks)
    return accuracy_scores(split.holdout, said, real, rng=rng), []


def _distances(
    release: ImageRelease, split: ImageSplit, yardstick: _Yardstick, rng: np.random.Generator
) -> tuple[list[UtilityScore], list[Finding]]:
    """Every distance of the matched pictures, in every space; of each class in the classifier's."""
    train, holdout, labels = split.train, split.holdout, range(len(split.train.classes))
    chosen = _matched((release.labels, train.labels, holdout.labels), len(labels), rng)
    aside = holdout.images(chosen[2])
    if aside.n_groups < FEWEST:
        what = f"release, train and holdout have fewer than {FEWEST} lesions of the same classes."
        return [], [_left_out("too_few_pictures", what)]
    scores: list[UtilityScore] = []
    for name, space in yardstick.spaces.items():
        minted, real, real_aside = (
            space.describe(pixels)
            for pixels in (release.pixels[chosen[0]], train.pixels[chosen[1]], aside.pixels)
        )
        scores += _compared(name, "", (minted, real, real_aside), aside, rng)
        for each in labels if name == "cnn" else ():
            of_class = aside.labels == each  # and so of all three sets, which are matched
            one = aside.images(of_class)
            if one.n_groups >= FEWEST:
                parts = (minted[of_class], real[of_class], real_aside[of_class])
                scores += _compared(name, train.classes[each], parts, one, rng)
    return scores, []


def _compared(
    space: str, group: str, sets: tuple[Floats, Floats, Floats], aside: ImageCohort, rng: np.random.Generator
) -> list[UtilityScore]:
    """The distances of release and of train to the holdout, by name."""
    minted, real, real_aside = sets
    wide_enough = len(real_aside) >= _FOR_FID * real_aside.shape[1]
    directions = {
        "kid": Direction.LOWER,
        **({"fid": Direction.LOWER} if wide_enough else {}),
        "density": Direction.HIGHER,
        "coverage": Direction.HIGHER,
    }

    def distances(first: Floats, second: Floats) -> Floats:
        apart = [kid(first, second), *([fid(first, second)] if wide_enough else [])]
        return np.array([*apart, *density_and_coverage(first, second)])

    values, errors = with_errors(distances, real_aside, minted, aside.groups, resamples=_RESAMPLES, rng=rng)
    floor = distances(real_aside, real)
    return [
        UtilityScore(
            metric=f"{name}_{space}",
            group=group,
            value=float(value),
            reference=float(least),
            low=float(value - _Z * error),
            high=float(value + _Z * error),
            n=aside.n_groups,
            direction=direction,
        )
        for (name, direction), value, error, least in zip(
            directions.items(), values, errors, floor, strict=True
        )
    ]


def _matched(labels: Sequence[Ints], classes: int, rng: np.random.Generator) -> list[Ints]:
    """Places of as many pictures of each class in every set, class by class, drawn at random.

    Sets whose classes come in other shares lie apart whatever their pictures look like.
    """
    counts = np.min([np.bincount(each, minlength=classes) for each in labels], axis=0)
    return [
        np.concatenate(
            [rng.permutation(np.flatnonzero(each == label))[:many] for label, many in enumerate(counts)]
        )
        for each in labels
    ]


def _told(spaces: Mapping[str, Space]) -> Finding:
    """Which spaces the distances are of."""
    named = "; ".join(f"{word}: {space.name}, {space.fingerprint}" for word, space in spaces.items())
    return Finding(
        code="feature_spaces",
        severity=Severity.TIP,
        title="Distances between pictures are of the spaces named here, and of no other.",
        explanation=f"{named}. A figure from another space, such as Inception's, is no comparison.",
    )


def _left_out(code: str, explanation: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.NOT_APPLICABLE,
        title="A measure of pictures was left out.",
        explanation=explanation[0].upper() + explanation[1:],
    )

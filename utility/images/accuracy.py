"""What a classifier was worth on pictures that it never saw: the whole, and each class."""

from collections.abc import Mapping

import numpy as np

from cohort.images import ImageCohort, Ints
from utility.accuracy import auroc
from utility.resample import Floats, person_weights, share_interval
from utility.scores import UtilityScore
from utility.tasks import MIN_PERSONS

RESAMPLES = 1000

Key = tuple[str, str]
"""A measure and the class that it is of, "" for the mean of all classes."""


def counted_classes(holdout: ImageCohort) -> list[int]:
    """The classes with enough lesions or patients in and outside of them for a figure."""
    groups = [holdout.groups[holdout.labels == each] for each in range(len(holdout.classes))]
    many = [len(np.unique(each)) for each in groups]
    return [each for each, n in enumerate(many) if min(n, sum(many) - n) >= MIN_PERSONS]


def figures(truth: ImageCohort, predicted: Floats, weights: Floats) -> Mapping[Key, Floats]:
    """AUROC and recall of each counted class, and their means: macro AUROC and balanced accuracy.

    Parameters
    ----------
    truth : ImageCohort
        The pictures that were classified.
    predicted : ndarray, (images, classes)
        Higher for the class that a picture looks like.
    weights : ndarray, (resamples, images)
        How often each picture counts.

    Returns
    -------
    mapping of (measure, class) to ndarray, (resamples,)
        NaN where a resample has none of a class.
    """
    found: dict[Key, Floats] = {("auroc", ""): np.empty(0), ("balanced_accuracy", ""): np.empty(0)}
    said = predicted.argmax(axis=1)
    for each in counted_classes(truth):
        name, is_class = truth.classes[each], truth.labels == each
        found["auroc", name] = auroc(is_class, predicted[:, each], weights)
        found["recall", name] = _recall(is_class, said == each, weights)
    for whole, part in (("auroc", "auroc"), ("balanced_accuracy", "recall")):
        parts = [value for (measure, group), value in found.items() if measure == part and group]
        found[whole, ""] = np.mean(parts, axis=0) if parts else np.full(len(weights), np.nan)
    return found


def accuracy_scores(
    holdout: ImageCohort, predicted: Floats, reference: Floats, *, rng: np.random.Generator
) -> list[UtilityScore]:
    """The figures of a classifier beside those of another, with intervals over lesions or patients.

    The interval covers the luck of who is tested, for the classifier as it was trained.
    """
    ones = np.ones((1, len(holdout)))
    values, references = figures(holdout, predicted, ones), figures(holdout, reference, ones)
    resampled = figures(holdout, predicted, person_weights(holdout.groups, RESAMPLES, rng))
    scarce = _scarce(holdout)
    scores = []
    for (measure, group), value in values.items():
        if not np.isfinite(value[0]):
            continue
        few = scarce[group] if group else min(scarce.values())
        low, high = share_interval(resampled[measure, group], float(value[0]), scarce=few)
        scores.append(
            UtilityScore(
                metric=f"{measure}_cnn",
                group=group,
                value=float(value[0]),
                reference=float(references[measure, group][0]),
                low=low,
                high=high,
                n=scarce[group] if measure == "recall" else holdout.n_groups,
            )
        )
    return scores


def _recall(is_class: np.ndarray[tuple[int], np.dtype[np.bool_]], hit: Ints, weights: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.asarray(weights @ (is_class & hit) / (weights @ is_class), dtype=np.float64)


def _scarce(holdout: ImageCohort) -> dict[str, int]:
    """Lesions or patients of each counted class."""
    return {
        holdout.classes[each]: len(np.unique(holdout.groups[holdout.labels == each]))
        for each in counted_classes(holdout)
    }

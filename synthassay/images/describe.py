"""An image cohort in numbers that may be shown: no count below the policy's minimum."""

from dataclasses import asdict
from typing import Any

import numpy as np

from cohort.images import ImageCohort
from synthassay.images.load import LoadedImages
from synthassay.policy import Policy
from synthassay.profile import suppressed


def describe(loaded: LoadedImages, *, policy: Policy) -> dict[str, Any]:
    """What ``cohort.json`` holds of an image cohort: sizes, and pictures and lesions of each class."""
    cohort, split, minimum = loaded.cohort, loaded.split, policy.minimum_count
    return {
        "name": cohort.name,
        "kind": "images",
        "schema": {} if cohort.metadata is None else cohort.metadata.schema.to_dict(),
        "rows": len(cohort),
        "persons": cohort.n_groups,
        "train_persons": cohort.n_groups if split is None else split.train.n_groups,
        "holdout_persons": 0 if split is None else split.holdout.n_groups,
        "cross_fitted": False,
        "trained_on_known": split is not None,
        "minimum_count": minimum,
        "size": cohort.size,
        "classes": list(cohort.classes),
        "images_by_class": suppressed(_images(cohort), minimum=minimum),
        "groups_by_class": suppressed(_groups(cohort), minimum=minimum),
        "profile": {},
        "findings": [{**asdict(each), "severity": each.severity.value} for each in loaded.findings],
    }


def _images(cohort: ImageCohort) -> dict[str, int]:
    return {name: int(count) for name, count in zip(cohort.classes, cohort.counts(), strict=True)}


def _groups(cohort: ImageCohort) -> dict[str, int]:
    """Lesions or patients of each class; one that shows two classes counts in both."""
    return {
        name: len(np.unique(cohort.groups[cohort.labels == place]))
        for place, name in enumerate(cohort.classes)
    }

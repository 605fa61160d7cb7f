"""Orbit copies: whether the release comes nearer to a lesion of train, however turned, than others do."""

from typing import Any

import numpy as np

from privacy.attacks.target import Bools, Floats, Tally, tally_hits
from privacy.estimates import AttackRole
from privacy.images.by_class import by_class, rate
from privacy.images.target import ImageAttack, ImageTarget
from privacy.statistics import combined, scan, weighted

_SOFT = 0.05


def count(target: ImageTarget, *, seed: int) -> Tally:  # noqa: ARG001
    """Score each group by how much nearer the release comes than pictures of other groups do.

    As `copy_scan` for tables: the score of a picture is log((dr + .05) / (ds + .05)), where ds is its
    distance to the nearest synthetic picture and dr to the nearest of another real group, both over
    eight turns and 25 shifts; a group has the highest of its pictures. A hit is a group with ds < dr.
    No score knows whose label is whose, so that sides need not be of one size.
    """
    scores = nearness(target)
    hits = (scores > 0).astype(np.float64)
    evidence = combined(scan(scores), weighted(np.exp(2 * scores)))
    figures = {} if target.original else _flags(target) | by_class(target, hits)
    return tally_hits(hits, target.is_train, statistic=evidence, scores=scores, figures=figures)


def nearness(target: ImageTarget) -> Floats:
    """How much nearer the release comes to each group than other groups do, (groups,)."""
    return target.largest(np.log((target.to_others + _SOFT) / (target.to_release + _SOFT)))


def _flags(target: ImageTarget) -> dict[str, dict[str, Any]]:
    """How many synthetic pictures are flagged as copies, in all and by class."""
    flags = np.asarray(target.ratios(target.released) < target.threshold, dtype=bool)
    found = {"flagged": rate(flags)}
    for place, name in enumerate(target.classes):
        found[f"flagged in {name}"] = rate(_of(flags, target, place))
    return found


def _of(flags: Bools, target: ImageTarget, label: int) -> Bools:
    return np.asarray(flags[target.release.labels == label], dtype=bool)


ATTACK = ImageAttack(
    name="orbit_copies",
    family="membership",
    threat=(
        "Somebody who holds a patient's picture looks in the release for one closer to it, turned, "
        "mirrored, shifted or toned, than any other patient's, and concludes that the patient was in "
        "the study."
    ),
    role=AttackRole.PRIMARY,
    count=count,
    planted=True,
    weight=4.0,  # of planted copies it hears the most
)

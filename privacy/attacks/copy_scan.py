"""Copies of train's persons: whether the release comes nearer to them than to anybody else."""

import numpy as np

from privacy.attacks.target import Attack, Floats, Tally, Target, tally_hits
from privacy.estimates import AttackRole
from privacy.statistics import combined, scan, weighted

_SOFT = 0.05


def count(target: Target, *, seed: int) -> Tally:  # noqa: ARG001
    """Score each person by how much nearer the release comes than other real persons do.

    The score of a row is log((dr + .05) / (ds + .05)), where ds is its distance to the nearest
    synthetic row and dr to the nearest row of another real person; a person has the highest of
    their rows. A hit is a person with ds < dr: the release holds somebody more like them than
    any other real person known is. The ratio is that of doi:10.1145/3372297.3417238
    (calibrated distance).

    Scores are read twice, on the same permuted labels: by a scan over their ranks, which hears a
    shift of many, and by the sum of squared ratios, which a few copies dominate.
    """
    scores = nearness(target)
    hits = (scores > 0).astype(np.float64)
    evidence = combined(scan(scores), weighted(np.exp(2 * scores)))
    return tally_hits(hits, target.attacked_is_train, statistic=evidence, scores=scores)


def nearness(target: Target) -> Floats:
    """How much nearer the release comes to each attacked person than other persons do, (attacked,)."""
    nearer = np.log((target.to_real + _SOFT) / (target.to_synthetic[:, 0] + _SOFT))
    return target.largest(nearer)


ATTACK = Attack(
    name="copy_scan",
    family="membership",
    threat=(
        "Somebody who holds a patient's whole record looks in the release for a row closer to it "
        "than any other patient's, and concludes that the patient was in the study."
    ),
    role=AttackRole.PRIMARY,
    count=count,
    planted=True,
    # Four fifths of the error: of planted copies, and of what trees give away, it hears the most.
    weight=24.0,
)

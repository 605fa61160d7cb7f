"""Copies of train's persons: whether the release comes nearer to them than to anybody else."""

import numpy as np

from privacy.attacks.target import Attack, Floats, Tally, Target, tally_hits
from privacy.estimates import AttackRole
from privacy.statistics import scan

_SOFT = 0.05


def count(target: Target, *, seed: int) -> Tally:  # noqa: ARG001
    """Score each person by how much nearer the release comes than other real persons do.

    The score of a row is log((dr + .05) / (ds + .05)), where ds is its distance to the nearest
    synthetic row and dr to the nearest row of another real person; a person has the highest of
    their rows. A hit is a person with ds < dr: the release holds somebody more like them than
    any other real person known is. The ratio is that of doi:10.1145/3372297.3417238
    (calibrated distance); the scan over ranks is judged by permuting labels.
    """
    scores = nearness(target)
    hits = (scores > 0).astype(np.float64)
    return tally_hits(hits, target.attacked_is_train, statistic=scan(scores), scores=scores)


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
    # As much as the six others together: it hears the fewest copies, and must not drown among them.
    weight=6.0,
)

"""Authenticity: synthetic pictures nearer to a real one than that is to any other real one."""

import numpy as np

from cohort.errors import NotApplicable
from privacy.attacks.target import Floats, Ints, Tally
from privacy.estimates import AttackRole
from privacy.images.sides import equal_sides, to_nearest, votes
from privacy.images.target import ImageAttack, ImageTarget


def count(target: ImageTarget, *, seed: int) -> Tally:
    """The share of pictures that are not authentic (Alaa et al. 2022, doi:10.48550/arXiv.2102.08921).

    A synthetic picture is not authentic where it is nearer to its nearest picture of train than that
    is to the nearest of another group of train. ``control`` is the same share with the holdout in
    train's place, at equal numbers of groups a class. The p reads votes instead: train and control
    pooled, each inauthentic picture's for the group that it is nearest to.
    """
    sides = equal_sides(target, rng=np.random.default_rng(seed))
    if sides.groups < 2:
        raise NotApplicable("no class has two groups on either side")
    pooled, nearest = to_nearest(target, np.arange(len(target.owners)))
    return Tally(
        train=_inauthentic(target, sides.train),
        control=_inauthentic(target, sides.control),
        n=sides.groups,
        n_control=sides.groups,
        trials=sides.groups,
        trials_control=sides.groups,
        is_train=target.is_train,
        statistic=votes(target, pooled < target.to_others[nearest]),
    )


def _inauthentic(target: ImageTarget, pictures: Ints) -> float:
    distances, nearest = to_nearest(target, pictures)
    others: Floats = target.between[nearest][:, pictures].min(axis=1).astype(np.float64)
    return float((distances < others).mean())


ATTACK = ImageAttack(
    name="authenticity",
    family="membership",
    threat=(
        "Nobody attacks; a synthetic picture nearer to a patient's than any other patient's is, is a "
        "likeness rather than a new picture."
    ),
    role=AttackRole.DIAGNOSTIC,
    count=count,
)

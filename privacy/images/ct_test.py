"""The C_T test: whether synthetic pictures lie nearer to train than fresh pictures do."""

from typing import Any

import numpy as np

from cohort.errors import NotApplicable
from privacy.attacks.target import Floats, Ints, Tally
from privacy.estimates import AttackRole
from privacy.images.sides import Sides, equal_sides, to_nearest, votes
from privacy.images.target import ImageAttack, ImageTarget

_Z = 1.959963984540054


def count(target: ImageTarget, *, seed: int) -> Tally:
    """Compare distances to train by Mann and Whitney (Meehan et al. 2020, doi:10.48550/arXiv.2004.05675).

    ``train`` is the chance that a synthetic picture is nearer to train than a fresh picture of its
    class is, a tie counting half, over the classes as the release has them; ``control`` is the same
    with train and holdout exchanged, at equal numbers of groups a class. Both are one half for fresh
    pictures; blurred ones may be nearer to everybody, so that only the difference speaks. The p reads
    votes instead: each synthetic picture's for the group that it is nearest to. ``figures`` holds C_T
    itself, a normal deviate: far below 0 for copies.
    """
    sides = equal_sides(target, rng=np.random.default_rng(seed))
    if sides.groups < 2:
        raise NotApplicable("no class has two groups on either side")
    other = Sides(train=sides.control, control=sides.train, groups=sides.groups)
    (train, deviate), (control, fresh) = _nearer(target, sides), _nearer(target, other)
    return Tally(
        train=train,
        control=control,
        n=sides.groups,
        n_control=sides.groups,
        trials=sides.groups,
        trials_control=sides.groups,
        is_train=target.is_train,
        statistic=votes(target),
        figures={"C_T": _figure(deviate), "C_T of fresh pictures": _figure(fresh)},
    )


def _nearer(target: ImageTarget, sides: Sides) -> tuple[float, float]:
    """The mean chance over classes, and C_T: their deviates weighted and added (Stouffer), of variance 1."""
    synthetic, _ = to_nearest(target, sides.train)
    fresh = target.between[sides.control][:, sides.train].min(axis=1).astype(np.float64)
    cells = []
    for place in np.unique(target.release.labels):
        mine = synthetic[target.release.labels == place]
        theirs = fresh[target.labels[sides.control] == place]
        if len(theirs):
            cells.append((len(mine), *_mann_whitney(mine, theirs)))
    if not cells:
        raise NotApplicable("the release shows no class of which fresh pictures are known")
    sizes, chances, deviates = zip(*cells, strict=True)
    weights = np.array(sizes, dtype=np.float64)
    deviate = float(weights @ np.array(deviates) / np.linalg.norm(weights))
    return float(np.average(chances, weights=sizes)), deviate


def _mann_whitney(mine: Floats, theirs: Floats) -> tuple[float, float]:
    """The chance that one of mine is below one of theirs, and the same as a deviate, below 0 for that."""
    ordered = np.sort(theirs)
    above: Ints = len(ordered) - np.searchsorted(ordered, mine, "right")
    ties: Ints = np.searchsorted(ordered, mine, "right") - np.searchsorted(ordered, mine, "left")
    chance = float((above + ties / 2).mean() / len(ordered))
    spread = np.sqrt((len(mine) + len(theirs) + 1) / (12 * len(mine) * len(theirs)))
    return chance, float((0.5 - chance) / spread)


def _figure(deviate: float) -> dict[str, Any]:
    return {"value": deviate, "low": deviate - _Z, "high": deviate + _Z}


ATTACK = ImageAttack(
    name="ct_test",
    family="membership",
    threat=(
        "Nobody attacks; a release nearer to its own patients' pictures than fresh pictures are has "
        "copied rather than learnt."
    ),
    role=AttackRole.DIAGNOSTIC,
    count=count,
)

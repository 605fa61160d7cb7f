"""Membership of pictures: whether the release is denser at train's lesions than at others'."""

from typing import Any

import numpy as np
from scipy.stats import rankdata

from privacy.attacks.target import Floats, Tally, tally_hits
from privacy.estimates import AttackRole
from privacy.images.by_class import by_class
from privacy.images.orbit_copies import nearness
from privacy.images.space import Distances
from privacy.images.target import ImageAttack, ImageTarget
from privacy.roc import FEWEST_CONTROLS, auc, hits_at, rate_at
from privacy.statistics import weighted

FALSE_POSITIVES = 0.1
_BANDWIDTH = 0.1
_SOFT = 0.02
_NOTHING = 1e-12


def count(target: ImageTarget, *, seed: int) -> Tally:
    """Score each group three ways, and ask whether train ranks above control.

    The scores are the ratio of `orbit_copies`; the release's Laplace kernel density over that of all
    other real groups (DOMIAS, doi:10.48550/arXiv.2302.12580), both over all turns and shifts; and
    log((dr + .02) / (ds + .02)) with distances of coarse colours, which the others forget. All real
    groups serve as reference, so that no score depends on whose label is whose, and sides need not
    be of one size. None of the spaces was fitted on train alone: a classifier's would be biased.

    The statistic is the largest of the three standardised rank sums. A hit is a group above the
    lowest threshold on the first score that at most a tenth of control passes.

    A score of the GAN's own critic (LOGAN, doi:10.2478/popets-2019-0008) is not among them: the
    critic is deleted after training and never leaves the house.
    """
    rng = np.random.default_rng(seed)
    scores = {"ratio": nearness(target), "density": density(target), "colour": colour(target)}
    ranks = np.stack([rankdata(each) / len(each) for each in scores.values()], axis=1)
    hits = hits_at(scores["ratio"], target.is_train, false_positives=FALSE_POSITIVES)
    return tally_hits(
        hits,
        target.is_train,
        statistic=weighted(ranks),
        scores=ranks.mean(axis=1),
        figures={} if target.original else _figures(scores, target, rng=rng) | by_class(target, hits),
    )


def density(target: ImageTarget) -> Floats:
    """Log density of the release over that of all other real groups, (groups,)."""
    release = _log_density(target.pool.apart[target.released])
    return target.largest(release - _log_density(target.between))


def colour(target: ImageTarget) -> Floats:
    """How much nearer the release comes in its colours than other groups do, (groups,)."""
    to_release = target.pool.colours[target.released].min(axis=0)
    to_others = target.colours_between.min(axis=1)
    return target.largest(np.log((to_others + _SOFT) / (to_release + _SOFT)).astype(np.float64))


def _log_density(distances: Distances) -> Floats:
    """Of pictures among those they are infinitely far from none of, (images, pictures) to (pictures,)."""
    compared = np.isfinite(distances).sum(axis=0)
    kernels = np.exp(-distances / _BANDWIDTH).sum(axis=0, dtype=np.float64)
    return np.asarray(np.log(kernels / np.maximum(compared, 1) + _NOTHING), dtype=np.float64)


def _figures(
    scores: dict[str, Floats], target: ImageTarget, *, rng: np.random.Generator
) -> dict[str, dict[str, Any]]:
    figures = {f"auc_{name}": auc(each, target.is_train) for name, each in scores.items()}
    for share in FEWEST_CONTROLS:
        name = f"tpr_at_{share:.0%}_fpr".replace("%", "")
        figures[name] = rate_at(scores["ratio"], target.is_train, false_positives=share, rng=rng)
    return figures


ATTACK = ImageAttack(
    name="image_membership",
    family="membership",
    threat=(
        "Somebody who holds a patient's picture and pictures of other patients like them claims that "
        "the patient was in the study where the release is denser than the population."
    ),
    role=AttackRole.PRIMARY,
    count=count,
    planted=True,
)

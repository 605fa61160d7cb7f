"""Membership: whether the release is denser at train's persons than at others'."""

from typing import Any

import numpy as np
from scipy.stats import rankdata
from sklearn.ensemble import ExtraTreesClassifier

from cohort.encode import Points
from privacy.attacks.copy_scan import nearness
from privacy.attacks.densities import log_density
from privacy.attacks.target import Attack, Floats, Tally, Target, tally_hits
from privacy.estimates import AttackRole
from privacy.roc import FEWEST_CONTROLS, auc, hits_at, rate_at
from privacy.statistics import weighted

FALSE_POSITIVES = 0.1
_FOLDS = 5
_TREES = 50
_MOST_ROWS = 10_000  # of a class, for the forest to learn from


def count(target: Target, *, seed: int) -> Tally:
    """Score each person three ways, and ask whether train ranks above control.

    The scores are log((dr + .05) / (ds + .05)) as in `copy_scan`; the ratio of the release's
    Laplace kernel density to that of all other real persons (DOMIAS,
    doi:10.48550/arXiv.2302.12580); and how surely extremely randomised trees
    (doi:10.1007/s10994-006-6226-1) take a row for synthetic and not for another person's. Real
    persons serve as reference whether they are train or control, so that no score depends on
    whose label is whose, and labels can be permuted.

    The statistic is the largest of the three standardised rank sums, each of which is an area
    under the ROC curve. A hit is a person above the lowest threshold on the first score that at
    most a tenth of control passes; the rate on control is the share that does pass it. Copies are
    planted for the first score alone: the others would take longer than the rest of the assay.
    """
    rng = np.random.default_rng(seed)
    scores = {"ratio": nearness(target)}
    if not target.is_planted:
        scores |= {"domias": domias(target), "classifier": resemblance(target, rng=rng)}
    ranks = np.stack([rankdata(each) / len(each) for each in scores.values()], axis=1)
    return tally_hits(
        hits_at(scores["ratio"], target.attacked_is_train, false_positives=FALSE_POSITIVES),
        target.attacked_is_train,
        statistic=weighted(ranks),
        scores=ranks.mean(axis=1),
        figures={} if target.is_planted else _figures(scores, target, rng=rng),
    )


def domias(target: Target) -> Floats:
    """Log density of the release over that of all other real persons' rows, (attacked,)."""
    release = log_density(target.points, target.minted)
    owners = (target.owners[target.rows], target.owners)
    others = log_density(target.points, target.real_points, own=owners)
    return target.largest(release - others)


def resemblance(target: Target, *, rng: np.random.Generator) -> Floats:
    """How surely a forest takes a row for synthetic, (attacked,).

    Real persons are divided into five folds whatever their side; those of a fold are scored by a
    forest that learnt to tell the release from the persons of the others.
    """
    release = _features(target.minted)
    real = _features(target.real_points)
    folds = (rng.permutation(len(target.is_train)) % _FOLDS)[target.owners]
    scores = np.zeros(len(real))
    attacked = np.isin(np.arange(len(real)), target.rows)
    for fold in range(_FOLDS):
        forest = _forest(_drawn(release, rng), _drawn(real[folds != fold], rng), rng=rng)
        scored = attacked & (folds == fold)
        if scored.any():
            scores[scored] = forest.predict_proba(real[scored])[:, 1]
    return target.largest(scores[target.rows])


def _forest(release: Floats, real: Floats, *, rng: np.random.Generator) -> ExtraTreesClassifier:
    forest = ExtraTreesClassifier(
        n_estimators=_TREES,
        class_weight="balanced",
        random_state=int(rng.integers(2**31)),
    )
    return forest.fit(np.r_[release, real], np.arange(len(release) + len(real)) < len(release))


def _features(points: Points) -> Floats:
    return np.concatenate([points.numbers, points.codes], axis=1)


def _drawn(rows: Floats, rng: np.random.Generator) -> Floats:
    return rows if len(rows) <= _MOST_ROWS else rows[rng.choice(len(rows), _MOST_ROWS, replace=False)]


def _figures(
    scores: dict[str, Floats], target: Target, *, rng: np.random.Generator
) -> dict[str, dict[str, Any]]:
    is_train = target.attacked_is_train
    figures = {f"auc_{name}": auc(each, is_train) for name, each in scores.items()}
    for share in FEWEST_CONTROLS:
        name = f"tpr_at_{share:.0%}_fpr".replace("%", "")
        figures[name] = rate_at(scores["ratio"], is_train, false_positives=share, rng=rng)
    return figures


ATTACK = Attack(
    name="membership",
    family="membership",
    threat=(
        "Somebody who holds a patient's whole record and records of other people like them claims "
        "that the patient was in the study where the release is denser than the population."
    ),
    role=AttackRole.PRIMARY,
    count=count,
    planted=True,
)

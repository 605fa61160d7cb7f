"""The assay of pictures: every attack with its controls and planted copies, as for tables."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cohort.errors import DataError, NotApplicable, Problem
from cohort.findings import Finding, Severity
from cohort.images import ImageCohort, ImageRelease, ImageSplit
from privacy.assay import FEWEST_PERSONS, Assay
from privacy.attacks.target import MOST_ATTACKED, Tally
from privacy.estimates import Outcome, RiskEstimate
from privacy.images.planted import self_test
from privacy.images.registry import find_image_attacks
from privacy.images.space import SMALLEST
from privacy.images.target import ImageAttack, ImageTarget, build_target
from privacy.judgement import is_quick, judge, mean_of, seed_of, silent, with_power
from privacy.remarks import ASK

Progress = Callable[[float], None]
_MATCHER = "orbit_copies"


def assay_images(
    release: ImageRelease,
    split: ImageSplit,
    *,
    attacks: Sequence[str] | None = None,
    seed: int = 0,
    planted: bool = True,
    progress: Progress | None = None,
) -> Assay:
    """Attack a release of pictures.

    Parameters
    ----------
    release : ImageRelease
        At least one picture, of at least 16 pixels a side; it need not be the cohort's size.
    split : ImageSplit
        Train, and the holdout that serves as control; lesions or patients are the units.
    attacks : sequence of str, optional
        Names; None is all of `IMAGE_ATTACKS`.
    seed : int
        Equal seeds give equal results.
    planted : bool
        Whether to measure what planted copies would have shown.
    progress : callable, optional
        Called with the share done, in [0, 1].

    Raises
    ------
    ConfigError
        Where an attack is unknown.
    DataError
        Where the release has no picture, or other classes, or pictures are too small.
    """
    chosen, report = find_image_attacks(attacks), progress or (lambda share: None)
    _check(release, split)
    if not chosen:
        return Assay(risks=())
    target = build_target(release, split, seed=seed_of(seed, "target"))
    steps = len(chosen) * (2 if planted else 1)
    counted: list[Tally | RiskEstimate] = []
    for place, attack in enumerate(chosen):
        counted.append(_count(attack, target, seed=seed_of(seed, attack.name)))
        report((place + 1) / steps)
    risks = judge(chosen, counted, target.is_train, seed=seed, strata=target.strata)
    quick = [attack for attack, risk in zip(chosen, risks, strict=True) if is_quick(attack, risk)]
    if not planted or not quick:
        report(1.0)
        return Assay(risks=risks, findings=_findings(target, risks))
    found = self_test(
        target, quick, seed=seed_of(seed, "planted"), progress=lambda share: report((1 + share) / 2)
    )
    risks = tuple(with_power(_with_catches(risk, found.caught), found.power) for risk in risks)
    return Assay(risks=risks, findings=_findings(target, risks), power=found.power)


def negative_control_images(
    split: ImageSplit, *, attacks: Sequence[str] | None = None, seed: int = 0, repeats: int = 1
) -> Assay:
    """What the same attacks find when the release is fresh real pictures: no leak by construction.

    The holdout's groups are divided into halves, evenly over the classes, one released and one the
    control, then swapped, and this ``repeats`` times, as `privacy.assay.negative_control` does.

    Parameters
    ----------
    split : ImageSplit
        Without a holdout every attack is not applicable.
    attacks : sequence of str, optional
        Names; None is all.
    seed : int
        Of the halves.
    repeats : int, >= 1
        Divisions into halves.
    """
    if split.holdout.n_groups < 2:
        missing = [silent(attack, Outcome.NOT_APPLICABLE, ASK) for attack in find_image_attacks(attacks)]
        return Assay(risks=tuple(missing))
    found = []
    for turn in range(repeats):
        parts = _halves(split.holdout, seed=seed_of(seed, f"halves {turn}"))
        for released, control in (parts, parts[::-1]):
            fresh = ImageRelease(
                pixels=released.pixels, labels=released.labels, classes=released.classes, made_by="holdout"
            )
            aside = replace(split, holdout=control)
            found.append(assay_images(fresh, aside, attacks=attacks, seed=seed, planted=False))
    together = zip(*(each.risks for each in found), strict=True)
    return Assay(risks=tuple(mean_of(list(risks)) for risks in together))


def _halves(cohort: ImageCohort, *, seed: int) -> tuple[ImageCohort, ImageCohort]:
    """Divide the groups at random, evenly over classes, however few a class has."""
    groups, first = np.unique(cohort.groups, return_index=True)
    order = np.random.default_rng(seed).permutation(len(groups))
    order = order[np.argsort(cohort.labels[first][order], kind="stable")]
    one = np.isin(cohort.groups, groups[order[::2]])
    return cohort.images(one), cohort.images(~one)


def _count(attack: ImageAttack, target: ImageTarget, *, seed: int) -> Tally | RiskEstimate:
    """What the attack counted, or why it counted nothing."""
    n, n_control = int(target.is_train.sum()), int((~target.is_train).sum())
    if attack.needs_control and not target.has_control:
        return silent(attack, Outcome.NOT_APPLICABLE, ASK, n=n)
    if min(n, n_control if target.has_control else n) < FEWEST_PERSONS:
        reason = f"fewer than {FEWEST_PERSONS} lesions or patients on one side cannot tell"
        return silent(attack, Outcome.INCONCLUSIVE, reason, n=n, n_control=n_control)
    try:
        return attack.count(target, seed=seed)
    except NotApplicable as error:
        return silent(attack, Outcome.NOT_APPLICABLE, str(error), n=n, n_control=n_control)


def _with_catches(risk: RiskEstimate, caught: dict[str, dict[str, Any]]) -> RiskEstimate:
    return replace(risk, figures=risk.figures | caught) if risk.attack == _MATCHER else risk


def _findings(target: ImageTarget, risks: Sequence[RiskEstimate]) -> tuple[Finding, ...]:
    """What a reader of the figures must know besides them."""
    findings = []
    if target.sampled:
        findings.append(
            Finding(
                code="attacked_sample",
                severity=Severity.TIP,
                title=f"Attacks were tried on at most {MOST_ATTACKED} lesions or patients of each side",
                explanation="They were drawn at random; flags of near copies are of these alone.",
            )
        )
    if any(risk.attack == "exact_images" and risk.train for risk in risks):
        findings.append(
            Finding(
                code="exact_copies",
                severity=Severity.ISSUE,
                title="Some pictures of train stand in the release",
                explanation="Pixel for pixel, perhaps turned. Remove them, or find out why they are there.",
            )
        )
    return tuple(findings)


def _check(release: ImageRelease, split: ImageSplit) -> None:
    train = split.train
    problems = []
    for where, pictures in (("release", len(release)), ("train", len(train))):
        if not pictures:
            problems.append(Problem(what="there is no picture.", where=where, remedy="Give at least one."))
    if release.classes != train.classes:
        remedy = f"Name the classes as the cohort does: {', '.join(train.classes)}."
        problems.append(Problem(what="it has other classes than the cohort.", where="release", remedy=remedy))
    if split.holdout.pixels.shape[1:] != train.pixels.shape[1:]:
        what = "its pictures are not of train's size."
        problems.append(Problem(what=what, where="holdout", remedy="Read both at one size."))
    for where, pixels in (("release", release.pixels), ("train", train.pixels)):
        square = pixels.ndim == 4 and pixels.shape[1] == pixels.shape[2] and pixels.shape[3] == 3
        if not square or pixels.shape[1] < SMALLEST or pixels.dtype != np.uint8:
            remedy = f"Give squares of at least {SMALLEST} pixels a side, three colours of 8 bits."
            problems.append(Problem(what="pictures cannot be compared.", where=where, remedy=remedy))
    if problems:
        raise DataError(problems)

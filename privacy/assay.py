"""The assay: every attack with its controls, and one corrected p for each that leads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import DataError, NotApplicable, Problem
from cohort.findings import Finding
from cohort.split import Split
from privacy.attacks.registry import find_attacks
from privacy.attacks.target import Attack, Floats, Tally, Target, build_target
from privacy.cross_fit import count_folds, of_each_fold
from privacy.estimates import Outcome, RiskEstimate
from privacy.exposure import Exposure, exposure
from privacy.judgement import is_quick, judge, mean_of, seed_of, silent, with_power
from privacy.planted import FAMILY, Power, power_curves
from privacy.remarks import ASK, about_copies, about_holdout, about_split, about_target
from privacy.two_sample import holdout_differs

FEWEST_PERSONS = 20

Progress = Callable[[float], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Assay:
    """What the attacks found on one release.

    Parameters
    ----------
    risks : tuple of RiskEstimate
        One for each attack asked for, in the registry's order of asking.
    findings : tuple of Finding
        What a reader of the figures must know besides.
    exposure : DataFrame, (attacked train persons, 2), optional
        Who of train looks exposed. Internal: it never leaves the house.
    power : tuple of Power
        How often planted copies were caught, for the attacks quick enough to be tried on them,
        and for the primary ones together.
    """

    risks: tuple[RiskEstimate, ...]
    findings: tuple[Finding, ...] = ()
    exposure: Exposure | None = None
    power: tuple[Power, ...] = field(default=())

    @property
    def detectable(self) -> float | None:
        """The smallest share of copied records that the primary attacks, corrected, caught."""
        return next((found.detectable for found in self.power if found.attack == FAMILY), None)


def assay(
    synthetic: pd.DataFrame | Sequence[pd.DataFrame],
    split: Split,
    *,
    attacks: Sequence[str] | None = None,
    seed: int = 0,
    planted: bool = True,
    progress: Progress | None = None,
) -> Assay:
    """Attack a release.

    Parameters
    ----------
    synthetic : DataFrame, (rows, released columns), rows >= 1
        Typed as the cohort's table. For a split that is cross-fitted a sequence of two: the
        release made from the train of each of its folds.
    split : Split
        Train, and the holdout that serves as control.
    attacks : sequence of str, optional
        Names; None is the default list.
    seed : int
        Equal seeds give equal results.
    planted : bool
        Whether to measure what planted copies would have shown.
    progress : callable, optional
        Called with the share done, in [0, 1].

    Raises
    ------
    ConfigError
        Where an attack is unknown, or there are not as many releases as folds.
    DataError
        Where the release has no row or lacks a column.
    """
    chosen, report = find_attacks(attacks), progress or (lambda share: None)
    releases = of_each_fold(synthetic, split)
    for release in releases:
        _check(release, split)
    if not chosen:
        return Assay(risks=(), findings=about_split(split))
    target = _target(releases, split, seed=seed_of(seed, "target"))
    steps = len(chosen) * (2 if planted else 1)
    counted: list[Tally | RiskEstimate] = []
    for place, attack in enumerate(chosen):
        counted.append(_count(attack, target, seed=seed_of(seed, attack.name)))
        report((place + 1) / steps)
    risks = judge(chosen, counted, target.attacked_is_train, seed=seed)
    differs = holdout_differs(split, seed=seed_of(seed, "two samples"))
    if differs:
        risks = tuple(_confounded(risk) for risk in risks)
    quick = [attack for attack, risk in zip(chosen, risks, strict=True) if is_quick(attack, risk)]
    power: tuple[Power, ...] = ()
    if planted and quick:
        power = power_curves(
            target, quick, seed=seed_of(seed, "planted"), progress=lambda share: report((1 + share) / 2)
        )
    report(1.0)
    return Assay(
        risks=tuple(with_power(risk, power) for risk in risks),
        findings=(
            *about_split(split),
            *about_holdout(differs=differs),
            *about_target(target),
            *about_copies(risks),
        ),
        exposure=exposure(target, *_scores(chosen, counted, target)),
        power=power,
    )


def negative_control(
    split: Split, *, attacks: Sequence[str] | None = None, seed: int = 0, repeats: int = 1
) -> Assay:
    """What the same attacks find when the release is fresh real patients: no leak by construction.

    The holdout is divided by person into halves, one released and one the control, then swapped,
    and this ``repeats`` times, in each fold; train stays the target. Rates, excesses and the ends of
    their intervals are means over all of these: dependent estimates never have a larger standard
    error than the mean of theirs. The p-values are combined by twice their mean.

    Parameters
    ----------
    split : Split
        Without a holdout every attack is not applicable.
    attacks : sequence of str, optional
        Names; None is the default list.
    seed : int
        Of the halves.
    repeats : int, >= 1
        Divisions into halves.
    """
    if split.holdout is None or split.holdout.n_persons < 2:
        missing = [silent(attack, Outcome.NOT_APPLICABLE, ASK) for attack in find_attacks(attacks)]
        return Assay(risks=tuple(missing), findings=about_split(split))
    found = []
    aside = [(fold, fold.holdout) for fold in split.folds if fold.holdout is not None]
    for (fold, holdout), turn in product(aside, range(repeats)):
        parts = halves(holdout, seed=seed_of(seed, f"halves {turn}"))
        for released, control in (parts, parts[::-1]):
            fresh = replace(fold, holdout=control)
            found.append(assay(released.released, fresh, attacks=attacks, seed=seed, planted=False))
    together = zip(*(each.risks for each in found), strict=True)
    return Assay(risks=tuple(mean_of(list(risks)) for risks in together), findings=about_split(split))


def _target(releases: Sequence[pd.DataFrame], split: Split, *, seed: int) -> Target:
    """The persons before the release; cross-fitted, before the other one as well."""
    targets = [build_target(each, split, seed=seed, swapped=i > 0) for i, each in enumerate(releases)]
    return targets[0] if len(targets) == 1 else replace(targets[0], opposite=targets[1])


def _count(attack: Attack, target: Target, *, seed: int) -> Tally | RiskEstimate:
    """What the attack counted, or why it counted nothing."""
    n = sum(int(fold.is_train.sum()) for fold in target.folds)
    n_control = sum(int((~fold.is_train).sum()) for fold in target.folds)
    if attack.needs_control and not target.has_control:
        return silent(attack, Outcome.NOT_APPLICABLE, ASK, n=n)
    if min(n, n_control if target.has_control else n) < FEWEST_PERSONS:
        reason = f"fewer than {FEWEST_PERSONS} persons on one side cannot tell"
        return silent(attack, Outcome.INCONCLUSIVE, reason, n=n, n_control=n_control)
    try:
        return count_folds(attack, target, seed=seed)
    except NotApplicable as error:
        return silent(attack, Outcome.NOT_APPLICABLE, str(error), n=n, n_control=n_control)


def _confounded(risk: RiskEstimate) -> RiskEstimate:
    """The same figures, of which nobody can tell whether they come from a leak."""
    if risk.control is None or risk.outcome is not Outcome.ESTIMATED:
        return risk
    reason = "the holdout given is not of the same kind as the rows used: an excess need not be a leak"
    return replace(risk, outcome=Outcome.INCONCLUSIVE, reason=reason, p_adjusted=None, alarm=False)


def _scores(
    attacks: Sequence[Attack], counted: Sequence[Tally | RiskEstimate], target: Target
) -> list[dict[str, Floats]]:
    """The attacks that rank all attacked persons, for each fold."""
    ranking = {
        attack.name: [fold.scores for fold in tally.folds or (tally,) if fold.scores is not None]
        for attack, tally in zip(attacks, counted, strict=True)
        if isinstance(tally, Tally) and tally.scores is not None and len(tally.scores) == len(target.attacked)
    }
    return [{name: scores[i] for name, scores in ranking.items()} for i in range(len(target.folds))]


def halves(cohort: Cohort, *, seed: int) -> tuple[Cohort, Cohort]:
    """Divide a cohort's persons at random: one half to be released, the other for control."""
    order = np.random.default_rng(seed).permutation(cohort.n_persons)
    middle = cohort.n_persons // 2
    return cohort.of_persons(order[:middle]), cohort.of_persons(order[middle:])


def _check(synthetic: pd.DataFrame, split: Split) -> None:
    absent = [column.name for column in split.train.schema.released if column.name not in synthetic]
    problems = [
        Problem(what=f"column {name!r} is absent.", where="release", remedy="Give every released column.")
        for name in absent
    ]
    if not len(synthetic):
        problems.append(Problem(what="there is no row.", where="release", remedy="Give at least one row."))
    if problems:
        raise DataError(problems)

"""Judging: counts become estimates, corrected together; whatever the attacks were tried on."""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from privacy.attacks.target import AttackOn, Bools, Floats, Ints, Tally
from privacy.cross_fit import mean_figures, paired_hits
from privacy.estimates import AttackRole, Outcome, RiskEstimate
from privacy.planted import Power
from privacy.statistics import (
    ALARM,
    draw_labels,
    newcombe,
    newcombe_paired,
    p_value,
    twice_the_mean,
    westfall_young,
)

Named = AttackOn[Any]
_DRAWS = 999


def judge(
    attacks: Sequence[Named],
    counted: Sequence[Tally | RiskEstimate],
    is_train: Bools,
    *,
    seed: int,
    strata: Ints | None = None,
) -> tuple[RiskEstimate, ...]:
    """Turn counts into estimates: all that attack the same persons on the same permutations.

    Parameters
    ----------
    attacks : sequence of AttackOn
        Whatever they attack.
    counted : sequence of Tally or RiskEstimate
        What each counted, or why it counted nothing.
    is_train : ndarray, (attacked,)
        Who of the attacked is train.
    seed : int
        Of the permutations.
    strata : ndarray, (attacked,), int, optional
        Labels are permuted within these only.
    """
    rng = np.random.default_rng(seed_of(seed, "labels"))
    shared = draw_labels(is_train, draws=_DRAWS, rng=rng, strata=strata)
    values: dict[str, Floats] = {}
    for attack, tally in zip(attacks, counted, strict=True):
        if isinstance(tally, Tally) and not is_train.all():
            values[attack.name] = tally.statistic(_labels(tally.is_train, shared, rng))
    leading = {a.name: values[a.name] for a in attacks if a.role is AttackRole.PRIMARY and a.name in values}
    adjusted = westfall_young(leading, {attack.name: attack.weight for attack in attacks})
    return tuple(
        _estimate(attack, tally, values=values.get(attack.name), p_adjusted=adjusted.get(attack.name))
        if isinstance(tally, Tally)
        else tally
        for attack, tally in zip(attacks, counted, strict=True)
    )


def _labels(is_train: Bools, shared: Bools, rng: np.random.Generator) -> Bools:
    """The shared permutations, or new ones for an attack that counted on other persons."""
    return shared if np.array_equal(is_train, shared[0]) else draw_labels(is_train, draws=_DRAWS, rng=rng)


def _estimate(
    attack: Named, tally: Tally, *, values: Floats | None, p_adjusted: float | None
) -> RiskEstimate:
    found = RiskEstimate(
        attack=attack.name,
        family=attack.family,
        threat=attack.threat,
        role=attack.role,
        n=tally.n,
        n_control=tally.n_control,
        train=tally.train,
        control=tally.control,
        naive=tally.naive,
        figures=tally.figures,
    )
    if tally.control is None or values is None:
        return replace(found, role=AttackRole.DIAGNOSTIC)
    paired = paired_hits(tally)
    low, high = (
        newcombe(tally.train, tally.trials, tally.control, tally.trials_control, level=found.level)
        if paired is None
        else newcombe_paired(*paired, level=found.level)
    )
    p = p_value(values)
    judged = replace(found, excess=tally.train - tally.control, low=low, high=high, p=p)
    return replace(judged, p_adjusted=p_adjusted, alarm=p <= ALARM)


def silent(attack: Named, outcome: Outcome, reason: str, *, n: int = 0, n_control: int = 0) -> RiskEstimate:
    """An estimate that says only why there is none."""
    return RiskEstimate(
        attack=attack.name,
        family=attack.family,
        threat=attack.threat,
        role=attack.role,
        outcome=outcome,
        reason=reason,
        n=n,
        n_control=n_control,
    )


def is_quick(attack: Named, risk: RiskEstimate) -> bool:
    """Whether the attack can be tried on planted copies."""
    return attack.planted and risk.outcome is Outcome.ESTIMATED and risk.excess is not None


def with_power(risk: RiskEstimate, power: Sequence[Power]) -> RiskEstimate:
    """The estimate beside what planted copies showed of its attack."""
    for found in power:
        if found.attack == risk.attack:
            return replace(risk, detectable=found.detectable, ceiling=found.ceiling)
    return risk


def mean_of(risks: Sequence[RiskEstimate]) -> RiskEstimate:
    """One estimate of several; where one of them could not tell, neither can all."""
    for risk in risks:
        if risk.outcome is not Outcome.ESTIMATED:
            return risk
    p, adjusted = _together(risks, "p"), _together(risks, "p_adjusted")
    return replace(
        risks[0],
        n=min(risk.n for risk in risks),
        n_control=min(risk.n_control for risk in risks),
        train=_mean(risks, "train"),
        control=_mean(risks, "control"),
        naive=_mean(risks, "naive"),
        excess=_mean(risks, "excess"),
        low=_mean(risks, "low"),
        high=_mean(risks, "high"),
        p=p,
        p_adjusted=adjusted,
        alarm=p is not None and p <= ALARM,
        figures=mean_figures([risk.figures for risk in risks], counts=min),
    )


def _mean(risks: Sequence[RiskEstimate], name: str) -> float | None:
    values = [getattr(risk, name) for risk in risks]
    return None if None in values else float(np.mean(values))


def _together(risks: Sequence[RiskEstimate], name: str) -> float | None:
    values = [getattr(risk, name) for risk in risks]
    return None if None in values else twice_the_mean(values)


def seed_of(seed: int, purpose: str) -> int:
    """A seed for each purpose, so that leaving one attack out changes no other."""
    return int(np.random.SeedSequence([seed, zlib.crc32(purpose.encode())]).generate_state(1)[0])

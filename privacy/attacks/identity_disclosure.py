"""Meaningful identity disclosure: a match on quasi-identifiers that also teaches something new.

El Emam, Mosquera and Bass 2020, doi:10.2196/23139. A match is worth 1/f to an attacker who goes
from the population to the sample, f being the persons of the sample who look alike, and 1/F to
one who goes from the sample to the population. It is meaningful only if the matched row also
tells the patient's sensitive values, and these are not what anybody would have guessed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import hyp2f1

from cohort.classes import class_codes, persons_in
from cohort.encode import as_floats
from cohort.errors import NotApplicable
from cohort.schema import Column
from privacy.attacks.qi_match import quasi_classes
from privacy.attacks.secrets import TOLERANCE, choose_secrets, require_variety
from privacy.attacks.target import Attack, Bools, Floats, Ints, Tally, Target, tally_hits
from privacy.estimates import AttackRole
from privacy.statistics import weighted, wilson

SHARE_LEARNT = 0.05
_SPREAD = 1.48  # of a normal law, the standard deviation in median absolute deviations


@dataclass(frozen=True, kw_only=True, eq=False)
class _Matches:
    """The attacked rows and what they match, each (attacked rows,).

    Parameters
    ----------
    alike, alike_pooled : ndarray
        Persons with the row's quasi-identifiers, the row's own counted: among train, and among
        train and control together.
    taught : ndarray, bool
        Whether a match teaches something new.
    told : ndarray, in [0, 1]
        How much a random matched row tells, each value worth its rarity.
    """

    alike: Ints
    alike_pooled: Ints
    taught: Bools
    told: Floats


def count(target: Target, *, seed: int) -> Tally:  # noqa: ARG001
    """Count persons whom a match on the quasi-identifiers picks out and tells something new about.

    A person's hit is 1/f where a synthetic row has their quasi-identifiers and teaches something,
    f being the train persons who have them too; somebody of control stands among train as one
    more. Of several rows of a person the worst counts. A match teaches something where matched
    rows tell at least 5 % of the sensitive columns: a category that fewer than half of the
    persons have, or a number y with p |x - y| < 1.48 MAD, where x is the patient's, MAD the median
    absolute deviation and p the share of persons within 1.48 MAD of x.

    The statistic looks at train and control together, so that permuted labels change no class:
    it is the larger of the hits' excess and that of a second hit, which asks how much a random
    matched row tells (numbers within .05 on the quantile scale) and weighs values by rarity.
    """
    matches = _match(target)
    hits = target.largest(matches.taught / matches.alike)
    pooled = target.largest(matches.taught / matches.alike_pooled)
    told = target.largest(matches.told / matches.alike_pooled)
    return tally_hits(
        hits,
        target.attacked_is_train,
        statistic=weighted(np.column_stack([pooled, told])),
        figures={} if target.is_planted else _figures(target, matches, fraction=1.0),
    )


def meaningful_disclosure(target: Target, *, fraction: float = 1.0) -> dict[str, dict[str, Any]]:
    """The risk that El Emam, Mosquera and Bass compare with 0.09.

    Parameters
    ----------
    target : Target
        The release and the persons.
    fraction : float, in (0, 1]
        Train's share of the population that it was drawn from. 1, where the population is not
        known, takes train for its own population: both directions are then alike, and the risk
        is the highest possible.

    Returns
    -------
    dict
        ``meaningful_disclosure``, the larger direction for train, and ``... of fresh persons``,
        that of control: each value, low, high (95 %) and n.

    Raises
    ------
    NotApplicable
        Where the schema names no quasi-identifier or no sensitive column.
    """
    return _figures(target, _match(target), fraction=fraction)


def worth(alike: Ints, *, fraction: float = 1.0) -> Floats:
    """What a match is worth to an attacker, the larger of both directions, in (0, 1].

    Parameters
    ----------
    alike : ndarray, (rows,), >= 1
        f, persons of the sample in the row's class.
    fraction : float, in (0, 1]
        The sampling fraction.

    Returns
    -------
    ndarray, (rows,)
        From population to sample ``fraction / f``. From sample to population the mean of 1/F given
        f under Bethlehem, Keller and Pannekoek's model (doi:10.1080/01621459.1990.10475304), never
        smaller; 1/f where the sample is the population.
    """
    to_sample = fraction / alike
    if fraction == 1.0:
        return to_sample
    to_population = fraction**alike / alike * hyp2f1(alike, alike, alike + 1, 1 - fraction)
    # The series overflows for big classes, where 1/F is fraction/f to any accuracy that counts.
    return np.maximum(np.where(np.isfinite(to_population), to_population, 0.0), to_sample)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Runs:
    """For each attacked row a run of the pool's rows, so that those released among them are soon counted.

    Parameters
    ----------
    order : ndarray, (pool rows,), int
        Positions in the pool, sorted by class and value.
    low, high : ndarray, (attacked rows,), int
        Where the run begins and ends in ``order``.
    """

    order: Ints
    low: Ints
    high: Ints

    def count(self, released: Bools) -> Ints:
        """How many of each row's run are released, (attacked rows,)."""
        ends = np.concatenate([[0], np.cumsum(released[self.order])])
        return np.asarray(ends[self.high] - ends[self.low], dtype=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Column:
    """What a match says of one sensitive column.

    Parameters
    ----------
    teaching, telling : _Runs
        Matched rows that teach it by El Emam's rule, and those that tell it.
    uncommon : ndarray, (attacked rows,), bool
        Whose value can be taught.
    rarity : ndarray, (attacked rows,)
        What being told one's value is worth.
    """

    teaching: _Runs
    telling: _Runs
    uncommon: Bools
    rarity: Floats


def _match(target: Target) -> _Matches:
    if not target.schema.quasi_identifiers:
        raise NotApplicable("the schema names no quasi-identifier")
    columns = target.once(_columns)
    if not columns:
        raise NotApplicable("the schema calls no column sensitive or target, so a match teaches nothing")
    released = np.zeros(len(target.pool.table), dtype=bool)
    released[target.released] = True
    matched = target.once(_alike_rows).count(released)
    learnt = [each.uncommon & (each.teaching.count(released) > 0) for each in columns]
    told = np.mean([each.telling.count(released) * each.rarity for each in columns], axis=0)
    alike, alike_pooled = target.once(_alike)
    return _Matches(
        alike=alike,
        alike_pooled=alike_pooled,
        taught=(matched > 0) & (np.sum(learnt, axis=0) >= SHARE_LEARNT * len(columns)),
        told=told / np.maximum(matched, 1),
    )


def _columns(target: Target) -> list[_Column]:
    secrets = choose_secrets(target.schema, most=len(target.schema.columns))
    if secrets:
        require_variety(target.encoder, secrets)
    return [_column(target, column) for column in secrets]


def _alike(target: Target) -> tuple[Ints, Ints]:
    """Persons of each attacked row's class: train's and the row's own, and everybody."""
    mine, _ = target.once(quasi_classes)
    classes, trained = int(mine.max()) + 1, target.is_train[target.owners]
    own = mine[target.rows]
    train = persons_in(mine[trained], target.owners[trained], classes=classes)[own]
    return train + ~trained[target.rows], persons_in(mine, target.owners, classes=classes)[own]


def _alike_rows(target: Target) -> _Runs:
    """The pool's rows in each attacked row's class."""
    mine, theirs = target.once(quasi_classes)
    return _equal(mine[target.rows], theirs)


def _column(target: Target, column: Column) -> _Column:
    mine, theirs = target.once(quasi_classes)
    mine = mine[target.rows]
    real, pool = target.real[column.name].iloc[target.rows], target.pool.table[column.name]
    known = ~real.isna().to_numpy()
    if column.kind.is_numeric and known.any():
        values, others = as_floats(real), as_floats(pool)
        spread = _SPREAD * _deviation(values[known])
        if spread > 0:
            width = spread / np.maximum(_share_within(values, spread), 1 / len(values))
            everybody = np.sort(as_floats(target.real[column.name].dropna()))
            ranks, minted = _quantiles(values, everybody), _quantiles(others, everybody)
            return _Column(
                teaching=_within(values, others, mine, theirs, width),
                telling=_within(ranks, minted, mine, theirs, TOLERANCE),
                uncommon=known,
                rarity=1 - _share_within(ranks, TOLERANCE),
            )
    # A number that most persons have alike has no spread: it is told like a category.
    codes = class_codes(pd.concat([real, pool], ignore_index=True).to_frame(), [column.name])
    cells, step = codes[: len(real)], int(codes.max()) + 1
    share = np.bincount(cells)[cells] / len(cells)
    runs = _equal(mine * step + cells, theirs * step + codes[len(real) :])
    return _Column(
        teaching=runs, telling=runs, uncommon=known & (share < 0.5), rarity=np.where(known, 1 - share, 0.0)
    )


def _share_within(values: Floats, width: float) -> Floats:
    """The share of the attacked rows whose value lies nearer to each row's than ``width``."""
    everywhere = np.zeros(len(values), dtype=np.int64)
    runs = _within(values, values, everywhere, everywhere, width)
    return (runs.high - runs.low) / len(values)


def _within(values: Floats, others: Floats, mine: Ints, theirs: Ints, width: Floats | float) -> _Runs:
    """Others of the same class that lie nearer to each value than ``width``; missing never does."""
    known = np.flatnonzero(~np.isnan(others))
    levels, ranks = np.unique(others[known], return_inverse=True)
    step = len(levels) + 1
    keys = theirs[known] * step + ranks
    order = np.argsort(keys, kind="stable")
    first, beyond = (
        np.searchsorted(levels, values - width, "right"),
        np.searchsorted(levels, values + width, "left"),
    )
    low, high = (np.searchsorted(keys[order], mine * step + ranks) for ranks in (first, beyond))
    high = np.where(np.isnan(values), low, np.maximum(high, low))
    return _Runs(order=known[order], low=low, high=high)


def _equal(keys: Ints, others: Ints) -> _Runs:
    """Others with the same key."""
    order = np.argsort(others, kind="stable")
    low, high = (np.searchsorted(others[order], keys, side) for side in ("left", "right"))
    return _Runs(order=order, low=low, high=high)


def _quantiles(values: Floats, known: Floats) -> Floats:
    sides = [np.searchsorted(known, values, side) for side in ("left", "right")]
    return np.where(np.isnan(values), np.nan, (sides[0] + sides[1]) / (2 * max(len(known), 1)))


def _deviation(values: Floats) -> float:
    return float(np.median(np.abs(values - np.median(values))))


def _figures(target: Target, matches: _Matches, *, fraction: float) -> dict[str, dict[str, Any]]:
    risks = target.largest(matches.taught * worth(matches.alike, fraction=fraction))
    is_train = target.attacked_is_train
    figures = {"meaningful_disclosure": _mean(risks[is_train])}
    if not is_train.all():
        figures["meaningful_disclosure of fresh persons"] = _mean(risks[~is_train])
    return figures


def _mean(risks: Floats) -> dict[str, Any]:
    low, high = wilson(float(risks.sum()), len(risks))
    return {"value": float(risks.mean()), "low": low, "high": high, "n": len(risks)}


ATTACK = Attack(
    name="identity_disclosure",
    family="linkage",
    threat=(
        "Somebody who knows a patient's quasi-identifiers finds rows of the release that have "
        "them, and learns from these something uncommon that is true of the patient."
    ),
    role=AttackRole.PRIMARY,
    count=count,
    needs_control=False,
    planted=True,
)

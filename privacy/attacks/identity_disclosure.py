"""Meaningful identity disclosure: a match on quasi-identifiers that also teaches something new.

El Emam, Mosquera and Bass 2020, doi:10.2196/23139. A match is worth 1/f to an attacker who goes
from the population to the sample, f being the persons of the sample who look alike, and 1/F to
one who goes from the sample to the population. It is meaningful only if the matched row also
tells the patient's sensitive values, and these are not what anybody would have guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import hyp2f1

from cohort.classes import class_codes
from cohort.encode import as_floats
from cohort.errors import NotApplicable
from cohort.schema import Column
from privacy.attacks.secrets import TOLERANCE, choose_secrets
from privacy.attacks.target import Attack, Bools, Floats, Ints, Tally, Target, tally_hits
from privacy.estimates import AttackRole
from privacy.statistics import bootstrap_mean, weighted

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


def count(target: Target, *, seed: int) -> Tally:
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
        figures={} if target.is_planted else _figures(target, matches, fraction=1.0, seed=seed),
    )


def meaningful_disclosure(
    target: Target, *, fraction: float = 1.0, seed: int = 0
) -> dict[str, dict[str, Any]]:
    """The risk that El Emam, Mosquera and Bass compare with 0.09.

    Parameters
    ----------
    target : Target
        The release and the persons.
    fraction : float, in (0, 1]
        Train's share of the population that it was drawn from. 1, where the population is not
        known, takes train for its own population: both directions are then alike, and the risk
        is the highest possible.
    seed : int
        Of the bootstrap over persons.

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
    return _figures(target, _match(target), fraction=fraction, seed=seed)


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


def _match(target: Target) -> _Matches:
    names = list(target.schema.quasi_identifiers)
    columns = choose_secrets(target.schema, most=len(target.schema.columns))
    if not names:
        raise NotApplicable("the schema names no quasi-identifier")
    if not columns:
        raise NotApplicable("the schema calls no column sensitive or target, so a match teaches nothing")
    rows = target.rows
    everybody, minted = _classes(target.real, target.synthetic, names)
    matched = np.bincount(minted, minlength=int(everybody.max()) + 1)[everybody[rows]]
    learnt = [_learn(target, column, everybody[rows], minted) for column in columns]
    taught = np.sum([counts > 0 for counts, _ in learnt], axis=0) >= SHARE_LEARNT * len(columns)
    told = np.mean([rarely for _, rarely in learnt], axis=0) / np.maximum(matched, 1)
    trained = target.is_train[target.owners]
    return _Matches(
        alike=_persons(everybody, target.owners, trained)[rows] + ~trained[rows],
        alike_pooled=_persons(everybody, target.owners, np.ones(len(trained), dtype=bool))[rows],
        taught=(matched > 0) & taught,
        told=told,
    )


def _learn(target: Target, column: Column, mine: Ints, theirs: Ints) -> tuple[Ints, Floats]:
    """Matched rows that teach the column by El Emam's rule, and those that tell it, times its rarity."""
    real, synthetic = target.real[column.name].iloc[target.rows], target.synthetic[column.name]
    known = ~real.isna().to_numpy()
    numeric = column.kind.is_numeric and known.any()
    values = as_floats(real) if numeric else np.zeros(len(real))
    spread = _SPREAD * _deviation(values[known]) if numeric else 0.0
    if spread > 0:
        everywhere = np.zeros(len(values), dtype=np.int64)
        share = _within(values, values, everywhere, everywhere, spread) / len(values)
        width = spread / np.maximum(share, 1 / len(values))
        counts = _within(values, as_floats(synthetic), mine, theirs, width)
        return counts, _told(target, column, mine, theirs)
    # A number that most persons have alike has no spread: it is told like a category.
    cells, minted = _classes(real.to_frame(), synthetic.to_frame(), [column.name])
    share = np.bincount(cells)[cells] / len(cells)
    told = np.where(known, _equal(cells, minted, mine, theirs), 0)
    return np.where(share < 0.5, told, 0), told * (1 - share)


def _told(target: Target, column: Column, mine: Ints, theirs: Ints) -> Floats:
    """Matched rows whose number lies within .05 on the quantile scale, times how few persons' do."""
    known = np.sort(as_floats(target.real[column.name].dropna()))
    values = _quantiles(as_floats(target.real[column.name].iloc[target.rows]), known)
    minted = _quantiles(as_floats(target.synthetic[column.name]), known)
    everywhere = np.zeros(len(values), dtype=np.int64)
    share = _within(values, values, everywhere, everywhere, TOLERANCE) / len(values)
    return _within(values, minted, mine, theirs, TOLERANCE) * (1 - share)


def _within(values: Floats, others: Floats, mine: Ints, theirs: Ints, width: Floats | float) -> Ints:
    """How many others of the same class lie nearer to each value than ``width``; missing never does."""
    known = ~np.isnan(others)
    levels, ranks = np.unique(others[known], return_inverse=True)
    step = len(levels) + 1
    keys = np.sort(theirs[known] * step + ranks)
    low = np.searchsorted(levels, values - width, "right")
    high = np.searchsorted(levels, values + width, "left")
    counts = np.searchsorted(keys, mine * step + high) - np.searchsorted(keys, mine * step + low)
    return np.where(np.isnan(values), 0, counts).astype(np.int64)


def _equal(cells: Ints, minted: Ints, mine: Ints, theirs: Ints) -> Ints:
    """How many others of the same class have the same value."""
    step = int(max(cells.max(initial=0), minted.max(initial=0))) + 1
    levels, sizes = np.unique(theirs * step + minted, return_counts=True)
    keys = mine * step + cells
    place = np.minimum(np.searchsorted(levels, keys), len(levels) - 1)
    return np.where(levels[place] == keys, sizes[place], 0).astype(np.int64)


def _classes(real: pd.DataFrame, synthetic: pd.DataFrame, names: Sequence[str]) -> tuple[Ints, Ints]:
    columns = list(names)
    codes = class_codes(pd.concat([real[columns], synthetic[columns]], ignore_index=True), columns)
    return codes[: len(real)], codes[len(real) :]


def _persons(classes: Ints, owners: Ints, chosen: Bools) -> Ints:
    """How many different persons among the chosen rows each row's class has, (rows,)."""
    most = int(owners.max()) + 1
    pairs = np.unique(classes[chosen] * most + owners[chosen])
    return np.bincount(pairs // most, minlength=int(classes.max()) + 1)[classes].astype(np.int64)


def _quantiles(values: Floats, known: Floats) -> Floats:
    sides = [np.searchsorted(known, values, side) for side in ("left", "right")]
    return np.where(np.isnan(values), np.nan, (sides[0] + sides[1]) / (2 * max(len(known), 1)))


def _deviation(values: Floats) -> float:
    return float(np.median(np.abs(values - np.median(values))))


def _figures(target: Target, matches: _Matches, *, fraction: float, seed: int) -> dict[str, dict[str, Any]]:
    rng = np.random.default_rng(seed)
    risks = target.largest(matches.taught * worth(matches.alike, fraction=fraction))
    is_train = target.attacked_is_train
    figures = {"meaningful_disclosure": _mean(risks[is_train], rng)}
    if not is_train.all():
        figures["meaningful_disclosure of fresh persons"] = _mean(risks[~is_train], rng)
    return figures


def _mean(risks: Floats, rng: np.random.Generator) -> dict[str, Any]:
    low, high = bootstrap_mean(risks, rng=rng)
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

"""Planted leaks: what the assay would have seen, had the release held copies of train's persons.

Jittered copies of train's rows replace random rows of the release under test, and the attacks are
read on the same permutations of labels as before.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

import numpy as np
import pandas as pd

from cohort.encode import as_floats, joined, nearest
from cohort.errors import NotApplicable
from cohort.schema import Column, Kind
from privacy.attacks.target import Attack, AttackOn, Bools, Floats, Ints, Pool, Tally, Target
from privacy.ceiling import ceiling
from privacy.cross_fit import count_folds
from privacy.estimates import AttackRole
from privacy.statistics import ALARM, draw_labels, p_value, smallest_detectable, westfall_young

Aim = TypeVar("Aim")

FAMILY = "family"
"""The primary attacks together: what the verdict's corrected p would have caught."""

SHARES = (0.01, 0.02, 0.05, 0.1, 0.2)
REPEATS = 40
REPEATS_BIG = 20  # where not all persons are attacked
CEILING_SHARE = 0.05
DRAWS = 999  # fewer could not reach the small p that the family leaves to a light attack
_JITTER = 0.05


@dataclass(frozen=True, kw_only=True)
class Power:
    """What an attack saw of planted copies.

    Parameters
    ----------
    attack : str
        Its name, or `FAMILY`.
    caught : dict of float to float
        For each share of copied records, in how many of the repeats its p was at most 0.05.
    ceiling : float, optional
        The highest power that any attack can have at 5 % of copied records; None for an attack
        that ranks nobody.
    """

    attack: str
    caught: dict[float, float]
    ceiling: float | None = None

    @property
    def detectable(self) -> float | None:
        """The smallest share caught in 80 % of the repeats, and every larger one."""
        return smallest_detectable(self.caught)


def power_curves(
    target: Target,
    attacks: Sequence[Attack],
    *,
    seed: int,
    repeats: int | None = None,
    shares: Sequence[float] = SHARES,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[Power, ...]:
    """Try attacks on planted copies at this release's and these persons' own size.

    Parameters
    ----------
    target : Target
        With a control.
    attacks : sequence of Attack
        Those which are quick enough; what is not applicable is left out.
    seed : int
        Of copies and permutations.
    repeats : int, optional
        Plantings for each share; by default `REPEATS`, or `REPEATS_BIG` where not all persons are attacked.
    shares : sequence of float, in (0, 1)
        Of the release's rows.
    progress : callable
        Called with the share done.
    """
    rng = np.random.default_rng(seed)
    labels = draw_labels(target.attacked_is_train, draws=DRAWS, rng=rng)
    turns = repeats or (REPEATS if len(target.attacked) == len(target.is_train) else REPEATS_BIG)
    planted = sow(target, [share for share in shares for _ in range(turns)], rng=rng)

    def count(attack: Attack, planted: Target) -> Tally:
        return count_folds(attack, planted, seed=seed)

    caught, ranking = climb(
        planted, attacks, labels, shares=shares, turns=turns, count=count, progress=progress
    )
    top = _ceiling(target) if ranking else None
    return tuple(
        Power(attack=name, caught=found, ceiling=top if name in ranking else None)
        for name, found in caught.items()
    )


def climb(
    planted: Iterator[Aim],
    attacks: Sequence[AttackOn[Aim]],
    labels: Bools,
    *,
    shares: Sequence[float],
    turns: int,
    count: Callable[[AttackOn[Aim], Aim], Tally],
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[dict[str, dict[float, float]], set[str]]:
    """How often each attack rang at each share, and which attacks rank whom they attack.

    Parameters
    ----------
    planted : iterator
        ``turns`` plantings of the first share, then of the next.
    attacks : sequence of AttackOn
        What is tried on them; what is not applicable is left out.
    labels : ndarray, (1 + draws, attacked)
        The permutations on which all are read.
    shares : sequence of float, in (0, 1]
        Of the release.
    turns : int, >= 1
        Plantings a share.
    count : callable
        What an attack counts on one of them.
    progress : callable
        Called with the share done.
    """
    caught: dict[str, dict[float, float]] = {}
    ranking: set[str] = set()
    for place, share in enumerate(shares):
        rung = [_rung(each, attacks, labels, ranking, count) for each in islice(planted, turns)]
        for name in dict.fromkeys(name for alarms in rung for name in alarms):
            heard = [alarms[name] for alarms in rung if name in alarms]
            caught.setdefault(name, {})[share] = float(np.mean(heard))
        progress((place + 1) / len(shares))
    return caught, ranking


def _rung(
    planted: Aim,
    attacks: Sequence[AttackOn[Aim]],
    labels: Bools,
    ranking: set[str],
    count: Callable[[AttackOn[Aim], Aim], Tally],
) -> dict[str, bool]:
    """Who raises an alarm at one planting; the primary attacks also together, corrected."""
    values: dict[str, Floats] = {}
    for attack in attacks:
        try:
            tally = count(attack, planted)
        except NotApplicable:
            continue
        values[attack.name] = tally.statistic(labels)
        ranking |= {attack.name} if tally.scores is not None else set()
    alarms = {name: p_value(found) <= ALARM for name, found in values.items()}
    leading = {a.name: values[a.name] for a in attacks if a.role is AttackRole.PRIMARY and a.name in values}
    if leading:
        weights = {attack.name: attack.weight for attack in attacks}
        alarms[FAMILY] = min(westfall_young(leading, weights).values()) <= ALARM
    return alarms


def plant(target: Target, *, share: float, repeats: int, rng: np.random.Generator) -> Iterator[Target]:
    """The same share of copies several times over: see `sow`."""
    return sow(target, [share] * repeats, rng=rng)


def sow(target: Target, shares: Sequence[float], *, rng: np.random.Generator) -> Iterator[Target]:
    """The same target with jittered copies of train's rows in place of random synthetic ones.

    Cross-fitted, copies are planted in both releases at once, each time of those it was made from.

    Parameters
    ----------
    target : Target
        Before any copy.
    shares : sequence of float, in (0, 1]
        Of the release's rows: one planting each, all of them chosen from one pool.
    rng : Generator
        Of persons, jitter and places.
    """
    folds = (_sow(fold, shares, rng=rng) for fold in target.folds)
    return (replace(first, opposite=next(iter(rest), None)) for first, *rest in zip(*folds, strict=True))


def _sow(target: Target, shares: Sequence[float], *, rng: np.random.Generator) -> Iterator[Target]:
    drawn = [_drawn_rows(target, copies=_copies(target, share), rng=rng) for share in shares]
    # All are moved and encoded at once: most of the work on a small table is a call's own.
    moved = jitter(target, target.real.iloc[np.concatenate(drawn)].reset_index(drop=True), rng=rng)
    copies = target.encoder.encode(moved)
    pool = Pool(
        table=pd.concat([target.pool.table, moved], ignore_index=True),
        points=joined([target.pool.points, copies]),
    )
    sown = replace(target, pool=pool, original=target, held={})
    ends = np.cumsum([len(rows) for rows in drawn])
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        replaced = np.zeros(len(target.released), dtype=bool)
        replaced[rng.choice(len(replaced), end - start, replace=False)] = True
        to_copies = np.full((len(target.points), 1), np.inf)
        if end > start:
            to_copies, _ = nearest(target.points, copies[start:end])
        yield replace(
            sown,
            released=np.concatenate([np.flatnonzero(~replaced), np.arange(start, end) + len(replaced)]),
            to_synthetic=np.minimum(_distance_to_kept(target, replaced)[:, None], to_copies),
            nearest_synthetic=np.zeros((len(target.points), 0), dtype=np.int64),
        )


def jitter(target: Target, copies: pd.DataFrame, *, rng: np.random.Generator) -> pd.DataFrame:
    """Move each number by .05 on the quantile scale, an integer by one unit where that is less.

    Values stay within those seen; a column with two values has no near one and stays as it is.
    """
    moved = copies.copy()
    for column, known in zip(target.encoder.columns, target.encoder.values, strict=True):
        if column.kind.is_numeric and len(np.unique(known)) > 2:
            moved[column.name] = _moved(copies[column.name], column, np.asarray(known, float), rng)
    return moved


def _moved(cells: pd.Series, column: Column, known: Floats, rng: np.random.Generator) -> pd.Series:
    sign = rng.choice([-1.0, 1.0], size=len(cells))
    numbers = as_floats(cells)
    start = _quantile(numbers, known)
    # Only values that were seen, so that a copy moved out of a heap such as 0 does not stand out.
    aim = np.where(np.isnan(numbers), 0.5, np.clip(start + sign * _JITTER, 0, 1))
    values = np.quantile(known, aim, method="inverted_cdf")
    if column.kind is Kind.INTEGER:
        unit = np.clip(numbers + sign, known[0], known[-1])
        values = np.where(np.abs(_quantile(unit, known) - start) <= _JITTER, unit, values)
    moved = pd.Series(np.where(np.isnan(numbers), np.nan, values))
    if column.kind is Kind.INTEGER:
        return moved.astype("Int64")
    return pd.to_datetime(moved, unit="ns") if column.kind is Kind.DATE else moved


def _quantile(numbers: Floats, known: Floats) -> Floats:
    sides = [np.searchsorted(known, numbers, side) for side in ("left", "right")]
    return np.asarray((sides[0] + sides[1]) / (2 * len(known)), dtype=np.float64)


def _copies(target: Target, share: float) -> int:
    return max(1, round(share * len(target.synthetic)))


def _drawn_rows(target: Target, *, copies: int, rng: np.random.Generator) -> Ints:
    """One random row of each of as many train persons; persons repeat only where there are too few.

    Of a big table only those who are attacked: to them, copies of others are rows like any.
    """
    train = np.flatnonzero(target.is_train)
    persons = rng.choice(train, copies, replace=copies > len(train))
    persons = persons[np.isin(persons, target.attacked)]
    # Owners come in no order; sorted, the rows of one person lie together.
    order = np.argsort(target.owners, kind="stable")
    first, end = (np.searchsorted(target.owners[order], persons, side) for side in ("left", "right"))
    return np.asarray(order[rng.integers(first, end)], dtype=np.int64)


def _distance_to_kept(target: Target, replaced: Bools) -> Floats:
    """Distance to the nearest synthetic row that stays; searched anew only where all near ones go."""
    kept = np.where(replaced[target.nearest_synthetic], np.inf, target.to_synthetic).min(axis=1)
    lost = np.flatnonzero(np.isinf(kept))
    if len(lost) and not replaced.all():
        kept[lost] = nearest(target.points[lost], target.minted[~replaced])[0][:, 0]
    return np.asarray(kept, dtype=np.float64)


def _ceiling(target: Target) -> float:
    n, n_control = int(target.attacked_is_train.sum()), int((~target.attacked_is_train).sum())
    copied = min(1.0, _copies(target, CEILING_SHARE) / int(target.is_train.sum()))
    return ceiling(train=n, control=n_control, share=copied, cross_fitted=len(target.folds) == 2)

"""Rare categories under a policy, before any generator sees train: kept, pooled, or made missing.

A category that few persons have tells of them wherever it comes up: in a release, a model file, a
message. The steward says what is to become of it; nothing is done behind their back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.hierarchies import is_grouped
from cohort.schema import Column, Kind, Role
from synth.protocols import FittedSynthesizer, Progress, Synthesizer, silent

_POOL = "other"
_OUTCOMES = (Role.TARGET, Role.EVENT)


class Treatment(StrEnum):
    """What becomes of rare categories."""

    KEEP = "keep"
    POOL = "pool"
    SUPPRESS = "suppress"


@dataclass(frozen=True, kw_only=True)
class RarePolicy:
    """What becomes of a category that too few of train's persons have.

    Parameters
    ----------
    treatment : Treatment
        Kept as it is; pooled with the other rare ones of its column, an ordered one with its
        neighbour; or made missing.
    fewer_than : int, >= 2
        A category with fewer persons is rare.
    """

    treatment: Treatment = Treatment.KEEP
    fewer_than: int = 5


@dataclass(frozen=True, kw_only=True)
class Touched:
    """How much of train a policy reaches.

    Parameters
    ----------
    columns : tuple of str
        Those with rare categories.
    levels, persons : int
        Rare categories, and persons who have one.
    """

    columns: tuple[str, ...] = ()
    levels: int = 0
    persons: int = 0


def rare_levels(cohort: Cohort, *, fewer_than: int) -> dict[str, tuple[str, ...]]:
    """The rare categories of each released column, rarest first; the target and the event are left out."""
    found = {
        column.name: tuple(level for level, who in _owners(cohort, column).items() if len(who) < fewer_than)
        for column in cohort.schema.released
        if not column.kind.is_numeric and column.role not in _OUTCOMES
    }
    return {name: levels for name, levels in found.items() if levels}


def touched(cohort: Cohort, *, fewer_than: int) -> Touched:
    """How much of a cohort a policy with this floor reaches."""
    rare = rare_levels(cohort, fewer_than=fewer_than)
    who = [cohort.persons[cohort.table[name].isin(levels).to_numpy()] for name, levels in rare.items()]
    persons = len(np.unique(np.concatenate(who))) if who else 0
    return Touched(columns=tuple(rare), levels=sum(map(len, rare.values())), persons=persons)


def treated(train: Cohort, policy: RarePolicy) -> Cohort:
    """Train under a policy, its schema's categories and hierarchies with it.

    Parameters
    ----------
    train : Cohort
        Left as it is.
    policy : RarePolicy
        What to do. The target and the event are never touched: they are what a study is about.
    """
    if policy.treatment is Treatment.KEEP:
        return train
    table, columns = train.table.copy(deep=False), {each.name: each for each in train.schema.columns}
    for name, levels in rare_levels(train, fewer_than=policy.fewer_than).items():
        named = _named(columns[name], levels, _owners(train, columns[name]), policy)
        told = [None if value is None else named.get(value, value) for value in table[name]]
        table[name] = pd.Series(told, dtype=object)
        columns[name] = _adapted(columns[name], named)
    return replace(train, table=table, schema=replace(train.schema, columns=tuple(columns.values())))


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """A generator that sees train under a policy alone."""

    generator: Synthesizer
    policy: RarePolicy

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> FittedSynthesizer:
        """Learn from the treated train persons; raises what the generator raises."""
        return self.generator.fit(treated(train, self.policy), seed=seed, progress=progress)


def _owners(cohort: Cohort, column: Column) -> dict[str, set[int]]:
    """The persons who have each value, fewest first, then by name."""
    found: dict[str, set[int]] = {}
    for value, person in zip(cohort.table[column.name], cohort.persons.tolist(), strict=True):
        if not pd.isna(value):
            found.setdefault(value, set()).add(person)
    return dict(sorted(found.items(), key=lambda item: (len(item[1]), item[0])))


def _named(
    column: Column, levels: Sequence[str], owners: Mapping[str, set[int]], policy: RarePolicy
) -> dict[str, str | None]:
    """What categories are called from now on, those that keep their name left out."""
    if policy.treatment is Treatment.SUPPRESS:
        return dict.fromkeys(levels)
    if column.kind is Kind.ORDINAL and column.categories is not None:
        return _joined(column.categories, owners, policy.fewer_than)
    return dict.fromkeys(_pool(owners, policy.fewer_than), _free_name(column, owners))


def _pool(owners: Mapping[str, set[int]], fewer_than: int) -> list[str]:
    """The rare, and the next smallest until the pool itself is not rare."""
    pool: list[str] = []
    persons: set[int] = set()
    for level, who in owners.items():
        if len(who) >= fewer_than and len(persons) >= fewer_than:
            break
        pool.append(level)
        persons |= who
    return pool


def _joined(order: Sequence[str], owners: Mapping[str, set[int]], fewer_than: int) -> dict[str, str | None]:
    """Levels of an order, each rare one in the smaller of its neighbours, until none is rare."""
    groups = [(level, owners[level]) for level in order if level in owners]
    members = {level: [level] for level, _ in groups}
    while len(groups) > 1 and min(len(who) for _, who in groups) < fewer_than:
        least = min(range(len(groups)), key=lambda place: len(groups[place][1]))
        beside = [place for place in (least - 1, least + 1) if 0 <= place < len(groups)]
        into = min(beside, key=lambda place: len(groups[place][1]))
        (gone, who), (kept, others) = groups[least], groups[into]
        members[kept] += members.pop(gone)
        groups[into] = (kept, who | others)
        del groups[least]
    return {level: kept for kept, levels in members.items() for level in levels if level != kept}


def _free_name(column: Column, owners: Mapping[str, set[int]]) -> str:
    """A name for the pool that nothing in the column has."""
    groups = [group for level in column.hierarchy if isinstance(level, Mapping) for group in level]
    taken = {*owners, *(column.categories or ()), *groups}
    name = _POOL
    while name in taken:
        name += ", pooled"
    return name


def _adapted(column: Column, named: Mapping[str, str | None]) -> Column:
    """The column with the categories that are left, and a pool of its own in each level of a hierarchy."""
    new = [name for name in dict.fromkeys(named.values()) if name is not None]
    categories, hierarchy = column.categories, column.hierarchy
    if categories is not None:
        left = [each for each in categories if each not in named]
        categories = (*left, *(name for name in new if name not in left))
    if is_grouped(column):
        own = {name: (name,) for name in new if name not in _members(column)}
        hierarchy = tuple({**level, **own} if isinstance(level, Mapping) else level for level in hierarchy)
    return replace(column, categories=categories, hierarchy=hierarchy)


def _members(column: Column) -> set[str]:
    first = column.hierarchy[0]
    groups = first.values() if isinstance(first, Mapping) else ()
    return {member for members in groups for member in members}

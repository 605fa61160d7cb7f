"""Which columns, singly and together, single people out: the risk of every set of quasi-identifiers."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pandas as pd

from cohort.findings import Finding, Severity
from privacy.linkage.partitions import (
    Coded,
    Ints,
    Partition,
    affordable,
    coded_columns,
    left_out,
    walk,
    whole,
)

MOST_SETS = 7_000
"""Sets of columns that are counted at most; sets of up to four of twenty columns are 6,195."""


@dataclass(frozen=True, kw_only=True)
class ColumnSet:
    """What somebody who knows these columns can tell.

    Parameters
    ----------
    columns : tuple of str
        In the table's order of quasi-identifiers.
    classes : int
        Different combinations of values.
    k : int
        Persons in the smallest class.
    uniques : int
        Persons alone in a class.
    highest_risk, mean_risk : float, in [0, 1]
        One by the number of persons of a class: highest, and mean over persons, each by the worst row.
    distinction : float, in (0, 1]
        Classes by rows: 1 where the columns are a key.
    separation : float, in [0, 1], optional
        Share of the pairs of rows told apart (Motwani and Xu, VLDB 2007); None where there is one row.
    """

    columns: tuple[str, ...]
    classes: int
    k: int
    uniques: int
    highest_risk: float
    mean_risk: float
    distinction: float
    separation: float | None

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return {**asdict(self), "columns": list(self.columns)}


@dataclass(frozen=True, kw_only=True)
class ColumnSets:
    """Every set of quasi-identifiers up to a size, every set that lacks one column, and the whole.

    Parameters
    ----------
    rows, persons : int
        Of the table.
    quasi_identifiers : tuple of str
        The columns.
    largest : int
        Columns in the largest set of which all were counted.
    sets : tuple of ColumnSet
        By size, then in the order of the columns.
    findings : tuple of Finding
        ``identifier_in_disguise``, ``constant_column``, ``all_missing_column`` and
        ``column_sets_bounded``, where they apply.
    """

    rows: int
    persons: int
    quasi_identifiers: tuple[str, ...]
    largest: int
    sets: tuple[ColumnSet, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def whole(self) -> ColumnSet:
        """The set of all quasi-identifiers."""
        return self.sets[-1]

    def of(self, *columns: str) -> ColumnSet:
        """The set of these columns, in any order; KeyError where it was not counted."""
        return self.by_columns[frozenset(columns)]

    @property
    def by_columns(self) -> dict[frozenset[str], ColumnSet]:
        """Every set by its columns."""
        return {frozenset(each.columns): each for each in self.sets}

    def ranked(self, most: int = 20) -> tuple[ColumnSet, ...]:
        """The sets that single out most persons; of equals the smaller first."""
        ordered = sorted(self.sets, key=lambda each: (-each.uniques, -each.mean_risk, len(each.columns)))
        return tuple(ordered[:most])

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return {
            "rows": self.rows,
            "persons": self.persons,
            "quasi_identifiers": list(self.quasi_identifiers),
            "largest": self.largest,
            "sets": [each.to_dict() for each in self.sets],
            "findings": [asdict(each) for each in self.findings],
        }


def column_sets(
    table: pd.DataFrame, quasi_identifiers: Sequence[str], *, largest: int = 4, persons: Ints | None = None
) -> ColumnSets:
    """Count every set of up to ``largest`` quasi-identifiers.

    A row that is alone by some columns is alone by more, and is not looked at again. The counts are
    those of the table at hand, complete, and so have no interval.

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Typed as a cohort's table; a missing value is a value of its own.
    quasi_identifiers : sequence of str
        Columns of ``table``.
    largest : int
        Columns in the largest sets. It is lowered, and a finding says so, where there would be more
        than `MOST_SETS` sets.
    persons : ndarray, (rows,), optional
        The person of each row, 0 .. persons - 1; each row is a person where it is left out.

    Raises
    ------
    NotApplicable
        Where there is no quasi-identifier or no row.
    DataError
        Where the table lacks one.
    """
    coded = coded_columns(table, quasi_identifiers)
    names, columns = tuple(coded), list(coded.values())
    owners = repeated(persons)
    counted = affordable(len(names), largest, most=MOST_SETS)
    found = {
        places: _described(tuple(names[place] for place in places), partition, owners)
        for places, partition in _partitions(columns, largest=counted)
    }
    ordered = tuple(found[places] for places in sorted(found, key=lambda places: (len(places), places)))
    people = len(table) if owners is None else len(np.unique(owners))
    return ColumnSets(
        rows=len(table),
        persons=people,
        quasi_identifiers=names,
        largest=counted,
        sets=ordered,
        findings=(
            *_about_columns(ordered[: len(names)], table, persons=people),
            *_about_bound(len(names), wanted=largest, counted=counted),
        ),
    )


def repeated(persons: Ints | None) -> Ints | None:
    """``persons``, or None where each row is a person, which is counted much faster."""
    return None if persons is None or len(np.unique(persons)) == len(persons) else persons


def _partitions(columns: Sequence[Coded], *, largest: int) -> Iterator[tuple[tuple[int, ...], Partition]]:
    yield from walk(columns, largest=largest)
    if len(columns) - 1 > largest:
        yield from left_out(columns)
    if len(columns) > largest:
        yield tuple(range(len(columns))), whole(columns)


def _described(columns: tuple[str, ...], partition: Partition, persons: Ints | None) -> ColumnSet:
    total, sizes = partition.total, partition.sizes
    classes = partition.alone + len(sizes)
    together = float((sizes * (sizes - 1)).sum())
    if persons is None:
        k = 1 if partition.alone else int(sizes.min())
        uniques, mean_risk = partition.alone, classes / total
    else:
        k, uniques, mean_risk = _by_person(partition.crowds(persons), persons)
    return ColumnSet(
        columns=columns,
        classes=classes,
        k=k,
        uniques=uniques,
        highest_risk=1 / k,
        mean_risk=mean_risk,
        distinction=classes / total,
        separation=1 - together / (total * (total - 1)) if total > 1 else None,
    )


def _by_person(crowds: Ints, persons: Ints) -> tuple[int, int, float]:
    """The smallest crowd, the persons alone, and the mean over persons of their worst row's risk."""
    smallest = np.full(int(persons.max()) + 1, len(persons) + 1)
    np.minimum.at(smallest, persons, crowds)
    smallest = smallest[np.unique(persons)]
    return int(smallest.min()), int((smallest == 1).sum()), float((1 / smallest).mean())


@dataclass(frozen=True, kw_only=True)
class ColumnShare:
    """What one quasi-identifier adds to singling people out.

    Parameters
    ----------
    column : str
        Its name.
    alone : int
        Persons whom it singles out by itself.
    vanish : int
        Persons singled out by all quasi-identifiers who no longer are when it is left out.
    best_partner : str or None
        The column with which it singles out most; None where there is no other.
    pair_uniques : int
        Persons whom the two single out.
    shapley : float or None
        Its share of the persons whom all quasi-identifiers single out, the mean of what it adds over
        all orders of the columns (Shapley 1953, doi:10.1515/9781400881970-018); the shares sum to
        those persons (less one, where the table has one person). None where not every set was counted.
    """

    column: str
    alone: int
    vanish: int
    best_partner: str | None
    pair_uniques: int
    shapley: float | None

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return asdict(self)


def who_stands_alone(sets: ColumnSets) -> tuple[ColumnShare, ...]:
    """Rank the quasi-identifiers by the persons who would no longer be singled out without them."""
    uniques = {columns: each.uniques for columns, each in sets.by_columns.items()}
    uniques[frozenset()] = int(sets.persons == 1)
    shares = [_share(column, sets.quasi_identifiers, uniques) for column in sets.quasi_identifiers]
    return tuple(sorted(shares, key=lambda each: (-each.vanish, -each.alone)))


def _share(column: str, names: tuple[str, ...], uniques: dict[frozenset[str], int]) -> ColumnShare:
    everything = frozenset(names)
    pairs = {
        other: uniques[frozenset((column, other))]
        for other in names
        if other != column and frozenset((column, other)) in uniques
    }
    partner = max(pairs, key=lambda other: pairs[other], default=None)
    return ColumnShare(
        column=column,
        alone=uniques[frozenset((column,))],
        vanish=uniques[everything] - uniques[everything - {column}],
        best_partner=partner,
        pair_uniques=0 if partner is None else pairs[partner],
        shapley=_shapley(column, names, uniques),
    )


def _shapley(column: str, names: tuple[str, ...], uniques: dict[frozenset[str], int]) -> float | None:
    if len(uniques) < 2 ** len(names):
        return None
    others = [name for name in names if name != column]
    added = 0.0
    for size in range(len(names)):
        weight = factorial(size) * factorial(len(others) - size) / factorial(len(names))
        for chosen in map(frozenset, combinations(others, size)):
            added += weight * (uniques[chosen | {column}] - uniques[chosen])
    return added


def _about_columns(singles: Sequence[ColumnSet], table: pd.DataFrame, *, persons: int) -> Iterator[Finding]:
    for each in singles:
        name = each.columns[0]
        if table[name].isna().all():
            yield _finding("all_missing_column", Severity.TIP, f"{name}: no value at all", _ADDS_NOTHING)
        elif each.classes == 1:
            yield _finding("constant_column", Severity.TIP, f"{name}: one value on every row", _ADDS_NOTHING)
        elif each.uniques == persons:
            yield _finding(
                "identifier_in_disguise",
                Severity.ISSUE,
                f"{name}: a value of its own for everybody",
                f"Who knows {name} needs no other column. If it names a person, give it the role "
                "identifier; if it is a measurement or a date, round it or leave it out of the "
                "quasi-identifiers. Every set with it singles out everybody.",
            )


_ADDS_NOTHING = "It tells nobody apart and adds nothing to any set of columns."


def _about_bound(columns: int, *, wanted: int, counted: int) -> Iterator[Finding]:
    if counted < min(wanted, columns):
        yield _finding(
            "column_sets_bounded",
            Severity.TIP,
            f"sets of up to {counted} of {columns} quasi-identifiers were counted, not {wanted}",
            f"There are more than {MOST_SETS:,} larger ones. The sets that lack one column, and the whole, "
            "were counted all the same. Fewer quasi-identifiers allow larger sets.",
        )


def _finding(code: str, severity: Severity, title: str, explanation: str) -> Finding:
    return Finding(code=code, severity=severity, title=title, explanation=explanation)

"""The visits of persons in order, and how alike neighbouring ones are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.schema import Column
from cohort.visits import visit_order
from utility.models import as_floats
from utility.resample import Floats, Rows

_LEAST = 10  # pairs of visits that a relation between them needs


@dataclass(frozen=True, kw_only=True, eq=False)
class Histories:
    """Visits of persons, in order.

    Parameters
    ----------
    n : int
        Persons.
    persons : ndarray, (rows,), int
        Whose each visit is, 0 .. n - 1, person after person.
    gaps : ndarray, (pairs,)
        Time between neighbouring visits of one person.
    again : ndarray, (pairs,), int
        Positions of the later visit of each pair; the earlier stands before it.
    changing : dict of str to ndarray, (rows,)
        Of each column that changes: a number's ranks, a category's codes; missing is NaN.
    numeric : frozenset of str
        Which of these are numbers.
    """

    n: int
    persons: Rows
    gaps: Floats
    again: Rows
    changing: dict[str, Floats]
    numeric: frozenset[str]

    @classmethod
    def of(cls, cohort: Cohort, columns: Sequence[Column]) -> Self:
        """The histories of a cohort's persons."""
        visit = str(cohort.schema.visit)
        order = visit_order(cohort.persons, cohort.table[visit])
        table, whose = cohort.table.iloc[order], cohort.persons[order]
        again = np.flatnonzero(np.diff(whose, prepend=-1) == 0)
        days = as_floats(table[visit])
        return cls(
            n=cohort.n_persons,
            persons=whose,
            gaps=days[again] - days[again - 1],
            again=again,
            changing={column.name: _scored(table[column.name], column) for column in columns},
            numeric=frozenset(column.name for column in columns if column.kind.is_numeric),
        )

    @property
    def owners(self) -> Rows:
        """Whose each pair of visits is, (pairs,)."""
        return self.persons[self.again]

    @property
    def counts(self) -> Rows:
        """How many visits each person has, (persons,)."""
        return np.bincount(self.persons, minlength=self.n)

    def lasting(self, name: str, weights: Floats) -> Floats:
        """How alike neighbouring visits are, (resamples,): a correlation, or the share that agree.

        Parameters
        ----------
        weights : ndarray, (resamples, persons)
            How often each person counts.
        """
        before, now = self.changing[name][self.again - 1], self.changing[name][self.again]
        known = np.isfinite(before) & np.isfinite(now)
        each = weights[:, self.owners[known]]
        if known.sum() < _LEAST:
            return np.full(len(weights), np.nan)
        if name not in self.numeric:
            return _mean(each, (before == now)[known].astype(np.float64))
        return _correlation(each, before[known], now[known])

    def personal(self, name: str, weights: Floats) -> Floats:
        """The share of a number's variance that lies between persons, (resamples,).

        It is the intraclass correlation of a one-way analysis of variance with groups of unequal
        size (Donner 1986, https://doi.org/10.2307/1403259).
        """
        known = np.isfinite(self.changing[name])
        values, whose = self.changing[name][known], self.persons[known]
        size = np.bincount(whose, minlength=self.n)
        total = np.bincount(whose, weights=values, minlength=self.n)
        mean = total / np.maximum(size, 1)
        inner = np.bincount(whose, weights=(values - mean[whose]) ** 2, minlength=self.n)
        rows, people = weights @ size, weights @ (size > 0)
        grand = _ratio(weights @ total, rows)
        outer = weights @ (size * mean**2) - rows * grand**2
        typical = _ratio(rows - _ratio(weights @ size**2, rows), people - 1)
        between, within = _ratio(outer, people - 1), _ratio(weights @ inner, rows - people)
        return _ratio(between - within, between + (typical - 1) * within)


def same_spread(train: Floats | Rows, weights: Floats, other: Floats | Rows, others: Floats) -> Floats:
    """One less the Kolmogorov–Smirnov distance of two weighted samples, (resamples,)."""
    values = np.concatenate([train, other])
    order = np.argsort(values, kind="stable")
    last = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)
    resamples = max(len(weights), len(others))
    signed = [
        np.broadcast_to(_ratio(sign * each, each.sum(axis=1, keepdims=True)), (resamples, each.shape[1]))
        for each, sign in ((weights, 1), (others, -1))
    ]
    excess: Floats = np.hstack(signed)[:, order].cumsum(axis=1)[:, last]
    return np.asarray(1 - np.abs(excess).max(axis=1), dtype=np.float64)


def _scored(values: pd.Series, column: Column) -> Floats:
    """A number's ranks, a category's codes, (rows,); missing is NaN."""
    if column.kind.is_numeric:
        return pd.Series(as_floats(values)).rank().to_numpy(dtype=np.float64)
    codes, _ = pd.factorize(values)
    return np.where(codes < 0, np.nan, codes.astype(np.float64))


def _mean(weights: Floats, values: Floats) -> Floats:
    return _ratio(weights @ values, weights.sum(axis=1))


def _correlation(weights: Floats, x: Floats, y: Floats) -> Floats:
    """Weighted, (resamples,); NaN where one does not vary."""
    x, y = x - x.mean(), y - y.mean()
    a, b = _mean(weights, x), _mean(weights, y)
    joint, own, other = (_mean(weights, each) for each in (x * y, x * x, y * y))
    return _ratio(joint - a * b, np.sqrt((own - a * a) * (other - b * b)))


def _ratio(part: Floats, whole: Floats) -> Floats:
    """NaN where there is no whole."""
    return np.asarray(part / np.where(whole == 0, np.nan, whole), dtype=np.float64)

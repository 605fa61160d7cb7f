"""The visits of train's persons as trees learn from them: a first one, and pairs of neighbours."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.schema import Kind, Role
from cohort.visits import static_columns, visit_order
from synth.complete import FEW_PERSONS, Part, Preparation, as_floats
from synth.leaves import fit_quantiles
from synth.persistence import Persistence, fit_persistence
from synth.trees import in_order
from synth.views import Columns, observed

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Visit = dict[str, npt.NDArray[np.generic]]
"""One visit of each of some persons, encoded."""

OURS = "\x00"
"""How the names of our own parts begin, and no column's."""

BEFORE, CHANGE, COUNT, GAP = (f"{OURS}{name} " for name in ("before", "change", "count", "gap"))
_LEFT, _REST, _PACE = (f"{OURS}{name} " for name in ("left", "rest", "pace"))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Course:
    """What the course of a person is made of.

    Parameters
    ----------
    visit : str
        The column that orders visits.
    lasting, changing : tuple of Part
        The columns with one value for every person of train, and the others but ``visit``.
    time : str, optional
        A static survival time, of which the rest may be looked at.
    ties : bool
        Whether two visits of one person may bear one value.
    """

    visit: str
    lasting: tuple[Part, ...]
    changing: tuple[Part, ...]
    time: str | None
    ties: bool

    @property
    def known(self) -> tuple[Part, ...]:
        """What is looked at before a later visit is drawn."""
        ours = (_LEFT, BEFORE + self.visit, *([_REST, _PACE] if self.time else []))
        # Of a number the last value known is looked at, so that it is never unobserved.
        before = (replace(part, name=BEFORE + part.name, indicator=None) for part in self.changing)
        return (*self.lasting, *(self.number(name) for name in ours), *before)

    @property
    def drawn(self) -> tuple[Part, ...]:
        """What is drawn of a later visit: the time since the last one, and changes of numbers."""
        parts = (replace(p, name=CHANGE + p.name) if p.is_numeric else p for p in self.changing)
        return (self.number(GAP), *parts)

    def number(self, name: str) -> Part:
        """A part of our own."""
        return Part(name=name, column=self.visit)

    def look(self, visit: Columns, left: Floats) -> Visit:
        """The values of `known` after ``visit``, with so many visits ``left``."""
        day = visit[self.visit].astype(np.float64)
        seen = {part.name: visit[part.name] for part in self.lasting}
        seen |= {BEFORE + part.name: visit[part.name] for part in self.changing}
        if self.time is not None:
            rest = visit[self.time].astype(np.float64) - day
            seen |= {_REST: rest, _PACE: rest / np.maximum(left, 1)}
        return seen | {BEFORE + self.visit: day, _LEFT: left}


def course_of(preparation: Preparation, train: Cohort) -> Course:
    """What of a person lasts in train, and what changes."""
    schema, visit = train.schema, str(train.schema.visit)
    names = [column.name for column in schema.released if column.name != visit]
    static = static_columns(train.table, train.persons, names)
    times = [
        part.name
        for part in preparation.parts
        if part.is_numeric and part.column in static and schema[part.column].role is Role.TIME
    ]
    parts = in_order(preparation.parts, schema)
    return Course(
        visit=visit,
        lasting=tuple(part for part in parts if part.column in static),
        changing=tuple(part for part in parts if part.column not in (*static, visit)),
        time=times[0] if times and schema[visit].kind is not Kind.DATE else None,
        ties=bool(train.table.duplicated([str(schema.person), visit]).any()),
    )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class History:
    """Train's visits in order, encoded.

    Parameters
    ----------
    rows : dict of str to ndarray, (rows,)
        A number not observed bears the last one known of its person, or somebody else's.
    persons : ndarray, (rows,), int
        Whose they are.
    first, again : ndarray, int
        Positions of each person's first visit, and of the later ones.
    count : ndarray, (persons,), int
        How many visits each has.
    """

    rows: Visit
    persons: Ints
    first: Ints
    again: Ints
    count: Ints

    @property
    def once(self) -> Visit:
        """First visits, with the number of visits."""
        return at(self.rows, self.first) | {COUNT: self.count.astype(np.float64)}

    def later(self, course: Course, lasts: Mapping[str, Persistence]) -> Visit:
        """Later visits, with what is known before each."""
        seen, whose = at(self.rows, self.again), self.persons[self.again]
        before, number = at(self.rows, self.again - 1), self.again - self.first[whose]
        known = course.look(before, (self.count[whose] - number).astype(np.float64))
        changes = {
            CHANGE + name: last.change(floats(before[name]), floats(seen[name]))
            for name, last in lasts.items()
        }
        gap = floats(seen[course.visit]) - floats(before[course.visit])
        return {**seen, **known, **changes, GAP: gap}

    def persistence(self, course: Course) -> dict[str, Persistence]:
        """Of each number that changes."""
        numbers = [part for part in course.changing if part.is_numeric]
        return {part.name: self._persistence(part) for part in numbers}

    def _persistence(self, part: Part) -> Persistence:
        values, seen = floats(self.rows[part.name]), observed(part, self.rows)
        marginal = fit_quantiles(values[seen], self.persons[seen])
        now = self.again[seen[self.again]]
        return fit_persistence(marginal, values[now - 1], values[now], self.persons[now])


def history_of(preparation: Preparation, train: Cohort, course: Course, rng: np.random.Generator) -> History:
    """Encode train, person after person and visit after visit.

    Where fewer than three persons have a later visit, nobody has.
    """
    order = visit_order(train.persons, train.table[course.visit])
    frame, persons = preparation.encode(train.released, rng).iloc[order], train.persons[order]
    rows: Visit = {str(name): values.to_numpy() for name, values in frame.items()}
    # Where all visits bear one value there is no part for it.
    rows[course.visit] = as_floats(train.table[course.visit])[order]
    for part in preparation.parts:
        if part.indicator is not None:
            known = pd.Series(floats(rows[part.name])).where(observed(part, rows)).groupby(persons).ffill()
            rows[part.name] = np.where(known.isna(), rows[part.name], known)
    _, first, count = np.unique(persons, return_index=True, return_counts=True)
    again = np.setdiff1d(np.arange(len(persons)), first)
    if len(np.unique(persons[again])) < FEW_PERSONS:
        again, count = again[:0], np.ones_like(count)
    return History(rows=rows, persons=persons, first=first, again=again, count=count)


def at(rows: Visit, positions: Ints) -> Visit:
    """The visits at ``positions``."""
    return {name: values[positions] for name, values in rows.items()}


def floats(values: npt.NDArray[np.generic]) -> Floats:
    """A part's values as numbers, (rows,)."""
    return values.astype(np.float64)

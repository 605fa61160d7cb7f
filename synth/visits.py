"""Whole persons with their visits: what stays the same first, then one visit after the other.

A person's static columns, first visit and number of visits are drawn as one row; each later visit
is drawn given the static columns and the visit before it, the time between the two first. It is a
Markov chain of first order, grown with the sequential trees of `synth.trees`: of a number they draw
what is left of it when the last one is taken into account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import GenerationError
from cohort.release import Release
from cohort.schema import Schema
from cohort.visits import person_keys
from synth.complete import FEW_PERSONS, Part, Preparation, as_floats, fit_preparation
from synth.course import CHANGE, COUNT, GAP, OURS, Course, Visit, at, course_of, floats, history_of
from synth.persistence import Persistence
from synth.protocols import Conditions, Progress
from synth.rejection import Allowed, allowed_values, rule_tests, sample_release
from synth.trees import Step, Trees, in_order
from synth.views import Columns, observed

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_TRIES = 20


def fit_visits(trees: Trees, train: Cohort, *, seed: int, progress: Progress) -> "FittedVisits":
    """Grow trees for a person's static columns and first visit, and for every later visit.

    Leaves and folds count persons, however many visits each has. The number of visits and all later
    visits are grown as outcomes are. What fewer than three persons have at a visit is not drawn there.

    Raises
    ------
    GenerationError
        Where the train table has fewer than two rows or no released column.
    """
    rng = np.random.default_rng(seed)
    preparation = fit_preparation(train)
    course = course_of(preparation, train)
    history = history_of(preparation, train, course, rng)
    lasts = history.persistence(course)
    once, persons = history.once, history.persons[history.first]
    fine = replace(trees, leaf=trees.outcome_leaf, caution=0.0)
    parts = _usable(once, in_order(preparation.parts, train.schema), persons)
    first = trees.grow(parts, once, persons, schema=train.schema, rng=rng)
    first += fine.grow([course.number(COUNT)], once, persons, schema=train.schema, rng=rng, given=parts)
    later: tuple[Step, ...] = ()
    if len(history.again):
        seen, persons = history.later(course, lasts), history.persons[history.again]
        later = fine.grow(
            _usable(seen, course.drawn, persons),
            seen,
            persons,
            schema=train.schema,
            rng=rng,
            given=course.known,
            progress=progress,
        )
    return FittedVisits(
        preparation=preparation,
        course=course,
        first=first,
        later=later,
        lasts=lasts,
        schema=train.schema,
        allowed=allowed_values(train),
        mean_visits=float(once[COUNT].mean()),
    )


def _usable(rows: Visit, parts: Sequence[Part], persons: Ints) -> list[Part]:
    """The parts with values of enough persons; others are called missing, which changes ``rows``."""
    usable = []
    for part in parts:
        if part.indicator is None or len(np.unique(persons[observed(part, rows)])) >= FEW_PERSONS:
            usable.append(part)
        else:
            rows[part.indicator] = np.ones(len(persons), dtype=np.int64)
    return usable


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedVisits:
    """The trees of a person's static columns and first visit, and those of every later visit."""

    preparation: Preparation
    course: Course
    first: tuple[Step, ...]
    later: tuple[Step, ...]
    lasts: Mapping[str, Persistence]
    schema: Schema
    allowed: Mapping[str, Allowed]
    mean_visits: float

    def sample(self, n: int, *, conditions: Conditions | None = None, seed: int) -> Release:
        """Draw whole persons, as many as come nearest to ``n`` rows, and at least one for a row.

        Every row fulfils the schema's rules, and every person ``conditions``, which ask for static
        columns alone. Where no next visit fulfils the rules, the person has no more.

        Raises
        ------
        GenerationError
            For a condition on a column that changes from visit to visit, and where too few such
            persons come up.
        """
        self._refuse_changing(conditions or {})
        seeds = np.random.default_rng(seed)
        key = str(self.schema.person)
        tables: list[pd.DataFrame] = []
        rows = persons = 0
        while not tables or rows < n:
            asked = int(np.ceil((n - rows) / self.mean_visits))
            drawn = self._persons(asked, conditions, seed=int(seeds.integers(2**31)))
            tables.append(drawn.assign(**{key: drawn[key] + persons}))
            rows, persons = rows + len(drawn), persons + asked
        table = _nearest_to(n, pd.concat(tables, ignore_index=True), key)
        table[key] = person_keys(table[key].to_numpy(dtype=np.int64))
        columns = [column.name for column in self.schema.carried(table)]
        return Release(table=table[columns], schema=self.schema, made_by="trees", seed=seed)

    def _refuse_changing(self, conditions: Conditions) -> None:
        changing = {self.course.visit, *(part.column for part in self.course.changing)}
        asked = [repr(name) for name in conditions if name in changing]
        if asked:
            what = f"condition on {', '.join(asked)}: that changes from visit to visit."
            raise GenerationError(f"{what} A condition holds for a person: ask for what stays the same.")

    def _persons(self, n: int, conditions: Conditions | None, *, seed: int) -> pd.DataFrame:
        """The rows of ``n`` persons, person after person; the person's column counts them from 0."""
        started = sample_release(
            self._started,
            n,
            schema=self.schema,
            allowed=self.allowed,
            conditions=conditions,
            seed=seed,
            made_by="trees",
        ).table
        encoded = [str(name) for name in started if str(name).startswith(OURS)]
        visit = {name.removeprefix(OURS): started[name].to_numpy() for name in encoded}
        rows = self._followed(started.drop(columns=encoded), visit, np.random.default_rng([seed, 1]))
        return rows.sort_values(str(self.schema.person), kind="stable", ignore_index=True)

    def _started(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        """Static columns and first visits as they are released, and encoded."""
        # A number that nobody has at a first visit lasts from somewhere in its distribution.
        visit: Visit = {name: last.quantiles.at(rng.random(n)) for name, last in self.lasts.items()}
        drawn = _drawn(self.first, visit, n, rng)
        table, visit = self._decoded(drawn, n)
        encoded = {OURS + name: values for name, values in (visit | {COUNT: drawn[COUNT]}).items()}
        return pd.concat([table, pd.DataFrame(encoded, index=table.index)], axis=1)

    def _followed(self, table: pd.DataFrame, visit: Visit, rng: np.random.Generator) -> pd.DataFrame:
        """All visits of the persons whose first these are."""
        key = str(self.schema.person)
        count = np.rint(floats(visit.pop(COUNT)))
        whose = np.arange(len(table))
        tables = [table.assign(**{key: whose})]
        while self.later and (going := np.flatnonzero(count[whose] > len(tables))).size:
            whose, visit = whose[going], at(visit, going)
            able, table, visit = self._next(visit, count[whose] - len(tables), rng)
            whose = whose[able]
            tables.append(table.assign(**{key: whose}))
        return pd.concat(tables, ignore_index=True)

    def _next(self, visit: Visit, left: Floats, rng: np.random.Generator) -> tuple[Ints, pd.DataFrame, Visit]:
        """Who has a next visit that fulfils the rules, and these visits, released and encoded."""
        waiting = np.arange(len(left))
        found: list[tuple[Ints, pd.DataFrame, Visit]] = []
        for tries in (1, _TRIES):
            asked = np.repeat(waiting, tries)
            table, coming, fits = self._attempt(at(visit, asked), left[asked], rng)
            able, rows = np.unique(asked[fits], return_index=True)
            rows = np.flatnonzero(fits)[rows]
            found.append((able, table.iloc[rows], at(coming, rows)))
            waiting = np.setdiff1d(waiting, able)
            if not len(waiting):
                break
        able = np.concatenate([each for each, _, _ in found])
        order = np.argsort(able)
        tables = pd.concat([table for _, table, _ in found], ignore_index=True).iloc[order]
        joined = {name: np.concatenate([coming[name] for _, _, coming in found])[order] for name in visit}
        return able[order], tables, joined

    def _attempt(
        self, visit: Visit, left: Floats, rng: np.random.Generator
    ) -> tuple[pd.DataFrame, Visit, Bools]:
        """A next visit of each person, and whether it comes later and fulfils the rules."""
        day = floats(visit[self.course.visit])
        drawn = _drawn(self.later, self.course.look(visit, left), len(left), rng)
        numbers = {
            name: last.after(floats(visit[name]), floats(drawn[CHANGE + name]))
            for name, last in self.lasts.items()
            if CHANGE + name in drawn
        }
        coming = {**visit, **drawn, **numbers, self.course.visit: day + floats(drawn[GAP])}
        table, coming = self._decoded(coming, len(left))
        since = floats(coming[self.course.visit]) - day
        tests = [test(table).to_numpy(dtype=bool) for test in rule_tests(self.schema).values()]
        fits = np.all([since >= 0 if self.course.ties else since > 0, *tests], axis=0)
        return table, self._last_known(coming, visit), fits

    def _last_known(self, coming: Visit, visit: Visit) -> Visit:
        """The coming visit, a number not observed bearing the last one known."""
        known = {
            part.name: np.where(observed(part, coming), coming[part.name], visit[part.name])
            for part in self.course.changing
            if part.is_numeric
        }
        return coming | known

    def _decoded(self, visit: Visit, n: int) -> tuple[pd.DataFrame, Visit]:
        """Visits as they are released, and encoded again with the visit's own value as released."""
        nothing = np.zeros(n)
        frame = {part.name: visit.get(part.name, nothing) for part in self.preparation.parts}
        table = self.preparation.decode(pd.DataFrame(frame, index=range(n)))
        return table, frame | {self.course.visit: as_floats(table[self.course.visit])}


def _drawn(steps: Sequence[Step], given: Columns, n: int, rng: np.random.Generator) -> Visit:
    drawn: Visit = dict(given)
    for step in steps:
        drawn[step.part.name] = step.draw(drawn, n, rng)
    return drawn


def _nearest_to(n: int, table: pd.DataFrame, key: str) -> pd.DataFrame:
    """As many whole persons, from the first, as come nearest to ``n`` rows; one at least for a row."""
    ends = np.append(0, np.cumsum(np.bincount(table[key], minlength=1)))
    best = int(np.abs(ends - n).argmin())
    return table.head(ends[max(best, min(n, 1))])

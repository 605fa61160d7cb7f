"""Sequential boosted trees, the default for small cohorts.

Each column is drawn given those before it (Reiter 2005; synthpop, Nowok 2016,
https://doi.org/10.18637/jss.v074.i11): not from a leaf, whose few persons it would repeat, but from
what a linear model and shallow trees expect and the spread that persons showed around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import GenerationError
from cohort.release import Release
from cohort.schema import Role, Schema
from synth.boosting import Boosted, Growth, boost
from synth.complete import Part, Preparation
from synth.laws import Classes, Law, classes_of, fit_classes, fit_spread, normal_scores
from synth.losses import slope
from synth.options import is_number, not_whole, refuse
from synth.protocols import Conditions, FittedSynthesizer, Progress, silent
from synth.rejection import Allowed, allowed_values, sample_release
from synth.related import prepare
from synth.views import Columns, View, observed, view

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_NEVER = -1e3
_MARKED = 15  # drawn rows
_OUTCOME_CAUTION = 0.5
_LAST = (Role.TARGET, Role.EVENT, Role.TIME)


@dataclass(frozen=True, kw_only=True)
class Trees:
    """Sequential boosted trees, grown only as far as pays on persons left out.

    Parameters
    ----------
    leaf : int, >= 1
        The fewest persons in a leaf of any tree but the outcomes': the smaller, the more use and the
        more that train's persons are told from others.
    outcome_leaf : int, >= 1
        The same for the target, the event and the time, of which there are few.
    depth : int, >= 1
        The most splits from root to leaf: columns that a tree can join.
    caution : float, >= 0
        By how many standard errors of its loss on left-out folds of train a column must gain from
        a linear model, and from trees beyond it; the target, the event and the time by half of one
        at most. The smaller, the more use and the more that train's persons are told from others.
    related : Cohort, optional
        A larger cohort with train's columns. Its trees are grown first; train's own start from what
        they expect, with an intercept and a slope of train's, and grow only where that pays. Its
        persons are learnt from as train's are, and nothing here tells what a release gives away of them.
    """

    leaf: int = 60
    outcome_leaf: int = 15
    depth: int = 2
    caution: float = 1.0
    related: Cohort | Path | None = None

    def __post_init__(self) -> None:
        refuse(
            "trees",
            not_whole(1, leaf=self.leaf, outcome_leaf=self.outcome_leaf, depth=self.depth)
            | {
                "caution is not a number of at least 0.": not is_number(self.caution, least=0),
                "related is no cohort.": not isinstance(self.related, Cohort | Path | None),
            },
        )

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> FittedSynthesizer:
        """Grow the trees of one column after the other; the outcomes come last, the event before the time.

        Where the schema has visits, whole persons are drawn: see `synth.visits`.

        Raises
        ------
        GenerationError
            Where the train table has fewer than two rows or no released column, or the related cohort
            has other columns.
        """
        if train.schema.visit is not None and self.related is not None:
            raise GenerationError("trees: visits have no warm start; leave `related` out, or `visit`.")
        if train.schema.visit is not None:
            from synth.visits import fit_visits  # noqa: PLC0415 - visits are drawn with trees

            return fit_visits(self, train, seed=seed, progress=progress)
        rng = np.random.default_rng(seed)
        prepared = prepare(train, self.related, rng)
        parts, schema = in_order(prepared.parts, train.schema), train.schema
        earlier: tuple[Step, ...] = ()
        if prepared.related is not None and isinstance(self.related, Cohort):
            columns, persons = _columns(prepared.related), self.related.persons
            earlier = self.grow(parts, columns, persons, schema=schema, rng=rng)
        steps = self.grow(
            parts,
            _columns(prepared.own),
            train.persons,
            schema=schema,
            rng=rng,
            earlier=earlier,
            progress=progress,
        )
        return FittedTrees(
            preparation=prepared.preparation, steps=steps, schema=schema, allowed=allowed_values(train)
        )

    def grow(
        self,
        parts: Sequence[Part],
        columns: Columns,
        persons: Ints,
        *,
        schema: Schema,
        rng: np.random.Generator,
        given: Sequence[Part] = (),
        earlier: Sequence["Step"] = (),
        progress: Progress = silent,
    ) -> tuple["Step", ...]:
        """A step for each of ``parts``, in this order; parts that are ``given`` are looked at, not drawn.

        Where there are ``earlier`` steps of the same parts, each starts from its own.
        """
        shown = list(given)
        steps: list[Step] = []
        for done, part in enumerate(parts):
            progress(done / len(parts))
            growth = self._growth(part, schema)
            views = [view(known, columns, persons, leaf=growth.leaf) for known in shown]
            first = earlier[done] if earlier else None
            steps.append(_step(part, columns, views, persons, growth=growth, rng=rng, first=first))
            shown.append(part)
        progress(1.0)
        return tuple(steps)

    def _growth(self, part: Part, schema: Schema) -> Growth:
        if schema[part.column].role in _LAST:
            return Growth(
                leaf=self.outcome_leaf, depth=self.depth, caution=min(_OUTCOME_CAUTION, self.caution)
            )
        return Growth(leaf=self.leaf, depth=self.depth, caution=float(self.caution))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedTrees:
    """The trees of each column, and how values spread around what they expect."""

    preparation: Preparation
    steps: tuple["Step", ...]
    schema: Schema
    allowed: dict[str, Allowed]

    def sample(self, n: int, *, conditions: Conditions | None = None, seed: int) -> Release:
        """Draw ``n`` rows that fulfil the schema's rules and ``conditions``.

        Raises
        ------
        GenerationError
            Where too few such rows come up.
        """
        return sample_release(
            self._draw,
            n,
            schema=self.schema,
            allowed=self.allowed,
            conditions=conditions,
            seed=seed,
            made_by="trees",
        )

    def _draw(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        drawn: dict[str, npt.NDArray[np.generic]] = {}
        for step in self.steps:
            drawn[step.part.name] = step.draw(drawn, n, rng)
        return self.preparation.decode(pd.DataFrame(drawn, index=range(n)))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Step:
    """How one part is drawn, given those before it."""

    part: Part
    views: tuple[View, ...]
    boosted: Boosted
    law: Law
    first: "Step | None" = None
    slope: float = 0.0

    def draw(self, drawn: Columns, n: int, rng: np.random.Generator) -> npt.NDArray[np.generic]:
        """Draw the part for ``n`` rows, of which the columns ``drawn`` are there."""
        scores = self.scores(drawn, n)
        marks = [earlier.marks(drawn, least=_MARKED) for earlier in self.views]
        return self.law.draw(scores, np.hstack([scores, *marks]), rng)

    def scores(self, columns: Columns, n: int) -> Floats:
        """What is expected of ``n`` rows: a related cohort's expectation, corrected, (n, width)."""
        scores = self.boosted.predict(_shown(self.views, columns, n))
        return scores if self.first is None else scores + self.slope * self.first.scores(columns, n)


def _step(
    part: Part,
    columns: Columns,
    views: Sequence[View],
    persons: Ints,
    *,
    growth: Growth,
    rng: np.random.Generator,
    first: Step | None = None,
) -> Step:
    """Grow the trees of one part on the rows where it is observed, from ``first``'s scores on."""
    rows = observed(part, columns)
    values = columns[part.name][rows]
    seen = np.unique(persons[rows], return_inverse=True)[1]
    classes = np.zeros(0, dtype=np.int64)
    if first is not None and isinstance(first.law, Classes):
        classes = first.law.classes
    elif not part.is_numeric:
        classes = classes_of(part, columns, persons, leaf=growth.leaf)
    target = (
        normal_scores(values.astype(np.float64), rng)
        if part.is_numeric
        else np.eye(classes.max() + 1)[classes[values.astype(np.int64)]]
    )
    aimed = tuple(earlier.towards(columns, rows, target[:, 0], persons[rows]) for earlier in views)
    shown = _shown(aimed, columns, len(rows))[rows]
    start, held = np.zeros(target.shape), 0.0
    if first is not None:
        expected = first.scores(columns, len(rows))[rows]
        held = slope(expected, target, seen, classes=not part.is_numeric)
        start = held * expected
    seed = int(rng.integers(2**31))
    boosted, left = boost(shown, target, seen, growth, classes=not part.is_numeric, seed=seed, start=start)
    if part.is_numeric:
        fitted = boosted.predict(shown) + start
        law: Law = fit_spread(fitted, left, values.astype(np.float64), seen)
    else:
        # What only the related cohort has is never drawn.
        law = fit_classes(values.astype(np.int64), classes, only_held=first is not None)
        if first is not None:
            boosted = replace(boosted, base=np.where(target.any(axis=0), boosted.base, _NEVER))
    return Step(part=part, views=aimed, boosted=boosted, law=law, first=first, slope=held)


def _columns(frame: pd.DataFrame) -> Columns:
    return {str(name): values.to_numpy() for name, values in frame.items()}


def _shown(views: Sequence[View], columns: Columns, n: int) -> Floats:
    return np.hstack([np.zeros((n, 1)), *(earlier.show(columns) for earlier in views)])


def in_order(parts: Sequence[Part], schema: Schema) -> tuple[Part, ...]:
    """The schema's order, but the target, the event and the time last, in this order."""
    names = list(schema.names)
    place = {role: rank for rank, role in enumerate(_LAST, start=1)}
    return tuple(
        sorted(parts, key=lambda part: (place.get(schema[part.column].role, 0), names.index(part.column)))
    )

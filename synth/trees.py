"""Sequential boosted trees, the default for small cohorts.

Each column is drawn given those before it (Reiter 2005; synthpop, Nowok 2016,
https://doi.org/10.18637/jss.v074.i11): not from a leaf, whose few persons it would repeat, but from
what a sum of shallow trees expects and the spread that persons showed around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from cohort.cohort import Cohort
from cohort.release import Release
from cohort.schema import Role, Schema
from synth.boosting import Boosted, Growth, boost, softmax
from synth.complete import Part, Preparation, fit_preparation
from synth.leaves import Quantiles, fit_quantiles
from synth.options import is_number, not_whole, refuse
from synth.protocols import Conditions, Progress, silent
from synth.rejection import Allowed, allowed_values, sample_release
from synth.views import Columns, View, frequent_levels, observed, view

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_MOST_CLASSES = 32
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
        more trees; the target, the event and the time need gain nothing beyond the least loss. The
        smaller, the more use and the more that train's persons are told from others.
    """

    leaf: int = 60
    outcome_leaf: int = 15
    depth: int = 2
    caution: float = 1.0

    def __post_init__(self) -> None:
        refuse(
            "trees",
            not_whole(1, leaf=self.leaf, outcome_leaf=self.outcome_leaf, depth=self.depth)
            | {"caution is not a number of at least 0.": not is_number(self.caution, least=0)},
        )

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> "FittedTrees":
        """Grow the trees of one column after the other; the outcomes come last, the event before the time.

        Raises
        ------
        GenerationError
            Where the train table has fewer than two rows or no released column.
        """
        rng = np.random.default_rng(seed)
        preparation = fit_preparation(train)
        frame = preparation.encode(train.released, rng)
        columns = {str(name): values.to_numpy() for name, values in frame.items()}
        parts = _visit_order(preparation.parts, train.schema)
        views: list[View] = []
        steps: list[_Step] = []
        for done, part in enumerate(parts):
            progress(done / len(parts))
            steps.append(
                _step(part, columns, views, train.persons, growth=self._growth(part, train.schema), rng=rng)
            )
            views.append(view(part, columns, train.persons, leaf=self.leaf))
        progress(1.0)
        return FittedTrees(
            preparation=preparation, steps=tuple(steps), schema=train.schema, allowed=allowed_values(train)
        )

    def _growth(self, part: Part, schema: Schema) -> Growth:
        if schema[part.column].role in _LAST:
            return Growth(leaf=self.outcome_leaf, depth=self.depth, caution=0.0)
        return Growth(leaf=self.leaf, depth=self.depth, caution=float(self.caution))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedTrees:
    """The trees of each column, and how values spread around what they expect."""

    preparation: Preparation
    steps: tuple["_Step", ...]
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
class _Spread:
    """A number: its residuals on the normal scale, and the way back from there."""

    residuals: Floats
    scale: float
    quantiles: Quantiles

    def draw(self, scores: Floats, rng: np.random.Generator) -> Floats:
        spread = scores[:, 0] + rng.choice(self.residuals, len(scores))
        return self.quantiles.at(np.asarray(norm.cdf(self.scale * spread), dtype=np.float64))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class _Classes:
    """A category: the shares of each class's levels, (classes, levels)."""

    levels: Floats

    def draw(self, scores: Floats, rng: np.random.Generator) -> Ints:
        return _coded(self.levels[_coded(softmax(scores), rng)], rng)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class _Step:
    """How one part is drawn, given those before it."""

    part: Part
    views: tuple[View, ...]
    boosted: Boosted
    law: _Spread | _Classes

    def draw(self, drawn: Columns, n: int, rng: np.random.Generator) -> npt.NDArray[np.generic]:
        return self.law.draw(self.boosted.predict(_shown(self.views, drawn, n)), rng)


def _step(
    part: Part,
    columns: Columns,
    views: Sequence[View],
    persons: Ints,
    *,
    growth: Growth,
    rng: np.random.Generator,
) -> _Step:
    """Grow the trees of one part on the rows where it is observed."""
    rows = observed(part, columns)
    values = columns[part.name][rows]
    seen = np.unique(persons[rows], return_inverse=True)[1]
    classes = (
        np.zeros(0, dtype=np.int64) if part.is_numeric else _classes(part, columns, persons, leaf=growth.leaf)
    )
    target = (
        _normal_scores(values.astype(np.float64), rng)
        if part.is_numeric
        else np.eye(classes.max() + 1)[classes[values.astype(np.int64)]]
    )
    aimed = tuple(earlier.towards(columns, rows, target[:, 0]) for earlier in views)
    shown = _shown(aimed, columns, len(rows))[rows]
    boosted, left = boost(
        shown, target, seen, growth, classes=not part.is_numeric, seed=int(rng.integers(2**31))
    )
    if part.is_numeric:
        law: _Spread | _Classes = _spread(boosted.predict(shown), left, values.astype(np.float64), seen)
    else:
        law = _Classes(levels=_levels(values.astype(np.int64), classes))
    return _Step(part=part, views=aimed, boosted=boosted, law=law)


def _spread(expected: Floats, left: Floats, values: Floats, persons: Ints) -> _Spread:
    """Residuals of persons left out: those of the persons learnt from are too small."""
    scale = 1.0 / np.sqrt(expected.var() + (left**2).mean())
    return _Spread(residuals=np.sort(left[:, 0]), scale=scale, quantiles=fit_quantiles(values, persons))


def _normal_scores(values: Floats, rng: np.random.Generator) -> Floats:
    """Each value's rank as a normal deviate, (rows, 1), ties in random order."""
    ranks = np.empty(len(values))
    ranks[np.lexsort((rng.random(len(values)), values))] = np.arange(len(values)) + 0.5
    return np.asarray(norm.ppf(ranks / len(values)), dtype=np.float64)[:, None]


def _classes(part: Part, columns: Columns, persons: Ints, *, leaf: int) -> Ints:
    """The class of each level, (levels,): those too rare to fill a leaf are one."""
    frequent = frequent_levels(part, columns, persons, leaf=leaf)[:_MOST_CLASSES]
    classes = np.full(part.levels, len(frequent))
    classes[frequent] = np.arange(len(frequent))
    return np.asarray(np.unique(classes, return_inverse=True)[1], dtype=np.int64)


def _levels(codes: Ints, classes: Ints) -> Floats:
    """How often each level stands for its class, (classes, levels)."""
    share = np.zeros((classes.max() + 1, len(classes)))
    np.add.at(share, (classes[codes], codes), 1.0)
    return np.asarray(share / share.sum(axis=1, keepdims=True), dtype=np.float64)


def _coded(shares: Floats, rng: np.random.Generator) -> Ints:
    """One level for each row's probabilities, (rows,)."""
    ends = np.cumsum(shares, axis=1)
    return np.asarray((rng.random(len(shares))[:, None] * ends[:, -1:] >= ends).sum(axis=1), dtype=np.int64)


def _shown(views: Sequence[View], columns: Columns, n: int) -> Floats:
    return np.hstack([np.zeros((n, 1)), *(earlier.show(columns) for earlier in views)])


def _visit_order(parts: Sequence[Part], schema: Schema) -> tuple[Part, ...]:
    """The schema's order, but the target, the event and the time last, in this order."""
    names = list(schema.names)
    place = {role: rank for rank, role in enumerate(_LAST, start=1)}
    return tuple(
        sorted(parts, key=lambda part: (place.get(schema[part.column].role, 0), names.index(part.column)))
    )

"""Sequential classification and regression trees, the default for small cohorts.

Each column is drawn given those before it, from the leaf of a tree into which the new row
falls (Reiter 2005; synthpop, Nowok 2016, https://doi.org/10.18637/jss.v074.i11). A leaf holds
at least ``leaf`` persons, and a number that few persons share is drawn anew near it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from cohort.cohort import Cohort
from cohort.errors import ConfigError, Problem
from cohort.release import Release
from cohort.schema import Role, Schema
from synth.complete import Part, Preparation, fit_preparation
from synth.leaves import Leaves, code_leaves, number_leaves
from synth.protocols import Conditions, Progress, silent
from synth.rejection import Allowed, allowed_values, sample_release
from synth.views import Columns, View, frequent_levels, observed, view

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Tree = Any  # sklearn's DecisionTreeClassifier or DecisionTreeRegressor, which have no types

_MOST_CLASSES = 32


@dataclass(frozen=True, kw_only=True)
class Trees:
    """Sequential trees with a floor under each leaf.

    Parameters
    ----------
    leaf : int, >= 1
        The fewest persons from whose values one value is drawn. The smaller, the more use and
        the more copied rows: see docs/generators.md.
    """

    leaf: int = 15

    def __post_init__(self) -> None:
        if not isinstance(self.leaf, int) or isinstance(self.leaf, bool) or self.leaf < 1:
            what = "leaf is not a whole number of at least 1."
            raise ConfigError(Problem(what=what, where="trees", remedy="Leave it out for 15."))

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> "FittedTrees":
        """Grow one tree a column, in the schema's order, the event before the time.

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
            tree_seed = int(rng.integers(2**31))
            steps.append(_step(part, columns, views, train.persons, leaf=self.leaf, seed=tree_seed))
            views.append(view(part, columns, train.persons, leaf=self.leaf))
        progress(1.0)
        return FittedTrees(
            preparation=preparation, steps=tuple(steps), schema=train.schema, allowed=allowed_values(train)
        )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedTrees:
    """One tree a column, and the values in its leaves."""

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
class _Step:
    """How one part is drawn, given those before it."""

    part: Part
    views: tuple[View, ...]
    tree: Tree  # None where there is nothing to split
    leaves: Leaves

    def draw(self, drawn: Columns, n: int, rng: np.random.Generator) -> npt.NDArray[np.generic]:
        if self.tree is None:
            return self.leaves.draw(np.zeros(n, dtype=np.int64), rng)
        return self.leaves.draw(_nodes(self.tree, _shown(self.views, drawn)), rng)


def _step(
    part: Part, columns: Columns, views: Sequence[View], persons: Ints, *, leaf: int, seed: int
) -> _Step:
    """Grow the tree of one part on the rows where it is observed."""
    rows = observed(part, columns)
    values, persons_seen = columns[part.name][rows], persons[rows]
    target = _target(part, columns, persons, leaf=leaf)[rows]
    scale = target if part.is_numeric else (target == 0).astype(np.float64)
    aimed = tuple(earlier.towards(columns, rows, scale) for earlier in views)
    tree, nodes, size = None, np.zeros(len(values), dtype=np.int64), 1
    if aimed and len(np.unique(target)) > 1 and len(np.unique(persons_seen)) >= 2 * leaf:
        shown = _shown(aimed, columns)[rows]
        tree = _grow(shown, target, persons_seen, numeric=part.is_numeric, leaf=leaf, seed=seed)
        nodes, size = _nodes(tree, shown), tree.tree_.node_count
    if part.is_numeric:
        leaves = number_leaves(values.astype(np.float64), nodes, persons_seen, size=size)
    else:
        leaves = code_leaves(values.astype(np.int64), nodes, size=size)
    return _Step(part=part, views=aimed, tree=tree, leaves=leaves)


def _grow(shown: Floats, target: Floats, persons: Ints, *, numeric: bool, leaf: int, seed: int) -> Tree:
    """A tree whose leaves hold at least ``leaf`` persons: each person weighs 1 in all."""
    weights = 1.0 / np.bincount(persons)[persons]
    floor = (leaf - 1e-6) / weights.sum()
    kind = DecisionTreeRegressor if numeric else DecisionTreeClassifier
    tree = kind(min_samples_leaf=leaf, min_weight_fraction_leaf=floor, random_state=seed)
    return tree.fit(shown, target, sample_weight=weights)


def _target(part: Part, columns: Columns, persons: Ints, *, leaf: int) -> Floats:
    """What the tree predicts, (rows,): ranks of numbers, which no outlier can pull, and classes.

    Classes too rare to fill a leaf are one: the leaf's donors keep them apart anyway.
    """
    values = columns[part.name]
    if part.is_numeric:
        return np.asarray(rankdata(values), dtype=np.float64)
    frequent = frequent_levels(part, columns, persons, leaf=leaf)[:_MOST_CLASSES]
    classes = np.full(part.levels, float(len(frequent)))
    classes[frequent] = np.arange(len(frequent))
    return classes[values.astype(np.int64)]


def _shown(views: Sequence[View], columns: Columns) -> Floats:
    return np.hstack([earlier.show(columns) for earlier in views])


def _nodes(tree: Tree, shown: Floats) -> Ints:
    return np.asarray(tree.apply(shown), dtype=np.int64)


def _visit_order(parts: Sequence[Part], schema: Schema) -> tuple[Part, ...]:
    """The schema's order, with the event drawn before the time that it ends."""
    events = [column.name for column in schema.with_role(Role.EVENT)]
    times = [column.name for column in schema.with_role(Role.TIME)]
    names = list(schema.names)
    if events and times and names.index(times[0]) < names.index(events[0]):
        names.remove(events[0])
        names.insert(names.index(times[0]), events[0])
    return tuple(sorted(parts, key=lambda part: names.index(part.column)))

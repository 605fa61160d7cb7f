"""Adversarial random forests: a density of many small cells, each with independent columns.

A forest learns to tell real rows from rows whose columns were drawn independently within its own
leaves, and again until it no longer can; then columns are nearly independent in each leaf, and
that is how new rows are drawn (Watson, Blesch, Kapar and Wright 2023,
https://doi.org/10.48550/arXiv.2205.09435).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

from cohort.cohort import Cohort
from cohort.release import Release
from cohort.schema import Schema
from synth.complete import FEW_PERSONS, Part, Preparation, fit_preparation
from synth.leaves import Leaves, number_leaves, persons_a_level
from synth.options import is_number, not_whole, refuse
from synth.protocols import Conditions, Progress, silent
from synth.rejection import Allowed, allowed_values, sample_release
from synth.views import Columns, View, view

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Tree = Any  # sklearn's tree, which has no types

_TOLD_APART = 0.52  # share of rows told right, out of bag, from which chance is not far
_FEWEST_TREES = 30  # with fewer, some rows are out of no tree's bag


@dataclass(frozen=True, kw_only=True)
class Forest:
    """An adversarial random forest with a floor under each cell.

    Parameters
    ----------
    leaf : int, >= 1
        The fewest persons in a cell, from whose values a row is drawn.
    trees : int, >= 1
        Trees of the forest; each is one way to cut the table into cells.
    rounds : int, >= 1
        The most times that the forest is grown again on rows drawn from the last one.
    smoothing : float, >= 0
        How many persons drawn from all of train each cell's categories are mixed with.
    """

    leaf: int = 15
    trees: int = 50
    rounds: int = 5
    smoothing: float = 1.0

    def __post_init__(self) -> None:
        refuse(
            "forest",
            not_whole(1, leaf=self.leaf, trees=self.trees, rounds=self.rounds)
            | {"smoothing is not a number of at least 0.": not is_number(self.smoothing, least=0)},
        )

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> "FittedForest":
        """Grow forests until the last cannot tell real rows from drawn ones.

        Raises
        ------
        GenerationError
            Where the train table has fewer than two rows or no released column.
        """
        rng = np.random.default_rng(seed)
        preparation = fit_preparation(train)
        frame = preparation.encode(train.released, rng)
        columns = {str(name): values.to_numpy() for name, values in frame.items()}
        parts = preparation.parts
        views = [view(part, columns, train.persons, leaf=self.leaf) for part in parts]
        cells = _cells(_everybody(len(train)), parts, columns, train.persons, smoothing=self.smoothing)
        for done in range(self.rounds if parts else 0):
            progress(done / self.rounds)
            shown = _shown(views, columns)
            drawn = _shown(views, cells.draw(len(train), rng))
            grown = self._grow(shown, drawn, train.persons, seed=int(rng.integers(2**31)))
            if done and self.trees >= _FEWEST_TREES and grown.oob_score_ <= _TOLD_APART:
                break
            cells = _cells(
                _members(grown, shown, train.persons, leaf=self.leaf),
                parts,
                columns,
                train.persons,
                smoothing=self.smoothing,
            )
        progress(1.0)
        return FittedForest(
            preparation=preparation, cells=cells, schema=train.schema, allowed=allowed_values(train)
        )

    def _grow(self, real: Floats, drawn: Floats, persons: Ints, *, seed: int) -> RandomForestClassifier:
        """A forest that tells real rows from drawn ones; each person weighs 1 in all."""
        weights = 1.0 / np.bincount(persons)[persons]
        forest = RandomForestClassifier(
            n_estimators=self.trees,
            min_samples_leaf=self.leaf,
            oob_score=self.trees >= _FEWEST_TREES,
            random_state=seed,
        )
        told = np.repeat([1, 0], [len(real), len(drawn)])
        return forest.fit(np.vstack([real, drawn]), told, sample_weight=np.r_[weights, weights])


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedForest:
    """The cells, and the values in them."""

    preparation: Preparation
    cells: "_Cells"
    schema: Schema
    allowed: dict[str, Allowed]

    def sample(self, n: int, *, conditions: Conditions | None = None, seed: int) -> Release:
        """Draw ``n`` rows that fulfil the schema's rules and ``conditions``.

        Conditions on categories, and on what is missing, are met by drawing from each cell as often
        as they hold there; those on numbers by drawing again.

        Raises
        ------
        GenerationError
            Where too few such rows come up.
        """
        fixed = self.preparation.codes(conditions or {})

        def draw(rows: int, rng: np.random.Generator) -> pd.DataFrame:
            drawn = self.cells.draw(rows, rng, fixed=fixed)
            return self.preparation.decode(pd.DataFrame(drawn, index=range(rows)))

        return sample_release(
            draw,
            n,
            schema=self.schema,
            allowed=self.allowed,
            conditions=conditions,
            seed=seed,
            made_by="forest",
        )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class _Levels:
    """A category in each cell.

    Of a level that fewer than three of a cell's persons have, no cell may tell: whoever knows such
    persons could follow them from tree to tree and put their rows together. It comes up in all cells
    alike, as often as in train.

    Parameters
    ----------
    mix : ndarray, (cells, 3)
        How often a cell draws from its own levels, from those of few anywhere, and from all of train.
    place : ndarray, (entries,)
        Twice the cell and the share of its own rows up to this entry.
    level, share : ndarray, (entries,)
        The level, and the share of the cell's own rows.
    few, everybody : ndarray, (levels,)
        The levels' shares among rows of few, and of all rows.
    """

    mix: Floats
    place: Floats
    level: Ints
    share: Floats
    few: Floats
    everybody: Floats

    def draw(self, cells: Ints, rng: np.random.Generator) -> Ints:
        """One level for each cell, (rows,)."""
        source = _coded(self.mix[cells], rng)
        entry = np.searchsorted(self.place, 2 * cells + rng.random(len(cells)), side="right")
        drawn = np.append(self.level, 0)[np.minimum(entry, len(self.level))]
        for number, common in ((1, self.few), (2, self.everybody)):
            rows = source == number
            drawn[rows] = rng.choice(len(common), rows.sum(), p=common)
        return np.asarray(drawn, dtype=np.int64)

    def of(self, code: int) -> Floats:
        """The probability of one level in each cell, (cells,)."""
        chance = self.mix[:, 1] * self.few[code] + self.mix[:, 2] * self.everybody[code]
        own = self.level == code
        cells = (self.place[own] // 2).astype(np.int64)
        # A cell's last entry ends at twice the cell and 1.
        np.add.at(chance, cells, self.mix[cells, 0] * self.share[own])
        return np.asarray(chance, dtype=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class _Cells:
    """A mixture of cells, in each of which the columns are independent.

    Parameters
    ----------
    weight : ndarray, (cells,)
        How often a cell is drawn; sums to 1.
    levels : mapping
        Category -> its levels in each cell.
    numbers : mapping
        Number -> its distribution in each cell.
    """

    weight: Floats
    levels: dict[str, _Levels]
    numbers: dict[str, Leaves]

    def draw(self, n: int, rng: np.random.Generator, *, fixed: Mapping[str, int] | None = None) -> Columns:
        """``n`` rows of a complete frame, in which the ``fixed`` categories have the code asked for."""
        fixed = {name: code for name, code in (fixed or {}).items() if name in self.levels}
        weight = self.weight.copy()
        for name, code in fixed.items():
            weight *= self.levels[name].of(code)
        if not weight.any():
            weight, fixed = self.weight, {}
        cell = rng.choice(len(weight), size=n, p=weight / weight.sum())
        drawn: dict[str, npt.NDArray[np.generic]] = {}
        for name, levels in self.levels.items():
            drawn[name] = np.full(n, fixed[name]) if name in fixed else levels.draw(cell, rng)
        for name, leaves in self.numbers.items():
            drawn[name] = leaves.draw(cell, rng)
        return drawn


def _everybody(n: int) -> tuple[Ints, Ints, Floats]:
    """One cell with every row."""
    return np.zeros(n, dtype=np.int64), np.arange(n), np.ones(1)


def _members(
    forest: RandomForestClassifier, shown: Floats, persons: Ints, *, leaf: int
) -> tuple[Ints, Ints, Floats]:
    """The cells of all trees: (pairs,) of cell and of the row in it, and each cell's weight."""
    cells, taken = [], 0
    for tree in forest.estimators_:
        _, cell = np.unique(_routed(tree.tree_, shown, persons, leaf=leaf), return_inverse=True)
        cells.append(taken + cell)
        taken += int(cell.max()) + 1
    together = np.concatenate(cells)
    rows = np.tile(np.arange(len(shown)), len(cells))
    return together, rows, np.bincount(together) / len(together)


def _routed(tree: Tree, shown: Floats, persons: Ints, *, leaf: int) -> Ints:
    """The node where each row ends, (rows,), each with no row or at least ``leaf`` persons.

    Where one side of a split would hold fewer, all its rows go to the other side; where both would,
    the node is not split. Every row keeps one cell a tree, so that the mixture keeps train's marginals.
    """
    narrow = shown.astype(np.float32)  # as the tree saw them
    cell = np.zeros(len(shown), dtype=np.int64)
    left_to_do: list[tuple[int, Ints]] = [(0, np.arange(len(shown)))]
    while left_to_do:
        node, rows = left_to_do.pop()
        cell[rows] = node
        if tree.children_left[node] < 0:
            continue
        is_left = narrow[rows, tree.feature[node]] <= tree.threshold[node]
        sides = ((tree.children_left[node], rows[is_left]), (tree.children_right[node], rows[~is_left]))
        large = [side for side in sides if len(np.unique(persons[side[1]])) >= leaf]
        left_to_do += large if len(large) == 2 else [(child, rows) for child, _ in large]
    return cell


def _cells(
    members: tuple[Ints, Ints, Floats],
    parts: Sequence[Part],
    columns: Columns,
    persons: Ints,
    *,
    smoothing: float,
) -> _Cells:
    """The values of each cell, column by column."""
    cells, rows, weight = members
    levels: dict[str, _Levels] = {}
    numbers: dict[str, Leaves] = {}
    for part in parts:
        values = columns[part.name]
        if part.is_numeric:
            numbers[part.name] = number_leaves(
                values[rows].astype(np.float64), cells, persons[rows], size=len(weight)
            )
        else:
            levels[part.name] = _levels(values.astype(np.int64), members, persons, part.levels, smoothing)
    return _Cells(weight=weight, levels=levels, numbers=numbers)


def _levels(
    codes: Ints, members: tuple[Ints, Ints, Floats], persons: Ints, levels: int, smoothing: float
) -> _Levels:
    """Each cell's levels, with ``smoothing`` persons of all train among them."""
    cells, rows, weight = members
    found, entry, count = np.unique(cells * levels + codes[rows], return_inverse=True, return_counts=True)
    own = persons_a_level(entry, persons[rows], levels=len(found)) >= FEW_PERSONS
    cell, level = np.divmod(found, levels)
    held = np.bincount(cells, minlength=len(weight)).astype(np.float64)
    kept = np.bincount(cell[own], weights=count[own], minlength=len(weight))
    few = np.bincount(level[~own], weights=count[~own], minlength=levels)
    everybody = np.bincount(codes, minlength=levels) / len(codes)
    mix = np.column_stack([kept, few.sum() * held / held.sum(), np.full(len(held), smoothing)])
    upto = np.cumsum(count[own]) - (np.cumsum(kept) - kept)[cell[own]]
    return _Levels(
        mix=mix / mix.sum(axis=1, keepdims=True),
        place=2 * cell[own] + upto / kept[cell[own]],
        level=level[own],
        share=count[own] / kept[cell[own]],
        few=few / few.sum() if few.any() else everybody,
        everybody=everybody,
    )


def _coded(shares: Floats, rng: np.random.Generator) -> Ints:
    """One level for each row's probabilities, (rows,)."""
    ends = np.cumsum(shares, axis=1)
    place = (rng.random(len(shares))[:, None] * ends[:, -1:] >= ends).sum(axis=1)
    return np.asarray(np.minimum(place, shares.shape[1] - 1), dtype=np.int64)


def _shown(views: Sequence[View], columns: Columns) -> Floats:
    return np.hstack([each.show(columns) for each in views])

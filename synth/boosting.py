"""Boosted trees whose number of rounds is chosen on folds of the very rows they learn from.

Gradient boosting (Friedman 2001, https://doi.org/10.1214/aos/1013203451; subsampled, 2002,
https://doi.org/10.1016/S0167-9473(01)00065-2), with one tree a round for all classes together.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.tree import DecisionTreeRegressor

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Tree = Any  # sklearn's DecisionTreeRegressor, which has no types

_FOLDS = 3
_PATIENCE = 6
_STEEPEST = 4.0
_MOST_ROWS = 4_000  # that one tree learns from, and that choose the rounds


@dataclass(frozen=True, kw_only=True)
class Growth:
    """How trees grow.

    Parameters
    ----------
    leaf : int
        The fewest persons in a leaf.
    depth : int
        Splits from root to leaf.
    rate : float
        The share of a tree's correction that is made.
    rounds : int
        The most trees.
    caution : float
        Standard errors of the loss by which more rounds must pay.
    """

    leaf: int
    depth: int = 3
    rate: float = 0.1
    rounds: int = 60
    caution: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Boosted:
    """A sum of trees.

    Parameters
    ----------
    base : ndarray, (width,)
        Where it starts.
    trees : tuple
        Each corrects what those before it left.
    values : tuple of ndarray, (nodes, width)
        What each tree's nodes add.
    """

    base: Floats
    trees: tuple[Tree, ...]
    values: tuple[Floats, ...]

    def predict(self, shown: Floats) -> Floats:
        """The scores, (rows, width): a number's expectation, or classes' log odds."""
        narrow = np.ascontiguousarray(shown, dtype=np.float32)
        scores = np.tile(self.base, (len(shown), 1))
        for tree, values in zip(self.trees, self.values, strict=True):
            scores += values[nodes_of(tree, narrow)]
        return scores


def boost(
    shown: Floats, target: Floats, persons: Ints, growth: Growth, *, classes: bool, seed: int
) -> tuple[Boosted, Floats]:
    """Fit, with as many rounds as pay on persons left out.

    Parameters
    ----------
    shown : ndarray, (rows, predictors)
        What is known.
    target : ndarray, (rows, width)
        A number, width 1, or indicators of classes.
    persons : ndarray, (rows,), int
        Whose each row is; a person weighs 1 in all.
    growth : Growth
        How trees grow.
    classes : bool
        Whether the target holds indicators.
    seed : int
        Equal seeds give equal trees.

    Returns
    -------
    boosted : Boosted
        The trees.
    residuals : ndarray, (some rows, width)
        What as many rounds left of the target on persons left out of them.
    """
    rng = np.random.default_rng(seed)
    shown = np.ascontiguousarray(shown, dtype=np.float32)
    fit = _Fit(shown, target, persons, growth, classes=classes, rng=rng)
    if len(np.unique(persons)) < 2 * growth.leaf:
        return fit.grown(0), target - np.average(target, axis=0, weights=fit.weights)
    folds = _folds(persons, rng)
    paths = [
        _path(
            shown,
            target,
            persons,
            growth,
            learn=(folds >= 0) & (folds != fold),
            test=folds == fold,
            classes=classes,
            rng=rng,
        )
        for fold in range(_FOLDS)
    ]
    length = max(len(path) for path in paths)
    scores = np.hstack(
        [np.vstack([path, np.repeat(path[-1:], length - len(path), axis=0)]) for path in paths]
    )
    truth = np.vstack([target[folds == fold] for fold in range(_FOLDS)])
    rounds = _enough(np.array([_loss(each, truth, classes=classes) for each in scores]), growth.caution)
    return fit.grown(rounds), truth - scores[rounds]


class _Fit:
    """Boosting in progress."""

    def __init__(
        self,
        shown: Floats,
        target: Floats,
        persons: Ints,
        growth: Growth,
        *,
        classes: bool,
        rng: np.random.Generator,
    ) -> None:
        self.shown, self.target, self.growth, self.classes, self.rng = shown, target, growth, classes, rng
        self.weights = 1.0 / np.bincount(persons)[persons]
        mean = np.average(target, axis=0, weights=self.weights)
        self.base = np.log(np.maximum(mean, 1e-6)) if classes else mean
        self.scores: Floats = np.tile(self.base, (len(shown), 1))
        self.trees: list[Tree] = []
        self.values: list[Floats] = []

    def grown(self, rounds: int) -> Boosted:
        for _ in range(rounds):
            self.round()
        return Boosted(base=self.base, trees=tuple(self.trees), values=tuple(self.values))

    def round(self) -> tuple[Tree, Floats]:
        """One more tree."""
        fitted = softmax(self.scores) if self.classes else self.scores
        residual = self.target - fitted
        rows = self._drawn()
        weights = self.weights[rows]
        tree = DecisionTreeRegressor(
            max_depth=self.growth.depth,
            min_samples_leaf=self.growth.leaf,
            min_weight_fraction_leaf=min((self.growth.leaf - 1e-6) / weights.sum(), 0.5),
            random_state=int(self.rng.integers(2**31)),
        ).fit(self.shown[rows], residual[rows], sample_weight=weights, check_input=False)
        values = self.growth.rate * self._values(tree, residual, fitted)
        self.scores = self.scores + values[nodes_of(tree, self.shown)]
        self.trees.append(tree)
        self.values.append(values)
        return tree, values

    def _values(self, tree: Tree, residual: Floats, fitted: Floats) -> Floats:
        """A node's correction: its mean residual; of classes, that over the mean variance."""
        width = residual.shape[1]
        of_node = np.eye(tree.tree_.node_count)[nodes_of(tree, self.shown)] * self.weights[:, None]
        total = of_node.T @ residual
        if not self.classes:
            return np.asarray(total / np.maximum(of_node.sum(axis=0), 1e-9)[:, None], dtype=np.float64)
        curve = of_node.T @ (fitted * (1 - fitted))
        step = np.clip(total / np.maximum(curve, 1e-9), -_STEEPEST, _STEEPEST)
        return np.asarray(step * ((width - 1) / width), dtype=np.float64)

    def _drawn(self) -> Ints:
        n = len(self.shown)
        return self.rng.choice(n, _MOST_ROWS, replace=False) if n > _MOST_ROWS else np.arange(n)


def _folds(persons: Ints, rng: np.random.Generator) -> Ints:
    """The fold of each row, by person; -1 where there are more persons than are needed."""
    chosen = rng.permutation(np.unique(persons))[:_MOST_ROWS]
    fold_of = np.full(persons.max() + 1, -1)
    fold_of[chosen] = np.arange(len(chosen)) % _FOLDS
    return np.asarray(fold_of[persons], dtype=np.int64)


def _enough(losses: Floats, caution: float) -> int:
    """The fewest rounds whose mean loss, (rounds + 1, rows), is within ``caution`` errors of the least."""
    mean = losses.mean(axis=1)
    least = int(mean.argmin())
    error = (losses - losses[least]).std(axis=1) / np.sqrt(losses.shape[1])
    return int(np.flatnonzero(mean - mean[least] <= caution * error)[0])


def _path(
    shown: Floats,
    target: Floats,
    persons: Ints,
    growth: Growth,
    *,
    learn: Bools,
    test: Bools,
    classes: bool,
    rng: np.random.Generator,
) -> Floats:
    """The scores of the rows left out after 0, 1, 2 ... rounds, (rounds + 1, rows, width)."""
    fit = _Fit(shown[learn], target[learn], persons[learn], growth, classes=classes, rng=rng)
    path = [np.tile(fit.base, (int(test.sum()), 1))]
    least, best = _loss(path[0], target[test], classes=classes).mean(), 0
    for done in range(1, growth.rounds + 1):
        tree, values = fit.round()
        path.append(path[-1] + values[nodes_of(tree, shown[test])])
        loss = _loss(path[-1], target[test], classes=classes).mean()
        if loss < least:
            least, best = loss, done
        if done - best >= _PATIENCE:
            break
    return np.array(path)


def _loss(scores: Floats, target: Floats, *, classes: bool) -> Floats:
    """Squared error, or the negative log probability of the class, (rows,)."""
    if not classes:
        return np.asarray(((scores - target) ** 2).sum(axis=1), dtype=np.float64)
    return np.asarray(-np.log(np.maximum((softmax(scores) * target).sum(axis=1), 1e-12)), dtype=np.float64)


def nodes_of(tree: Tree, shown: npt.NDArray[np.floating[Any]]) -> Ints:
    """The leaf of each row, (rows,), without sklearn's checks, which take longer than the tree."""
    return np.asarray(tree.tree_.apply(shown), dtype=np.int64)


def softmax(scores: Floats) -> Floats:
    """Probabilities of log odds, (rows, width)."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)

"""Boosted lines and trees whose number of rounds is chosen on folds of the very rows they learn from.

Gradient boosting (Friedman 2001, https://doi.org/10.1214/aos/1013203451; subsampled, 2002,
https://doi.org/10.1016/S0167-9473(01)00065-2), with one learner a round for all classes together: first
ridge regressions on all predictors, few rounds of which are a shrunken linear model (Bühlmann and Yu
2003, https://doi.org/10.1198/016214503000125), then trees on what those left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.tree import DecisionTreeRegressor

from synth.cuts import Cuts, Tree, cuts_of, nodes_of
from synth.losses import intercept, losses, residual, softmax
from synth.ridge import fit_ridge

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_FOLDS = 3
_FEWEST = 60  # persons, from whom anything is learnt
_PATIENCE = 6
_STEEPEST = 4.0
_MOST_LEARNT = 20_000  # persons
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
    lines : int
        The most ridge regressions.
    caution : float
        Standard errors of the loss by which more rounds must pay.
    """

    leaf: int
    depth: int = 3
    rate: float = 0.1
    rounds: int = 60
    lines: int = 40
    caution: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Boosted:
    """A sum of a linear model and trees.

    Parameters
    ----------
    base : ndarray, (width,)
        Where it starts.
    slopes : ndarray, (predictors, width)
        What each predictor adds a unit.
    trees : tuple
        Each corrects what those before it left.
    values : tuple of ndarray, (nodes, width)
        What each tree's nodes add.
    """

    base: Floats
    slopes: Floats
    trees: tuple[Cuts, ...]
    values: tuple[Floats, ...]

    def predict(self, shown: Floats) -> Floats:
        """The scores, (rows, width): a number's expectation, or classes' log odds."""
        narrow = np.ascontiguousarray(shown, dtype=np.float32)
        scores = self.base + narrow @ self.slopes
        for tree, values in zip(self.trees, self.values, strict=True):
            scores += values[tree.apply(narrow)]
        return scores


def boost(
    shown: Floats,
    target: Floats,
    persons: Ints,
    growth: Growth,
    *,
    classes: bool,
    seed: int,
    start: Floats | None = None,
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
    start : ndarray, (rows, width), optional
        Scores to start from, another model's; what is returned corrects them.

    Returns
    -------
    boosted : Boosted
        The trees.
    residuals : ndarray, (some rows, width)
        What as many rounds left of the target on persons left out of them.
    """
    rng = np.random.default_rng(seed)
    shown = np.ascontiguousarray(shown, dtype=np.float32)
    start = np.zeros(target.shape) if start is None else start

    def begun(rows: Bools) -> _Fit:
        return _Fit(shown[rows], target[rows], persons[rows], growth, start[rows], classes=classes, rng=rng)

    fit = begun(_learnt(persons, rng))
    if len(np.unique(persons)) < min(2 * growth.leaf, _FEWEST):
        return fit.grown(), fit.target - fit.scores
    folds = _folds(persons, rng)
    learnt = [(folds >= 0) & (folds != fold) for fold in range(_FOLDS)]
    truth = np.vstack([target[folds == fold] for fold in range(_FOLDS)])
    lines, scores = 0, truth
    for most, kind in ((growth.lines, _Fit.line), (growth.rounds, _Fit.tree)):
        paths = []
        for fold, rows in enumerate(learnt):
            each = begun(rows)
            each.grow(lines, _Fit.line)
            test = folds == fold
            paths.append(_path(each, kind, shown[test], target[test], start[test], most=most))
        scores = _together(paths)
        rounds = _enough(np.array([losses(each, truth, classes=classes) for each in scores]), growth.caution)
        fit.grow(rounds, kind)
        lines, scores = rounds, scores[rounds]
    return fit.grown(), truth - scores


def _learnt(persons: Ints, rng: np.random.Generator) -> Bools:
    """The rows that the sum learns from: of very many persons a random part."""
    chosen = rng.permutation(np.unique(persons))[:_MOST_LEARNT]
    return np.isin(persons, chosen)


def _together(paths: Sequence[Floats]) -> Floats:
    """The folds' paths side by side, (rounds + 1, rows, width); one that ended early stays where it was."""
    longest = max(len(path) for path in paths)
    return np.hstack([np.vstack([path, np.repeat(path[-1:], longest - len(path), axis=0)]) for path in paths])


class _Fit:
    """Boosting in progress."""

    def __init__(
        self,
        shown: Floats,
        target: Floats,
        persons: Ints,
        growth: Growth,
        start: Floats,
        *,
        classes: bool,
        rng: np.random.Generator,
    ) -> None:
        self.shown, self.target, self.growth, self.classes, self.rng = shown, target, growth, classes, rng
        self.weights = 1.0 / np.bincount(persons)[persons]
        self.base = intercept(target, start, self.weights, classes=classes)
        self.scores: Floats = self.base + start
        self.slopes = np.zeros((shown.shape[1], target.shape[1]))
        self.trees: list[Cuts] = []
        self.values: list[Floats] = []
        self.ridge = fit_ridge(shown, self.weights)

    def grown(self) -> Boosted:
        return Boosted(base=self.base, slopes=self.slopes, trees=tuple(self.trees), values=tuple(self.values))

    def grow(self, rounds: int, kind: "Kind") -> None:
        for _ in range(rounds):
            kind(self)

    def line(self) -> "Added":
        """One more ridge regression of what is left."""
        left, curve = residual(self.scores, self.target, self.weights, classes=self.classes)
        base, slopes = self.ridge.line(left, curve, rate=self.growth.rate)
        self.base, self.slopes = self.base + base, self.slopes + slopes
        self.scores = self.scores + base + self.shown @ slopes
        return lambda shown: base + shown @ slopes

    def tree(self) -> "Added":
        """One more tree."""
        fitted = softmax(self.scores) if self.classes else self.scores
        left = self.target - fitted
        rows = self._drawn()
        weights = self.weights[rows]
        tree = DecisionTreeRegressor(
            max_depth=self.growth.depth,
            min_samples_leaf=self.growth.leaf,
            min_weight_fraction_leaf=min((self.growth.leaf - 1e-6) / weights.sum(), 0.5),
            random_state=int(self.rng.integers(2**31)),
        ).fit(self.shown[rows], left[rows], sample_weight=weights, check_input=False)
        values = self.growth.rate * self._values(tree, left, fitted)
        self.scores = self.scores + values[nodes_of(tree, self.shown)]
        self.trees.append(cuts_of(tree))
        self.values.append(values)
        return lambda shown: values[nodes_of(tree, shown)]

    def _values(self, tree: Tree, left: Floats, fitted: Floats) -> Floats:
        """A node's correction: its mean residual; of classes, that over the mean variance."""
        width = left.shape[1]
        of_node = np.eye(tree.tree_.node_count)[nodes_of(tree, self.shown)] * self.weights[:, None]
        total = of_node.T @ left
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


Added = Callable[[Floats], Floats]
"""What one more learner adds to the scores of rows, (rows, width)."""
Kind = Callable[[_Fit], Added]


def _path(fit: _Fit, kind: Kind, shown: Floats, target: Floats, start: Floats, *, most: int) -> Floats:
    """The scores of rows left out after 0, 1, 2 ... more rounds, (rounds + 1, rows, width)."""
    path = [fit.grown().predict(shown) + start]
    least, best = losses(path[0], target, classes=fit.classes).mean(), 0
    for done in range(1, most + 1):
        path.append(path[-1] + kind(fit)(shown))
        loss = losses(path[-1], target, classes=fit.classes).mean()
        if loss < least:
            least, best = loss, done
        if done - best >= _PATIENCE:
            break
    return np.array(path)

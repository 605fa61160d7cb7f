"""A regression tree's questions, without the rows that it was grown on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Tree = Any  # sklearn's DecisionTreeRegressor, which has no types


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Cuts:
    """A tree's questions alone; scikit-learn's own tree also counts train's rows in each node.

    Parameters
    ----------
    feature, left, right : ndarray, (nodes,), int
        The predictor asked for, and the node where those at most at the threshold go, and the
        others; no node, -1, from a leaf.
    threshold : ndarray, (nodes,)
        Of each node.
    """

    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints

    def apply(self, shown: npt.NDArray[np.floating[Any]]) -> Ints:
        """The leaf of each row, (rows,)."""
        rows, node = np.arange(len(shown)), np.zeros(len(shown), dtype=np.int64)
        for _ in range(len(self.left)):
            inner = self.left[node] >= 0
            if not inner.any():
                break
            is_left = shown[rows, self.feature[node]] <= self.threshold[node]
            node = np.where(inner, np.where(is_left, self.left[node], self.right[node]), node)
        return node


def cuts_of(tree: Tree) -> Cuts:
    """The questions of a tree that scikit-learn grew."""
    grown = tree.tree_
    return Cuts(
        feature=np.maximum(grown.feature, 0).astype(np.int64),
        threshold=np.array(grown.threshold, dtype=np.float64),
        left=np.array(grown.children_left, dtype=np.int64),
        right=np.array(grown.children_right, dtype=np.int64),
    )


def nodes_of(tree: Tree, shown: npt.NDArray[np.floating[Any]]) -> Ints:
    """The leaf of each row, (rows,), without sklearn's checks, which take longer than the tree."""
    return np.asarray(tree.tree_.apply(shown), dtype=np.int64)

"""The levels that lose least among those that protect: an exact search of the generalisation lattice.

A node gives each quasi-identifier a level. What a node protects, its successors protect too (P. Samarati
2001, doi:10.1109/69.971193), and what it loses by its levels alone, none of its successors undercuts.
Both prune: branch and bound in the lattice that Flash (F. Kohlmayer and others 2012,
doi:10.1109/SocialCom-PASSAT.2012.52) and ARX search.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Node = tuple[int, ...]
Protects = Callable[[Ints], Bools]
"""From each row's class to whether the row is protected."""

MOST_NODES = 1_000_000
"""Lattices with more nodes are descended greedily only."""

_MOST_CODES = 2**62


def geometric_mean(losses: Floats) -> Floats:
    """ARX's default aggregate of the columns' losses, along the first axis."""
    mean: Floats = np.expm1(np.log1p(losses).mean(axis=0))
    return mean


@dataclass(frozen=True, kw_only=True, eq=False)
class Lattice:
    """The levels of each column, as codes.

    Parameters
    ----------
    codes : tuple of ndarray, (levels, rows), int, >= 0
        For each column, which label each row has at each level; one for all at the last.
    losses : tuple of ndarray, (levels, rows), float, in [0, 1]
        What each row's label loses; never less at a higher level.
    """

    codes: tuple[Ints, ...]
    losses: tuple[Floats, ...]

    @property
    def shape(self) -> Node:
        """How many levels each column has."""
        return tuple(len(each) for each in self.codes)

    @property
    def top(self) -> Node:
        """The node at which all rows are alike."""
        return tuple(levels - 1 for levels in self.shape)

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return int(self.codes[0].shape[1])

    def classes(self, node: Node) -> Ints:
        """The class of each row at ``node``, (rows,), 0 .. classes - 1."""
        found, combined = np.zeros(self.rows, dtype=np.int64), 1
        for codes, level in zip(self.codes, node, strict=True):
            many = int(codes[level].max(initial=0)) + 1
            if combined > _MOST_CODES // many:
                found, combined = pd.factorize(found)[0], self.rows
            found, combined = found * many + codes[level], combined * many
        return np.asarray(pd.factorize(found)[0], dtype=np.int64)

    def column_losses(self, node: Node, kept: Bools) -> Floats:
        """What each column loses, (columns,): a suppressed row loses all, as in ARX's Loss."""
        rows = kept.astype(np.float64)
        lost = [losses[level] @ rows for losses, level in zip(self.losses, node, strict=True)]
        return np.asarray((np.array(lost) + self.rows - rows.sum()) / self.rows)


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimum:
    """The best node found.

    Parameters
    ----------
    node : tuple of int
        A level a column.
    loss : float, in [0, 1]
        What it loses; 1 where nothing is left.
    kept : ndarray, (rows,), bool
        The rows that are protected; the others are suppressed.
    proven : bool
        Whether no other node within the limit loses less.
    checked : int
        How many nodes were looked at.
    """

    node: Node
    loss: float
    kept: Bools
    proven: bool
    checked: int


def search(
    lattice: Lattice,
    protects: Protects,
    *,
    limit: float,
    monotone: bool = True,
    most_checks: int = 20_000,
    aggregate: Callable[[Floats], Floats] = geometric_mean,
) -> Optimum | None:
    """Find the node that loses least among those that suppress at most ``limit`` of the rows.

    Parameters
    ----------
    lattice : Lattice
        At least one column and one row.
    protects : callable
        Which rows are protected in these classes.
    limit : float, in [0, 1]
        The share of rows that may be suppressed.
    monotone : bool
        Whether merging classes never takes a row's protection (true of k-anonymity and distinct
        l-diversity, not of t-closeness beside suppressed rows); without it less is pruned.
    most_checks : int
        Nodes to look at before the best so far is given unproven.
    aggregate : callable
        From the columns' losses, along the first axis, to one; rising in each.

    Returns
    -------
    Optimum, optional
        None where not even the top node is within the limit.
    """
    hunt = _Hunt(lattice, protects, limit=limit, aggregate=aggregate)
    hunt.check(lattice.top)
    if hunt.best is None:
        return None
    _descend(hunt)
    proven = np.prod(lattice.shape) <= MOST_NODES and _branch(
        hunt, monotone=monotone, most_checks=most_checks
    )
    node, loss, kept = hunt.best
    return Optimum(node=node, loss=loss, kept=kept, proven=bool(proven), checked=len(hunt.seen))


class _Hunt:
    """Looks at nodes and remembers the best."""

    def __init__(
        self, lattice: Lattice, protects: Protects, *, limit: float, aggregate: Callable[[Floats], Floats]
    ) -> None:
        self.lattice, self.protects, self.limit, self.aggregate = lattice, protects, limit, aggregate
        self.best: tuple[Node, float, Bools] | None = None
        self.seen: list[Node] = []

    @property
    def loss(self) -> float:
        """The best node's."""
        return np.inf if self.best is None else self.best[1]

    def check(self, node: Node) -> tuple[bool, float, float]:
        """Whether the node is within the limit, the share it suppresses, and its loss."""
        self.seen.append(node)
        kept = self.protects(self.lattice.classes(node))
        suppressed = 1.0 - float(kept.mean())
        within = suppressed <= self.limit + 1e-12
        loss = float(self.aggregate(self.lattice.column_losses(node, kept)))
        if within and loss < self.loss:
            self.best = (node, loss, kept)
        return within, suppressed, loss


def _descend(hunt: _Hunt) -> None:
    """From the top step to the best predecessor for as long as one is within the limit."""
    node = hunt.lattice.top
    while True:
        steps = [_lower(node, column) for column, level in enumerate(node) if level]
        checked = [(loss, step) for step in steps for within, _, loss in [hunt.check(step)] if within]
        if not checked:
            return
        node = min(checked)[1]


def _lower(node: Node, column: int) -> Node:
    return (*node[:column], node[column] - 1, *node[column + 1 :])


def _branch(hunt: _Hunt, *, monotone: bool, most_checks: int) -> bool:
    """Look at every node that could still be better; False where ``most_checks`` did not do."""
    bounds = _bounds(hunt.lattice.losses, hunt.aggregate)
    bounds[tuple(np.transpose(hunt.seen))] = np.inf
    while True:
        rest = np.flatnonzero(bounds < hunt.loss)
        if not len(rest) or len(hunt.seen) >= most_checks:
            return not len(rest)
        # The median: where it is not within the limit, half of the rest may fall with it.
        middle = rest[np.argpartition(bounds.flat[rest], len(rest) // 2)[len(rest) // 2]]
        node = tuple(int(level) for level in np.unravel_index(middle, bounds.shape))
        within, suppressed, _ = hunt.check(node)
        if monotone:
            below = tuple(slice(level + 1) for level in node)
            bounds[below] = np.maximum(bounds[below], suppressed) if within else np.inf
        bounds[node] = np.inf


def _bounds(losses: Sequence[Floats], aggregate: Callable[[Floats], Floats]) -> Floats:
    """What each node loses at least: by its levels alone, nothing suppressed; (levels, ...)."""
    means = np.ix_(*(each.mean(axis=1) for each in losses))
    return aggregate(np.stack(np.broadcast_arrays(*means)))

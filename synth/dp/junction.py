"""Junction trees: a graph's cliques, and the marginals that beliefs passed along them give.

Exact inference after Lauritzen & Spiegelhalter 1988 (doi:10.1111/j.2517-6161.1988.tb01721.x). Tables
have one axis an attribute, in ascending order of the attributes' numbers.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Attributes = tuple[int, ...]
"""Numbers of attributes, ascending."""


@dataclass(frozen=True, kw_only=True)
class JunctionTree:
    """Cliques in a tree, in which what two cliques share also stands in every one between them.

    Parameters
    ----------
    sizes : tuple of int
        Cells of each attribute.
    cliques : tuple of Attributes
        Each but the first after its parent.
    parents : tuple of int
        The place of each clique's parent; of the first, -1.
    """

    sizes: tuple[int, ...]
    cliques: tuple[Attributes, ...]
    parents: tuple[int, ...]

    @cached_property
    def separators(self) -> tuple[Attributes, ...]:
        """What each clique shares with its parent; the first shares nothing."""
        pairs = zip(self.cliques, self.parents, strict=True)
        return tuple(
            () if parent < 0 else tuple(sorted({*clique} & {*self.cliques[parent]}))
            for clique, parent in pairs
        )

    def home(self, attributes: Iterable[int]) -> int | None:
        """The place of the smallest clique that holds all of ``attributes``; None where none does."""
        wanted = set(attributes)
        places = [place for place, clique in enumerate(self.cliques) if wanted.issubset(clique)]
        return min(places, key=lambda place: cells(self.cliques[place], self.sizes), default=None)

    def neighbours(self, place: int) -> Iterator[tuple[int, Attributes]]:
        """The cliques next to one, each with what they share."""
        for other, parent in enumerate(self.parents):
            if parent == place:
                yield other, self.separators[other]
            elif self.parents[place] == other:
                yield other, self.separators[place]


def cells(attributes: Iterable[int], sizes: Sequence[int]) -> int:
    """How many cells the table of ``attributes`` has."""
    return math.prod(sizes[attribute] for attribute in attributes)


def build_tree(edges: Collection[Attributes], sizes: Sequence[int]) -> JunctionTree:
    """The junction tree of a graph.

    Parameters
    ----------
    edges : collection of pairs
        Attributes that must share a clique.
    sizes : sequence of int
        Cells of each attribute; attributes without an edge are in the tree too.
    """
    found = [clique for clique in eliminate(edges, sizes) if clique]
    cliques = [clique for clique in found if not any(set(clique) < set(other) for other in found)]
    return _joined(sorted(set(cliques)), tuple(sizes))


def fits(edges: Collection[Attributes], sizes: Sequence[int], *, most: float) -> bool:
    """Whether no clique of a graph's junction tree has more than ``most`` cells."""
    return all(cells(clique, sizes) <= most for clique in eliminate(edges, sizes))


def eliminate(edges: Iterable[Attributes], sizes: Sequence[int]) -> Iterator[Attributes]:
    """The cliques that taking the attributes out one by one makes, the smallest table first."""
    near: list[set[int]] = [set() for _ in sizes]
    for one, other in edges:
        near[one].add(other)
        near[other].add(one)
    logs = [math.log(size) for size in sizes]
    weight = [logs[each] + sum(logs[other] for other in near[each]) for each in range(len(sizes))]
    left = set(range(len(sizes)))
    while left:
        out = min(left, key=weight.__getitem__)
        left.remove(out)
        around = near[out]
        for each in around:
            new = around - near[each] - {each}
            near[each] |= new
            near[each].discard(out)
            weight[each] += sum(logs[other] for other in new) - logs[out]
        yield tuple(sorted({out, *around}))


def spread(table: Floats, attributes: Attributes, clique: Attributes) -> Floats:
    """A view of a table of some attributes that broadcasts over their clique's."""
    lengths = iter(table.shape)
    return table.reshape([next(lengths) if each in attributes else 1 for each in clique])


def summed(table: Floats, clique: Attributes, attributes: Attributes) -> Floats:
    """A clique's table summed over all but ``attributes``."""
    axes = tuple(axis for axis, each in enumerate(clique) if each not in attributes)
    return np.asarray(table.sum(axis=axes)) if axes else table


def calibrated(tree: JunctionTree, potentials: Sequence[Floats]) -> list[Floats]:
    """The marginal of each clique under the product of all potentials, each summing to 1.

    Parameters
    ----------
    tree : JunctionTree
    potentials : sequence of float array
        One a clique, not negative; left as they are.

    Raises
    ------
    ZeroDivisionError
        Where the product is 0 everywhere.
    """
    beliefs = [np.array(potential) for potential in potentials]
    upward: list[Floats] = [np.ones(())] * len(beliefs)
    for place in reversed(range(1, len(beliefs))):
        separator, parent = tree.separators[place], tree.parents[place]
        message = summed(beliefs[place], tree.cliques[place], separator)
        upward[place] = message / _positive(float(message.max()))
        beliefs[place] /= spread(np.where(message > 0, message, 1.0), separator, tree.cliques[place])
        beliefs[parent] *= spread(upward[place], separator, tree.cliques[parent])
    beliefs[0] /= _positive(float(beliefs[0].sum()))
    for place in range(1, len(beliefs)):
        separator, parent = tree.separators[place], tree.parents[place]
        shared = summed(beliefs[parent], tree.cliques[parent], separator)
        beliefs[place] *= spread(shared, separator, tree.cliques[place])
    return beliefs


def pair_marginals(tree: JunctionTree, marginals: Sequence[Floats]) -> dict[Attributes, Floats]:
    """The table of every pair of attributes, whether or not a clique holds both."""
    order = sorted(range(len(tree.sizes)), key=tree.sizes.__getitem__)
    found: dict[Attributes, Floats] = {}
    for place, one in enumerate(order):
        wanted = set(order[place + 1 :])
        for other in list(wanted):
            home = tree.home((one, other))
            if home is not None:
                pair = (min(one, other), max(one, other))
                found[pair] = summed(marginals[home], tree.cliques[home], pair)
                wanted.remove(other)
        for other, table in _far(tree, marginals, one, wanted):
            found[min(one, other), max(one, other)] = table if one < other else table.T
    return found


def _far(
    tree: JunctionTree, marginals: Sequence[Floats], one: int, wanted: set[int]
) -> Iterator[tuple[int, Floats]]:
    """The tables of one attribute with those ``wanted``, (its cells, their cells), along the tree."""
    start = tree.home((one,))
    if start is None or not wanted:
        return
    clique = tree.cliques[start]
    todo = []
    for place, separator in tree.neighbours(start):
        joint = tuple(sorted({one, *separator}))
        table = summed(marginals[start], clique, joint)
        if one in separator:
            table = _doubled(table, separator.index(one))
        else:
            table = np.moveaxis(table, joint.index(one), 0)
        todo.append((start, place, separator, table))
    while todo and wanted:
        came, place, separator, message = todo.pop()
        clique = tree.cliques[place]
        shared = summed(marginals[place], clique, separator)
        given = message / np.where(shared > 0, shared, 1.0)
        for other in sorted(wanted.intersection(clique)):
            yield other, _passed(given, separator, marginals[place], clique, (other,))
            wanted.remove(other)
        for further, outgoing in tree.neighbours(place):
            if further != came and wanted & _beyond(tree, further, place):
                passed = _passed(given, separator, marginals[place], clique, outgoing)
                todo.append((place, further, outgoing, passed))


def _passed(
    given: Floats, separator: Attributes, table: Floats, clique: Attributes, onto: Attributes
) -> Floats:
    """Sum over a separator: ``given``, (cells of one, separator), to (cells of one, ``onto``)."""
    kept = tuple(each for each in separator if each in onto)
    gone = tuple(each for each in separator if each not in onto)
    new = tuple(each for each in onto if each not in separator)
    joint = tuple(sorted({*separator, *onto}))
    small = summed(table, clique, joint).transpose([joint.index(each) for each in (*kept, *gone, *new)])
    wide = given.transpose(
        [*(1 + separator.index(each) for each in kept), 0, *(1 + separator.index(each) for each in gone)]
    )
    lengths = small.shape
    batch, middle = math.prod(lengths[: len(kept)]), math.prod(lengths[len(kept) : len(kept) + len(gone)])
    product = wide.reshape(batch, given.shape[0], middle) @ small.reshape(batch, middle, -1)
    shaped = product.reshape(*lengths[: len(kept)], given.shape[0], *lengths[len(kept) + len(gone) :])
    first = np.moveaxis(shaped, len(kept), 0)
    return first.transpose([0, *(1 + (*kept, *new).index(each) for each in onto)])


def _beyond(tree: JunctionTree, place: int, came: int) -> set[int]:
    """The attributes of a clique and of all behind it, seen from the neighbour ``came``."""
    found = set(tree.cliques[place])
    for further, _ in tree.neighbours(place):
        if further != came:
            found |= _beyond(tree, further, place)
    return found


def _doubled(table: Floats, axis: int) -> Floats:
    """Put an attribute's cells in front once more: (cells of one, separator), zero where they differ."""
    wide = np.zeros((table.shape[axis], *table.shape))
    for cell in range(table.shape[axis]):
        chosen = (slice(None),) * axis + (cell,)
        wide[(cell, *chosen)] = table[chosen]
    return wide


def _joined(cliques: list[Attributes], sizes: tuple[int, ...]) -> JunctionTree:
    """The cliques in a spanning tree that shares as many attributes as can be (Prim)."""
    ordered, parents, left = [cliques[0]], [-1], cliques[1:]
    while left:
        _, place, parent = max(
            (len({*clique} & {*other}), -place, -parent)
            for place, clique in enumerate(left)
            for parent, other in enumerate(ordered)
        )
        ordered.append(left.pop(-place))
        parents.append(-parent)
    return JunctionTree(sizes=sizes, cliques=tuple(ordered), parents=tuple(parents))


def _positive(value: float) -> float:
    if not value > 0:
        raise ZeroDivisionError("a junction tree's potentials leave nothing possible")
    return value

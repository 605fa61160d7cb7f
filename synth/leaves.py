"""A number's distribution, in a leaf or in all of train: bars on round numbers, and atoms.

No bar stands for fewer than three persons, and no edge is a person's value: it is the roundest
number that parts two groups, and says nothing of how near they come to it. Only a value that three
persons share is kept as it is, an atom. So a leaf can be drawn from, and written to a file, and
nobody's number can be read off, nor joined with the same person's number in another column.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth.complete import FEW_PERSONS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_ATOM = 0.05  # of the persons: fewer share a value because it was rounded, not because it means something
_A_BAR = 5  # persons: three, and one on each side between whom an edge may move
_COARSEST, _FINEST = -12, 15  # decimals of a round number


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Leaves:
    """A number's distribution in each leaf.

    Parameters
    ----------
    law : ndarray, (nodes,), int
        The place of each leaf's law; a leaf of fewer than three persons has that of all rows.
    smooth : ndarray, (laws,)
        The share of rows in bars; the others are in atoms.
    place, edge : ndarray, (edges,)
        Twice the law's place and the share of its bars' rows below; the number there.
    atom_place, atom : ndarray, (atoms,)
        Twice the law's place and the share of its atoms' rows up to this one; the number.
    """

    law: Ints
    smooth: Floats
    place: Floats
    edge: Floats
    atom_place: Floats
    atom: Floats

    def draw(self, nodes: Ints, rng: np.random.Generator) -> Floats:
        """One value for each leaf in ``nodes``, (rows,)."""
        law = self.law[nodes]
        is_smooth = rng.random(len(nodes)) < self.smooth[law]
        place = 2 * law + rng.random(len(nodes))
        drawn = np.interp(place, self.place, self.edge) if len(self.edge) else np.zeros(len(nodes))
        if len(self.atom):
            atom = np.searchsorted(self.atom_place, place, side="right")
            drawn = np.where(is_smooth, drawn, self.atom[np.minimum(atom, len(self.atom) - 1)])
        return np.asarray(drawn, dtype=np.float64)


def number_leaves(numbers: Floats, nodes: Ints, persons: Ints, *, size: int) -> Leaves:
    """The distribution of ``numbers`` in each leaf.

    Parameters
    ----------
    numbers, nodes, persons : ndarray, (rows,)
        Each train row's value, leaf and person.
    size : int
        Nodes of the tree.
    """
    law = np.arange(size)
    held = persons_a_level(nodes, persons, levels=size)
    if (held < FEW_PERSONS).any():
        law = np.where(held < FEW_PERSONS, size, law)
        numbers, persons = np.tile(numbers, 2), np.tile(persons, 2)
        nodes, size = np.r_[nodes, np.full(len(nodes), size)], size + 1
    return _laws(_units(numbers, nodes, persons), law, size=size, least=FEW_PERSONS)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Quantiles:
    """A number's distribution as one increasing function.

    Parameters
    ----------
    share, value : ndarray, (points,)
        Ends of the bars, and of the flat pieces at the atoms, from 0 to 1.
    """

    share: Floats
    value: Floats

    def at(self, shares: Floats) -> Floats:
        """The values at ``shares`` of the distribution, each in [0, 1]."""
        return np.asarray(np.interp(shares, self.share, self.value), dtype=np.float64)


def fit_quantiles(numbers: Floats, persons: Ints) -> Quantiles:
    """The quantiles of all of train; an atom is a value of at least three persons and of one in twenty.

    Parameters
    ----------
    numbers, persons : ndarray, (rows,)
        Each train row's value and person.
    """
    many = len(np.unique(persons))
    units = _units(numbers, np.zeros(len(numbers), dtype=np.int64), persons)
    law = _laws(units, np.zeros(1, dtype=np.int64), size=1, least=max(FEW_PERSONS, _ATOM * many))
    if not len(law.edge) and not len(law.atom):
        return _of_fewer_than_three(numbers)
    smooth, points = float(law.smooth[0]), np.unique(np.r_[law.edge, law.atom])
    upto = np.zeros(len(points))
    upto[np.searchsorted(points, law.atom)] = np.diff(law.atom_place, prepend=0.0)
    above = (1 - smooth) * np.cumsum(upto)
    below = above - (1 - smooth) * upto
    if len(law.edge):
        # From either side, for an edge may stand for several, where many persons share a value.
        below = below + smooth * (1 - np.interp(-points, -law.edge[::-1], 1 - law.place[::-1]))
        above = above + smooth * np.interp(points, law.edge, law.place)
    share, value = np.unique(np.c_[np.r_[below, above], np.r_[points, points]], axis=0).T
    return Quantiles(share=share, value=np.maximum.accumulate(value))


def persons_a_level(codes: Ints, persons: Ints, *, levels: int) -> Ints:
    """How many persons have each code, (levels,)."""
    many = int(persons.max(initial=0)) + 1
    return np.bincount(np.unique(codes * many + persons) // many, minlength=levels)


def roundest(low: Floats, high: Floats) -> Floats:
    """The number of fewest digits between ``low`` and ``high``, neither of them, nearest to their middle.

    Where they are equal, it is they.
    """
    middle = (low + high) / 2
    found, sought = middle.copy(), low < high
    for digits in range(_COARSEST, _FINEST + 1):
        number = np.round(middle, digits)
        hit = sought & (low < number) & (number < high)
        found[hit] = number[hit]
        sought &= ~hit
        if not sought.any():
            break
    return found


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class _Units:
    """Each person's values in a leaf, each once, by leaf and then by value; and in how many rows."""

    node: Ints
    value: Floats
    person: Ints
    rows: Floats

    def __getitem__(self, chosen: Bools) -> "_Units":
        return _Units(**{name: values[chosen] for name, values in vars(self).items()})


def _units(numbers: Floats, nodes: Ints, persons: Ints) -> _Units:
    order = np.lexsort((persons, numbers, nodes))
    node, value, person = nodes[order], numbers[order], persons[order]
    is_other = np.ones(len(order), dtype=bool)
    is_other[1:] = (np.diff(node) != 0) | (np.diff(value) != 0) | (np.diff(person) != 0)
    first = np.flatnonzero(is_other)
    rows = np.diff(np.r_[first, len(order)]).astype(np.float64)
    return _Units(node=node[first], value=value[first], person=person[first], rows=rows)


def _laws(units: _Units, law: Ints, *, size: int, least: float) -> Leaves:
    is_other = np.ones(len(units.value), dtype=bool)
    is_other[1:] = (np.diff(units.value) != 0) | (np.diff(units.node) != 0)
    level = np.cumsum(is_other) - 1
    is_atom = (np.bincount(level) >= least)[level]
    rest = units[~is_atom]
    enough = persons_a_level(rest.node, rest.person, levels=size) >= FEW_PERSONS
    rest = rest[enough[rest.node]]
    place, edge = _bars(rest)
    first = np.flatnonzero(is_atom & is_other)
    atom_node = units.node[first]
    atom_rows = np.bincount(level, weights=units.rows)[level[first]]
    in_atoms, in_bars = (
        np.bincount(node, weights=rows, minlength=size)
        for node, rows in ((atom_node, atom_rows), (rest.node, rest.rows))
    )
    upto = np.cumsum(atom_rows) - (np.cumsum(in_atoms) - in_atoms)[atom_node]
    return Leaves(
        law=law,
        smooth=in_bars / np.maximum(in_bars + in_atoms, 1),
        place=place,
        edge=edge,
        atom_place=2 * atom_node + upto / in_atoms[atom_node],
        atom=units.value[first],
    )


def _bars(units: _Units) -> tuple[Floats, Floats]:
    """Places and edges of bars of about five persons, never fewer than three."""
    if not len(units.node):
        return np.zeros(0), np.zeros(0)
    # Neighbouring values of one person are one unit, which no edge may part.
    is_other = np.ones(len(units.node), dtype=bool)
    is_other[1:] = (np.diff(units.node) != 0) | (np.diff(units.person) != 0)
    low, high = np.flatnonzero(is_other), np.flatnonzero(np.r_[is_other[1:], True])
    person, lowest, highest = units.person[low], units.value[low], units.value[high]
    rows = np.r_[0.0, np.cumsum(units.rows)][np.r_[low, len(is_other)]]
    leaf, start, count = np.unique(units.node[low], return_index=True, return_counts=True)
    bars = np.maximum(count // _A_BAR, 1)
    of = np.repeat(np.arange(len(leaf)), bars + 1)
    number = np.arange(len(of)) - np.repeat(np.cumsum(bars + 1) - bars - 1, bars + 1)
    start, end = start[of], (start + count)[of]
    cut = start + np.rint(number * count[of] / bars[of]).astype(np.int64)
    is_first, is_last = number == 0, number == bars[of]
    ends = np.where(is_first, start, np.where(is_last, end - 1, cut - 2))
    thirds = np.where(is_first, start + 2, np.where(is_last, end - 3, cut + 1))
    edge = _edges(lowest, highest, ends, thirds, is_first=is_first, is_last=is_last)
    edge[1:] = np.where(is_first[1:], edge[1:], np.maximum(edge[1:], edge[:-1]))
    share = (rows[cut] - rows[start]) / (rows[end] - rows[start])
    kept = is_first | is_last | (_three(person, cut - 3) & _three(person, cut))
    return (2 * leaf[of] + share)[kept], edge[kept]


def _edges(
    lowest: Floats, highest: Floats, ends: Ints, thirds: Ints, *, is_first: Bools, is_last: Bools
) -> Floats:
    """The roundest numbers with one person's room on each side; at an end, around the last."""
    last, last_but_two = lowest[ends], lowest[thirds]
    top, top_but_two = highest[ends], highest[thirds]
    low = np.select([is_first, is_last], [last - (last_but_two - last) / 2, top_but_two], top)
    high = np.select([is_first, is_last], [last_but_two, top + (top - top_but_two) / 2], last_but_two)
    return roundest(low, high)


def _three(person: Ints, first: Ints) -> Bools:
    """Whether three units from ``first`` on are three persons'."""
    a, b, c = (person[np.clip(first + step, 0, max(len(person) - 1, 0))] for step in range(3))
    return np.asarray((a != b) & (b != c) & (a != c), dtype=bool)


def _of_fewer_than_three(numbers: Floats) -> Quantiles:
    """Numbers of their order of magnitude: theirs stand at no end."""
    if not len(numbers):
        return Quantiles(share=np.array([0.0, 1.0]), value=np.zeros(2))
    low, high = numbers.min(), numbers.max()
    room = max(high - low, abs(high) / 2) + 1e-6
    ends = roundest(np.array([low - room, high]), np.array([low, high + room]))
    return Quantiles(share=np.array([0.0, 1.0]), value=ends)

"""Rows of a model, clique after clique, as often as they should be and in random order."""

from collections.abc import Mapping

import numpy as np

from synth.dp.descent import Model
from synth.dp.junction import Attributes, Floats, calibrated, cells, spread
from synth.dp.marginals import Ints

_BELOW_1 = 1 - 1e-9  # and still below 1 where it is added to the number of a group


def draw(
    model: Model, n: int, rng: np.random.Generator, *, evidence: Mapping[int, Floats] | None = None
) -> Ints:
    """Draw ``n`` rows, (n, attributes), of cells.

    Each cell of a clique comes up, within the rows that share what is drawn already, as often as it
    should up to one; which of these rows have it is decided anew, at random, for each clique, for
    otherwise two columns that both hang on a third would move together.

    Parameters
    ----------
    evidence : mapping, optional
        Attribute -> likelihood of each of its cells; the rows are drawn given all of it.

    Raises
    ------
    ZeroDivisionError
        Where the model has no such rows.
    """
    marginals = _given(model, evidence or {})
    rows = np.zeros((n, len(model.tree.sizes)), dtype=np.int64)
    for place, clique in enumerate(model.tree.cliques):
        known = model.tree.separators[place]
        new = tuple(each for each in clique if each not in known)
        order = [clique.index(each) for each in (*known, *new)]
        shares = marginals[place].transpose(order).reshape(cells(known, model.tree.sizes), -1)
        group = _flat(rows, known, model.tree.sizes)
        drawn = rounded(shares, group, rng)
        if new:
            rows[:, list(new)] = np.stack(
                np.unravel_index(drawn, [model.tree.sizes[each] for each in new]), axis=1
            )
    return rows


def _given(model: Model, evidence: Mapping[int, Floats]) -> list[Floats]:
    if not evidence:
        return model.marginals
    potentials = list(model.potentials)
    for attribute, likelihood in evidence.items():
        home = model.tree.home((attribute,)) or 0
        potentials[home] = potentials[home] * spread(likelihood, (attribute,), model.tree.cliques[home])
    return calibrated(model.tree, potentials)


def _flat(rows: Ints, attributes: Attributes, sizes: tuple[int, ...]) -> Ints:
    """Which cell of the attributes each row is in, (rows,)."""
    if not attributes:
        return np.zeros(len(rows), dtype=np.int64)
    shape = [sizes[each] for each in attributes]
    return np.asarray(np.ravel_multi_index(tuple(rows[:, list(attributes)].T), shape), dtype=np.int64)


def rounded(shares: Floats, group: Ints, rng: np.random.Generator) -> Ints:
    """A cell for each row, by the shares of its group: systematic sampling within the group.

    The rows of a group, shuffled, stand at equal distances from a random start on [0, 1), which
    the group's shares divide among the cells.

    Parameters
    ----------
    shares : float array, (groups, cells)
        Not negative, in any unit; some above 0 in each group that has rows.
    group : int array, (rows,)
    rng : Generator

    Returns
    -------
    int array, (rows,)
    """
    many = np.bincount(group, minlength=len(shares))
    order = np.lexsort((rng.random(len(group)), group))
    place = np.arange(len(group)) - np.repeat(np.cumsum(many) - many, many)
    at = np.empty(len(group))
    at[order] = (place + np.repeat(rng.random(len(shares)), many)) / np.repeat(many, many)
    ends = np.cumsum(shares, axis=1)
    # The last cells with no share end where the one before them does: they are never found.
    ends = np.where(ends >= ends[:, -1:], 1.0, ends / np.where(ends[:, -1:] > 0, ends[:, -1:], 1.0))
    # One search for all groups: the shares of group g end between g and g + 1.
    flat = (ends + np.arange(len(shares))[:, None]).ravel()
    found = np.searchsorted(flat, group + np.minimum(at, _BELOW_1), side="right")
    return np.asarray(found - group * shares.shape[1], dtype=np.int64)

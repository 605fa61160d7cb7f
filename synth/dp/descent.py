"""Mirror descent: the most even model whose marginals come nearest to what was measured.

After McKenna, Sheldon & Miklau 2019 (Graphical-model based estimation and inference for
differential privacy, doi:10.48550/arXiv.1901.09136). The model is a product of one factor a
measured table; its marginals are exact, by beliefs on a junction tree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synth.dp.junction import Attributes, Floats, JunctionTree, build_tree, calibrated, spread, summed
from synth.dp.marginals import Measurement, merged

_FIRST_STEP, _SMALLEST_STEP = 0.1, 1e-9
_DROWNED = 50.0  # times the noise: cells with fewer rows than that move less


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Model:
    """A distribution over all attributes.

    Parameters
    ----------
    tree : JunctionTree
    factors : mapping
        Attributes -> logarithm of a factor of the distribution.
    potentials, marginals : list of float array
        One a clique: the product of the factors at home there, and what follows, summing to 1.
    total : float
        Rows.
    """

    tree: JunctionTree
    factors: Mapping[Attributes, Floats]
    potentials: list[Floats]
    marginals: list[Floats]
    total: float

    def marginal(self, attributes: Attributes) -> Floats:
        """The table of attributes that share a clique, summing to 1."""
        home = self.tree.home(attributes)
        if home is None:
            raise KeyError(f"no clique holds {attributes}")
        return summed(self.marginals[home], self.tree.cliques[home], attributes)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Target:
    """What one table of the model should be near to, and how much that counts."""

    attributes: Attributes
    home: int
    shares: Floats
    weight: Floats


def estimate(
    measurements: Sequence[Measurement],
    sizes: Sequence[int],
    *,
    total: float,
    steps: int,
    start: Mapping[Attributes, Floats] | None = None,
) -> Model:
    """Fit a model to noisy tables.

    Parameters
    ----------
    measurements : sequence of Measurement
        At least one, of one or more attributes.
    sizes : sequence of int
        Cells of each attribute.
    total : float, > 0
        Rows.
    steps : int, >= 1
        Of the descent; deterministic, so that equal measurements give equal models.
    start : mapping, optional
        Factors of an earlier model to go on from.
    """
    tables = merged(measurements)
    edges = {(one, other) for table, _, _ in tables for one in table for other in table if one < other}
    tree = build_tree(edges, sizes)
    targets = [
        _Target(attributes=attributes, home=tree.home(attributes) or 0, shares=counts / total, weight=weight)
        for attributes, counts, weight in tables
    ]
    factors = {each.attributes: np.zeros(each.shares.shape) for each in targets} | dict(start or {})
    return _descend(tree, targets, factors, total=total, steps=steps)


def _descend(
    tree: JunctionTree,
    targets: Sequence[_Target],
    factors: Mapping[Attributes, Floats],
    *,
    total: float,
    steps: int,
) -> Model:
    """Steps against the squared misfit with inertia (Nesterov), begun anew where one does not lessen it."""
    model, step, age, drowned = _model(tree, factors, total), _FIRST_STEP, 0, _DROWNED
    misfits, loss = _misfits(model, targets)
    before = model.factors
    for _ in range(steps):
        moved = _moved(model, targets, misfits, step=step, drowned=drowned)
        ahead = {each: factor + age / (age + 3) * (factor - before[each]) for each, factor in moved.items()}
        try:
            tried = _model(tree, ahead, total)
        except ZeroDivisionError:  # so far ahead that, in floats, no row is left possible
            before, step, age = model.factors, step / 2, 0
            continue
        tried_misfits, tried_loss = _misfits(tried, targets)
        if tried_loss <= loss:
            model, misfits, loss, before = tried, tried_misfits, tried_loss, moved
            step, age = step * 1.1, age + 1
        else:
            # Without inertia, only steps that are too unlike plain mirror descent's lead uphill.
            drowned = drowned if age else drowned * 2
            before, step, age = model.factors, step / 2, 0
        if step < _SMALLEST_STEP:
            break
    return model


def _moved(
    model: Model, targets: Sequence[_Target], misfits: Sequence[Floats], *, step: float, drowned: float
) -> dict[Attributes, Floats]:
    """Factors less a step: a cell moves by its misfit in proportion to its own share.

    Shares that are small beside the noise move less, so that noise is not fitted there.
    """
    finest = max(float(np.max(each.weight)) for each in targets)
    moved = dict(model.factors)
    for each, gap in zip(targets, misfits, strict=True):
        least = drowned / (model.total * np.sqrt(each.weight))
        size = step * each.weight / finest / (np.abs(gap + each.shares) + least)
        moved[each.attributes] = moved[each.attributes] - size * gap
    return moved


def _misfits(model: Model, targets: Sequence[_Target]) -> tuple[list[Floats], float]:
    misfits = [
        summed(model.marginals[each.home], model.tree.cliques[each.home], each.attributes) - each.shares
        for each in targets
    ]
    loss = sum(float((each.weight * gap**2).sum()) for each, gap in zip(targets, misfits, strict=True))
    return misfits, loss


def _model(tree: JunctionTree, factors: Mapping[Attributes, Floats], total: float) -> Model:
    logs = [np.zeros([tree.sizes[each] for each in clique]) for clique in tree.cliques]
    for attributes, factor in factors.items():
        home = tree.home(attributes) or 0
        logs[home] += spread(factor, attributes, tree.cliques[home])
    potentials = [np.exp(each - each.max()) for each in logs]
    return Model(
        tree=tree,
        factors=factors,
        potentials=potentials,
        marginals=calibrated(tree, potentials),
        total=total,
    )

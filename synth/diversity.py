"""Which rows a class protects: by its different values, or by how ordinary their distribution is."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.schema import Column, Kind

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_BLOCK_CELLS = 4_000_000


def distinct(values: pd.Series, *, least: int) -> Callable[[Ints], Bools]:
    """A test for classes with ``least`` or more different values; missing is none.

    Over persons it is k-anonymity, over a sensitive column distinct l-diversity
    (A. Machanavajjhala and others 2007, doi:10.1145/1217299.1217302).
    """
    codes, found = pd.factorize(values)
    known = np.flatnonzero(codes >= 0)
    each_once = len(found) == len(values)

    def test(classes: Ints) -> Bools:
        pairs = classes[known] * max(len(found), 1) + codes[known]
        owners = classes if each_once else np.unique(pairs) // max(len(found), 1)
        enough: Bools = np.bincount(owners, minlength=int(classes.max(initial=-1)) + 1) >= least
        return enough[classes]

    return test


def closeness(values: pd.Series, column: Column, *, most: float) -> Callable[[Ints], Bools]:
    """A test for classes whose distribution of ``values`` is at most ``most`` from all rows'.

    The earth mover's distance of t-closeness (N. Li, T. Li, S. Venkatasubramanian 2007,
    doi:10.1109/ICDE.2007.367856): ordered for numbers, dates and ordinals, equal for categories.
    Missing is a value of its own, above all others.
    """
    ordered = column.kind.is_numeric or column.kind is Kind.ORDINAL
    codes = _in_order(values, column)
    size = int(codes.max(initial=-1)) + 1
    whole = np.bincount(codes, minlength=size) / max(len(codes), 1)

    def test(classes: Ints) -> Bools:
        count = int(classes.max(initial=-1)) + 1
        step = max(1, _BLOCK_CELLS // max(size, 1))
        far = [
            _distance(_shares(classes, codes, start, min(start + step, count), size), whole, ordered=ordered)
            for start in range(0, count, step)
        ]
        near: Bools = np.concatenate(far) <= most + 1e-12
        return near[classes]

    return test


def _in_order(values: pd.Series, column: Column) -> Ints:
    """Each row's value as its rank among the different ones; missing comes last."""
    if column.kind is Kind.ORDINAL and column.categories is not None:
        values = values.map({label: rank for rank, label in enumerate(column.categories)})
    codes, found = pd.factorize(values, sort=True)
    return np.where(codes < 0, len(found), codes).astype(np.int64)


def _shares(classes: Ints, codes: Ints, start: int, end: int, size: int) -> Floats:
    """The distribution in each of the classes ``start`` to ``end``, (classes, values)."""
    here = (classes >= start) & (classes < end)
    cells = np.bincount((classes[here] - start) * size + codes[here], minlength=(end - start) * size)
    counts = cells.reshape(end - start, size).astype(np.float64)
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def _distance(shares: Floats, whole: Floats, *, ordered: bool) -> Floats:
    apart = shares - whole
    if ordered:
        steps: Floats = np.abs(np.cumsum(apart, axis=1)).sum(axis=1) / max(len(whole) - 1, 1)
        return steps
    return np.asarray(np.abs(apart).sum(axis=1) / 2)

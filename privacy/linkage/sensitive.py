"""What somebody learns about a patient without telling them apart: the sensitive values of a class.

A class of ten patients is no shelter where all ten have the same diagnosis. Every measure here looks
at the distribution of one sensitive column within each class and reports the worst class.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.classes import class_codes
from privacy.linkage.sample import require

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_BLOCK_CELLS = 4_000_000


@dataclass(frozen=True, kw_only=True)
class SensitiveRisk:
    """How much a class gives away of a sensitive column, in the worst class of all.

    Parameters
    ----------
    column : str
        The sensitive column.
    homogeneous : int
        Persons of classes with a single sensitive value, themselves alone or not: it is known of
        each of them to whoever knows their quasi-identifiers.
    distinct_l : int
        Fewest different values; ``entropy_l``: the exponential of the least entropy, at most that
        (Machanavajjhala and others 2007, doi:10.1145/1217299.1217302).
    recursive_c : float, optional
        Recursive (c, l)-diversity at l = ``distinct_l`` holds for every c above it; None where l is 1.
    alpha : float, in (0, 1]
        Largest share of one value in a class: (α, k)-anonymity (doi:10.1145/1150402.1150499).
    t : float, in [0, 1]
        Largest distance of a class's distribution from the table's, all values equally far apart
        (t-closeness, doi:10.1109/ICDE.2007.367856).
    t_ordered : float, in [0, 1], optional
        The same with values in their order, neighbours near; missing values left out. None where
        the column has no order.
    beta : float, >= 0
        Largest relative gain of a value in a class: basic β-likeness (doi:10.14778/2350229.2350255).
    delta : float, >= 0
        Largest absolute log ratio of a present value's share: δ-disclosure (doi:10.1145/1401890.1401904).
    """

    column: str
    homogeneous: int
    distinct_l: int
    entropy_l: float
    recursive_c: float | None
    alpha: float
    t: float
    t_ordered: float | None
    beta: float
    delta: float

    def to_dict(self) -> dict[str, Any]:
        """As it stands in a report."""
        return asdict(self)


def sensitive_risk(
    table: pd.DataFrame,
    quasi_identifiers: Sequence[str],
    sensitive: str,
    *,
    persons: Ints | None = None,
    order: Sequence[str] | None = None,
) -> SensitiveRisk:
    """Measure what the classes give away of one sensitive column.

    A person counts once for each different value that they have in a class; a missing value is a
    value, since it tells something too.

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Typed as a cohort's table.
    quasi_identifiers : sequence of str
        Columns of ``table``; one that is the sensitive column itself is left out.
    sensitive : str
        A column of ``table``. Numbers and dates have an order.
    persons : ndarray, (rows,), int, optional
        The person of each row; each row a person where absent.
    order : sequence of str, optional
        The categories of an ordinal column, from low to high.

    Raises
    ------
    NotApplicable
        Where there is no quasi-identifier or no row.
    """
    names = [name for name in quasi_identifiers if name != sensitive]
    require(names, rows=len(table))
    owners = np.arange(len(table)) if persons is None else persons
    values, known = _values(table[sensitive], order)
    cells = _Cells.of(class_codes(table, names), owners, values)
    return SensitiveRisk(
        column=sensitive,
        homogeneous=cells.homogeneous,
        distinct_l=int(cells.distinct.min()),
        entropy_l=float(np.exp(cells.sums(-cells.share * np.log(cells.share)).min())),
        recursive_c=_recursive_c(cells),
        alpha=float(cells.share.max()),
        t=float(cells.sums(np.maximum(cells.share - cells.overall, 0.0)).max()),
        t_ordered=None if known is None else _ordered_distance(cells, known),
        beta=float((cells.share / cells.overall).max()) - 1,
        delta=float(np.abs(np.log(cells.share / cells.overall)).max()),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Cells:
    """The non-empty cells of classes by values: class, value, and persons there, (cells,) each."""

    of_class: Ints
    value: Ints
    count: Floats
    distinct: Ints
    share: Floats
    overall: Floats
    homogeneous: int

    @classmethod
    def of(cls, classes: Ints, owners: Ints, values: Ints) -> "_Cells":
        once = np.unique(np.column_stack([classes, owners, values]), axis=0)
        pairs, counts = np.unique(once[:, [0, 2]], axis=0, return_counts=True)
        of_class, value, count = pairs[:, 0], pairs[:, 1], counts.astype(np.float64)
        distinct = np.bincount(of_class)
        single = distinct[once[:, 0]] == 1
        return cls(
            of_class=of_class,
            value=value,
            count=count,
            distinct=distinct,
            share=count / np.bincount(of_class, weights=count)[of_class],
            overall=(np.bincount(value, weights=count) / count.sum())[value],
            homogeneous=len(np.unique(once[single, 1])),
        )

    def sums(self, weights: Floats) -> Floats:
        """The sum over each class's cells, (classes,)."""
        return np.bincount(self.of_class, weights=weights).astype(np.float64)


def _values(column: pd.Series, order: Sequence[str] | None) -> tuple[Ints, int | None]:
    """Values as codes in their order, missing last; and how many are known, None without an order."""
    if order is not None:
        ranks = {value: rank for rank, value in enumerate(order)}
        column = column.map(ranks)
    ordered = order is not None or not (pd.api.types.is_object_dtype(column) or _is_text(column))
    codes, levels = pd.factorize(column, sort=ordered)
    known = len(levels)
    return np.where(codes < 0, known, codes).astype(np.int64), known if ordered else None


def _is_text(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.CategoricalDtype) or pd.api.types.is_string_dtype(column)


def _recursive_c(cells: _Cells) -> float | None:
    """Most frequent by the l-th and all rarer, in the worst class, at the l that all classes have."""
    least = int(cells.distinct.min())
    if least == 1:
        return None
    order = np.lexsort((-cells.count, cells.of_class))
    first = np.concatenate([[0], np.cumsum(cells.distinct)[:-1]])
    rank = np.arange(len(order)) - first[cells.of_class[order]]
    counts = cells.count[order]
    tail = np.bincount(cells.of_class[order], weights=np.where(rank >= least - 1, counts, 0.0))
    return float((counts[rank == 0] / tail).max())


def _ordered_distance(cells: _Cells, known: int) -> float | None:
    """Earth mover's distance of the worst class, over ``known`` values in their order."""
    of_class, value, count = (
        each[cells.value < known] for each in (cells.of_class, cells.value, cells.count)
    )
    if known < 2:
        return 0.0 if known else None
    overall = np.bincount(value, weights=count, minlength=known) / count.sum()
    classes, of_class = np.unique(of_class, return_inverse=True)
    share = count / np.bincount(of_class, weights=count)[of_class]
    block = max(_BLOCK_CELLS // known, 1)
    worst = 0.0
    for first in range(0, len(classes), block):
        mine = (of_class >= first) & (of_class < first + block)
        dense = np.zeros((min(block, len(classes) - first), known))
        dense[of_class[mine] - first, value[mine]] = share[mine]
        gaps = np.abs(np.cumsum(dense - overall, axis=1)).sum(axis=1) / (known - 1)
        worst = max(worst, float(gaps.max()))
    return worst

"""What columns can do to a person: how far a set of them tells rows apart, and which is a disguise."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.classes import class_codes, person_sizes
from privacy.linkage.sample import require

_NEARLY_ALL = 0.95
_ENOUGH = 20


@dataclass(frozen=True, kw_only=True)
class ColumnPower:
    """How far a set of columns tells rows apart.

    Parameters
    ----------
    columns : tuple of str
        The set.
    distinction : float, in (0, 1]
        Different combinations for each row.
    separation : float, in [0, 1], optional
        Share of the pairs of rows that differ; None where there is one row.
    """

    columns: tuple[str, ...]
    distinction: float
    separation: float | None

    def to_dict(self) -> dict[str, Any]:
        """As it stands in a report."""
        return asdict(self) | {"columns": list(self.columns)}


def column_power(table: pd.DataFrame, columns: Sequence[str]) -> ColumnPower:
    """Distinction and separation of a set of columns (Motwani and Xu, VLDB 2007; missing equals missing).

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Typed as a cohort's table.
    columns : sequence of str
        At least one.

    Raises
    ------
    NotApplicable
        Where there is no column or no row.
    """
    require(columns, rows=len(table))
    counts = np.bincount(class_codes(table, columns)).astype(np.float64)
    rows = len(table)
    alike = float((counts * (counts - 1)).sum())
    return ColumnPower(
        columns=tuple(columns),
        distinction=len(counts) / rows,
        separation=None if rows == 1 else 1 - alike / (rows * (rows - 1)),
    )


def disguised_identifiers(
    table: pd.DataFrame,
    quasi_identifiers: Sequence[str],
    *,
    persons: npt.NDArray[np.int64] | None = None,
) -> tuple[str, ...]:
    """Quasi-identifiers by which, one alone, at least 95 % of 20 or more persons are unique.

    Such a column is an identifier in disguise (a serial number, a time stamp, a raw measurement):
    every set that holds it leaves everybody alone, whatever the others are.

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Typed as a cohort's table.
    quasi_identifiers : sequence of str
        Columns of ``table``.
    persons : ndarray, (rows,), int, optional
        The person of each row; each row a person where absent.
    """
    sizes = {name: person_sizes(table, [name], persons=persons) for name in quasi_identifiers}
    return tuple(
        name
        for name, size in sizes.items()
        if len(size) >= _ENOUGH and float((size == 1).mean()) >= _NEARLY_ALL
    )

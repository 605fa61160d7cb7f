"""Which columns are identifiers in disguise."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.classes import person_sizes

_NEARLY_ALL = 0.95
_ENOUGH = 20


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

"""Equivalence classes: rows that look alike to somebody who knows only some columns."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd


def class_codes(table: pd.DataFrame, columns: Sequence[str]) -> npt.NDArray[np.int64]:
    """Number the classes of rows that agree in ``columns``; missing equals missing.

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Typed as a cohort's table.
    columns : sequence of str
        At least one.

    Returns
    -------
    ndarray, (rows,), int
        The class of each row, 0 .. classes - 1.
    """
    codes = np.zeros(len(table), dtype=np.int64)
    for name in columns:
        column, levels = pd.factorize(table[name], use_na_sentinel=False)
        # Renumbered after each column, so that the product of levels cannot overflow.
        codes = pd.factorize(codes * max(len(levels), 1) + column)[0].astype(np.int64)
    return codes


def class_sizes(table: pd.DataFrame, columns: Sequence[str]) -> npt.NDArray[np.int64]:
    """How many rows share each row's values in ``columns``, (rows,), each at least 1."""
    codes = class_codes(table, columns)
    return np.bincount(codes)[codes].astype(np.int64) if len(codes) else codes

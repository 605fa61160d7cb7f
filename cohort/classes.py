"""Equivalence classes: rows that look alike to somebody who knows only some columns."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Missing = Literal["category", "wildcard"]


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


def persons_in(codes: Ints, owners: Ints, *, classes: int) -> Ints:
    """How many different persons each of the classes 0 .. classes - 1 has.

    Parameters
    ----------
    codes, owners : ndarray, (rows,), int
        The class and the person of each row.
    """
    most = int(owners.max(initial=0)) + 1
    pairs = np.unique(codes * most + owners)
    return np.bincount(pairs // most, minlength=classes).astype(np.int64)


def person_sizes(
    table: pd.DataFrame,
    columns: Sequence[str],
    *,
    persons: Ints | None = None,
    missing: Missing = "category",
) -> Ints:
    """How many persons each person cannot be told from, at their most exposed row.

    A class has as many members as different persons with a row in it. Somebody of several rows can
    be looked up by any of them, so the smallest of their classes counts.

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Typed as a cohort's table.
    columns : sequence of str
        At least one.
    persons : ndarray, (rows,), int, optional
        The person of each row, coded 0 .. persons - 1; each row a person where absent.
    missing : {"category", "wildcard"}
        A missing cell is a value of its own, or agrees with every value (as in sdcMicro,
        doi:10.18637/jss.v067.i04): then classes overlap, and a person's is all whom they agree with.

    Returns
    -------
    ndarray, (persons,), int
        At least 1; one over it is the person's risk.
    """
    owners = np.arange(len(table)) if persons is None else persons
    if missing == "wildcard":
        rows = _agreeing(table, columns, owners)
    else:
        codes = class_codes(table, columns)
        rows = persons_in(codes, owners, classes=int(codes.max(initial=-1)) + 1)[codes]
    sizes = np.full(int(owners.max(initial=-1)) + 1, len(table), dtype=np.int64)
    np.minimum.at(sizes, owners, rows)
    return sizes


def _agreeing(table: pd.DataFrame, columns: Sequence[str], owners: Ints) -> Ints:
    """How many different persons have a row that agrees with each row wherever both are known."""
    cells = np.column_stack([pd.factorize(table[name])[0] for name in columns])
    patterns, pattern = np.unique(cells >= 0, axis=0, return_inverse=True)
    groups = [np.flatnonzero(pattern.ravel() == number) for number in range(len(patterns))]
    alone = len(np.unique(owners)) == len(owners)
    count = _count_rows if alone else _count_persons
    sizes = np.zeros(len(table), dtype=np.int64)
    for known, mine in zip(patterns, groups, strict=True):
        met = [
            _runs(cells[:, known & other], mine, theirs)
            for other, theirs in zip(patterns, groups, strict=True)
        ]
        sizes[mine] = count(met, owners)
    return sizes


def _runs(cells: Ints, mine: Ints, theirs: Ints) -> tuple[Ints, Ints, Ints]:
    """Their rows, sorted, and where among them the run begins and ends that agrees with each of mine."""
    both = pd.DataFrame(cells[np.concatenate([mine, theirs])])
    codes = class_codes(both, list(both.columns))
    ordered = np.argsort(codes[len(mine) :], kind="stable")
    keys = codes[len(mine) :][ordered]
    wanted = codes[: len(mine)]
    return theirs[ordered], np.searchsorted(keys, wanted, "left"), np.searchsorted(keys, wanted, "right")


def _count_rows(met: Sequence[tuple[Ints, Ints, Ints]], owners: Ints) -> Ints:  # noqa: ARG001 - as below
    return np.asarray(sum(stop - start for _, start, stop in met), dtype=np.int64)


def _count_persons(met: Sequence[tuple[Ints, Ints, Ints]], owners: Ints) -> Ints:
    """Persons, not rows: the owners of all runs, each once."""
    sizes = [
        len(np.unique(np.concatenate([owners[rows[start[row] : stop[row]]] for rows, start, stop in met])))
        for row in range(len(met[0][1]))
    ]
    return np.array(sizes, dtype=np.int64)

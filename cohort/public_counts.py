"""Public counts of inhabitants and a prevalence: who else there is, as a statistical office tells it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from cohort.errors import DataError, Problem
from cohort.problems import at, capped
from cohort.readers import read_table

COUNT, PREVALENCE, SOURCE = "count", "prevalence", "source"
_BAND = re.compile(r"\s*(\d+)\s*(?:[-–—]\s*(\d+)|(\+))?\s*")
_HALF_OPEN = re.compile(r"\s*\[\s*(\d+)\s*[,;]\s*(\d+)\s*[\[)]\s*")


@dataclass(frozen=True, kw_only=True, eq=False)
class PublicCounts:
    """What is publicly known of a population.

    Parameters
    ----------
    where : str
        The file, for messages.
    keys : tuple of str
        Columns that say who is counted, named as the cohort's.
    table : DataFrame, (cells, keys + 2)
        The keys as text, ``count``, inhabitants, and ``prevalence``, known patients for each of them.
    sources : tuple of str
        Where the numbers come from, each once.
    """

    where: str
    keys: tuple[str, ...]
    table: pd.DataFrame
    sources: tuple[str, ...]


def read_public_counts(path: Path) -> PublicCounts:
    """Read ``population.csv``: key columns, ``count``, ``prevalence`` and ``source``, a row a cell.

    Keys are named as the cohort's columns. A key for numbers may hold a number, a band ``30-34``,
    ``85+`` or ``[30, 35)``; bands of one column do not overlap. Prevalence is patients by inhabitants.

    Raises
    ------
    DataError
        With every problem found, by row and column.
    """
    where = str(path)
    raw = read_table(path, at_least=1).table
    names = [str(name) for name in raw.columns]
    lacking = [name for name in (COUNT, PREVALENCE, SOURCE) if name not in names]
    keys = tuple(name for name in names if name not in (COUNT, PREVALENCE, SOURCE))
    if lacking or not keys:
        wanted = "has no column " + ", ".join(lacking) if lacking else "says of nobody whom it counts."
        remedy = (
            "Give key columns named as the cohort's (such as region, age, sex), count, prevalence, source."
        )
        raise DataError(Problem(what=wanted, where=where, remedy=remedy))
    numbers = {name: pd.to_numeric(raw[name], errors="coerce") for name in (COUNT, PREVALENCE)}
    problems = capped(
        [
            [*_bad_counts(numbers[COUNT], where)],
            [*_bad_prevalence(numbers[PREVALENCE], where)],
            [*_blank(raw, (*keys, SOURCE), where)],
            [*_repeated(raw, keys, where)],
            [*_overlapping(raw, keys, where)],
        ]
    )
    if problems:
        raise DataError(problems)
    table = raw[list(keys)].astype(object).assign(**{name: each.to_numpy() for name, each in numbers.items()})
    return PublicCounts(
        where=where, keys=keys, table=table, sources=tuple(dict.fromkeys(raw[SOURCE].astype(str)))
    )


def band(text: str) -> tuple[float, float] | None:
    """The whole numbers that a label means, first and last; None where it is no number and no band."""
    half_open = _HALF_OPEN.fullmatch(text)
    if half_open:
        return float(half_open[1]), float(half_open[2]) - 1
    found = _BAND.fullmatch(text)
    if not found:
        return None
    low = float(found[1])
    return low, np.inf if found[3] else float(found[2] or low)


def _bad_counts(counts: pd.Series, where: str) -> Iterator[Problem]:
    for row in np.flatnonzero(~(counts >= 0).to_numpy()):
        place = at(where, row=int(row) + 1, column=COUNT)
        yield Problem(what="is no number of inhabitants.", where=place, remedy="Give 0 or more.")


def _bad_prevalence(prevalence: pd.Series, where: str) -> Iterator[Problem]:
    wrong = ~((prevalence >= 0) & (prevalence <= 1)).to_numpy()
    for row in np.flatnonzero(wrong):
        place = at(where, row=int(row) + 1, column=PREVALENCE)
        yield Problem(
            what="is no prevalence.",
            where=place,
            remedy="Give patients by inhabitants, such as 0.0000387 for 38.7 in a million.",
        )
    if not wrong.any() and not prevalence.any():
        what = "a prevalence of 0 everywhere says that nobody has the disease."
        yield Problem(
            what=what, where=at(where, column=PREVALENCE), remedy="Give the prevalence of known patients."
        )


def _blank(raw: pd.DataFrame, names: tuple[str, ...], where: str) -> Iterator[Problem]:
    for name in names:
        for row in np.flatnonzero(raw[name].isna()):
            place = at(where, row=int(row) + 1, column=name)
            yield Problem(what="is empty.", where=place, remedy="Fill it in.")


def _repeated(raw: pd.DataFrame, keys: tuple[str, ...], where: str) -> Iterator[Problem]:
    for row in np.flatnonzero(raw.duplicated(list(keys))):
        yield Problem(
            what="counts the people of an earlier row again.",
            where=at(where, row=int(row) + 1),
            remedy="Keep one row a cell.",
        )


def _overlapping(raw: pd.DataFrame, keys: tuple[str, ...], where: str) -> Iterator[Problem]:
    for name in keys:
        bands = [band(str(label)) for label in raw[name].dropna().unique()]
        known = sorted(each for each in bands if each is not None)
        if len(known) == len(bands) and any(after[0] <= before[1] for before, after in pairwise(known)):
            yield Problem(
                what="has bands that overlap.",
                where=at(where, column=name),
                remedy="Let each number be in one.",
            )

"""Coarsen columns along their generalisation hierarchies: full-domain recoding.

Every value of a column goes to the same level, so that bands never overlap and a reader can tell
what a label covers (P. Samarati 2001, doi:10.1109/69.971193).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import ConfigError, DataError, Problem
from cohort.hierarchies import EVERYTHING, group_of, is_grouped, months, top_level
from cohort.schema import Column, Kind, Schema
from cohort.split import Split

_DIGITS = 9  # 0.3 / 0.1 is 3, not 2.9999999999999996


def coarsen(cohort: Cohort, levels: Mapping[str, int]) -> Cohort:
    """Coarsen the columns of a cohort, and its schema with them.

    Parameters
    ----------
    cohort : Cohort
        Is not changed.
    levels : mapping of str to int
        The level of each column; one that is not named, or named with 0, stays as it is.

    Returns
    -------
    Cohort
        A coarsened column holds labels ("40-49", "2012-Q3", "coast", "*"): ordinal where bands
        have an order, else category. A missing cell stays missing below the top level, where it
        is "*" like any other. Rules that read a coarsened column are left out.

    Raises
    ------
    ConfigError
        Where a column or its level does not exist.
    DataError
        Where a value stands in none of the hierarchy's groups.
    """
    return _coarsened([cohort], levels)[0]


def coarsen_split(split: Split, levels: Mapping[str, int]) -> Split:
    """Coarsen both sides of a split under one schema; raises as `coarsen`."""
    if split.holdout is None:
        return replace(split, train=coarsen(split.train, levels))
    train, holdout = _coarsened([split.train, split.holdout], levels)
    return replace(split, train=train, holdout=holdout)


def generalise(values: pd.Series, column: Column, *, level: int) -> pd.Series:
    """The label of each value at ``level``, (rows,), str; the values themselves at level 0.

    Raises
    ------
    DataError
        Where a value stands in none of the hierarchy's groups.
    """
    if level == 0:
        return values
    if level >= top_level(column):
        return pd.Series(EVERYTHING, index=values.index, dtype=object)
    bands = _bands(values, column, level=level)
    names = dict(zip(found := _levels([bands]), _labels(found, column, level=level), strict=True))
    labels = [None if np.isnan(band) else names[int(band)] for band in bands]
    return pd.Series(labels, index=values.index, dtype=object)


def _coarsened(cohorts: Sequence[Cohort], levels: Mapping[str, int]) -> list[Cohort]:
    schema = cohorts[0].schema
    _check(schema, levels)
    chosen = {name: level for name, level in levels.items() if level}
    tables = [
        cohort.table.assign(
            **{name: generalise(cohort.table[name], schema[name], level=chosen[name]) for name in chosen}
        )
        for cohort in cohorts
    ]
    coarse = {
        name: _coarse_column(schema[name], level, [cohort.table[name] for cohort in cohorts])
        for name, level in chosen.items()
    }
    rules = tuple(rule.text for rule in schema.parsed_rules if not set(rule.columns) & set(coarse))
    columns = tuple(coarse.get(column.name, column) for column in schema.columns)
    changed = replace(schema, columns=columns, rules=rules)
    return [
        replace(cohort, table=table, schema=changed) for cohort, table in zip(cohorts, tables, strict=True)
    ]


def _check(schema: Schema, levels: Mapping[str, int]) -> None:
    problems = []
    for name, level in levels.items():
        if name not in schema.names:
            remedy = f"Columns: {', '.join(schema.names)}."
            problems.append(Problem(what=f"{name!r} is not a column.", where="levels", remedy=remedy))
        elif not 0 <= level <= top_level(schema[name]):
            what = f"column {name!r} has no level {level}."
            remedy = f"Use 0 (as it is) to {top_level(schema[name])} (all alike)."
            problems.append(Problem(what=what, where="levels", remedy=remedy))
    if problems:
        raise ConfigError(problems)


def _coarse_column(column: Column, level: int, tables: Iterable[pd.Series]) -> Column:
    if level >= top_level(column):
        kind, labels = Kind.CATEGORY, [EVERYTHING]
    else:
        ordered = column.kind.is_numeric or column.kind is Kind.ORDINAL
        kind = Kind.ORDINAL if ordered else Kind.CATEGORY
        labels = _labels(_levels([_bands(each, column, level=level) for each in tables]), column, level=level)
    return Column(
        name=column.name, kind=kind, role=column.role, categories=tuple(labels), confirmed=column.confirmed
    )


def _levels(bands: Sequence[pd.Series]) -> list[int]:
    """The numbers of the bands that occur, in order."""
    return sorted({int(number) for each in bands for number in each.dropna().unique()})


def _bands(values: pd.Series, column: Column, *, level: int) -> pd.Series:
    """The number of each value's band at ``level``, (rows,), float; NaN where missing."""
    if is_grouped(column):
        return _group_numbers(values, column, level=level)
    if column.kind is Kind.DATE:
        return _period_numbers(values, str(column.hierarchy[level - 1]))
    widths = cast(tuple[float, ...], column.hierarchy)
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    first = np.floor(np.round(numbers / widths[0], _DIGITS))
    return pd.Series(first // round(widths[level - 1] / widths[0]), index=values.index)


def _period_numbers(values: pd.Series, period: str) -> pd.Series:
    if not months(period):
        days = (values - pd.Timestamp(0)).dt.days
        return pd.Series(days.to_numpy(dtype=np.float64), index=values.index)
    count = values.dt.year * 12 + values.dt.month - 1
    return pd.Series((count // months(period)).to_numpy(dtype=np.float64), index=values.index)


def _group_numbers(values: pd.Series, column: Column, *, level: int) -> pd.Series:
    group = group_of(column, level=level)
    order = {name: number for number, name in enumerate(_groups(column, level=level))}
    numbers = {value: order[name] for value, name in group.items()}
    found = values.astype(str).map(numbers).where(values.notna()).astype(float)
    lost = int((found.isna() & values.notna()).sum())
    if lost:
        what = f"{lost} rows hold a value that stands in none of the hierarchy's groups."
        remedy = "Add it to a group of level 1, or list it under `missing`."
        raise DataError(Problem(what=what, where=f"column {column.name!r}", remedy=remedy))
    return found


def _groups(column: Column, *, level: int) -> list[str]:
    return list(cast(Mapping[str, tuple[str, ...]], column.hierarchy[level - 1]))


def _labels(numbers: Sequence[int], column: Column, *, level: int) -> list[str]:
    """What the bands are called."""
    if is_grouped(column):
        groups = _groups(column, level=level)
        return [groups[number] for number in numbers]
    if column.kind is Kind.DATE:
        return [_period_label(number, str(column.hierarchy[level - 1])) for number in numbers]
    width = cast(float, column.hierarchy[level - 1])
    return [_band_label(number, width, whole=column.kind is Kind.INTEGER) for number in numbers]


def _period_label(number: int, period: str) -> str:
    length = months(period)
    if not length:
        return (pd.Timestamp(0) + pd.Timedelta(days=number)).date().isoformat()
    year, month = divmod(number * length, 12)
    if length >= 12:
        return f"{year}" if length == 12 else f"{year}-{year + length // 12 - 1}"
    return f"{year}-Q{month // 3 + 1}" if length == 3 else f"{year}-{month + 1:02d}"


def _band_label(number: int, width: float, *, whole: bool) -> str:
    low, high = number * width, (number + 1) * width
    if not whole:
        return f"{_written(low)} to <{_written(high)}"
    last = int(high) - 1
    if int(width) == 1:
        return f"{last}"
    return f"{int(low)}-{last}" if low >= 0 else f"{int(low)} to {last}"


def _written(number: float) -> str:
    return np.format_float_positional(round(number, _DIGITS), trim="-")

"""A cohort as somebody else would see it: quasi-identifiers left out, or shown at a coarser level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import pandas as pd

from cohort.coarsen import generalise
from cohort.cohort import Cohort
from cohort.errors import ConfigError, Problem
from cohort.hierarchies import Level, top_level
from cohort.schema import Column, Kind
from privacy.linkage.sample import SampleRisk, sample_risk

# Where the schema gives no hierarchy: bands that people know, and what a date is made of.
_YEARS = (5, 10, 20)
_CALENDAR = ("month", "quarter", "year")
_NAMED = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Altered:
    """A cohort's quasi-identifiers as they would be shown.

    Parameters
    ----------
    cohort : Cohort
        As it stands.
    columns : dict of str to Column
        The quasi-identifiers that are left, with their hierarchies.
    levels : dict of str to int
        At which level each is shown; 0 is as it stands.
    table : DataFrame, (rows, columns left)
        What somebody would see of them.
    """

    cohort: Cohort
    columns: dict[str, Column]
    levels: dict[str, int]
    table: pd.DataFrame

    @classmethod
    def of(
        cls, cohort: Cohort, *, drop: Sequence[str] = (), coarsen: Mapping[str, int] | None = None
    ) -> Self:
        """Leave out the columns ``drop``, and show those of ``coarsen`` at its levels."""
        names = [name for name in cohort.schema.quasi_identifiers if name not in drop]
        columns = {name: with_hierarchy(cohort.schema[name]) for name in names}
        asked = coarsen or {}
        levels = {name: asked.get(name, 0) for name in names}
        shown = {name: generalise(cohort.table[name], columns[name], level=levels[name]) for name in names}
        return cls(cohort=cohort, columns=columns, levels=levels, table=pd.DataFrame(shown))

    @property
    def names(self) -> tuple[str, ...]:
        """The quasi-identifiers that are left."""
        return tuple(self.columns)

    def at(self, name: str, level: int) -> Self:
        """The same with one column at another level; at its top level it is left out."""
        if level >= top_level(self.columns[name]):
            columns = {key: column for key, column in self.columns.items() if key != name}
            levels = {key: at for key, at in self.levels.items() if key != name}
            return replace(self, columns=columns, levels=levels, table=self.table.drop(columns=name))
        values = generalise(self.cohort.table[name], self.columns[name], level=level)
        return replace(self, levels={**self.levels, name: level}, table=self.table.assign(**{name: values}))

    def risk(self) -> SampleRisk:
        """Of the whole, by persons."""
        return sample_risk(self.table, self.names, persons=self.cohort.persons)


def with_hierarchy(column: Column) -> Column:
    """The column with the schema's hierarchy, or with the usual one for years and dates."""
    if column.hierarchy:
        return column
    if column.kind is Kind.DATE:
        return replace(column, hierarchy=_CALENDAR)
    in_years = column.kind in (Kind.INTEGER, Kind.NUMBER) and column.unit == "years"
    return replace(column, hierarchy=_YEARS) if in_years else column


def level_words(column: Column, level: int) -> str:
    """What a column looks like at a level."""
    if level == 0:
        return "as it stands"
    if level >= top_level(column):
        return "left out"
    entry = column.hierarchy[level - 1]
    if isinstance(entry, str):
        return f"by {entry}" if entry.isalpha() else f"in periods of {entry}"
    if isinstance(entry, int | float):
        return f"in bands of {entry:g} {column.unit or ''}".rstrip()
    return (
        f"in {len(entry)} groups ({', '.join(entry)})" if len(entry) <= _NAMED else f"in {len(entry)} groups"
    )


def read_level(column: Column, text: str) -> int:
    """The level that ``text`` names: as the hierarchy spells it (``10``, ``year``), else by its number.

    Raises
    ------
    ConfigError
        Where there is no such level; the message lists those there are.
    """
    column = with_hierarchy(column)
    top = top_level(column)
    spelled = [_spelled(entry) for entry in column.hierarchy]
    if text in spelled:  # first, so that age=5 means bands of 5 years and not the fifth level
        return spelled.index(text) + 1
    if text.isdigit() and 0 <= int(text) <= top:
        return int(text)
    levels = "; ".join(f"{level} ({level_words(column, level)})" for level in range(top + 1))
    what = f"{column.name!r} has no level {text!r}."
    raise ConfigError(Problem(what=what, where="--coarsen", remedy=f"Levels: {levels}."))


def choices(altered: Altered) -> list[dict[str, Any]]:
    """How each quasi-identifier of the cohort could be shown, left out apart.

    Returns
    -------
    list of dict
        ``column``; ``levels``, each with its ``words`` and the ``text`` that `read_level` reads; and
        ``at``, the level at which it is shown now, None where it is left out.
    """
    schema = altered.cohort.schema
    return [
        {"column": name, "levels": _levels(with_hierarchy(schema[name])), "at": altered.levels.get(name)}
        for name in schema.quasi_identifiers
    ]


def _levels(column: Column) -> list[dict[str, str]]:
    texts = ["0", *(_text(entry, level) for level, entry in enumerate(column.hierarchy, 1))]
    return [{"text": text, "words": level_words(column, level)} for level, text in enumerate(texts)]


def _text(entry: Level, level: int) -> str:
    return str(level) if isinstance(entry, Mapping) else _spelled(entry)


def _spelled(entry: Level) -> str:
    return f"{entry:g}" if isinstance(entry, int | float) else str(entry)

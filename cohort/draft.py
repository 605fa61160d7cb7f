"""Draft a schema from a table: guesses, each with its reason, for a person to confirm."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import yaml

from cohort.cells import text_column
from cohort.guess import Guess, guess
from cohort.schema import DEFAULT_MISSING, Column, Kind, Role, Schema
from cohort.typed import parsed_dates
from cohort.vocabulary import Meaning, concerns_survival

_EVENTS = 4
_STEPS = 10  # fewer could all rise by chance
_EVENT_WORDS = {"1", "d", "dead", "death", "died", "deceased", "yes", "y", "true", "event", "死亡", "是"}


@dataclass(frozen=True, kw_only=True)
class _Draft:
    schema: Schema
    reasons: dict[str, str]


def draft_schema(raw: pd.DataFrame) -> Schema:
    """Guess the role and kind of every column, and whose rows these are.

    Parameters
    ----------
    raw : DataFrame, (rows, columns)
        Text as `readers.read_table` gives it, or a user's own table.

    Returns
    -------
    Schema
        Every column ``confirmed=False``; `typed.typed_table` types ``raw`` by it without a
        complaint. Rules, allowed values and targets are not guessed.
    """
    return _draft(raw).schema


def reasons(raw: pd.DataFrame) -> dict[str, str]:
    """Why `draft_schema` guesses what it guesses, a sentence a column; no cell is quoted."""
    return _draft(raw).reasons


def _draft(raw: pd.DataFrame) -> _Draft:
    cells = {str(name): text_column(raw[name], missing=DEFAULT_MISSING) for name in raw.columns}
    guesses = {name: guess(name, column) for name, column in cells.items()}
    person = _person(guesses, cells)
    if person is not None:
        reason = "several rows share its values: it says whose row this is"
        kept = replace(guesses[person].column, role=Role.IDENTIFIER, kind=Kind.CATEGORY)
        guesses[person] = replace(guesses[person], column=kept, reason=reason)
    guesses = _paired(guesses, cells)
    visit = None if person is None else _visit(guesses, cells, cells[person])
    if visit is not None:
        reason = f"{guesses[visit].reason}; it rises from row to row of each person, so that it orders visits"
        guesses[visit] = replace(guesses[visit], reason=reason)
    columns = tuple(found.column for found in guesses.values())
    return _Draft(
        schema=Schema(columns=columns, person=person, visit=visit),
        reasons={name: found.reason for name, found in guesses.items()},
    )


def _person(guesses: Mapping[str, Guess], cells: Mapping[str, pd.Series]) -> str | None:
    shared = (name for name, found in guesses.items() if found.repeats and cells[name].notna().all())
    return next(shared, None)


def _visit(guesses: Mapping[str, Guess], cells: Mapping[str, pd.Series], person: pd.Series) -> str | None:
    """The first released number or date that rises from row to row of every person."""
    numeric = (name for name, found in guesses.items() if found.column.kind.is_numeric)
    released = (name for name in numeric if guesses[name].column.role is not Role.IDENTIFIER)
    return next((name for name in released if _rises(cells[name], guesses[name].column, person)), None)


def _rises(cells: pd.Series, column: Column, person: pd.Series) -> bool:
    if column.kind is Kind.DATE:
        values = (parsed_dates(cells, column.format or "ISO8601") - pd.Timestamp(0)) / pd.Timedelta(days=1)
    else:
        values = pd.to_numeric(cells, errors="coerce").astype("float64")
    steps = values.groupby(person).diff().dropna()
    return bool(values.notna().all() and len(steps) >= _STEPS and (steps > 0).all())


def _paired(guesses: dict[str, Guess], cells: Mapping[str, pd.Series]) -> dict[str, Guess]:
    """Call one column the time and one the event, where there are both."""
    time = next((name for name, found in guesses.items() if _is_time(name, found)), None)
    event = next((name for name, found in guesses.items() if _is_event(name, found, cells[name])), None)
    if time is None or event is None:
        return guesses
    occurred = _occurred(cells[event])
    lasting = replace(guesses[time].column, role=Role.TIME)
    happening = replace(guesses[event].column, role=Role.EVENT, kind=Kind.CATEGORY, occurred=occurred)
    why = f"its name, beside the event column {event!r}"
    counted = "; the codes that count as the event are a guess" if occurred else ""
    return {
        **guesses,
        time: Guess(column=lasting, reason=why, meaning=Meaning.TIME),
        event: Guess(
            column=happening,
            reason=f"its name, beside the time column {time!r}{counted}",
            meaning=Meaning.EVENT,
        ),
    }


def _is_time(name: str, found: Guess) -> bool:
    numeric = found.column.kind in (Kind.NUMBER, Kind.INTEGER)
    return found.meaning is Meaning.TIME and numeric and concerns_survival(name)


def _is_event(name: str, found: Guess, cells: pd.Series) -> bool:
    few = 2 <= cells.nunique() <= _EVENTS
    return found.meaning is Meaning.EVENT and few and concerns_survival(name)


def _occurred(cells: pd.Series) -> tuple[str, ...]:
    """Which values are the event; none are named where the schema's default tells them."""
    values = set(cells.dropna())
    if values == {"1", "2"}:
        return ("2",)
    if "0" in values:
        return ()
    return tuple(sorted(value for value in values if value.lower() in _EVENT_WORDS))


def schema_yaml(schema: Schema, *, reasons: Mapping[str, str] | None = None) -> str:
    """Write a schema for a person to edit, a line a column.

    Parameters
    ----------
    schema : Schema
        `Schema.from_yaml` reads the text back equal.
    reasons : mapping of str to str, optional
        Set above their columns as comments.
    """
    content = schema.to_dict()
    keys = {name: _key(name) for name in content["columns"]}
    width = max((len(key) for key in keys.values()), default=0)
    lines = ["columns:"]
    for name, entry in content.pop("columns").items():
        why = (reasons or {}).get(name)
        lines += [f"  # {' '.join(why.split())}"] if why else []
        lines.append(f"  {keys[name]:<{width}} {_flow(entry)}")
    lines += [_flow({key: value})[1:-1] for key, value in content.items()]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    # A long key would become an explicit one, which cannot stand on one line with its value.
    return _flow({name: {}})[1:-1].removeprefix("? ").removesuffix("{}").rstrip()


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=float("inf")
    )
    return text.strip()

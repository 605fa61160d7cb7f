"""What each column is: its role in an attack and its kind of value, two separate axes."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import yaml

from cohort.errors import Problem, SchemaError
from cohort.hierarchies import Level, hierarchy_problems, read_hierarchy
from cohort.rules import Rule, parse_rule
from cohort.yaml_text import load_yaml


class Role(StrEnum):
    """What a column means to somebody who looks for a person."""

    IDENTIFIER = "identifier"
    QUASI_IDENTIFIER = "quasi_identifier"
    SENSITIVE = "sensitive"
    TARGET = "target"
    TIME = "time"
    EVENT = "event"
    GROUP = "group"
    OTHER = "other"


class Kind(StrEnum):
    """What values a column holds."""

    NUMBER = "number"
    INTEGER = "integer"
    CATEGORY = "category"
    ORDINAL = "ordinal"
    DATE = "date"
    TEXT = "text"
    IMAGE = "image"

    @property
    def is_numeric(self) -> bool:
        """Whether values have differences: numbers, integers and dates."""
        return self in (Kind.NUMBER, Kind.INTEGER, Kind.DATE)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a cohort.

    Parameters
    ----------
    name : str
        As in the file's header.
    kind : Kind
        What values it holds.
    role : Role
        What it means to somebody who looks for a person.
    unit : str, optional
        Such as ``years`` or ``mg/dl``.
    range : pair, optional
        Lowest and highest value allowed, both included; ISO dates for a date.
    categories : tuple of str, optional
        The values allowed; for an ordinal column, in order.
    missing : tuple of str
        Codes that mean *missing* in this column, besides the schema's.
    format : str, optional
        How a date is written, in ``strptime`` letters; ISO 8601 when absent.
    occurred : tuple of str
        For an event column: the values that count as the event (the others are censored).
    hierarchy : tuple
        What it may be coarsened to, finest first; see `cohort.hierarchies`.
    confirmed : bool
        False while the column's role and kind are only the program's guess.
    """

    name: str
    kind: Kind
    role: Role = Role.OTHER
    unit: str | None = None
    range: tuple[Any, Any] | None = None
    categories: tuple[str, ...] | None = None
    missing: tuple[str, ...] = ()
    format: str | None = None
    occurred: tuple[str, ...] = ()
    hierarchy: tuple[Level, ...] = ()
    confirmed: bool = True


_LISTS = ("range", "categories", "missing", "occurred")
_COLUMN_KEYS = {field.name for field in fields(Column)} - {"name"}
_SCHEMA_KEYS = {"columns", "person", "visit", "rules", "missing"}
DEFAULT_MISSING = ("", "NA")


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The columns of a cohort, who its rows belong to, and what must hold within a row.

    Parameters
    ----------
    columns : tuple of Column
        In the file's order.
    person : str, optional
        The column whose equal values are one person; without it each row is one.
    visit : str, optional
        The column that orders the rows of one person, such as the day of a visit: a release then
        says which of its rows are one synthetic person's.
    rules : tuple of str
        Comparisons that a plausible row fulfils, such as ``onset_age <= diagnosis_age``.
    missing : tuple of str
        Codes that mean *missing* in every column.

    Raises
    ------
    SchemaError
        With every contradiction found.
    """

    columns: tuple[Column, ...]
    person: str | None = None
    visit: str | None = None
    rules: tuple[str, ...] = ()
    missing: tuple[str, ...] = DEFAULT_MISSING

    def __post_init__(self) -> None:
        problems = list(_contradictions(self))
        if problems:
            raise SchemaError(problems)

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in the file's order."""
        return tuple(column.name for column in self.columns)

    def with_role(self, *roles: Role) -> tuple[Column, ...]:
        """Columns that have one of ``roles``, in the file's order."""
        return tuple(column for column in self.columns if column.role in roles)

    @property
    def quasi_identifiers(self) -> tuple[str, ...]:
        """Names of the columns by which a person could be looked up elsewhere."""
        return tuple(column.name for column in self.with_role(Role.QUASI_IDENTIFIER))

    @property
    def released(self) -> tuple[Column, ...]:
        """Columns that a release carries: no identifier, no free text."""
        return tuple(
            column
            for column in self.columns
            if column.role is not Role.IDENTIFIER
            and column.kind not in (Kind.TEXT, Kind.IMAGE)
            and column.name != self.person
        )

    def carried(self, names: Collection[object]) -> tuple[Column, ...]:
        """The columns of a release whose table has the columns ``names``.

        Those of `released`, and where there are visits and ``names`` has the person's column, that
        one too, as a category: there it holds the key of a synthetic person.
        """
        released = {column.name for column in self.released}
        key = self.person if self.visit is not None and self.person in names else None
        return tuple(
            replace(column, kind=Kind.CATEGORY, range=None, categories=None) if column.name == key else column
            for column in self.columns
            if column.name in released or column.name == key
        )

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """Names of the columns whose role and kind no person has confirmed."""
        return tuple(column.name for column in self.columns if not column.confirmed)

    @property
    def parsed_rules(self) -> tuple[Rule, ...]:
        """The plausibility rules, ready to be applied to a table."""
        return tuple(parse_rule(rule, columns=self.names) for rule in self.rules)

    @classmethod
    def from_dict(
        cls, content: Mapping[str, Any], *, where: str = "schema", folder: Path | None = None
    ) -> Self:
        """Read a schema as it stands in YAML; raises `SchemaError` with every problem.

        The path of a hierarchy is relative to ``folder``.
        """
        problems: list[Problem] = []
        if not isinstance(content, Mapping) or not isinstance(content.get("columns"), Mapping):
            remedy = "Write `columns:` with one entry a column, or draft it with `synthassay inspect`."
            raise SchemaError(Problem(what="no columns are described.", where=where, remedy=remedy))
        problems += _unknown_keys(content, _SCHEMA_KEYS, where=where)
        columns = [
            column
            for name, entry in content["columns"].items()
            if (column := _column(str(name), entry, where=where, folder=folder, problems=problems))
            is not None
        ]
        if problems:
            raise SchemaError(problems)
        person, visit = content.get("person"), content.get("visit")
        return cls(
            columns=tuple(columns),
            person=None if person is None else str(person),
            visit=None if visit is None else str(visit),
            rules=_texts(content.get("rules", ())),
            missing=_texts(content.get("missing", DEFAULT_MISSING)),
        )

    @classmethod
    def from_yaml(cls, path: Path) -> Self:
        """Read a schema file; raises `SchemaError` with every problem."""
        try:
            content = load_yaml(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            remedy = "Give a readable YAML file, or draft one with `synthassay inspect`."
            what = f"the schema cannot be read ({_reason(error)})."
            raise SchemaError(Problem(what=what, where=str(path), remedy=remedy)) from None
        return cls.from_dict(content, where=str(path), folder=path.parent)

    def to_dict(self) -> dict[str, Any]:
        """The schema as plain lists and dictionaries, defaults left out."""
        content: dict[str, Any] = {"columns": {c.name: _entry(c) for c in self.columns}}
        if self.person is not None:
            content["person"] = self.person
        if self.visit is not None:
            content["visit"] = self.visit
        if self.rules:
            content["rules"] = list(self.rules)
        content["missing"] = list(self.missing)
        return content


def _entry(column: Column) -> dict[str, Any]:
    """A column as its YAML entry."""
    entry: dict[str, Any] = {"role": column.role.value, "kind": column.kind.value}
    for key, value in asdict(column).items():
        if key not in ("name", "role", "kind", "confirmed") and value not in (None, ()):
            entry[key] = _plain(value)
    return entry if column.confirmed else {**entry, "confirmed": False}


def _plain(value: Any) -> Any:
    """The same in lists and dictionaries only."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _column(
    name: str, entry: Any, *, where: str, folder: Path | None, problems: list[Problem]
) -> Column | None:
    """Read one entry, adding to ``problems`` what is wrong with it."""
    place = f"{where}, column {name!r}"
    if not isinstance(entry, Mapping):
        problems.append(
            Problem(what="is not a mapping.", where=place, remedy="Write {role: ..., kind: ...}.")
        )
        return None
    found = list(_unknown_keys(entry, _COLUMN_KEYS, where=place))
    found += _not_one_of(entry.get("role", "other"), Role, "role", where=place)
    found += _not_one_of(entry.get("kind"), Kind, "kind", where=place)
    problems += found
    if found:
        return None
    values = {key: value for key, value in entry.items() if value is not None}
    for key in _LISTS:
        if key in values:
            values[key] = tuple(values[key]) if key == "range" else _texts(values[key])
    if "hierarchy" in values:
        values["hierarchy"] = read_hierarchy(
            values["hierarchy"], folder=folder, where=place, problems=problems
        )
    values["role"], values["kind"] = Role(values.get("role", "other")), Kind(values["kind"])
    return Column(name=name, **values)


def _contradictions(schema: Schema) -> list[Problem]:
    problems = []
    known = set(schema.names)
    if len(known) < len(schema.names):
        problems.append(Problem(what="two columns have one name.", remedy="Rename one of them."))
    if schema.person is not None and schema.person not in known:
        remedy = f"Name one of: {', '.join(schema.names)}."
        problems.append(Problem(what=f"person: {schema.person!r} is not a column.", remedy=remedy))
    problems += _bad_visit(schema)
    for role in (Role.TARGET, Role.TIME, Role.EVENT):
        named = [column.name for column in schema.with_role(role)]
        if len(named) > 1:
            what = f"{len(named)} columns have the role {role.value} ({', '.join(named)})."
            problems.append(Problem(what=what, remedy="Keep one and call the others sensitive or other."))
    for column in schema.columns:
        problems += [*_bad_range(column), *hierarchy_problems(column)]
    for rule in schema.rules:
        try:
            parse_rule(rule, columns=schema.names)
        except SchemaError as error:
            problems += error.problems
    return problems


def _bad_visit(schema: Schema) -> Iterator[Problem]:
    if schema.visit is None:
        return
    if schema.person is None:
        remedy = "Name the column whose equal values are one person: person: COLUMN."
        yield Problem(what="visit orders the rows of a person, and no person is named.", remedy=remedy)
    ordered = [c.name for c in schema.released if c.kind.is_numeric]
    if schema.visit not in ordered:
        what = f"visit: {schema.visit!r} is no released number, integer or date."
        yield Problem(what=what, remedy=f"Name one of: {', '.join(ordered) or 'none, so leave visit out'}.")


def _bad_range(column: Column) -> list[Problem]:
    if column.range is None:
        return []
    place = f"column {column.name!r}"
    if len(tuple(column.range)) != 2:
        return [Problem(what="range needs two values.", where=place, remedy="Write [lowest, highest].")]
    low, high = (str(end) if column.kind is Kind.DATE else end for end in column.range)
    numbers = column.kind is Kind.DATE or all(isinstance(end, int | float) for end in (low, high))
    if not numbers or low > high:
        return [
            Problem(what="range is not [lowest, highest].", where=place, remedy="Write two ordered numbers.")
        ]
    return []


def _unknown_keys(entry: Mapping[str, Any], known: set[str], *, where: str) -> list[Problem]:
    remedy = f"Known keys: {', '.join(sorted(known))}."
    return [
        Problem(what=f"unknown key {key!r}.", where=where, remedy=remedy) for key in entry if key not in known
    ]


def _not_one_of(value: Any, choices: type[StrEnum], name: str, *, where: str) -> list[Problem]:
    known = [choice.value for choice in choices]
    if value in known:
        return []
    return [
        Problem(what=f"unknown {name} {value!r}.", where=where, remedy=f"Use one of: {', '.join(known)}.")
    ]


def _texts(values: Any) -> tuple[str, ...]:
    listed = [values] if isinstance(values, str | int | float) else values
    return tuple(str(value) for value in listed)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"{error.problem}, line {error.problem_mark.line + 1}"
    return type(error).__name__

"""Notice what is odd about a cohort: findings, which stop nothing and quote no cell."""

from collections.abc import Iterator, Sequence

import pandas as pd

from cohort.classes import class_codes
from cohort.findings import Finding, Severity
from cohort.schema import Column, Kind, Role, Schema

_SMALL = 11
_NEARLY = 0.8
_NAMED = 4


def screen(schema: Schema, table: pd.DataFrame) -> tuple[Finding, ...]:
    """Screen a cohort.

    Parameters
    ----------
    schema : Schema
        Of the table.
    table : DataFrame, (rows, columns)
        Typed.

    Returns
    -------
    tuple of Finding
        ``all_missing_column``, ``constant_column``, ``near_unique_category``,
        ``identifier_in_disguise`` and ``unconfirmed_columns`` once each, naming their
        columns, and ``plausibility_rule_broken`` once for each rule.
    """
    return tuple(_findings(schema, table))


def _findings(schema: Schema, table: pd.DataFrame) -> Iterator[Finding]:
    yield from _about(
        [column.name for column in schema.columns if table[column.name].isna().all()],
        code="all_missing_column",
        severity=Severity.TIP,
        title="no value at all",
        explanation="Nothing can be learned from these columns. Leave them out of file and schema.",
    )
    yield from _about(
        [column.name for column in schema.columns if _is_constant(table[column.name])],
        code="constant_column",
        severity=Severity.TIP,
        title="one value on every row",
        explanation="They tell no two patients apart. Leave out what is not needed.",
    )
    yield from _about(
        [column.name for column in schema.released if _is_near_unique(table[column.name], column)],
        code="near_unique_category",
        severity=Severity.ISSUE,
        title="nearly as many categories as rows",
        explanation="A generator can only copy such values or leave them out. Group them, or call the "
        "column an identifier.",
    )
    yield from _about(
        [column.name for column in schema.released if _is_disguised(table, column, schema.person)],
        code="identifier_in_disguise",
        severity=Severity.ISSUE,
        title="a value of its own for everybody",
        explanation="Such a column may name a person. If it does, give it the role identifier, which is "
        "never released.",
    )
    yield from _broken_rules(schema, table)
    yield from _about(
        [column.name for column in schema.columns if not column.confirmed],
        code="unconfirmed_columns",
        severity=Severity.ISSUE,
        title="role and kind only guessed",
        explanation="A missed quasi-identifier hides a risk. Check each, then delete `confirmed: false`.",
    )


def _about(
    columns: Sequence[str], *, code: str, severity: Severity, title: str, explanation: str
) -> Iterator[Finding]:
    if columns:
        more = f" and {len(columns) - _NAMED} more" if len(columns) > _NAMED else ""
        yield Finding(
            code=code,
            severity=severity,
            title=f"{', '.join(columns[:_NAMED])}{more}: {title}",
            explanation=f"{explanation} Columns: {', '.join(columns)}.",
        )


def _is_constant(values: pd.Series) -> bool:
    return len(values) > 0 and bool((values == values.iloc[0]).fillna(False).all())


def _is_near_unique(values: pd.Series, column: Column) -> bool:
    if column.kind not in (Kind.CATEGORY, Kind.ORDINAL):
        return False
    known = int(values.notna().sum())
    return known > 0 and values.nunique() >= _NEARLY * known


def _is_disguised(table: pd.DataFrame, column: Column, person: str | None) -> bool:
    """Whether each row, or each person, has a value and nobody else has it."""
    values = table[column.name]
    suspect = column.role in (Role.QUASI_IDENTIFIER, Role.OTHER)
    if not suspect or column.kind not in (Kind.CATEGORY, Kind.INTEGER) or values.isna().any():
        return False
    if values.is_unique:
        return True
    if person is None:
        return False
    persons = table[person].nunique()
    pairs = int(class_codes(table, [person, column.name]).max()) + 1
    return values.nunique() == persons == pairs


def _broken_rules(schema: Schema, table: pd.DataFrame) -> Iterator[Finding]:
    for rule in schema.parsed_rules:
        broken = int((~rule.holds(table)).sum())
        if broken:
            rows = f"fewer than {_SMALL}" if broken < _SMALL else str(broken)
            yield Finding(
                code="plausibility_rule_broken",
                severity=Severity.ISSUE,
                title=f"{rule.text}: broken in {rows} rows",
                explanation="Correct these rows, or the rule. A release is held to it; the cohort is not.",
            )

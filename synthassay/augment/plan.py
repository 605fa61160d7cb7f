"""Which rows are scarce, and how many synthetic ones may stand beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import ConfigError, GenerationError, Problem
from cohort.findings import Finding, Severity
from cohort.schema import Column, Kind, Schema
from synth.complete import FEW_PERSONS
from synth.rejection import allowed_values, condition_tests
from synthassay.augment.minter import Conditions
from utility.arms import synthetic_rows

SHARE = 0.3
"""The most synthetic rows among a class's, unless somebody says otherwise."""

NOT_PATIENTS = Finding(
    code="not_patients",
    severity=Severity.ISSUE,
    title="Do not analyse augmented rows as if they were patients.",
    explanation="Synthetic rows bring no new information about patients. Counted in a test, an interval "
    "or a P value, they find effects that are not there: one case more in a group of 5 among 125 takes "
    "Fisher's P from 1 to .04. Use them to train a model, and test that on real patients.",
)
"""Stands beside every row that was minted for a class."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How many rows are to be minted.

    Parameters
    ----------
    group : Group
        The rows to be topped up.
    present : int
        Real rows of the group in train.
    wanted : int
        Rows that were asked for besides.
    rows : int
        Rows that the limit allows of these.
    limit : float, in (0, 1)
        The largest share of synthetic rows in the group.
    findings : tuple of Finding
        What should be known of it.
    """

    group: "Group"
    present: int
    wanted: int
    rows: int
    limit: float
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Group:
    """The rows to be topped up.

    Parameters
    ----------
    conditions : mapping
        Released columns and the value that each row has there, the target's first.
    """

    conditions: Conditions = field(default_factory=dict, hash=False)

    @property
    def label(self) -> str:
        """In words: the class, and what else was asked."""
        return ", ".join(f"{name} = {value}" for name, value in self.conditions.items())

    def rows(self, cohort: Cohort) -> Bools:
        """Which rows of a cohort are in it, (rows,).

        Raises
        ------
        GenerationError
            For an unknown column or value; the message names the allowed ones.
        """
        tests = condition_tests(self.conditions, schema=cohort.schema, allowed=allowed_values(cohort))
        inside = np.ones(len(cohort), dtype=bool)
        for test in tests.values():
            inside &= test(cohort.table).to_numpy(dtype=bool)
        return inside


def group(pairs: Sequence[tuple[str, str | None]], schema: Schema) -> Group:
    """The group that several conditions name together.

    Raises
    ------
    ConfigError
        Where they contradict each other or the schema's rules, or there is none.
    """
    if not pairs:
        what = "nothing says which rows are scarce."
        raise ConfigError(Problem(what=what, remedy="Give --class NAME, or --condition COL=VALUE."))
    conditions: dict[str, Any] = {}
    for name, value in pairs:
        if conditions.setdefault(name, value) != value:
            what = f"two conditions ask different values of {name!r}: no row can have both."
            raise ConfigError(Problem(what=what, where="--condition", remedy="Keep one of them."))
    broken = _broken(conditions, schema)
    if broken:
        what = f"the conditions contradict the schema's rule `{broken}`: no row fulfils both."
        raise ConfigError(Problem(what=what, where="--condition", remedy="Change the condition or the rule."))
    return Group(conditions=conditions)


def plan(train: Cohort, scarce: Group, *, to: int, share: float | None = None) -> Plan:
    """How many rows to mint so that the group has ``to``, within the limit.

    Parameters
    ----------
    train : Cohort
        The persons that may be learned from.
    scarce : Group
        The rows to be topped up.
    to : int
        Rows that the group is to have, real and synthetic.
    share : float, in (0, 1), optional
        The largest share of synthetic rows; .3 where absent.

    Raises
    ------
    ConfigError, GenerationError
        Where the group is unknown, is that of fewer than three persons, or is as large already.
    """
    limit = SHARE if share is None else share
    if not 0 < limit < 1:
        what = f"a share of {limit:g} is not between 0 and 1."
        raise ConfigError(Problem(what=what, where="--share", remedy=f"Default: {SHARE:g}."))
    inside = scarce.rows(train)
    present = int(inside.sum())
    persons = len(np.unique(train.persons[inside]))
    if persons < FEW_PERSONS:
        raise GenerationError(
            f"fewer than {FEW_PERSONS} persons of train have {scarce.label}: what is minted would be "
            "theirs. Join the class to a related one, loosen a condition, or set fewer persons aside."
        )
    if to <= present:
        what = f"train has {present} rows with {scarce.label} already, and {to} were asked for."
        remedy = f"Give more than {present}: --to counts real and synthetic rows."
        raise ConfigError(Problem(what=what, where="--to", remedy=remedy))
    wanted = to - present
    rows = min(wanted, synthetic_rows(present, limit))
    return Plan(
        group=scarce,
        present=present,
        wanted=wanted,
        rows=rows,
        limit=limit,
        findings=tuple(_limits(present, wanted, rows, limit=limit)),
    )


def _limits(present: int, wanted: int, rows: int, *, limit: float) -> list[Finding]:
    findings = []
    if rows < wanted:
        needed = wanted / (present + wanted)
        title = f"{rows} rows instead of {wanted}: the limit is {limit:.0%} synthetic rows in the group."
        why = (
            "The more of a class is synthetic, the more a model learns the generator instead of the "
            f"patients. --share {np.ceil(100 * needed) / 100:.2f} would mint them all; look at --study first."
        )
        findings.append(Finding(code="capped", severity=Severity.TIP, title=title, explanation=why))
    made = rows / (present + rows)
    if made > SHARE:
        title = f"{made:.0%} of the group would be synthetic, above the usual {SHARE:.0%}."
        why = "A model then learns much of the class from the generator. Use --study, and report the share."
        findings.append(Finding(code="high_share", severity=Severity.ISSUE, title=title, explanation=why))
    if rows == 0:
        title = "The limit allows no row."
        why = "The group is too small for a single synthetic row within the share. Give a larger --share."
        findings.append(
            Finding(code="nothing_allowed", severity=Severity.ISSUE, title=title, explanation=why)
        )
    return findings


def _broken(conditions: Conditions, schema: Schema) -> str:
    """The first rule that the conditions alone break; "" where there is none."""
    columns = {column.name: column for column in schema.released}
    for rule in schema.parsed_rules:
        if not set(rule.columns) <= set(conditions) & set(columns):
            continue
        row = {name: _cell(columns[name], conditions[name]) for name in rule.columns}
        if not rule.holds(pd.DataFrame(row)).all():
            return rule.text
    return ""


def _cell(column: Column, value: Any) -> pd.Series:
    if column.kind is Kind.DATE:
        return pd.to_datetime(pd.Series([value]), errors="coerce")
    return (
        pd.to_numeric(pd.Series([value]), errors="coerce") if column.kind.is_numeric else pd.Series([value])
    )

"""Draw until enough rows fulfil the schema's rules and the conditions, or say why not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import GenerationError
from cohort.release import Release
from cohort.schema import Column, Kind, Schema
from synth.protocols import Conditions

Draw = Callable[[int, np.random.Generator], pd.DataFrame]
"""Draws about so many rows, typed as a released table; fewer where some were unusable."""

_COMMON = 10
_SMALLEST_BATCH = 200
_LARGEST_BATCH = 20_000
_DRAWN_FOR_EACH_ROW = 100
_DRAWN_AT_LEAST = 20_000


@dataclass(frozen=True, kw_only=True, repr=False)
class Allowed:
    """The values of a category column that a condition may ask for.

    Parameters
    ----------
    known : frozenset of str
        All of train's values.
    named : tuple of str
        Those that a message may name: the schema's own list, or else what many persons share.
    """

    known: frozenset[str]
    named: tuple[str, ...]


def allowed_values(train: Cohort) -> dict[str, Allowed]:
    """What conditions may ask of each released category column."""
    return {
        column.name: _allowed(column, train.table[column.name], train.persons)
        for column in train.schema.released
        if not column.kind.is_numeric
    }


def sample_release(
    draw: Draw,
    n: int,
    *,
    schema: Schema,
    allowed: Mapping[str, Allowed],
    conditions: Conditions | None,
    seed: int,
    made_by: str,
) -> Release:
    """Draw ``n`` rows that fulfil the schema's rules and ``conditions``.

    Parameters
    ----------
    draw : callable
        Draws a batch of rows.
    n : int, >= 0
        Rows wanted.
    schema : Schema
        Whose rules must hold, as far as they read released columns only.
    allowed : mapping
        From `allowed_values`.
    conditions : mapping, optional
        Released columns and the value that each row must have there; None is missing.
    seed : int
        Equal seeds give equal rows.
    made_by : str
        The generator's name.

    Raises
    ------
    GenerationError
        For a condition on an unknown column or value, and where too few rows come up.
    """
    if n < 0:
        raise GenerationError(f"{made_by}: {n} rows cannot be drawn; ask for 0 or more.")
    tests = rule_tests(schema) | condition_tests(conditions or {}, schema=schema, allowed=allowed)
    rng = np.random.default_rng(seed)
    kept: list[pd.DataFrame] = []
    tally = _Tally(wanted=n)
    while not kept or tally.kept < n:
        if tally.drawn >= max(_DRAWN_AT_LEAST, n * _DRAWN_FOR_EACH_ROW):
            raise GenerationError(tally.complaint(made_by))
        asked = tally.next_batch()
        batch = draw(asked, rng)
        kept.append(batch[tally.judge(batch, tests, asked=asked)])
    table = pd.concat(kept, ignore_index=True).head(n)
    return Release(table=table, schema=schema, made_by=made_by, seed=seed)


Tests = dict[str, Callable[[pd.DataFrame], pd.Series]]


class _Tally:
    """What has been drawn so far, and how much each rule and condition let through."""

    def __init__(self, *, wanted: int) -> None:
        self.wanted = wanted
        self.drawn = self.kept = self.seen = 0
        self.passed: dict[str, int] = {}

    def next_batch(self) -> int:
        """How many rows to draw next: what is missing at the rate so far, and a tenth more."""
        if self.drawn == 0:
            return min(max(self.wanted, 1), _LARGEST_BATCH)
        rate = max(self.kept, 1) / self.drawn
        expected = int((self.wanted - self.kept) / rate * 1.1)
        return min(max(expected, _SMALLEST_BATCH), _LARGEST_BATCH)

    def judge(self, batch: pd.DataFrame, tests: Tests, *, asked: int) -> npt.NDArray[np.bool_]:
        """Which rows of a batch pass every test, (rows,), and keep count."""
        self.drawn += asked
        self.seen += len(batch)
        keep = np.ones(len(batch), dtype=bool)
        for name, test in tests.items():
            passed = test(batch).to_numpy(dtype=bool)
            self.passed[name] = self.passed.get(name, 0) + int(passed.sum())
            keep &= passed
        self.kept += int(keep.sum())
        return keep

    def complaint(self, made_by: str) -> str:
        """Why the rows did not come up, and what to loosen."""
        short = f"{made_by}: only {self.kept} of {self.wanted} rows came up in {self.drawn} draws"
        if not self.seen or not self.passed:
            return f"{short}, for the generator drew hardly a usable row. Take another generator."
        rates = sorted((count / self.seen, name) for name, count in self.passed.items())
        listed = "; ".join(f"{name} holds in {rate:.2%}" for rate, name in rates)
        return f"{short} ({listed}). Loosen {rates[0][1]}, ask for fewer rows, or take another generator."


def rule_tests(schema: Schema) -> Tests:
    """A test of a table's rows for each rule that a release can be held to."""
    released = {column.name for column in schema.released}
    rules = [rule for rule in schema.parsed_rules if released.issuperset(rule.columns)]
    return {f"the rule `{rule.text}`": rule.holds for rule in rules}


def condition_tests(conditions: Conditions, *, schema: Schema, allowed: Mapping[str, Allowed]) -> Tests:
    """A test of a table's rows for each condition.

    Raises
    ------
    GenerationError
        For an unknown column or value; the message names the allowed ones.
    """
    columns = {column.name: column for column in schema.released}
    tests: Tests = {}
    for name, value in conditions.items():
        if name not in columns:
            raise GenerationError(
                f"condition on {name!r}: not a released column. Released: {', '.join(columns)}."
            )
        wanted = None if value is None else _wanted(columns[name], value, allowed.get(name))
        tests[f"the condition on {name!r}"] = _test(name, wanted)
    return tests


def _test(name: str, wanted: Any) -> Callable[[pd.DataFrame], pd.Series]:
    def test(table: pd.DataFrame) -> pd.Series:
        values = table[name]
        return values.isna() if wanted is None else values.eq(wanted).fillna(False)

    return test


def _wanted(column: Column, value: Any, allowed: Allowed | None) -> Any:
    """A condition's value in its column's type."""
    if allowed is not None:
        if str(value) not in allowed.known:
            named = ", ".join(allowed.named) or "list the column's `categories` in the schema to see them"
            raise GenerationError(f"condition on {column.name!r}: no such value in train. Allowed: {named}.")
        return str(value)
    wanted = _number_or_date(column, value)
    if column.range is not None:
        low, high = (_number_or_date(column, end) for end in column.range)
        if not low <= wanted <= high:
            ends = f"{column.range[0]} to {column.range[1]}"
            raise GenerationError(f"condition on {column.name!r}: outside the schema's range, {ends}.")
    return wanted


def _number_or_date(column: Column, value: Any) -> Any:
    try:
        return pd.Timestamp(str(value)) if column.kind is Kind.DATE else float(value)
    except (TypeError, ValueError):
        shape = "an ISO date" if column.kind is Kind.DATE else "a number"
        raise GenerationError(f"condition on {column.name!r}: give {shape}.") from None


def _allowed(column: Column, values: pd.Series, persons: npt.NDArray[np.int64]) -> Allowed:
    holders = pd.DataFrame({"value": values, "person": persons}).groupby("value")["person"].nunique()
    named = column.categories or tuple(sorted(holders.index[holders >= _COMMON]))
    return Allowed(known=frozenset(holders.index), named=tuple(named))

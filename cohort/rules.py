"""Plausibility rules: one comparison within a row, such as ``onset_age <= diagnosis_age``."""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cohort.errors import Problem, SchemaError

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_SHAPE = re.compile(r"^\s*(?P<left>\S.*?)\s*(?P<sign><=|>=|==|!=|<|>)\s*(?P<right>\S.*?)\s*$")
_REMEDY = "Write COLUMN OPERATOR COLUMN-OR-VALUE, such as `age <= 110`."


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A comparison of a column with another column or with a value."""

    text: str
    left: str
    sign: str
    right: str
    right_is_column: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rule reads."""
        return (self.left, self.right) if self.right_is_column else (self.left,)

    def holds(self, table: pd.DataFrame) -> pd.Series:
        """Whether each row of a typed table fulfils the rule, (rows,), bool.

        A row in which a side is missing fulfils it: what is not known cannot be implausible.
        """
        left = table[self.left]
        right = table[self.right] if self.right_is_column else _value(self.right, like=left)
        known = left.notna() & (right.notna() if self.right_is_column else True)
        try:
            compared: pd.Series = _OPERATORS[self.sign](left, right)
        except TypeError:
            what = f"rule {self.text!r} compares columns of kinds that have no common order."
            raise SchemaError(
                Problem(what=what, remedy="Compare numbers with numbers, dates with dates.")
            ) from None
        fulfilled: pd.Series = ~known | compared.fillna(False).astype(bool)
        return fulfilled


def parse_rule(text: str, *, columns: Sequence[str]) -> Rule:
    """Read a rule; raises `SchemaError` where it is not a comparison that names a column first."""
    found = _SHAPE.match(text)
    if found is None:
        raise SchemaError(Problem(what=f"rule {text!r} is not a comparison.", remedy=_REMEDY))
    left, right = found["left"], found["right"]
    if left not in columns:
        remedy = f"{_REMEDY} Columns: {', '.join(columns)}."
        raise SchemaError(Problem(what=f"rule {text!r}: {left!r} is not a column.", remedy=remedy))
    return Rule(text=text, left=left, sign=found["sign"], right=right, right_is_column=right in columns)


def _value(text: str, *, like: pd.Series) -> Any:
    """A literal in the type of the column beside it."""
    literal = text.strip("'\"")
    try:
        if pd.api.types.is_datetime64_any_dtype(like):
            return pd.Timestamp(literal)
        return float(literal) if pd.api.types.is_numeric_dtype(like) else literal
    except ValueError:
        what = f"rule compares {like.name!r} with {text!r}, which is neither a column nor such a value."
        raise SchemaError(Problem(what=what, remedy=_REMEDY)) from None

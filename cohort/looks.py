"""What the values of a column look like, whatever its name says."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cohort.schema import Kind
from cohort.typed import ISO_MOMENT, parsed_dates

_CODES = 10
_LIKELY_YEARS = (1880, 2100)
_BLANKS = frozenset({"?", ".", "-", "--", "n/a", "N/A", "#N/A", "nan", "NaN", "null", "NULL", "缺失", "不详"})
_FORMATS = (
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%d-%b-%Y",
    "%d%b%Y",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
)
_PARTIAL = re.compile(r"(18|19|20)\d{2}(-\d{2}(-\d{2}(T.*)?)?)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d{1,200}\.?\d*|\.\d+)(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d+(\.0*)?", re.ASCII)
# Leading zeros, or more digits than a number can hold exactly.
_CODE = re.compile(r"[+-]?(0\d+|\d{16,})(\.0*)?", re.ASCII)
_PROSE_WORDS, _PROSE_LENGTH = 5, 40


@dataclass(frozen=True, kw_only=True, eq=False)
class Looks:
    """A column's values and what they look like.

    Parameters
    ----------
    texts : list of str
        The values that are not missing.
    missing : tuple of str
        Codes among the cells that commonly mean missing, such as ``?``.
    distinct : int
        How many different texts there are.
    kind : Kind
        The narrowest that all texts fit.
    date_format : str, optional
        How dates are written, where it is not ISO 8601.
    """

    texts: list[str]
    missing: tuple[str, ...]
    distinct: int
    kind: Kind
    date_format: str | None

    @property
    def unique(self) -> bool:
        """Whether no two rows share a value."""
        return len(self.texts) > 1 and self.distinct == len(self.texts)

    @property
    def few_codes(self) -> bool:
        """Whether at most ten values repeat."""
        return self.distinct <= _CODES and 2 * self.distinct <= len(self.texts)

    @property
    def are_prose(self) -> bool:
        """Whether they are sentences, mostly different ones."""
        if self.kind is not Kind.CATEGORY or 2 * self.distinct <= len(self.texts):
            return False
        words = np.mean([len(text.split()) for text in self.texts])
        length = np.mean([len(text) for text in self.texts])
        return bool(words >= _PROSE_WORDS or length >= _PROSE_LENGTH)

    @property
    def are_partial_dates(self) -> bool:
        """Whether they are ISO dates, some without month or day."""
        monthly = any("-" in text for text in self.texts)
        return self.kind is Kind.CATEGORY and monthly and all(map(_PARTIAL.fullmatch, self.texts))

    @property
    def count_up(self) -> bool:
        """Whether they are whole numbers without a gap, each once."""
        if self.kind is not Kind.INTEGER or not self.unique:
            return False
        numbers = [int(float(text)) for text in self.texts]
        return max(numbers) - min(numbers) + 1 == len(numbers)

    def are_dates(self, date_format: str) -> bool:
        """Whether all are dates when written so, in years that a patient may have seen."""
        return _likely(pd.Series(self.texts, dtype=object), date_format)


def look(cells: pd.Series) -> Looks:
    """Look at a column, (rows,), object of str with None for missing."""
    known = cells.dropna()
    missing = tuple(sorted(set(known) & _BLANKS))
    texts = known[~known.isin(missing)]
    distinct = texts.unique()
    kind, date_format = _kind(pd.Series([text.strip() for text in distinct], dtype=object))
    return Looks(
        texts=list(texts), missing=missing, distinct=len(distinct), kind=kind, date_format=date_format
    )


def _kind(distinct: pd.Series) -> tuple[Kind, str | None]:
    """The kind that all values fit, and how dates are written."""
    if distinct.empty:
        return Kind.CATEGORY, None
    if all(_WHOLE.fullmatch(text) for text in distinct):
        coded = any(_CODE.fullmatch(text) for text in distinct)
        return (Kind.CATEGORY if coded else Kind.INTEGER), None
    if all(_NUMBER.fullmatch(text) for text in distinct):
        return Kind.NUMBER, None
    if all(ISO_MOMENT.fullmatch(text) for text in distinct):
        return (Kind.DATE, None) if _likely(distinct, "ISO8601") else (Kind.CATEGORY, None)
    written = next((style for style in _FORMATS if _likely(distinct, style)), None)
    return (Kind.CATEGORY, None) if written is None else (Kind.DATE, written)


def _likely(texts: pd.Series, date_format: str) -> bool:
    """Whether all are dates when written so, in years that a patient may have seen."""
    years = parsed_dates(texts, date_format).dt.year
    return bool(years.between(*_LIKELY_YEARS).all())

"""One reversible preparation for every generator: a table without missing values, and back.

A generator sees a *complete frame*: floats for numbers and dates (in days), whole-number codes
for categories, in which missing is a category of its own. A numeric column with missing values
has beside it an indicator, ``<name> missing``; its own value then means nothing where the
indicator says missing. Columns without any variation are not shown to a generator at all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import GenerationError
from cohort.schema import Column, Kind

Floats = npt.NDArray[np.float64]

FEW_PERSONS = 3
"""A numeric value that fewer persons share is nobody else's: it is never reproduced on purpose."""

_MOST_DECIMALS = 6
_EPOCH = pd.Timestamp(0)
_DAY = pd.Timedelta(days=1)
_SECONDS = 86_400
# Beyond these, dates and integers have no representation; a wild draw ends here.
_LAST_DAY = 100_000.0
_LAST_INTEGER = 2.0**53


@dataclass(frozen=True, kw_only=True)
class Part:
    """One column of a complete frame.

    Parameters
    ----------
    name : str
        Its label there.
    column : str
        The released column that it describes.
    levels : int
        How many codes a category has, 0 .. levels - 1; 0 for a number.
    ordered : bool
        Whether the codes' order means something.
    indicator : str, optional
        For a number: the part whose code 1 says that the number is not observed.
    """

    name: str
    column: str
    levels: int = 0
    ordered: bool = False
    indicator: str | None = None

    @property
    def is_numeric(self) -> bool:
        """Whether it holds floats, not codes."""
        return self.levels == 0


@dataclass(frozen=True, kw_only=True, repr=False)
class _Categories:
    """A category column: its levels, None among them where it has missing values."""

    column: Column
    levels: tuple[str | None, ...]

    @property
    def parts(self) -> Iterator[Part]:
        name, ordered = self.column.name, self.column.kind is Kind.ORDINAL
        if len(self.levels) > 1:
            yield Part(name=name, column=name, levels=len(self.levels), ordered=ordered)

    def encode(self, values: pd.Series, _: np.random.Generator) -> dict[str, npt.NDArray[np.generic]]:
        position = {level: code for code, level in enumerate(self.levels)}
        codes = [position[None if pd.isna(value) else value] for value in values]
        return {part.name: np.array(codes, dtype=np.int64) for part in self.parts}

    def codes(self, wanted: object) -> dict[str, int]:
        level = None if wanted is None else str(wanted)
        return {part.name: self.levels.index(level) for part in self.parts if level in self.levels}

    def decode(self, frame: pd.DataFrame) -> pd.Series:
        levels = np.array(self.levels, dtype=object)
        for part in self.parts:
            return pd.Series(levels[frame[part.name].to_numpy()], dtype=object)
        return pd.Series(np.repeat(levels, len(frame)), dtype=object)


@dataclass(frozen=True, kw_only=True, repr=False)
class _Numbers:
    """A number, integer or date column: how it is written, and where it must end."""

    column: Column
    indicator: str | None = None
    observed: bool = True
    constant: float | None = None
    decimals: int | None = None
    low: float = -np.inf
    high: float = np.inf

    @property
    def parts(self) -> Iterator[Part]:
        if not self.observed:
            return
        if self.indicator is not None:
            yield Part(name=self.indicator, column=self.column.name, levels=2)
        if self.constant is None:
            yield Part(name=self.column.name, column=self.column.name, indicator=self.indicator)

    def encode(self, values: pd.Series, rng: np.random.Generator) -> dict[str, npt.NDArray[np.generic]]:
        floats = as_floats(values)
        missing = np.isnan(floats)
        # Other people's values stand in for missing ones: they leave the marginal as it is.
        floats[missing] = rng.choice(floats[~missing], missing.sum()) if self.observed else 0.0
        return {part.name: floats if part.is_numeric else missing.astype(np.int64) for part in self.parts}

    def codes(self, wanted: object) -> dict[str, int]:
        return {} if self.indicator is None else {self.indicator: int(wanted is None)}

    def decode(self, frame: pd.DataFrame) -> pd.Series:
        if not self.observed:
            return self._typed(np.full(len(frame), np.nan))
        if self.constant is None:
            floats = frame[self.column.name].to_numpy(dtype=np.float64, copy=True)
        else:
            floats = np.full(len(frame), self.constant)
        if self.decimals is not None:
            floats = np.round(floats, self.decimals)
        floats = np.clip(floats, self.low, self.high)
        if self.indicator is not None:
            floats[frame[self.indicator].to_numpy() == 1] = np.nan
        return self._typed(floats)

    def _typed(self, floats: Floats) -> pd.Series:
        if self.column.kind is Kind.DATE:
            seconds = np.round(floats * _SECONDS)
            return pd.Series(_EPOCH + pd.to_timedelta(seconds, unit="s")).astype("datetime64[ns]")
        if self.column.kind is Kind.INTEGER:
            return pd.Series(np.round(floats)).astype("Int64")
        return pd.Series(floats, dtype=np.float64)


@dataclass(frozen=True, kw_only=True, repr=False)
class Preparation:
    """How a train table becomes a complete frame, and a complete frame a released table.

    It keeps no row: of a category column its levels, of a numeric one how it is written,
    where it ends and, where there is only one, its value.
    """

    codecs: tuple[_Categories | _Numbers, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The complete frame's columns, in the schema's order; an indicator before its number."""
        return tuple(part for codec in self.codecs for part in codec.parts)

    def encode(self, table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        """Complete the released columns of the train table, (rows, parts).

        Where a number is missing it gets one drawn from the observed.
        """
        encoded: dict[str, npt.NDArray[np.generic]] = {}
        for codec in self.codecs:
            encoded |= codec.encode(table[codec.column.name], rng)
        return pd.DataFrame(encoded, index=range(len(table)))

    def decode(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The released table, typed, of a complete frame, (rows, released columns)."""
        decoded = {codec.column.name: codec.decode(frame) for codec in self.codecs}
        return pd.DataFrame(decoded, index=range(len(frame)))

    def codes(self, conditions: Mapping[str, object]) -> dict[str, int]:
        """The codes of parts that conditions on released columns ask for; an unknown value asks for none."""
        wanted: dict[str, int] = {}
        for codec in self.codecs:
            if codec.column.name in conditions:
                wanted |= codec.codes(conditions[codec.column.name])
        return wanted


def fit_preparation(train: Cohort) -> Preparation:
    """Learn the preparation from the train persons alone.

    A numeric column observed in fewer than three persons is released as missing: nothing but
    those persons' own values could stand there.

    Raises
    ------
    GenerationError
        Where there is nothing to learn from: fewer than two rows, or no released column.
    """
    if len(train) < 2 or not train.schema.released:
        what = "two rows" if len(train) < 2 else "one column that is released"
        raise GenerationError(f"{train.name}: a generator needs at least {what}; give a larger cohort.")
    taken = set(train.schema.names)
    codecs: list[_Categories | _Numbers] = []
    for column in train.schema.released:
        values = train.table[column.name]
        if column.kind.is_numeric:
            codecs.append(_fit_numbers(column, values, train.persons, taken=taken))
        else:
            codecs.append(_Categories(column=column, levels=_levels(column, values)))
    return Preparation(codecs=tuple(codecs))


def as_floats(values: pd.Series) -> Floats:
    """A numeric column as floats, missing as NaN; dates in days since 1970, (rows,)."""
    if pd.api.types.is_datetime64_any_dtype(values):
        values = (values - _EPOCH) / _DAY
    return values.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)


def _fit_numbers(
    column: Column, values: pd.Series, persons: npt.NDArray[np.int64], *, taken: set[str]
) -> _Numbers:
    floats = as_floats(values)
    seen = ~np.isnan(floats)
    if len(np.unique(persons[seen])) < FEW_PERSONS:
        return _Numbers(column=column, observed=False)
    known = floats[seen]
    low, high = _ends(column, known)
    return _Numbers(
        column=column,
        indicator=None if seen.all() else _free(f"{column.name} missing", taken),
        constant=float(known[0]) if (known == known[0]).all() else None,
        decimals=0 if column.kind is Kind.INTEGER else _decimals(known),
        low=low,
        high=high,
    )


def _ends(column: Column, known: Floats) -> tuple[float, float]:
    """Where drawn values must end: the schema's public range, never train's own extremes."""
    if column.range is not None:
        if column.kind is Kind.DATE:
            low, high = as_floats(pd.Series([pd.Timestamp(str(end)) for end in column.range]))
        else:
            low, high = column.range
        return float(low), float(high)
    if column.kind is Kind.DATE:
        return -_LAST_DAY, _LAST_DAY
    widest = _LAST_INTEGER if column.kind is Kind.INTEGER else np.inf
    return (-widest if (known < 0).any() else 0.0), widest


def _decimals(known: Floats) -> int | None:
    """The decimals that write every value exactly; None where six do not."""
    for decimals in range(_MOST_DECIMALS + 1):
        if (np.abs(np.round(known, decimals) - known) <= 1e-9 * np.abs(known)).all():
            return decimals
    return None


def _levels(column: Column, values: pd.Series) -> tuple[str | None, ...]:
    """Train's values, in the schema's order and then alphabetically, missing last."""
    declared = {category: place for place, category in enumerate(column.categories or ())}
    seen = sorted(set(values.dropna()), key=lambda value: (declared.get(value, len(declared)), value))
    return (*seen, None) if values.isna().any() else tuple(seen)


def _free(name: str, taken: set[str]) -> str:
    """A label that no column has yet."""
    while name in taken:
        name += " "
    taken.add(name)
    return name

"""What values each column may have: from the public schema alone, numbers cut by noisy quantiles.

Nothing here is read off the train rows but through `privacy.dp.mechanisms`; a column whose domain is
not public is refused. *Missing* is a value of every column.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import Problem, SchemaError
from cohort.hierarchies import group_of, is_grouped
from cohort.schema import Column, Kind, Schema
from privacy.dp.accounting import Account
from privacy.dp.mechanisms import quantiles
from synth.complete import as_floats
from synth.dp.marginals import Ints

Floats = npt.NDArray[np.float64]

UNKNOWN = -1
"""The code of a value outside the public domain: it is in no table."""
OTHER = "(other)"
"""What stands in a release for all values of a learnt column that too few persons have."""

_GRID = 10_000  # a number's range has at least so many steps, and quantiles are chosen among so many


@dataclass(frozen=True, kw_only=True)
class Values:
    """A category column: its public values or those learnt, then missing."""

    column: Column
    values: tuple[str, ...]
    learnt: bool = False

    @property
    def cells(self) -> int:
        """How many codes there are, missing among them."""
        return len(self.values) + 1

    @property
    def ordered(self) -> bool:
        """Whether codes next to each other are alike."""
        return self.column.kind is Kind.ORDINAL

    def encode(self, values: pd.Series) -> Ints:
        """The code of each value, (rows,)."""
        place = {value: code for code, value in enumerate(self.values)}
        unlisted = place[OTHER] if self.learnt else UNKNOWN
        codes = [len(self.values) if pd.isna(value) else place.get(value, unlisted) for value in values]
        return np.array(codes, dtype=np.int64)

    def decode(self, codes: Ints, rng: np.random.Generator) -> pd.Series:  # noqa: ARG002 - as `Bins`
        """The values of codes, (rows,)."""
        return pd.Series(np.array([*self.values, None], dtype=object)[codes], dtype=object)

    def repeated(self, wanted: object, n: int) -> pd.Series:
        """A value that is asked for, ``n`` times."""
        return pd.Series([None if wanted is None else str(wanted)] * n, dtype=object)

    def code_of(self, wanted: object) -> int:
        """The code of a value that is asked for."""
        return len(self.values) if wanted is None else self.values.index(str(wanted))


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The public points that a number, an integer or a date may take: whole multiples of a step."""

    column: Column
    first: int
    last: int
    step: float

    def place(self, values: Floats) -> Floats:
        """Numbers of steps; what lies outside the range counts at its end, missing is NaN."""
        is_date = self.column.kind is Kind.DATE
        whole = np.floor(values) if is_date else np.round(values / self.step)
        return np.asarray(np.clip(whole, self.first, self.last), dtype=np.float64)

    def typed(self, places: Floats) -> pd.Series:
        """The values at numbers of steps, typed as a cohort's column."""
        if self.column.kind is Kind.DATE:
            return pd.Series(pd.to_datetime(pd.Series(places), unit="D")).astype("datetime64[ns]")
        if self.column.kind is Kind.INTEGER:
            return pd.Series(np.round(places * self.step)).astype("Int64")
        decimals = max(0, -math.floor(math.log10(self.step) + 0.5))
        low, high = self.column.range or (-np.inf, np.inf)
        return pd.Series(np.clip(np.round(places * self.step, decimals), low, high), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Bins:
    """A number column: runs of grid points, then missing.

    Parameters
    ----------
    grid : Grid
        Its points.
    starts : tuple of int
        The first point of each bin, ascending; a bin ends before the next, the last at the grid's end.
    """

    grid: Grid
    starts: tuple[int, ...]

    @property
    def column(self) -> Column:
        """The column cut."""
        return self.grid.column

    @property
    def cells(self) -> int:
        """How many codes there are, missing among them."""
        return len(self.starts) + 1

    @property
    def ordered(self) -> bool:
        """Whether codes next to each other are alike."""
        return True

    @cached_property
    def widths(self) -> Ints:
        """Points of each bin, (bins,)."""
        return np.diff(np.array([*self.starts, self.grid.last + 1], dtype=np.int64))

    def encode(self, values: pd.Series) -> Ints:
        """The code of each value, (rows,)."""
        return self._codes(self.grid.place(as_floats(values)))

    def decode(self, codes: Ints, rng: np.random.Generator) -> pd.Series:
        """A grid point of each code's bin, (rows,): any alike, but in an outermost bin near its neighbour."""
        missing = codes == len(self.starts)
        bins = np.where(missing, 0, codes)
        within = np.floor(rng.random(len(codes)) * self.widths[bins])
        if len(self.starts) > 2:
            for end, neighbour in ((0, 1), (len(self.starts) - 1, len(self.starts) - 2)):
                chosen = np.flatnonzero(bins == end)
                away = _fading(self.widths[end], self.widths[neighbour], len(chosen), rng)
                within[chosen] = self.widths[end] - 1 - away if end == 0 else away
        places = np.array(self.starts)[bins] + within
        return self.grid.typed(np.where(missing, np.nan, places))

    def repeated(self, wanted: object, n: int) -> pd.Series:
        """A value that is asked for, ``n`` times; of integers and dates, the nearest that there is."""
        values = _floats(self.column, wanted)
        if self.column.kind is Kind.NUMBER:
            return pd.Series(np.repeat(values, n))
        return self.grid.typed(np.repeat(self.grid.place(values), n))

    def code_of(self, wanted: object) -> int:
        """The code of a value that is asked for."""
        return int(self._codes(self.grid.place(_floats(self.column, wanted)))[0])

    def _codes(self, places: Floats) -> Ints:
        codes = np.searchsorted(np.array(self.starts), np.nan_to_num(places), side="right") - 1
        return np.where(np.isnan(places), len(self.starts), np.maximum(codes, 0)).astype(np.int64)


Coding = Values | Bins


def _floats(column: Column, wanted: object) -> Floats:
    """One value, (1,), as floats: dates in days."""
    if wanted is None:
        return np.array([np.nan])
    kind = column.kind is Kind.DATE
    return as_floats(pd.Series([pd.Timestamp(str(wanted)) if kind else float(str(wanted))]))


def _fading(width: int, neighbour: int, n: int, rng: np.random.Generator) -> Floats:
    """Steps from the inner end of an outermost bin, below ``width``.

    Its far end is the schema's, where nobody may be: the density goes on from the neighbour's, and
    fades with the neighbour's width. Bins hold about as many persons each.
    """
    room = -np.expm1(-width / neighbour)
    away = np.floor(-neighbour * np.log1p(-room * rng.random(n)))
    return np.asarray(np.minimum(away, width - 1), dtype=np.float64)


def refuse_private_domains(schema: Schema, *, where: str, learn: Sequence[str] = ()) -> None:
    """Refuse a schema in which a released column does not say what values it may have.

    ``learn`` names the categories that are learnt instead.

    Raises
    ------
    SchemaError
        Naming every such column.
    """
    problems = [
        Problem(
            what="has no public domain: what values it may have would have to be read off the patients.",
            where=f"{where}, column {column.name!r}",
            remedy="Give it a `range` in the schema, from what is known beforehand."
            if column.kind.is_numeric
            else "List its `categories` in the schema, from what is known beforehand; or write "
            f"`learn: [{column.name}]` at the candidate, which spends a part of its budget on them.",
        )
        for column in schema.released
        if (column.range is None if column.kind.is_numeric else not public_values(column))
        and column.name not in learn
    ]
    problems += [
        Problem(
            what="cannot be learnt: it is no category without a list of its values.",
            where=f"{where}, column {name!r}",
            remedy="Leave it out of `learn`; a range, an order and what is public come from the schema.",
        )
        for name in learn
        if not any(column.name == name and _can_be_learnt(column) for column in schema.released)
    ]
    if problems:
        raise SchemaError(problems)


def _can_be_learnt(column: Column) -> bool:
    return column.kind is Kind.CATEGORY and not public_values(column)


def fit_domain(
    train: Cohort,
    *,
    bins: int,
    rho: float,
    sensitivity: int,
    account: Account,
    learnt: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> tuple[Coding, ...]:
    """The coding of each released column, numbers cut into about ``bins`` bins of equal mass.

    Parameters
    ----------
    train : Cohort
        Under a schema that `refuse_private_domains` lets pass.
    bins : int, >= 2
        Wanted of each number; where a value is frequent it has a bin of its own.
    rho : float, > 0
        What all cuts cost together; nothing where no column is a number.
    sensitivity : int, > 0
        Rows that one person may have.
    account : Account
        Pays.
    learnt : mapping of str to tuple of str
        The values of columns whose values are not public.
    """
    cut = [column for column in train.schema.released if column.kind.is_numeric]
    codings: list[Coding] = []
    for column in train.schema.released:
        if column.kind.is_numeric:
            share = rho / len(cut)
            codings.append(
                _cut(
                    column,
                    train.table[column.name],
                    bins=bins,
                    rho=share,
                    sensitivity=sensitivity,
                    account=account,
                )
            )
        elif column.name in learnt:
            known = tuple(value for value in learnt[column.name] if value != OTHER)
            codings.append(Values(column=column, values=(*known, OTHER), learnt=True))
        else:
            codings.append(Values(column=column, values=public_values(column)))
    return tuple(codings)


def public_values(column: Column) -> tuple[str, ...]:
    """What a category may be, as far as the schema says: listed, or a member of a listed group."""
    if column.categories:
        return column.categories
    return tuple(group_of(column, level=1)) if is_grouped(column) else ()


def _cut(
    column: Column, values: pd.Series, *, bins: int, rho: float, sensitivity: int, account: Account
) -> Bins:
    grid = public_grid(column)
    points = grid.last - grid.first + 1
    if points <= bins:
        return Bins(grid=grid, starts=tuple(range(grid.first, grid.last + 1)))
    cuts = quantiles(
        grid.place(as_floats(values)),
        probabilities=[place / bins for place in range(1, bins)],
        low=grid.first,
        high=grid.last,
        step=math.ceil(points / _GRID),
        sensitivity=sensitivity,
        rho=rho,
        account=account,
        on=f"bins of {column.name}",
    )
    return Bins(grid=grid, starts=starts(np.sort(cuts).astype(np.int64), grid))


def starts(cuts: Ints, grid: Grid) -> tuple[int, ...]:
    """Where bins start: at each cut, and after one that comes up twice, whose point is a bin by itself."""
    points, times = np.unique(cuts, return_counts=True)
    alone = points[times > 1]
    found = {grid.first, *points.tolist(), *(alone + 1).tolist()}
    return tuple(sorted(each for each in found if each <= grid.last))


def public_grid(column: Column) -> Grid:
    """The points that a column may take: whole numbers, days, or a power of ten of the range's width."""
    low, high = _ends(column)
    step = 1.0
    if column.kind is Kind.NUMBER:
        width = high - low or max(abs(high), 1.0)
        step = 10.0 ** math.floor(math.log10(width / _GRID))
    # A billionth of a step forgives what floats cannot write.
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return Grid(column=column, first=min(first, last), last=last, step=step)


def _ends(column: Column) -> tuple[float, float]:
    if column.range is None:
        raise ValueError("refuse_private_domains lets no such column pass")
    if column.kind is Kind.DATE:
        low, high = as_floats(pd.Series([pd.Timestamp(str(end)) for end in column.range]))
        return math.floor(low), math.floor(high)
    return float(column.range[0]), float(column.range[1])


def encode(codings: Sequence[Coding], table: pd.DataFrame) -> Ints:
    """The codes of a table, (rows, columns)."""
    return np.stack([each.encode(table[each.column.name]) for each in codings], axis=1)

"""k-anonymity: real rows, coarsened until nobody stands alone in the quasi-identifiers.

Full-domain generalisation with suppression (L. Sweeney 2002, doi:10.1142/S0218488502001648), the
classic rival of synthetic data. What is released are train's own rows: the quasi-identifiers
coarser, all other columns as they are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.coarsen import coarsen, generalise
from cohort.cohort import Cohort
from cohort.errors import ConfigError, GenerationError, Problem
from cohort.hierarchies import is_grouped, top_level
from cohort.release import Release
from cohort.schema import Column, Role
from synth.diversity import closeness, distinct
from synth.lattice import Floats, Ints, Lattice, Optimum, search
from synth.options import is_number, not_whole, refuse
from synth.protocols import Conditions, Progress, silent

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class KAnonymity:
    """What each class of rows that look alike must hold.

    Parameters
    ----------
    k : int, >= 2
        Persons.
    l : int, >= 2, optional
        Different values of each sensitive column, missing not counted (distinct l-diversity,
        doi:10.1145/1217299.1217302).
    t : float, in [0, 1], optional
        How far each sensitive column's distribution may be from all rows' (t-closeness,
        doi:10.1109/ICDE.2007.367856): ordered distance for numbers and ordinals, equal for others.
    suppression : float, in [0, 1)
        The share of rows that may be left out.
    levels : mapping of str to int
        Quasi-identifiers whose level is given; the search chooses the others'.
    """

    k: int = 5
    l: int | None = None  # noqa: E741 - the field's name for it
    t: float | None = None
    suppression: float = 0.05
    levels: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        optional = {} if self.l is None else {"l": self.l}
        share = is_number(self.suppression, least=0, most=1) and self.suppression < 1
        refuse(
            "kanonymity",
            not_whole(2, k=self.k, **optional)
            | {
                "t is not a number in [0, 1].": not (self.t is None or is_number(self.t, least=0, most=1)),
                "suppression is not in [0, 1).": not share,
                "levels is not a mapping of columns to whole numbers.": not _are_levels(self.levels),
            },
        )

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> "FittedKAnonymity":  # noqa: ARG002
        """Find the levels that lose least (ARX's Loss); the seed changes nothing.

        Raises
        ------
        GenerationError
            Without a quasi-identifier, with fewer persons than k, without a sensitive column for
            l or t, or where nothing within the limit protects enough.
        ConfigError
            Where ``levels`` names no quasi-identifier or no level of its own.
        """
        names = train.schema.quasi_identifiers
        sensitive = train.schema.with_role(Role.SENSITIVE)
        self._refuse(train, names, sensitive)
        best = search(
            lattice_of(train, names, fixed=self.levels),
            self._protects(train, sensitive),
            limit=self.suppression,
            monotone=self.t is None,
        )
        if best is None:
            raise GenerationError(f"kanonymity: {self._unreached(train, sensitive)}")
        progress(1.0)
        chosen = dict(zip(names, best.node, strict=True)) | dict(self.levels)
        return _fitted(train, chosen, best)

    def _refuse(self, train: Cohort, names: Sequence[str], sensitive: Sequence[Column]) -> None:
        if not names:
            raise GenerationError("kanonymity: the schema names no quasi-identifier; give columns that role.")
        if train.n_persons < self.k:
            few = f"{train.n_persons} persons cannot be {self.k} alike"
            raise GenerationError(f"kanonymity: {few}; give a smaller k, or more persons.")
        if (self.l is not None or self.t is not None) and not sensitive:
            raise GenerationError("kanonymity: l and t need a sensitive column; give a column that role.")
        for name, level in self.levels.items():
            if name not in names or level > top_level(train.schema[name]):
                remedy = "Name quasi-identifiers, each with a level from 0 to its top; see docs/schema.md."
                what = f"levels: {name!r} is no quasi-identifier with a level {level}."
                raise ConfigError(Problem(what=what, where="kanonymity", remedy=remedy))

    def _protects(self, train: Cohort, sensitive: Sequence[Column]) -> Callable[[Ints], Bools]:
        tests: list[Callable[[Ints], Bools]] = []
        if self.l is not None:
            tests += [distinct(train.table[column.name], least=self.l) for column in sensitive]
        if self.t is not None:
            tests += [closeness(train.table[column.name], column, most=self.t) for column in sensitive]
        alike = distinct(pd.Series(train.persons), least=self.k)
        return lambda classes: np.logical_and.reduce([alike(classes), *(test(classes) for test in tests)])

    def _unreached(self, train: Cohort, sensitive: Sequence[Column]) -> str:
        few = [column.name for column in sensitive if train.table[column.name].nunique() < (self.l or 0)]
        if few:
            return f"{', '.join(few)} cannot reach l = {self.l}: too few values; lower l, or change the role."
        return (
            f"k = {self.k}, l = {self.l}, t = {self.t} is not reached within suppression = "
            f"{self.suppression:g}; allow more, or raise the columns' `levels`."
        )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedKAnonymity:
    """The rows that may be released, coarsened."""

    released: Cohort
    levels: Mapping[str, int]
    proven: bool

    def sample(self, n: int, *, conditions: Conditions | None = None, seed: int) -> Release:
        """Give the released rows in random order, each once: no more than there are.

        A row given twice would add nothing but a false count, and rows left out could leave a
        class with fewer than k: with ``n`` above their number all come, and below it none do.

        Raises
        ------
        GenerationError
            Where fewer rows are asked for than there are, or conditions are given.
        """
        if conditions or n < len(self.released):
            asked = "conditions cannot be met" if conditions else f"{n} rows cannot be drawn"
            raise GenerationError(
                f"kanonymity: {asked}: a part of the rows would not be k-anonymous; ask for "
                f"{len(self.released)} rows or more, and for no conditions."
            )
        order = np.random.default_rng(seed).permutation(len(self.released))
        rows = self.released.rows(order)
        return Release(
            table=rows.released, schema=rows.schema, made_by="kanonymity", seed=seed, levels=self.levels
        )


def lattice_of(train: Cohort, names: Sequence[str], *, fixed: Mapping[str, int] | None = None) -> Lattice:
    """The lattice of some columns of a cohort.

    A label loses the share of the column's domain that it covers, so that 0 is a value as it is
    and 1 is "*": ARX's Loss (after V. Iyengar 2002, doi:10.1145/775047.775089). The domain is the
    values that the hierarchy lists; where it lists none, the values that occur.
    """
    codes, losses = [], []
    for name in names:
        column, values = train.schema[name], train.table[name]
        levels = range(top_level(column) + 1)
        if fixed and name in fixed:
            levels = range(fixed[name], fixed[name] + 1)
        labels = [generalise(values, column, level=level) for level in levels]
        codes.append(np.stack([pd.factorize(each, use_na_sentinel=False)[0] for each in labels]))
        losses.append(np.stack([_loss(values, column, level=level) for level in levels]))
    return Lattice(codes=tuple(codes), losses=tuple(losses))


def _loss(values: pd.Series, column: Column, *, level: int) -> Floats:
    """What each row's label at ``level`` loses, (rows,)."""
    if level == 0:
        return np.zeros(len(values))
    domain = _domain(values, column)
    covered = generalise(domain, column, level=level).value_counts(dropna=False)
    size = len(domain)
    if size < 2:
        return np.zeros(len(values))
    share = generalise(values, column, level=level).map(covered).to_numpy(dtype=np.float64)
    share = np.where(np.isnan(share), 1.0, share)  # a missing cell, below the top, stays as it is
    return np.asarray((share - 1) / (size - 1))


def _domain(values: pd.Series, column: Column) -> pd.Series:
    if is_grouped(column):
        listed = [member for group in column.hierarchy[0].values() for member in group]  # type: ignore[union-attr]
        return pd.Series(listed, dtype=object)
    return values.drop_duplicates().reset_index(drop=True)


def _fitted(train: Cohort, levels: Mapping[str, int], best: Optimum) -> FittedKAnonymity:
    # Coarsened only now: a suppressed row's label must not stand among the schema's categories.
    kept = coarsen(train.rows(np.flatnonzero(best.kept)), levels)
    return FittedKAnonymity(released=kept, levels=levels, proven=best.proven)


def _are_levels(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        is_number(level, least=0, kinds=int) for level in value.values()
    )

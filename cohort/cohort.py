"""A cohort: a typed table under a schema, whose rows belong to persons."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.findings import Finding
from cohort.schema import Schema

if TYPE_CHECKING:
    from cohort.split import Split


@dataclass(frozen=True, kw_only=True, eq=False)
class Cohort:
    """A table under a schema.

    Parameters
    ----------
    schema : Schema
        One column for each of the table's, in the same order.
    table : DataFrame, (rows, columns)
        Typed: numbers float64, integers Int64, dates datetime64[ns], all else str objects;
        missing is NaN, NA, NaT and None respectively. Index 0 .. rows - 1.
    name : str
        What people call it.
    file_format : {"csv", "parquet", "xlsx"}
        What it was read from; a release is written in the same format too.
    findings : tuple of Finding
        What the reader noticed.
    """

    schema: Schema
    table: pd.DataFrame
    name: str = "cohort"
    file_format: str = "csv"
    findings: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def persons(self) -> npt.NDArray[np.int64]:
        """Which person each row belongs to, (rows,), coded 0 .. persons - 1."""
        if self.schema.person is None:
            return np.arange(len(self.table), dtype=np.int64)
        codes, _ = pd.factorize(self.table[self.schema.person], use_na_sentinel=False)
        return codes.astype(np.int64)

    @property
    def n_persons(self) -> int:
        """The number of independent units."""
        return int(self.persons.max()) + 1 if len(self.table) else 0

    def of_persons(self, chosen: npt.NDArray[np.int64]) -> Self:
        """The rows of the persons with the codes ``chosen``, in the table's order."""
        return self.rows(np.flatnonzero(np.isin(self.persons, chosen)))

    def rows(self, positions: npt.NDArray[np.int64]) -> Self:
        """The rows at ``positions``, in that order."""
        return replace(self, table=self.table.iloc[positions].reset_index(drop=True))

    @property
    def released(self) -> pd.DataFrame:
        """The table less what never leaves: identifiers and free text."""
        return self.table[[column.name for column in self.schema.released]]

    @property
    def linked(self) -> pd.DataFrame:
        """The same, and whose each row is where the schema has visits."""
        return self.table[[column.name for column in self.schema.carried(self.table)]]

    def split(self, *, holdout: float = 0.5, folds: int = 1, seed: int = 0) -> "Split":
        """Set a share of the persons aside, or cross-fit; see `cohort.split.split_cohort`."""
        from cohort.split import split_cohort  # noqa: PLC0415 - a split is made of cohorts

        return split_cohort(self, holdout=holdout, folds=folds, seed=seed)

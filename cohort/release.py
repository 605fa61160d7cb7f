"""A release: what would leave the house."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from cohort.errors import ConfigError, Problem
from cohort.schema import Schema
from cohort.visits import together


@dataclass(frozen=True, kw_only=True)
class Guarantee:
    """A formal promise that a mechanism gives, whatever an attacker knows.

    Parameters
    ----------
    epsilon : float, > 0
        Differential privacy's bound, for adding or removing one person.
    delta : float, in [0, 1)
        The probability with which the bound may fail.
    rows : int, optional
        The noisy number of the rows learned from, paid for out of epsilon: how many rows may be
        drawn, and told, without giving away how many there were.
    """

    epsilon: float
    delta: float
    rows: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Release:
    """A synthetic table and where it came from.

    Parameters
    ----------
    table : DataFrame, (rows, released columns)
        Typed as a cohort's table; the columns of ``schema.released``, in that order.
    schema : Schema
        The cohort's; at ``levels`` where it is coarser.
    made_by : str
        The generator's name, or who sent it.
    seed : int, optional
        Of the sample; None where it is not known.
    config_hash : str, optional
        Of the run that made it.
    guarantee : Guarantee, optional
        None is printed "no formal guarantee".
    parts : tuple of int
        Rows made from each half of a cross-fitted cohort, in the table's order; empty where all
        rows were made from the same persons.
    levels : mapping of str to int
        The level at which a coarsened column stands; the others are as in the cohort.
    """

    table: pd.DataFrame
    schema: Schema
    made_by: str
    seed: int | None = None
    config_hash: str | None = None
    guarantee: Guarantee | None = None
    parts: tuple[int, ...] = ()
    levels: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.table)

    @property
    def tables(self) -> list[pd.DataFrame]:
        """The rows made from each half; one table where all were made from the same persons."""
        if sum(self.parts) not in (0, len(self)):
            raise ValueError("the parts of a release must have as many rows as the whole")
        ends = np.cumsum([0, *(self.parts or (len(self),))])
        return [self.table.iloc[start:end].reset_index(drop=True) for start, end in pairwise(ends)]


def stacked(releases: Sequence[Release]) -> Release:
    """One release of several that were made from different persons, its rows in their order.

    A person is in one of them alone, so that together they promise what the weakest promises
    (parallel composition, McSherry 2009, doi:10.1145/1559845.1559850), for who is in which half
    held fixed.

    Raises
    ------
    ConfigError
        Where they stand at different levels.
    """
    if len(releases) == 1:
        return releases[0]
    if any(each.levels != releases[0].levels for each in releases):
        most = {name: max(each.levels[name] for each in releases) for name in releases[0].levels}
        what = "the halves of a cross-fitted cohort need different levels."
        remedy = (
            f"Give the generator both halves' coarser ones: levels: {most}, or use `split: {{holdout: 0.5}}`."
        )
        raise ConfigError(Problem(what=what, where=releases[0].made_by, remedy=remedy))
    promised = [each.guarantee for each in releases if each.guarantee is not None]
    return replace(
        releases[0],
        table=together([each.table for each in releases], releases[0].schema),
        parts=tuple(len(each) for each in releases),
        guarantee=_together(promised) if len(promised) == len(releases) else None,
    )


def _together(promised: Sequence[Guarantee]) -> Guarantee:
    """What is promised of persons of whom each is behind one guarantee alone."""
    rows = [each.rows for each in promised if each.rows is not None]
    return Guarantee(
        epsilon=max(each.epsilon for each in promised),
        delta=max(each.delta for each in promised),
        rows=sum(rows) if len(rows) == len(promised) else None,
    )

"""A release: what would leave the house."""

from dataclasses import dataclass

import pandas as pd

from cohort.schema import Schema


@dataclass(frozen=True, kw_only=True)
class Guarantee:
    """A formal promise that a mechanism gives, whatever an attacker knows.

    Parameters
    ----------
    epsilon : float, > 0
        Differential privacy's bound, for adding or removing one person.
    delta : float, in [0, 1)
        The probability with which the bound may fail.
    """

    epsilon: float
    delta: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Release:
    """A synthetic table and where it came from.

    Parameters
    ----------
    table : DataFrame, (rows, released columns)
        Typed as a cohort's table; the columns of ``schema.released``, in that order.
    schema : Schema
        The cohort's.
    made_by : str
        The generator's name, or who sent it.
    seed : int, optional
        Of the sample; None where it is not known.
    config_hash : str, optional
        Of the run that made it.
    guarantee : Guarantee, optional
        None is printed "no formal guarantee".
    """

    table: pd.DataFrame
    schema: Schema
    made_by: str
    seed: int | None = None
    config_hash: str | None = None
    guarantee: Guarantee | None = None

    def __len__(self) -> int:
        return len(self.table)

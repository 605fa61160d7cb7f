"""Synthetic rows that lie closer to a train person than train persons lie to each other."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.encode import Encoder, Points, fit_encoder, nearest

Floats = npt.NDArray[np.float64]

_QUANTILE = 0.05
_QUERIES = 2_000


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Nearness:
    """How far a row is from the nearest train person, and how far is too near.

    The yardstick is the distance of each train person to the nearest *other* one: what a patient
    whom nobody copied has. It is learnt from train alone, so that no holdout shapes what is kept.
    Where 5 % of the train persons have a twin, equality is chance and nothing is too near.

    Parameters
    ----------
    encoder : Encoder
        Of train.
    points : Points
        Train's rows.
    too_near : float
        The 5 % quantile of the yardstick.
    usual : float
        Its median.
    """

    encoder: Encoder
    points: Points
    too_near: float
    usual: float

    @classmethod
    def of(cls, train: Cohort, *, seed: int) -> Self:
        """Learn the yardstick from at most 2,000 rows of train, each against all other persons."""
        encoder = fit_encoder([train.released], train.schema.released)
        points, persons = encoder.encode(train.released), train.persons
        rows = np.arange(len(train))
        if len(rows) > _QUERIES:
            rows = np.sort(np.random.default_rng(seed).choice(rows, _QUERIES, replace=False))
        apart = nearest(points[rows], points, own=(persons[rows], persons))[0][:, 0]
        apart = apart[np.isfinite(apart)]
        low, middle = np.quantile(apart, [_QUANTILE, 0.5]) if len(apart) else (0.0, 0.0)
        return cls(encoder=encoder, points=points, too_near=float(low), usual=float(middle))

    def distances(self, table: pd.DataFrame) -> Floats:
        """Each row's distance to the nearest train row, (rows,)."""
        return nearest(self.encoder.encode(table), self.points)[0][:, 0]

"""What one person's presence may do to a release: features for an attacker who refits the generator.

Four sets, each a view that an attacker could take. `copies` and `near` use the distance of all our
attacks, `queries` follow Houssiau et al. 2022 (doi:10.48550/arXiv.2211.06550), and `marginals` the
summaries, histograms and correlations of Stadler, Oprisanu and Troncoso 2022
(doi:10.48550/arXiv.2011.07018).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.encode import Encoder, Points, as_floats, fit_encoder, nearest
from cohort.schema import Column
from privacy.attacks.densities import log_density
from privacy.attacks.target import Bools, Floats, Ints

FEATURE_SETS = ("copies", "near", "queries", "marginals")
_NEIGHBOURS = 16
_QUERIES = 64
_MOST_COLUMNS = 4  # of a query
_SAME = 0.05  # on the quantile scale: two numbers that a query takes for equal
_MOST_LEVELS = 20
_BINS = np.linspace(0.0, 1.0, 11)


@dataclass(frozen=True, kw_only=True, eq=False)
class Pull:
    """One person, ready to be looked for in releases.

    Parameters
    ----------
    columns : tuple of Column
        The released ones.
    encoder : Encoder
        Fitted on the whole population, which the attacker knows.
    rows : Points, (rows of the person,)
        The person, encoded.
    queries : ndarray, (queries, columns), bool
        Which columns each query asks for.
    """

    columns: tuple[Column, ...]
    encoder: Encoder
    rows: Points
    queries: Bools

    def features(self, synthetic: pd.DataFrame) -> dict[str, Floats]:
        """Each set of `FEATURE_SETS` as a vector; of equal length for every release.

        Parameters
        ----------
        synthetic : DataFrame, (rows, released columns), rows >= 1
        """
        minted = self.encoder.encode(synthetic)
        agree = [self._agreement(row, minted) for row in range(len(self.rows))]
        found = (
            *self._copies_and_near(minted),
            np.mean([_counts(each, self.queries) for each in agree], axis=0),
            self._marginals(synthetic, minted, agree[0]),
        )
        return {name: _finite(values) for name, values in zip(FEATURE_SETS, found, strict=True)}

    def _copies_and_near(self, minted: Points) -> tuple[Floats, Floats]:
        """How many rows are the person's, or nearly; how far the nearest ones are, and how dense they lie."""
        distances, _ = nearest(self.rows, minted, k=_NEIGHBOURS)
        alike = [(distances <= most).sum() for most in (0.0, _SAME)]
        last = distances.shape[1] - 1
        far = np.log(distances.min(axis=0)[[0, min(3, last), last]] + _SAME)
        return np.array(alike, dtype=np.float64), np.array([*far, log_density(self.rows, minted).max()])

    def _marginals(self, synthetic: pd.DataFrame, minted: Points, agree: Bools) -> Floats:
        """What the release says of its columns one by one and two by two, whoever is looked for."""
        summaries = _summaries(synthetic, minted, self.columns)
        return np.concatenate([summaries, _histograms(minted), _correlations(minted, agree)])

    def _agreement(self, row: int, minted: Points) -> Bools:
        """Where each synthetic row says what the person's row does, (synthetic, columns)."""
        gaps = [
            gap for column, gap in zip(self.columns, self.encoder.gaps, strict=True) if column.kind.is_numeric
        ]
        ends = np.cumsum([0, *(1 + gap for gap in gaps)])  # a column that is somewhere missing has two
        apart = np.abs(minted.numbers - self.rows.numbers[row])
        numbers = [apart[:, start:end].sum(axis=1) <= _SAME for start, end in pairwise(ends)]
        same = minted.codes == self.rows.codes[row]
        return np.column_stack([*numbers, same]).astype(bool)


def fit_pull(population: Cohort, person: int, *, rng: np.random.Generator) -> Pull:
    """Encode a person of a population, and draw the queries that look for the person.

    Parameters
    ----------
    population : Cohort
        Everybody whom the attacker knows of, the person among them.
    person : int
        A code of ``population.persons``.
    rng : Generator
        Of the queries.
    """
    columns = population.schema.released
    encoder = fit_encoder([population.released], columns)
    rows = np.flatnonzero(population.persons == person)
    return Pull(
        columns=tuple(columns),
        encoder=encoder,
        rows=encoder.encode(population.released.iloc[rows]),
        queries=_draw_queries(len(columns), rng),
    )


def _draw_queries(columns: int, rng: np.random.Generator) -> Bools:
    """Each column by itself, and random ones together."""
    drawn = rng.permuted(np.tile(np.arange(columns), (_QUERIES, 1)), axis=1)
    sizes = rng.integers(min(2, columns), min(_MOST_COLUMNS, columns) + 1, size=_QUERIES)
    return np.concatenate([np.eye(columns, dtype=bool), drawn < sizes[:, None]])


def _counts(agree: Bools, queries: Bools) -> Floats:
    """How many synthetic rows answer each query as the person would, (queries,)."""
    wanted = queries.sum(axis=1)
    met = agree.astype(np.float64) @ queries.T.astype(np.float64)
    return np.asarray((met == wanted).sum(axis=0), dtype=np.float64)


def _summaries(synthetic: pd.DataFrame, minted: Points, columns: Sequence[Column]) -> Floats:
    """Mean, median and variance of a number; of a category how many, the commonest and the rarest."""
    numbers = [_moments(as_floats(synthetic[each.name])) for each in columns if each.kind.is_numeric]
    return np.concatenate([*numbers, *(_levels(codes) for codes in minted.codes.T)])


def _moments(values: Floats) -> Floats:
    known = values[~np.isnan(values)]
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array([known.mean(), np.median(known), known.var()] if len(known) else [0.0] * 3)


def _levels(codes: npt.NDArray[np.int32]) -> Floats:
    counts = np.bincount(codes + 1)  # a category never seen is -1
    seen = counts[counts > 0]
    return np.array([len(seen), seen.max(), seen.min()], dtype=np.float64)


def _histograms(minted: Points) -> Floats:
    """How many rows fall in each tenth of a number, and in each of the first levels of a category."""
    numbers = [np.bincount(np.digitize(each, _BINS), minlength=len(_BINS) + 1) for each in minted.numbers.T]
    codes = [np.bincount(_capped(each), minlength=_MOST_LEVELS + 1) for each in minted.codes.T]
    return np.asarray(np.concatenate([*numbers, *codes]), dtype=np.float64)


def _capped(codes: npt.NDArray[np.int32]) -> Ints:
    """Levels beyond the first, and those never seen, are one."""
    return np.where(codes < 0, _MOST_LEVELS, np.minimum(codes, _MOST_LEVELS)).astype(np.int64)


def _correlations(minted: Points, agree: Bools) -> Floats:
    """Between all numbers, and whether each category is the person's."""
    codes = minted.codes.shape[1]
    columns = np.column_stack([minted.numbers, agree[:, agree.shape[1] - codes :]]).astype(np.float64)
    if len(columns) < 2:
        return np.zeros(columns.shape[1] * (columns.shape[1] - 1) // 2)
    with np.errstate(invalid="ignore", divide="ignore"):  # a constant column correlates with nothing
        matrix = np.atleast_2d(np.corrcoef(columns, rowvar=False))
    return np.asarray(matrix[np.triu_indices(columns.shape[1], k=1)], dtype=np.float64)


def _finite(values: Floats) -> Floats:
    return np.nan_to_num(np.asarray(values, dtype=np.float64), nan=0.0, posinf=1e100, neginf=-1e100)

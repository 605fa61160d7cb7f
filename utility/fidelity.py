"""How closely columns, and pairs of columns, of a release are distributed as those of train.

Two tables are compared through signed weights: the rows of one count for a cell, the rows of the
other against it. The weights are whole numbers, so that equal tables differ by exactly nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Self

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.findings import Finding, Severity
from cohort.schema import Column
from cohort.split import Split
from cohort.visits import person_codes
from utility.models import as_floats
from utility.resample import Floats, Rows, person_weights, subset_weights, thinned, thinned_rows, unit_weights
from utility.scores import UtilityScore

RESAMPLES = 200
SUBSETS = 20
ROWS = 5_000
PAIRED_COLUMNS = 100

_BINS = 5
_LEVELS = 20
_WORST = 5
_SHARES = 12
_Z = 1.959964

Label = tuple[str, str]
"""Metric and group."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """Two tables stacked, train first, and the cells in which their rows fall.

    Parameters
    ----------
    columns, paired : tuple of Column
        Those compared one by one, and those compared in pairs.
    atoms : list of ndarray, (rows,), int
        For each column, the rank of each row's value; missing is 0.
    cells : ndarray, (rows, bins)
        Indicators of each row's bin in each paired column.
    starts : ndarray, (paired columns,), int
        The first bin of each paired column.
    """

    columns: tuple[Column, ...]
    paired: tuple[Column, ...]
    atoms: list[Rows]
    cells: Floats
    starts: Rows

    @classmethod
    def of(
        cls, train: pd.DataFrame, other: pd.DataFrame, columns: Sequence[Column], paired: Sequence[Column]
    ) -> Self:
        """Stack ``other`` under ``train``; the bins are those of ``train``."""
        stacked = pd.concat([train, other], ignore_index=True)
        bins = [_bins(column, stacked[column.name], n_train=len(train)) for column in paired]
        widths = [int(codes.max()) + 1 for codes in bins]
        return cls(
            columns=tuple(columns),
            paired=tuple(paired),
            atoms=[_atoms(column, stacked[column.name]) for column in columns],
            cells=np.hstack([np.eye(width)[codes] for width, codes in zip(widths, bins, strict=True)]),
            starts=np.cumsum([0, *widths[:-1]]),
        )

    @property
    def labels(self) -> list[Label]:
        """What `fidelity` returns: all columns, each column, all pairs, each pair."""
        columns = [("column_fidelity", column.name) for column in self.columns]
        pairs = [("pair_fidelity", f"{a.name} × {b.name}") for a, b in combinations(self.paired, 2)]
        return [("column_fidelity", ""), *columns, *([("pair_fidelity", ""), *pairs] if pairs else [])]

    def fidelity(self, train: Floats, other: Floats) -> Floats:
        """One less the distance of the two tables, (resamples, labels), in [0, 1].

        Parameters
        ----------
        train, other : ndarray, (resamples or 1, rows)
            How often each row counts, whole numbers.
        """
        n, m = train.sum(axis=1, keepdims=True), other.sum(axis=1, keepdims=True)
        signed = np.hstack([train * m, -other * n])
        parts = []
        if self.columns:
            columns = np.stack([self._column(i, signed) for i in range(len(self.columns))], axis=1)
            parts += [columns.mean(axis=1, keepdims=True), columns]
        if len(self.paired) > 1:
            pairs = np.stack([self._pairs(weights) for weights in signed])
            parts += [pairs.mean(axis=1, keepdims=True), pairs]
        similar: Floats = 1 - np.hstack(parts) / (n * m)
        return similar

    def _column(self, i: int, signed: Floats) -> Floats:
        """Kolmogorov–Smirnov distance of a numeric column, total variation of another, unscaled."""
        order = np.argsort(self.atoms[i], kind="stable")
        starts = np.flatnonzero(np.diff(self.atoms[i][order], prepend=-1))
        excess: Floats = np.add.reduceat(signed[:, order], starts, axis=1)
        if self.columns[i].kind.is_numeric:
            excess = excess.cumsum(axis=1)
            return np.asarray(np.abs(excess).max(axis=1))
        return np.asarray(np.abs(excess).sum(axis=1)) / 2

    def _pairs(self, weights: Floats) -> Floats:
        """Total variation of every pair's table of bins, (pairs,), unscaled."""
        excess = np.abs(self.cells.T @ (self.cells * weights[:, None]))
        blocks = np.add.reduceat(np.add.reduceat(excess, self.starts, axis=0), self.starts, axis=1)
        distances: Floats = blocks[np.triu_indices(len(self.paired), k=1)] / 2
        return distances


def fidelity(
    synthetic: pd.DataFrame, split: Split, *, seed: int = 0
) -> tuple[list[UtilityScore], list[Finding]]:
    """Fidelity of each column, of pairs, of the whole, and the subsample of train that is as good.

    A column's fidelity is one less the total variation distance (categories, missing being one of
    them) or the Kolmogorov–Smirnov distance (numbers and dates, missing placed below all) between
    the release and train; a pair's, one less the total variation of its table of at most six bins a
    number (fifths of train, and missing) and 22 a category (the 20 most frequent of train, all
    others, and missing). The reference is the same distance between holdout and train: the
    sampling error of real patients. As distances of small samples are biased upwards, release and
    holdout are compared with train at one size, the smaller of the two: the mean over 20 random
    subsets of the larger. The two-sided 95 % interval is the value ± 1.96 standard errors, from
    drawing train's persons and the release's rows again, each by themselves (its persons, where it
    tells them): what another draw of either, at this size, would give. More than 5,000 rows are thinned
    at random; of more than 100 columns, the first 100 of a random order join in pairs.

    Parameters
    ----------
    synthetic : DataFrame, (rows, released columns)
        Typed as a cohort's table.
    split : Split
        Without a holdout no score has a reference.
    seed : int
        Equal seeds give equal scores.

    References
    ----------
    Raab, Nowok and Dibben 2021, https://doi.org/10.48550/arXiv.2109.12717
    """
    rng = np.random.default_rng(seed)
    # Both draws start from one seed, so that a copy of train is thinned as train is.
    train = thinned(split.train, ROWS, np.random.default_rng(seed))
    release = thinned_rows(synthetic, ROWS, np.random.default_rng(seed))
    holdout = None if split.holdout is None else thinned(split.holdout, ROWS, rng).released
    size = len(release) if holdout is None else min(len(release), len(holdout))
    columns = split.train.schema.released
    paired = _paired(columns, rng)

    def against_train(other: pd.DataFrame) -> tuple[Comparison, Floats]:
        compared = Comparison.of(train.released, other, columns, paired)
        subsets = subset_weights(len(other), size, SUBSETS, rng)
        return compared, compared.fidelity(np.ones((1, len(train))), subsets).mean(axis=0)

    compared, value = against_train(release)
    reference = None if holdout is None else against_train(holdout)[1]
    again = unit_weights(person_codes(release, split.train.schema), size, RESAMPLES, rng)
    spread = compared.fidelity(person_weights(train.persons, RESAMPLES, rng), again)
    error = _Z * spread.std(axis=0)
    scores = [
        UtilityScore(
            metric=metric,
            group=group,
            value=float(value[i]),
            reference=None if reference is None else float(reference[i]),
            low=float(max(value[i] - error[i], 0)),
            high=float(min(value[i] + error[i], 1)),
            n=train.n_persons,
        )
        for i, (metric, group) in enumerate(compared.labels)
    ]
    return _shown(scores) + _subsample_equivalent(scores, train, paired, rng), _findings(columns, paired)


def _shown(scores: list[UtilityScore]) -> list[UtilityScore]:
    """All scores but those of pairs, of which only the five worst, worst first."""
    paired = [score.metric == "pair_fidelity" and score.group != "" for score in scores]
    kept = [score for score, of_pair in zip(scores, paired, strict=True) if not of_pair]
    pairs = [score for score, of_pair in zip(scores, paired, strict=True) if of_pair]
    return kept + sorted(pairs, key=lambda score: score.value)[:_WORST]


def _subsample_equivalent(
    scores: list[UtilityScore], train: Cohort, paired: Sequence[Column], rng: np.random.Generator
) -> list[UtilityScore]:
    """The share of train whose random subsample has the pair fidelity of the release.

    The yardstick of NIST's SDNist (https://doi.org/10.18434/mds2-2943): pair fidelity is measured
    between train and subsamples of it, 10 of each size, and read backwards. A perfect generator of
    a release as large as train is as good as a third of train, for train shares no row with it.
    """
    whole = next((s for s in scores if (s.metric, s.group) == ("pair_fidelity", "")), None)
    if whole is None:
        return []
    itself = Comparison.of(train.released, train.released, (), paired)
    shares = np.geomspace(1 / len(train), 1, _SHARES)
    everyone = np.ones((1, len(train)))
    sizes = [max(1, round(share * len(train))) for share in shares]
    curve = [
        itself.fidelity(everyone, subset_weights(len(train), size, 10, rng))[:, 0].mean() for size in sizes
    ]

    def share(value: float) -> float:
        return float(np.exp(np.interp(value, np.maximum.accumulate(curve), np.log(shares))))

    return [
        replace(
            whole,
            metric="subsample_equivalent",
            value=share(whole.value),
            reference=None if whole.reference is None else share(whole.reference),
            low=share(whole.low),
            high=share(whole.high),
        )
    ]


def _paired(columns: Sequence[Column], rng: np.random.Generator) -> Sequence[Column]:
    """The columns compared in pairs: all, or a random part of very many."""
    if len(columns) <= PAIRED_COLUMNS:
        return columns
    return [columns[i] for i in np.sort(rng.choice(len(columns), size=PAIRED_COLUMNS, replace=False))]


def _atoms(column: Column, values: pd.Series) -> Rows:
    """The rank of each value among those that occur, from 1; missing is 0."""
    codes, _ = pd.factorize(as_floats(values) if column.kind.is_numeric else values, sort=True)
    return codes.astype(np.int64) + 1


def _bins(column: Column, values: pd.Series, *, n_train: int) -> Rows:
    """The bin of each value, from 1, as train's values divide them; missing is 0."""
    if column.kind.is_numeric:
        numbers = as_floats(values)
        known = numbers[:n_train][np.isfinite(numbers[:n_train])]
        edges = np.unique(known)
        if len(edges) > _BINS:
            edges = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS, method="inverted_cdf"))
        return np.where(np.isfinite(numbers), np.searchsorted(edges, numbers) + 1, 0)
    codes = _atoms(column, values)
    counts = np.bincount(codes[:n_train], minlength=int(codes.max()) + 1)
    counts[0] = 0
    frequent = np.argsort(-counts, kind="stable")[:_LEVELS]
    bin_of = np.full(len(counts), _LEVELS + 1)
    bin_of[frequent] = np.arange(1, len(frequent) + 1)
    bin_of[0] = 0
    return bin_of[codes]


def _findings(columns: Sequence[Column], paired: Sequence[Column]) -> list[Finding]:
    if len(paired) < len(columns):
        title = f"Pairs were measured over {len(paired)} of {len(columns)} columns."
        what = f"Of more than {PAIRED_COLUMNS} columns, a random part is compared in pairs."
        return [Finding(code="pairs_thinned", severity=Severity.TIP, title=title, explanation=what)]
    if len(paired) < 2:
        title, what = "Pair fidelity was not measured.", "A release of one column has no pairs."
        return [Finding(code="no_pairs", severity=Severity.NOT_APPLICABLE, title=title, explanation=what)]
    return []

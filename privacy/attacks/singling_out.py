"""Singling out: descriptions made from the release alone that fit exactly one real person."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import hypergeom

from cohort.errors import NotApplicable
from privacy.attacks.predicates import (
    Predicates,
    conjunctions,
    extremes,
    joined,
    matches,
    rank_cells,
    row_counts,
)
from privacy.attacks.target import Attack, Bools, Floats, Ints, Tally, Target
from privacy.estimates import AttackRole
from privacy.statistics import weighted

_COLUMNS = 3
_TRIES_EACH = 24
_MOST_TRIES = 320_000
_BATCH = 10_000
_ENOUGH = 2000
_GUESSES = 500
_FEW = 1000
_SPARE = 1.5  # as many more for planting, where a fifth of the rows go
_LOST = 8  # rows that a description may fit before planting: never will all but one of nine go


def count(target: Target, *, seed: int) -> Tally:
    """Describe rows of the release, and count the descriptions that fit one person and nobody else.

    Each row is described by its values in three random columns, again and again with others, and
    where it has a column's lowest or highest number, or a category that no other row has, by that
    one value; what fits several rows is discarded (Cohen and Nissim 2020,
    doi:10.1073/pnas.1914598117; Giomi et al. 2023, doi:10.56553/popets-2023-0055).

    Rates are shares of the descriptions issued, the larger side thinned to the size of the smaller
    in all possible ways. The p-value needs no equal sizes and thins nobody: a description that
    fits one person among train and control together is credited to that person, whoever it is.
    The evidence against a person is the square of the most credits won from one synthetic row: a
    copy singles its original out in many ways, a stranger in one or two. The naive rate is that
    of descriptions put together from the values of different rows.
    """
    ranked = target.once(_ranked)
    rng = np.random.default_rng(seed)
    issued = _issue(target, ranked, seed=seed, rng=rng)
    if not len(issued):
        raise NotApplicable("no combination of values is alone in the release, so nobody can be described")
    asked, persons = _fits(issued, ranked.real, target.owners)
    train, control = _rates(asked, persons, target.is_train, len(issued))
    naive = None if target.is_planted else _naive(target, ranked, rng=rng)
    evidence = _evidence(issued, asked, persons, len(target.is_train))
    n, n_control = int(target.is_train.sum()), int((~target.is_train).sum())
    trials = min(len(np.unique(issued.rows)), n, n_control)
    return Tally(
        train=train,
        control=control,
        n=n,
        n_control=n_control,
        trials=trials,
        trials_control=trials,
        naive=naive,
        is_train=target.attacked_is_train,
        statistic=weighted(evidence[target.attacked]),
        scores=evidence[target.attacked],
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Ranked:
    """Real rows and the pool's as ranks; doubled, a row would be alone in nothing, so each stands once.

    Parameters
    ----------
    real : ndarray, (real rows, columns), int
        Ranks, as in `rank_cells`.
    distinct : ndarray, (distinct rows, columns), int
        Ranks of the pool's rows, each once.
    which : ndarray, (pool rows,), int
        The distinct row that each is.
    is_number : ndarray, (columns,)
        Which columns have an order.
    """

    real: Ints
    distinct: Ints
    which: Ints
    is_number: Bools


def _ranked(target: Target) -> _Ranked:
    columns = target.schema.released
    real, pool = rank_cells([target.real, target.pool.table], columns)
    _, first, which = np.unique(pool, axis=0, return_index=True, return_inverse=True)
    # In their own order: that of ranks depends on who is train.
    order = np.argsort(first)
    return _Ranked(
        real=real,
        distinct=pool[first[order]],
        which=np.argsort(order)[which.ravel()],
        is_number=np.array([column.kind.is_numeric for column in columns]),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Tried:
    """Descriptions of the rows of a release that were tried, in random order.

    Parameters
    ----------
    predicates : Predicates
        Those that fit few rows.
    counts : ndarray, (predicates,), int
        How many rows each fits.
    share : float, in (0, 1]
        The share of all possible tries that it took to find enough.
    """

    predicates: Predicates
    counts: Ints
    share: float


def _issue(target: Target, ranked: _Ranked, *, seed: int, rng: np.random.Generator) -> Predicates:
    """Descriptions that fit one row of the release.

    Where copies are planted, the descriptions of the rows that stay are those tried before, and only
    the rows that come and go are looked at.
    """
    released = np.unique(ranked.which[target.released])
    synthetic = ranked.distinct[released]
    before = np.unique(ranked.which[: target.n_original])
    tried = target.once(_tried, seed)
    stays = np.isin(np.arange(len(ranked.distinct)), released)
    fresh = np.setdiff1d(released, before, assume_unique=True)
    counts = tried.counts - row_counts(tried.predicates, ranked.distinct[before[~stays[before]]])
    counts += row_counts(tried.predicates, ranked.distinct[fresh])
    kept = tried.predicates[(counts == 1) & stays[tried.predicates.rows]]
    mine = _conjunctions(ranked, rows=np.searchsorted(released, fresh), among=synthetic, rng=rng)
    mine = _alone(mine[rng.random(len(mine)) < tried.share], synthetic)
    named = _alone(extremes(synthetic, ranked.is_number, conditions=_conditions(ranked)), synthetic)
    several = joined([kept, replace(mine, rows=released[mine.rows])])
    if len(fresh):
        several = several[rng.permutation(len(several))]
    return joined([replace(named, rows=released[named.rows]), several])[:_ENOUGH]


def _tried(target: Target, seed: int) -> _Tried:
    """Describe the release as it is before any copy is planted, until enough are alone in it."""
    rng, ranked = np.random.default_rng(seed), target.once(_ranked)
    rows = np.unique(ranked.which[: target.n_original])
    synthetic = ranked.distinct[rows]
    described = rng.permutation(len(rows))[: max(1, _MOST_TRIES // _TRIES_EACH)]
    several = _conjunctions(ranked, rows=described, among=synthetic, rng=rng)
    several = several[rng.permutation(len(several))]
    found, counts, alone, end = [several[:0]], [np.zeros(0, dtype=np.int64)], 0, 0
    while end < len(several) and alone < _ENOUGH * (_SPARE if target.is_planted else 1):
        batch, fits = _few(several[end : end + _BATCH], synthetic, most=_LOST if target.is_planted else 1)
        found.append(batch)
        counts.append(fits)
        alone, end = alone + int((fits == 1).sum()), end + _BATCH
    predicates = joined(found)
    return _Tried(
        predicates=replace(predicates, rows=rows[predicates.rows]),
        counts=np.concatenate(counts),
        share=min(1.0, end / max(len(several), 1)) * len(described) / len(rows),
    )


def _conjunctions(ranked: _Ranked, *, rows: Ints, among: Ints, rng: np.random.Generator) -> Predicates:
    several = np.repeat(rows, _TRIES_EACH)
    return conjunctions(among, ranked.is_number, rows=several, conditions=_conditions(ranked), rng=rng)


def _conditions(ranked: _Ranked) -> int:
    return min(_COLUMNS, ranked.real.shape[1])


def _alone(predicates: Predicates, synthetic: Ints) -> Predicates:
    """Those that fit exactly one row of the release."""
    return _few(predicates, synthetic, most=1)[0]


def _few(predicates: Predicates, synthetic: Ints, *, most: int) -> tuple[Predicates, Ints]:
    """Those that fit few rows, and how many: in a big release, most fit too many of a few already."""
    step = max(1, len(synthetic) // _FEW)
    counts = np.zeros(len(predicates), dtype=np.int64)
    for rows in [synthetic] if step == 1 else [synthetic[::step], synthetic]:
        counts = row_counts(predicates, rows)
        predicates, counts = predicates[counts <= most], counts[counts <= most]
    return predicates, counts


def _naive(target: Target, ranked: _Ranked, *, rng: np.random.Generator) -> float:
    """How often descriptions fit one person that mix the values of different rows."""
    synthetic = ranked.distinct[np.unique(ranked.which[target.released])]
    mixed, conditions = rng.permuted(synthetic, axis=0), _conditions(ranked)
    rows = rng.integers(len(mixed), size=_GUESSES)
    blind = conjunctions(mixed, ranked.is_number, rows=rows, conditions=conditions, rng=rng)
    return _rates(*_fits(blind, ranked.real, target.owners), target.is_train, len(blind))[0]


def _fits(predicates: Predicates, real: Ints, owners: Ints) -> tuple[Ints, Ints]:
    """Pairs of a predicate and a person it fits, each once."""
    asked, row = matches(predicates, real)
    persons = int(owners.max()) + 1
    pairs = np.unique(asked * persons + owners[row])
    return pairs // persons, pairs % persons


def _rates(asked: Ints, persons: Ints, is_train: Bools, issued: int) -> tuple[float, float]:
    """Shares of predicates that fit one person of each side, both thinned to equal size."""
    size = min(int(is_train.sum()), int((~is_train).sum()))
    rates = []
    for side in (is_train, ~is_train):
        counts = np.bincount(asked[side[persons]], minlength=issued)
        fitted, times = np.unique(counts, return_counts=True)
        rates.append(float(np.average(hypergeom.pmf(1, int(side.sum()), fitted, size), weights=times)))
    return rates[0], rates[1]


def _evidence(issued: Predicates, asked: Ints, persons: Ints, size: int) -> Floats:
    """For each person the most predicates of one synthetic row that fit them alone, squared."""
    alone = np.bincount(asked, minlength=len(issued))[asked] == 1
    pairs, times = np.unique(issued.rows[asked[alone]] * size + persons[alone], return_counts=True)
    most = np.zeros(size)
    np.maximum.at(most, pairs % size, times)
    return np.asarray(most**2, dtype=np.float64)


ATTACK = Attack(
    name="singling_out",
    family="singling out",
    threat=(
        "Somebody with the release alone makes descriptions that fit one of its rows, and claims "
        "that each fits exactly one patient."
    ),
    role=AttackRole.PRIMARY,
    count=count,
    planted=True,
)

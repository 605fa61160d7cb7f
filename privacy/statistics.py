"""Every interval and p-value of the room: attacks count, and this module judges the counts.

Persons are the independent units. Under the hypothesis that the release knows no more about
train than about control, the labels *train* and *control* can be permuted between persons; all
attacks that count on the same persons are read on the same permutations.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta, binom, norm

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Statistic = Callable[[Bools], Floats]
"""Labels, (draws, persons), True for train, in; one value a draw out, large for a leak."""

ALARM = 0.05
CAUGHT = 0.8
_TIE = 1e-9  # sums in another order must not break ties


def wilson(hits: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a rate (doi:10.1080/01621459.1927.10502953).

    Parameters
    ----------
    hits : float, in [0, n]
        Not necessarily whole: a person of several targets may count in part, which the
        binomial variance covers.
    n : float, > 0
        Independent units.
    level : float, in (0, 1)
        Two-sided.
    """
    z = float(norm.ppf((1 + level) / 2))
    rate = hits / n
    middle = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * float(np.sqrt(max(rate * (1 - rate), 0.0) / n + z**2 / (4 * n**2)))
    # At 0 and 1 an end is the rate itself, which rounding must not pass.
    return min(rate, max(0.0, middle - half)), max(rate, min(1.0, middle + half))


def newcombe(
    rate: float, n: float, control: float, n_control: float, *, level: float = 0.95
) -> tuple[float, float]:
    """Newcombe's hybrid score interval of ``rate - control``, not clipped at 0.

    Method 10 of doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    low, high = wilson(rate * n, n, level=level)
    low_control, high_control = wilson(control * n_control, n_control, level=level)
    excess = rate - control
    down = float(np.hypot(rate - low, high_control - control))
    up = float(np.hypot(high - rate, control - low_control))
    return excess - down, excess + up


def excess_figure(train: Floats, control: Floats) -> dict[str, Any]:
    """The excess of hits, (persons,) a side, with its interval and n: one of `RiskEstimate.figures`."""
    rates = float(train.mean()), float(control.mean())
    low, high = newcombe(rates[0], len(train), rates[1], len(control))
    return {
        "value": rates[0] - rates[1],
        "low": low,
        "high": high,
        "train": rates[0],
        "control": rates[1],
        "n": len(train),
        "n_control": len(control),
    }


def newcombe_paired(hits: Floats, control: Floats, *, level: float = 0.95) -> tuple[float, float]:
    """Newcombe's score interval of a difference of two rates of the same persons, not clipped at 0.

    Method 10 of doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C: Wilson's
    intervals, added in squares less what both rates share. Hits may be in part; their covariance
    is then set against the binomial variances, which are never smaller than theirs.

    Parameters
    ----------
    hits, control : ndarray, (persons,), each in [0, 1]
        Of the same persons in the same order.
    level : float, in (0, 1)
        Two-sided.
    """
    n = len(hits)
    rates = float(np.mean(hits)), float(np.mean(control))
    (low, high), (low_control, high_control) = (wilson(rate * n, n, level=level) for rate in rates)
    shared = float(np.mean(hits * control)) - rates[0] * rates[1]
    shared = max(shared - 0.5 / n, 0.0) if shared > 0 else shared  # Newcombe's continuity correction
    spread = float(np.sqrt(np.prod([rate * (1 - rate) for rate in rates])))
    phi = shared / spread if spread > _TIE else 0.0
    down, up = (rates[0] - low, high_control - rates[1]), (high - rates[0], rates[1] - low_control)
    apart = [float(np.sqrt(max(a**2 - 2 * phi * a * b + b**2, 0.0))) for a, b in (down, up)]
    excess = rates[0] - rates[1]
    return max(excess - apart[0], -1.0), min(excess + apart[1], 1.0)


def draw_labels(
    is_train: Bools,
    *,
    draws: int,
    rng: np.random.Generator,
    strata: npt.NDArray[np.int64] | None = None,
) -> Bools:
    """The labels as they are, and below them ``draws`` permutations, (1 + draws, persons).

    With ``strata``, (persons,), persons exchange labels only with others of their own.
    """
    labels = np.tile(is_train, (draws + 1, 1))
    if strata is None:
        labels[1:] = rng.permuted(labels[1:], axis=1)
        return labels
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        labels[1:, members] = rng.permuted(labels[1:, members], axis=1)
    return labels


def weighted(weights: Floats) -> Statistic:
    """Read evidence as weights: how much of them train holds, in standard deviations.

    Parameters
    ----------
    weights : ndarray, (persons,) or (persons, columns)
        One column is one way of weighing the persons, such as hits. Of several the largest
        standardised sum counts, under the permutations too.

    Returns
    -------
    Statistic
        Mean 0 and variance 1 in each column over all permutations.
    """
    columns = weights.reshape(len(weights), -1).astype(np.float64)
    persons = len(columns)
    used = columns.any(axis=1)
    totals = columns.sum(axis=0)
    spread = np.maximum((columns**2).sum(axis=0) - totals**2 / max(persons, 1), 0.0)
    flat = spread < _TIE * np.maximum(1.0, totals**2)

    def statistic(labels: Bools) -> Floats:
        share = float(labels[0].mean())
        sums = labels[:, used].astype(np.float64) @ columns[used]
        deviation = np.sqrt(share * (1 - share) * spread * persons / max(persons - 1, 1))
        silent = flat | (deviation == 0)
        values = np.where(silent, 0.0, (sums - share * totals) / np.where(silent, 1.0, deviation))
        return np.asarray(values.max(axis=1), dtype=np.float64)

    return statistic


def scan(scores: Floats, *, smallest: int = 4, steps: int = 16) -> Statistic:
    """A scan over how many of the highest scores are taken for copies.

    For sixteen sizes k from 4 to half of all persons, how many of the k highest scores are
    train, in standard deviations of the hypergeometric law; the largest counts. Ties share
    the places they would take, so that the order of rows does not matter.

    Parameters
    ----------
    scores : ndarray, (persons,)
        High for whoever looks copied.
    """
    half = max(len(scores) // 2, 1)
    sizes = np.unique(np.geomspace(min(smallest, half), half, steps).round().astype(int))
    above = _ranks_above(scores)
    _, group, counts = np.unique(scores, return_inverse=True, return_counts=True)
    places = (sizes[None, :] - above[:, None]) / counts[group][:, None]
    return weighted(np.clip(places, 0.0, 1.0))


def combined(*statistics: Statistic) -> Statistic:
    """Several readings of the same evidence as one: the product of their p-values, Fisher 1932.

    Each reading's p is its rank among the permutations of the labels, and so is that of the
    product, which is therefore exact however much the readings depend on each other.
    """

    def statistic(labels: Bools) -> Floats:
        ranked = [_ranked_p(each(labels)) for each in statistics]
        return -np.asarray(np.log(ranked).sum(axis=0), dtype=np.float64)

    return statistic


def p_value(values: Floats) -> float:
    """One-sided p of the first value among all of them: exact, never 0.

    Parameters
    ----------
    values : ndarray, (1 + draws,)
        A statistic on `draw_labels`.
    """
    return float((values >= values[0] - _TIE).mean())


def normal_scores(values: Floats) -> Floats:
    """A statistic's place among its permutations as a normal score, (1 + draws,): for adding it to others."""
    return np.asarray(norm.isf(_ranked_p(values) - 0.5 / len(values)), dtype=np.float64)


def westfall_young(
    values: Mapping[str, Floats], weights: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Adjusted p-values on shared permutations: step-down minimum p, Westfall and Young 1993.

    Statistics are brought to a common scale by their ranks among the permutations (Ge, Dudoit
    and Speed 2003, doi:10.1007/BF02595811), so that a scan and a rate weigh alike, and then
    divided by weights that were fixed beforehand (Genovese, Roeder and Wasserman 2006,
    doi:10.1093/biomet/93.3.509).

    Parameters
    ----------
    values : mapping of str to ndarray, (1 + draws,)
        Each attack's statistic on the same labels.
    weights : mapping of str to float, > 0, optional
        How much of the error is spent on each attack, beside the others; 1 where not named.
    """
    if not values:
        return {}
    spent = weights or {}
    shares = {name: _ranked_p(found) / spent.get(name, 1.0) for name, found in values.items()}
    names = sorted(shares, key=lambda name: shares[name][0])
    scaled = np.stack([shares[name] for name in names])
    smallest = np.minimum.accumulate(scaled[::-1], axis=0)[::-1]
    adjusted = (smallest <= scaled[:, :1] + _TIE).mean(axis=1)
    return dict(zip(names, np.maximum.accumulate(adjusted).tolist(), strict=True))


def twice_the_mean(p_values: Sequence[float]) -> float:
    """One valid p from several that depend on each other in any way: twice their mean.

    Vovk and Wang 2020, doi:10.1093/biomet/asaa027.
    """
    return min(1.0, 2 * float(np.mean(p_values)))


def smallest_detectable(power: Mapping[float, float]) -> float | None:
    """The smallest share from which on the planted copies were caught often enough.

    Parameters
    ----------
    power : mapping of float to float
        How often each share of copies was caught.
    """
    detectable = None
    for share in sorted(power, reverse=True):
        if power[share] < CAUGHT:
            break
        detectable = share
    return detectable


def _ranks_above(scores: Floats) -> npt.NDArray[np.int64]:
    ordered = np.sort(scores)
    return (len(scores) - np.searchsorted(ordered, scores, "right")).astype(np.int64)


def _ranked_p(values: Floats) -> Floats:
    ordered = np.sort(values)
    return (len(values) - np.searchsorted(ordered, values - _TIE, "left")) / len(values)


def clopper_pearson(hits: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """The exact interval of a rate (Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404).

    It holds as well where the trials differ in their rates and only the mean rate is asked for
    (Hoeffding 1956, doi:10.1214/aoms/1177728178).
    """
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, hits, n - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, n - hits)) if hits < n else 1.0
    return low, high


def binomial_p(hits: int, n: int, *, rate: float = 0.5) -> float:
    """One-sided p of at least so many hits where ``rate`` is the true one: exact."""
    return float(binom.sf(hits - 1, n, rate))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, however they depend on each other (Holm 1979, www.jstor.org/stable/4615733)."""
    order = np.argsort(p_values, kind="stable")
    scaled = np.asarray(p_values)[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return [float(p) for p in adjusted]


def detectable_rate(n: int, *, alarm: float = ALARM, caught: float = CAUGHT) -> float | None:
    """The smallest rate that `binomial_p` tells from one half often enough; None where none is."""
    fewest = int(binom.isf(alarm, n, 0.5)) + 1  # P(hits >= fewest) is at most the alarm
    return None if fewest > n else float(beta.ppf(caught, fewest, n - fewest + 1))

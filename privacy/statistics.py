"""Every interval and p-value of the room: attacks count, and this module judges the counts.

Persons are the independent units. Under the hypothesis that the release knows no more about
train than about control, the labels *train* and *control* can be permuted between persons; all
attacks that count on the same persons are read on the same permutations.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

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
    return max(0.0, middle - half), min(1.0, middle + half)


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


def draw_labels(is_train: Bools, *, draws: int, rng: np.random.Generator) -> Bools:
    """The labels as they are, and below them ``draws`` permutations, (1 + draws, persons)."""
    labels = np.tile(is_train, (draws + 1, 1))
    labels[1:] = rng.permuted(labels[1:], axis=1)
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


def p_value(values: Floats) -> float:
    """One-sided p of the first value among all of them: exact, never 0.

    Parameters
    ----------
    values : ndarray, (1 + draws,)
        A statistic on `draw_labels`.
    """
    return float((values >= values[0] - _TIE).mean())


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


def bootstrap_mean(
    values: Floats, *, rng: np.random.Generator, draws: int = 1000, level: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of a mean over persons (Efron 1979, doi:10.1214/aos/1176344552)."""
    distinct, counts = np.unique(values, return_counts=True)
    drawn = rng.multinomial(len(values), counts / len(values), size=draws)
    means = drawn @ distinct / len(values)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


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

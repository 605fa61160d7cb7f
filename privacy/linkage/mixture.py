"""How many sample uniques are population uniques, without a formula for the population's classes.

Each class of the population has a mean size λ of its own, and λ any distribution at all. A class then
has Poisson(λ) members, of whom the sample holds each with the probability of its fraction, so the
sample's class sizes are a mixture of Poisson laws. The distribution is fitted by maximum likelihood
(Laird 1978, doi:10.1080/01621459.1978.10480103), and the interval is a profile likelihood's: all
shares of population uniques that some distribution explains nearly as well as the best.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import hyp1f1
from scipy.stats import chi2, norm, poisson

from privacy.linkage.spectrum import Floats, Spectrum

UNEQUAL = 2.0
_POOLED = 50
_MEANS = 80
_CLIMB = 1500
_LOOK = 25
_GAIN = 1e-3


@dataclass(frozen=True, kw_only=True)
class MixtureFit:
    """What the mixture says of a sample.

    Parameters
    ----------
    uniques, low, high : float
        Persons of the sample whom nobody else in the population resembles, with their interval:
        see `fit_mixture`.
    highest_risk : float, in (0, 1]
        Mean of one by the persons of the class in the population, for the smallest class.
    mean_risk, mean_low, mean_high : float, in (0, 1]
        Mean of the same over the sample, with its interval.
    """

    uniques: float
    low: float
    high: float
    highest_risk: float
    mean_risk: float
    mean_low: float
    mean_high: float


def fit_mixture(spectrum: Spectrum, fraction: float, *, level: float = 0.95) -> MixtureFit:
    """Fit the mixture and its two ends.

    Each half of an interval joins three uncertainties as independent ones: the distribution of
    λ, the draw of the actual classes from it, and a rate of registration that differs for those
    who stand alone, by `UNEQUAL` at most.

    Parameters
    ----------
    spectrum : Spectrum
        Of the sample, with at least one class.
    fraction : float, in (0, 1)
        Of the population that is in the sample.
    level : float, in (0, 1)
        Two-sided.
    """
    model, alone = _Model.of(spectrum, fraction), spectrum.of_size(1)
    best = model.climb(model.start())
    share, mean = model.unique_share(best), model.mean_risk(best)
    allowed = model.likelihood(best) - chi2.ppf(level, 1) / 2
    z = float(norm.ppf((1 + level) / 2))
    shares, means = [], []
    for upward in (False, True):
        end = model.end(best, allowed, upward=upward)
        other = _Model.of(spectrum, float(at_rate(fraction, UNEQUAL if upward else 1 / UNEQUAL)))
        shifted = other.climb(best)
        draw = z * float(np.sqrt(end.share * (1 - end.share) / max(alone, 1.0)))
        shares.append(_reach(share, end.share, draw, other.unique_share(shifted), upward=upward))
        at_end, draw = model.mean_and_draw(end.weights)
        means.append(_reach(mean, at_end, z * draw, other.mean_risk(shifted), upward=upward))
    return MixtureFit(
        uniques=share * alone,
        low=shares[0] * alone,
        high=shares[1] * alone,
        highest_risk=float(model.risk_by_size(best)[model.classes > 0].max()),
        mean_risk=mean,
        mean_low=means[0],
        mean_high=means[1],
    )


def at_rate(fraction: float, times: npt.ArrayLike) -> Floats:
    """The fraction that would be registered at a rate so many times higher."""
    return np.asarray(-np.expm1(np.log1p(-fraction) * np.asarray(times)))


def _reach(best: float, end: float, draw: float, shifted: float, *, upward: bool) -> float:
    reach = float(np.sqrt((end - best) ** 2 + draw**2 + (shifted - best) ** 2))
    return min(1.0, best + reach) if upward else max(0.0, best - reach)


@dataclass(frozen=True, kw_only=True, eq=False)
class _End:
    share: float
    weights: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class _Model:
    """Classes seen by size, sizes above fifty together, and what each mean λ expects of them.

    Parameters
    ----------
    classes : ndarray, (rows,)
        Classes of one person, then of each other size that occurs, then of more than fifty.
    persons : ndarray, (rows,)
        Persons in them.
    expected : ndarray, (rows, means)
        Chance that a class of each mean is seen with each size.
    unique : ndarray, (means,)
        Chance that it is seen with one person and has no other.
    seen : ndarray, (means,)
        Chance that it is seen at all.
    risk : ndarray, (rows, means)
        Mean of one by its size in the population, given the size seen.
    """

    classes: Floats
    persons: Floats
    expected: Floats
    unique: Floats
    seen: Floats
    risk: Floats

    @classmethod
    def of(cls, spectrum: Spectrum, fraction: float) -> Self:
        few = (spectrum.sizes > 1) & (spectrum.sizes <= _POOLED)
        many = spectrum.sizes > _POOLED
        sizes = np.concatenate([[1.0], spectrum.sizes[few]])
        top = max(1.5 * min(spectrum.sizes.max(), 2 * _POOLED), 3.0)
        means = np.geomspace(fraction * 1e-3, top, _MEANS)
        unseen = means * (1 - fraction) / fraction
        typical = (spectrum.persons - sizes[1:] @ spectrum.classes[few] - spectrum.of_size(1)) / max(
            spectrum.classes[many].sum(), 1.0
        )
        classes = np.array([spectrum.of_size(1), *spectrum.classes[few], spectrum.classes[many].sum()])
        # A class of more than fifty is all but as large, in the population, as its share says.
        large = np.full((1, _MEANS), fraction / max(typical, 1.0))
        return cls(
            classes=classes,
            persons=np.array([*sizes, typical]) * classes,
            expected=np.vstack([poisson.pmf(sizes[:, None], means), poisson.sf(_POOLED, means)[None]]),
            unique=means * np.exp(-means / fraction),
            seen=-np.expm1(-means),
            risk=np.vstack([_inverse_mean(sizes[:, None], unseen), large]),
        )

    def start(self) -> Floats:
        """All means alike."""
        return np.full(len(self.seen), self.classes.sum() / len(self.seen))

    def likelihood(self, weights: Floats) -> float:
        """Of the seen sizes, where ``weights`` are classes of the population by their mean, (means,)."""
        return _log_sum(self.classes, self.expected @ weights) - float(weights @ self.seen)

    def unique_share(self, weights: Floats) -> float:
        """Population uniques among the sample uniques."""
        return float(weights @ self.unique / (weights @ self.expected[0]))

    def risk_by_size(self, weights: Floats) -> Floats:
        """Mean of one by the size of the class in the population, for each size seen, (rows,)."""
        together = (self.expected * self.risk) @ weights
        return np.asarray(together / np.maximum(self.expected @ weights, 1e-300))

    def mean_risk(self, weights: Floats) -> float:
        """The same over the sample's persons."""
        return float(self.persons @ self.risk_by_size(weights) / self.persons.sum())

    def mean_and_draw(self, weights: Floats) -> tuple[float, float]:
        """The same, and at most how far the real classes scatter about it, as a standard deviation."""
        risk = self.risk_by_size(weights)
        size = self.persons / np.maximum(self.classes, 1.0)
        # One by F is at most one by f, so its variance is at most E (1/f - E).
        variance = self.classes * size**2 * risk * np.maximum(1 / np.maximum(size, 1.0) - risk, 0.0)
        return self.mean_risk(weights), float(np.sqrt(variance.sum()) / self.persons.sum())

    def climb(self, weights: Floats, told: float = 0.0, *, upward: bool = True) -> Floats:
        """Maximise the likelihood by the EM algorithm, told something of the sample uniques.

        A share ``told`` of them is taken to be known as population uniques, or, where not
        ``upward``, as no population uniques.
        """
        known = self.unique if upward else self.expected[0] - self.unique
        rows = np.vstack([self.expected, known])
        counts = np.append(self.classes, told * self.classes[0])
        counts[0] *= 1 - told
        reached = -np.inf
        for step in range(_CLIMB):
            mean = np.maximum(rows @ weights, 1e-300)
            if step % _LOOK == 0:
                last, reached = reached, _log_sum(counts, mean) - float(weights @ self.seen)
                if reached - last < _GAIN:
                    break
            weights = weights * (rows.T @ (counts / mean)) / self.seen
        return weights

    def end(self, best: Floats, allowed: float, *, upward: bool) -> _End:
        """The farthest share of population uniques whose best distribution is still allowed.

        To pretend that some of the sample uniques are known is to climb the likelihood with a
        multiplier on the logarithm of the share: each fit is the best one for the share it has.
        """
        top = self.likelihood(best)
        bound = np.sqrt(top - allowed)

        def beyond(told: float) -> float:
            """Grows nearly linearly, since the likelihood falls as a parabola."""
            fall = top - self.likelihood(self.climb(best, told, upward=upward))
            return float(np.sqrt(max(fall, 0.0)) - bound)

        if beyond(1.0) <= 0:
            return _End(share=float(upward), weights=self.climb(best, 1.0, upward=upward))
        told = brentq(beyond, 0.0, 1.0, xtol=1e-7, rtol=1e-2)
        weights = self.climb(best, told, upward=upward)
        return _End(share=self.unique_share(weights), weights=weights)


def _log_sum(counts: Floats, means: Floats) -> float:
    return float(counts @ np.log(np.maximum(means, 1e-300)))


def _inverse_mean(seen: npt.ArrayLike, unseen: Floats) -> Floats:
    """Mean of 1 / (seen + X), X Poisson with the mean ``unseen``: Kummer's function."""
    seen = np.asarray(seen, dtype=np.float64)
    return np.asarray(hyp1f1(1.0, seen + 1, -unseen) / seen)

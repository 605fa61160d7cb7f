"""How much of a number lasts from one visit to the next."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from synth.leaves import Quantiles

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_END = 1e-3


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Persistence:
    """A number's autoregression of order one on the normal scale of its ranks.

    Parameters
    ----------
    quantiles : Quantiles
        Of all visits.
    share : float, in [0, 1]
        Of the last visit's normal score that is expected again.
    """

    quantiles: Quantiles
    share: float = 0.0

    def change(self, before: Floats, now: Floats) -> Floats:
        """How far ``now`` lies from what ``before`` let expect, on the normal scale, (rows,)."""
        return self.score(now) - self.share * self.score(before)

    def after(self, before: Floats, change: Floats) -> Floats:
        """The values that lie so far from what ``before`` lets expect, (rows,)."""
        return self.quantiles.at(np.asarray(norm.cdf(self.share * self.score(before) + change)))

    def score(self, values: Floats) -> Floats:
        """Normal scores, (rows,)."""
        places = np.interp(values, self.quantiles.value, self.quantiles.share)
        return np.asarray(norm.ppf(np.clip(places, _END, 1 - _END)), dtype=np.float64)


def fit_persistence(marginal: Quantiles, before: Floats, now: Floats, persons: Ints) -> Persistence:
    """Estimate the share by least squares, each person weighing 1 in all.

    Parameters
    ----------
    marginal : Quantiles
        Of the number at all visits.
    before, now, persons : ndarray, (pairs of visits,)
        Values at a visit and at the next, and whose they are.
    """
    free = Persistence(quantiles=marginal)
    x, y = free.score(before), free.score(now)
    weights = 1.0 / np.bincount(persons)[persons]
    share = (weights * x * y).sum() / max((weights * x * x).sum(), _END)
    return replace(free, share=float(np.clip(share, 0.0, 1.0)))

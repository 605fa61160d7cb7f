"""Is the noise what it claims to be? Two worlds that differ in one person, many runs, and a guesser.

The guesser's threshold is fixed on one half of the runs and held against the other, so that what it
shows is no luck of the choice. A lower bound that stays under the claim is what correct code gives;
it is no evidence of privacy, and how high it could have come at so many runs stands beside it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from privacy.dp.bounds import Guesses, epsilon_at_least, gaussian_epsilon, mu_at_least
from privacy.dp.budget import PrivacyBudget

Floats = npt.NDArray[np.float64]

World = Callable[[bool, int], Floats]
"""One figure of each run, (runs,): whether the person is there, and how many runs."""

SHOWN, SURE = 0.95, 0.999
"""The confidence of the bounds that are shown, and of a violation."""

CAUTION = "A low lower bound is no evidence of privacy."

_THRESHOLDS = 100


@dataclass(frozen=True, kw_only=True)
class DpAudit:
    """What an audit found beside what was claimed.

    Parameters
    ----------
    what : str
        The mechanism, or the generator.
    epsilon, delta : float
        The claim: the proven upper bound.
    runs : int
        Of each world, those on which the thresholds were fixed left out.
    counted : float
        The lower bound on epsilon that the errors show whatever the mechanism, at 95 % confidence.
    gaussian : float, optional
        The same where the noise is Gaussian, which shows more; None where it is not.
    cap : float
        What the method would have shown of a guesser that never errs: nothing above it can be seen.
    violated : bool
        Whether the claim is refuted at 99.9 % confidence.
    """

    what: str
    epsilon: float
    delta: float
    runs: int
    counted: float
    gaussian: float | None
    cap: float
    violated: bool

    @property
    def at_least(self) -> float:
        """The lower bound that counts: of Gaussian noise its own, which is nearly always the higher."""
        return self.counted if self.gaussian is None else max(self.gaussian, self.counted)

    def to_dict(self) -> dict[str, Any]:
        """For the evidence."""
        return {**asdict(self), "at_least": self.at_least}


def audit(world: World, *, what: str, claim: PrivacyBudget, runs: int, is_gaussian: bool = False) -> DpAudit:
    """Play the game ``runs`` times in each world, and hold the errors against the claim.

    Parameters
    ----------
    world : callable
        Runs the mechanism with and without the person. For the promise's own game, choose the worst
        worlds there are, and the figure by which they can be told apart best.
    what : str
        For the record.
    claim : PrivacyBudget
        What the mechanism says it gives.
    runs : int, >= 4
        Of each world; half of them fix the thresholds.
    is_gaussian : bool
        Whether the figure is known to be the same with Gaussian noise in either world.
    """
    return of_figures(world(False, runs), world(True, runs), what=what, claim=claim, is_gaussian=is_gaussian)


def of_figures(
    without: Floats, having: Floats, *, what: str, claim: PrivacyBudget, is_gaussian: bool = False
) -> DpAudit:
    """The same of figures that stand, (runs,) of each world, in the order in which they were drawn."""
    fixing, tested = (
        (without[: len(without) // 2], having[: len(having) // 2]),
        (without[len(without) // 2 :], having[len(having) // 2 :]),
    )
    counted = _errors(tested, _threshold(fixing, lambda found: epsilon_at_least(found, delta=claim.delta)))
    spread = _errors(tested, _threshold(fixing, mu_at_least)) if is_gaussian else None
    perfect = Guesses(false_alarms=0, without=len(tested[0]), misses=0, having=len(tested[1]))

    def shown(by_count: Guesses, by_spread: Guesses | None, confidence: float) -> tuple[float, float | None]:
        return epsilon_at_least(by_count, delta=claim.delta, confidence=confidence), (
            None
            if by_spread is None
            else gaussian_epsilon(mu_at_least(by_spread, confidence=confidence), claim.delta)
        )

    by_count, by_spread = shown(counted, spread, SHOWN)
    sure_count, sure_spread = shown(counted, spread, SURE)
    best_count, best_spread = shown(perfect, perfect if is_gaussian else None, SHOWN)
    return DpAudit(
        what=what,
        epsilon=claim.epsilon,
        delta=claim.delta,
        runs=min(len(each) for each in tested),
        counted=by_count,
        gaussian=by_spread,
        cap=best_count if best_spread is None else best_spread,
        violated=(sure_count if sure_spread is None else sure_spread) > claim.epsilon,
    )


@dataclass(frozen=True, kw_only=True)
class _Threshold:
    """Guess "with" above it, or below it."""

    at: float
    is_above: bool


def _threshold(figures: tuple[Floats, Floats], worth: Callable[[Guesses], float]) -> _Threshold:
    """The threshold whose errors show the most."""
    pooled = np.concatenate(figures)
    places = np.unique(np.quantile(pooled, np.linspace(0, 1, _THRESHOLDS), method="inverted_cdf"))
    open_ones = [_Threshold(at=float(at), is_above=above) for at in places for above in (True, False)]
    return max(open_ones, key=lambda each: worth(_errors(figures, each)))


def _errors(figures: tuple[Floats, Floats], threshold: _Threshold) -> Guesses:
    without, having = figures
    false_alarms, hits = (
        int(np.count_nonzero((figure > threshold.at) == threshold.is_above)) for figure in figures
    )
    return Guesses(
        false_alarms=false_alarms, without=len(without), misses=len(having) - hits, having=len(having)
    )

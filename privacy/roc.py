"""How well a score tells train from control: areas and rates under a fixed share of false claims.

Train and control are resampled, or vary, each as a whole; persons are the units.
"""

from typing import Any

import numpy as np
from scipy.stats import norm, rankdata

from privacy.statistics import Bools, Floats, wilson

FEWEST_CONTROLS = {0.01: 500, 0.1: 50}
"""How many persons of control a false positive rate needs: five of them must be above the threshold."""
_DRAWS = 500


def auc(scores: Floats, is_train: Bools, *, level: float = 0.95) -> dict[str, Any]:
    """The area under the ROC curve, with its interval.

    The chance that somebody of train scores above somebody of control, a tie counting half. The
    variance is DeLong's (doi:10.2307/2531595), and the interval is made on the logit scale. At 0
    and 1, where that variance is 0, the end is the Clopper-Pearson bound on as many disjoint pairs
    as there are. Where every score ties there is only a reason: it tells nobody from anybody.

    Parameters
    ----------
    scores : ndarray, (persons,)
        High for train.
    is_train : ndarray, (persons,)
        At least two persons on either side.
    level : float, in (0, 1)
        Two-sided.
    """
    n, n_control = int(is_train.sum()), int((~is_train).sum())
    if np.ptp(scores) == 0:
        return {"reason": "every person scores alike"}
    pooled = rankdata(scores)
    above = (pooled[is_train] - rankdata(scores[is_train])) / n_control
    below = 1 - (pooled[~is_train] - rankdata(scores[~is_train])) / n
    value = float(above.mean())
    deviation = float(np.sqrt(above.var(ddof=1) / n + below.var(ddof=1) / n_control))
    end = float(((1 - level) / 2) ** (1 / min(n, n_control)))
    if value in {0.0, 1.0}:
        low, high = (end, 1.0) if value else (0.0, 1 - end)
    else:
        reach = float(norm.ppf((1 + level) / 2)) * deviation / (value * (1 - value))
        low, high = (_logistic(np.log(value / (1 - value)) + sign * reach) for sign in (-1, 1))
    return {"value": value, "low": low, "high": high}


def hits_at(scores: Floats, is_train: Bools, *, false_positives: float) -> Floats:
    """Who scores at least the lowest of control's scores that at most that share reach, (persons,)."""
    threshold = _thresholds(scores[~is_train][None, :], false_positives)[0]
    return np.asarray(scores >= threshold, dtype=np.float64)


def rate_at(
    scores: Floats, is_train: Bools, *, false_positives: float, rng: np.random.Generator, level: float = 0.95
) -> dict[str, Any]:
    """The true positive rate at a fixed false positive rate, with its interval.

    Percentile bootstrap over the persons of each side, the threshold set anew in each draw, and
    never narrower than Wilson's, which knows no threshold; or a reason where control is too small
    to carry such a threshold.

    Parameters
    ----------
    scores : ndarray, (persons,)
        High for train.
    is_train : ndarray, (persons,)
        Whose labels they are.
    false_positives : float
        A key of `FEWEST_CONTROLS`.
    rng : Generator
        Of the draws.
    level : float, in (0, 1)
        Two-sided.
    """
    fewest, n_control = FEWEST_CONTROLS[false_positives], int((~is_train).sum())
    if n_control < fewest:
        reason = f"fewer than {fewest} persons of control: the threshold would rest on too few of them"
        return {"reason": reason}
    value = float(hits_at(scores, is_train, false_positives=false_positives)[is_train].mean())
    drawn = _resampled_rates(scores[is_train], scores[~is_train], false_positives, rng)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    n = int(is_train.sum())
    least, most = wilson(value * n, n, level=level)
    return {"value": value, "low": min(float(low), least), "high": max(float(high), most)}


def _resampled_rates(train: Floats, control: Floats, share: float, rng: np.random.Generator) -> Floats:
    reached = _thresholds(rng.choice(control, (_DRAWS, len(control))), share)
    return np.asarray((rng.choice(train, (_DRAWS, len(train))) >= reached[:, None]).mean(axis=1))


def _thresholds(control: Floats, share: float) -> Floats:
    """For each row of (draws, persons) the threshold; above all of them where ties leave no other."""
    place = control.shape[1] - 1 - int(np.floor(share * control.shape[1] + 1e-9))
    passed_over = np.partition(control, place, axis=1)[:, place]
    above = np.where(control > passed_over[:, None], control, np.inf).min(axis=1)
    return np.where(np.isinf(above), np.nextafter(passed_over, np.inf), above)


def _logistic(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))

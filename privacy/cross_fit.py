"""Cross-fitting: two releases, each made from one half of the persons, judged as one.

Each person is train for one release and control for the other. Under the hypothesis that no
release knows more about the half that it was made from, one permutation of labels holds for both
at once: whoever is train for the first is control for the second.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cohort.errors import ConfigError, Problem
from cohort.split import Split
from privacy.attacks.target import Attack, Bools, Floats, Tally, Target
from privacy.statistics import Statistic, normal_scores

Figures = dict[str, dict[str, Any]]


def of_each_fold(synthetic: pd.DataFrame | Sequence[pd.DataFrame], split: Split) -> list[pd.DataFrame]:
    """The release of each fold of a split.

    Raises
    ------
    ConfigError
        Where there are not as many releases as folds.
    """
    tables = [synthetic] if isinstance(synthetic, pd.DataFrame) else list(synthetic)
    if len(tables) == len(split.folds):
        return tables
    what = f"{len(tables)} release(s) for a split that needs {len(split.folds)}."
    remedy = (
        "A cross-fitted split needs one minted from the train of each of `split.folds`; for a release "
        "made elsewhere, which nobody can mint again, split with holdout=0.5."
    )
    raise ConfigError(Problem(what=what, where="release", remedy=remedy))


def count_folds(attack: Attack, target: Target, *, seed: int) -> Tally:
    """What an attack counts on a target, pooled over both folds where it is cross-fitted."""
    tallies = [attack.count(fold, seed=seed) for fold in target.folds]
    return tallies[0] if len(tallies) == 1 else pool(*tallies)


def pool(first: Tally, second: Tally) -> Tally:
    """One tally of two that were counted on the same persons, their sides exchanged.

    Rates are over all persons, each once as train and once as control. The statistic is the sum
    of both folds' normal scores among the permutations, the second read on the complement of the
    labels: Liptak's nonparametric combination, whose level needs no independence of the folds
    (Pesarin and Salmaso 2010, doi:10.1002/9780470689516).

    Parameters
    ----------
    first, second : Tally
        ``second.is_train`` is the complement of ``first.is_train``.
    """
    if not np.array_equal(first.is_train, ~second.is_train):
        raise ValueError("an attack must count on the same persons in both folds")
    folds = (first, second)
    return Tally(
        train=float(np.average([each.train for each in folds], weights=[each.n for each in folds])),
        control=_over([each.control for each in folds], [each.n_control for each in folds]),
        naive=_over([each.naive for each in folds], [each.n for each in folds]),
        n=first.n + second.n,
        n_control=first.n_control + second.n_control,
        # The mean of two estimates, however dependent, is at least as sure as the less sure of them.
        trials=min(each.trials for each in folds),
        trials_control=min(each.trials_control for each in folds),
        is_train=first.is_train,
        statistic=_summed(first.statistic, second.statistic),
        scores=as_train(first.scores, second.scores, first.is_train)
        if first.scores is not None and second.scores is not None
        else None,
        folds=folds,
        figures=mean_figures([each.figures for each in folds], counts=sum),
    )


def paired_hits(tally: Tally) -> tuple[Floats, Floats] | None:
    """Each person's hit as train and as control, (units,) each; None where persons are not hit one by one."""
    if not tally.folds:
        return None
    first, second = (each.hits for each in tally.folds)
    if first is None or second is None:
        return None
    return as_train(first, second, tally.is_train), as_train(second, first, tally.is_train)


def as_train(first: Floats, second: Floats, is_train: Bools) -> Floats:
    """Of two values of each person, that of the fold in which they are train: (persons,)."""
    return np.where(is_train, first, second)


def mean_figures(folds: Sequence[Figures], *, counts: Callable[[list[int]], int]) -> Figures:
    """Means of each figure and its ends: dependent estimates never have a larger error than that.

    Parameters
    ----------
    folds : sequence of dict
        As in `RiskEstimate.figures`; what one of them lacks is left out, such as a stratum too
        small in it. Where one of them has only a reason, so has the result.
    counts : callable
        What becomes of ``n`` and ``n_control``.
    """
    shared = [name for name in folds[0] if all(name in each for each in folds)]
    return {name: _mean_figure([each[name] for each in folds], counts) for name in shared}


def _mean_figure(figures: Sequence[dict[str, Any]], counts: Callable[[list[int]], int]) -> dict[str, Any]:
    for figure in figures:
        if "reason" in figure:
            return figure
    pooled = {key: [figure[key] for figure in figures] for key in figures[0]}
    return {
        key: counts(values) if key in ("n", "n_control") else float(np.mean(values))
        for key, values in pooled.items()
    }


def _over(rates: Sequence[float | None], persons: Sequence[int]) -> float | None:
    known = [rate for rate in rates if rate is not None]
    return float(np.average(known, weights=persons)) if len(known) == len(rates) else None


def _summed(first: Statistic, second: Statistic) -> Statistic:
    def statistic(labels: Bools) -> Floats:
        return normal_scores(first(labels)) + normal_scores(second(~labels))

    return statistic

"""Use of a cross-fitted release: each half is measured against the persons that it was not made from."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from cohort.findings import Finding
from cohort.split import Split
from utility.measure import measure
from utility.scores import UtilityScore


def measure_folds(
    releases: Sequence[pd.DataFrame], folds: Sequence[Split], *, seed: int = 0
) -> tuple[list[UtilityScore], list[Finding]]:
    """Measure the release of each fold, and take means.

    Ends of intervals are means as well: the folds' estimates depend on each other, and a mean of
    estimates never has a larger standard error than the mean of theirs. Each person is counted
    where they were measured, so that ``n`` is the sum.

    Parameters
    ----------
    releases : sequence of DataFrame, (rows, released columns)
        One for each fold.
    folds : sequence of Split
        Whose train it was made from.
    seed : int
        Equal seeds give equal scores.

    Returns
    -------
    list of UtilityScore
        What every fold could measure.
    list of Finding
        What was noticed in any.
    """
    measured = [measure(each, fold, seed=seed) for each, fold in zip(releases, folds, strict=True)]
    keyed = [{(score.metric, score.group): score for score in scores} for scores, _ in measured]
    shared = [key for key in keyed[0] if all(key in scores for scores in keyed)]
    found = {finding.code: finding for _, findings in measured for finding in findings}
    return [_mean([scores[key] for scores in keyed]) for key in shared], list(found.values())


def _mean(scores: Sequence[UtilityScore]) -> UtilityScore:
    if len(scores) == 1:
        return scores[0]
    references = [score.reference for score in scores if score.reference is not None]
    return replace(
        scores[0],
        value=float(np.mean([score.value for score in scores])),
        reference=float(np.mean(references)) if len(references) == len(scores) else None,
        low=float(np.mean([score.low for score in scores])),
        high=float(np.mean([score.high for score in scores])),
        n=sum(score.n for score in scores),
    )

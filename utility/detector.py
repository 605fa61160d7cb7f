"""Is it plausible? How well a classifier tells the release's rows from real ones."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from cohort.findings import Finding, Severity
from cohort.schema import Column
from cohort.split import Split
from utility.accuracy import auroc
from utility.models import features, preparation, quiet
from utility.resample import Floats, Rows, person_weights, share_interval, thinned, thinned_rows
from utility.scores import Direction, UtilityScore

METRIC = "detector_auroc"
FEWEST = 25
ROWS = 2_000

_FOLDS = 5
_RESAMPLES = 500


def detection(
    synthetic: pd.DataFrame, split: Split, *, seed: int = 0
) -> tuple[list[UtilityScore], list[Finding]]:
    """AUROC of a boosted classifier that tells release rows from the holdout's, cross-validated.

    .5 is what rows give that nobody could tell from real ones, 1 what a release gives whose every row
    betrays itself. The reference is the same for train in place of the release. Both classifiers see as
    many rows, at most 2,000 of each table; the rows of a person stay in one of five folds, and the
    figure is the mean of the folds'. The two-sided 95 % interval comes from drawing persons, and the
    release's rows, again, for the classifiers as they were trained.

    A low figure is no evidence of privacy: copies of the patients cannot be told from patients.

    Parameters
    ----------
    synthetic : DataFrame, (rows, released columns)
        Typed as a cohort's table.
    split : Split
        With a holdout.
    seed : int
        Equal seeds give equal scores.

    References
    ----------
    Lopez-Paz and Oquab 2017, https://doi.org/10.48550/arXiv.1610.06545
    Snoke, Raab, Nowok, Dibben and Slavkovic 2018, https://doi.org/10.1111/rssa.12358
    """
    if split.holdout is None:
        return [], []  # the finding `no_holdout` says so already
    rng = np.random.default_rng(seed)
    holdout, train = (thinned(each, ROWS, rng) for each in (split.holdout, split.train))
    size = min(len(synthetic), len(train))
    release, real = thinned_rows(synthetic, size, rng), thinned(train, size, rng)
    columns = split.train.schema.released
    scarce = min(holdout.n_persons, len(release), real.n_persons)
    if scarce < FEWEST:
        return [], [_left_out(f"Telling rows apart needs {FEWEST} persons and rows of each table.")]
    try:
        value, low, high = _told_apart(
            release,
            np.arange(len(release)),
            holdout.released,
            holdout.persons,
            columns,
            scarce=scarce,
            rng=rng,
        )
        reference, _, _ = _told_apart(
            real.released, real.persons, holdout.released, holdout.persons, columns, scarce=scarce, rng=rng
        )
    except ValueError:
        return [], [_left_out("No column varies within the release and the holdout.")]
    return [
        UtilityScore(
            metric=METRIC,
            value=value,
            reference=reference,
            low=low,
            high=high,
            n=holdout.n_persons,
            direction=Direction.LOWER,
        )
    ], []


def _told_apart(
    rows: pd.DataFrame,
    units: Rows,
    others: pd.DataFrame,
    other_units: Rows,
    columns: tuple[Column, ...],
    *,
    scarce: int,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """AUROC of ``rows`` against ``others`` with its interval."""
    table = pd.concat([rows, others], ignore_index=True)
    first = np.arange(len(table)) < len(rows)
    fold = np.concatenate([_folds(each, rng) for each in (units, other_units)])
    # The two tables are drawn again apart, so that each resample has as many of either.
    weights = np.hstack([person_weights(each, _RESAMPLES, rng) for each in (units, other_units)])
    weights = np.vstack([np.ones(len(table)), weights])
    with quiet():
        x = preparation(columns).fit_transform(features(table, columns))  # knows no label, so leaks none
    found = []
    for each in range(_FOLDS):
        asked = fold == each
        chance = _chance(x[~asked], first[~asked], x[asked])
        found.append(auroc(first[asked], chance, weights[:, asked]))
    with quiet():
        means = np.nanmean(found, axis=0)
    value = float(means[0])
    return value, *share_interval(means[1:], value, scarce=scarce)


def _folds(units: Rows, rng: np.random.Generator) -> Rows:
    """The fold of each row, (rows,): units are divided evenly, and keep their rows together."""
    _, codes = np.unique(units, return_inverse=True)
    fold: Rows = (rng.permutation(codes.max() + 1) % _FOLDS)[codes]
    return fold


def _chance(x: Floats, labels: npt.NDArray[np.bool_], asked: Floats) -> Floats:
    model = HistGradientBoostingClassifier(
        learning_rate=0.15,
        max_iter=30,
        max_leaf_nodes=8,
        min_samples_leaf=10,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    ).fit(x, labels)
    return np.asarray(model.predict_proba(asked)[:, 1])


def _left_out(explanation: str) -> Finding:
    return Finding(
        code="not_told_apart",
        severity=Severity.NOT_APPLICABLE,
        title="No classifier was asked to tell the release from real rows.",
        explanation=explanation,
    )

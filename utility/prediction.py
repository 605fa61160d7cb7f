"""Train on synthetic, test on holdout, beside the same model trained on the real train rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import NotApplicable
from cohort.findings import Finding, Severity
from cohort.split import Split
from utility.models import Model, features, preparation, quiet
from utility.resample import Floats, Rows, person_weights, thinned, thinned_rows
from utility.scores import UtilityScore
from utility.tasks import Task, survival_task, target_task

RESAMPLES = 1000
TRAIN_ROWS = 10_000
TEST_ROWS = 5_000

_learned: WeakKeyDictionary[Split, dict[tuple[str, int], Mapping[str, Floats | None]]] = WeakKeyDictionary()


@dataclass(frozen=True, kw_only=True, eq=False)
class Predicted:
    """What the models of one task say of persons whom neither they nor the release ever saw.

    Parameters
    ----------
    task : Task
        What is predicted.
    test : DataFrame, (rows, columns)
        The holdout's rows with a known outcome.
    truth : ndarray, (rows, width)
        Their outcome.
    persons : ndarray, (rows,), int
        Whose rows they are.
    release, real : mapping of str to ndarray, (rows, width)
        Predictions of each model, trained on the release and on train; None where its fit failed.
    """

    task: Task
    test: pd.DataFrame
    truth: Floats
    persons: Rows
    release: Mapping[str, Floats | None]
    real: Mapping[str, Floats | None]

    def both(self, model: str) -> tuple[Floats, Floats] | None:
        """What a model says, trained on the release and on train; None where either failed."""
        release, real = self.release[model], self.real[model]
        return None if release is None or real is None else (release, real)


def prediction(
    synthetic: pd.DataFrame, split: Split, *, seed: int = 0
) -> tuple[list[UtilityScore], list[Finding]]:
    """What models learn from the release about persons whom neither they nor it ever saw.

    Each model is trained on the release as an analyst would who has nothing else, and predicts the
    holdout; the reference is the same model trained on train. The two-sided 95 % interval comes
    from drawing the holdout's persons again, 1,000 times: it covers the luck of who is tested, for
    the models as they were trained. It does not cover the luck of training: of the persons in
    train, of the generator's seed and of the rows it drew. More than 10,000 rows to
    train on, or 5,000 to test on, are thinned at random.

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
    Esteban, Hyland and Rätsch 2017, https://doi.org/10.48550/arXiv.1706.02633
    """
    made, findings = predictions(synthetic, split, seed=seed)
    scores, missed = scored(made, seed=seed)
    return scores, [*findings, *missed]


def predictions(
    synthetic: pd.DataFrame, split: Split, *, seed: int = 0
) -> tuple[list[Predicted], list[Finding]]:
    """The predictions behind `prediction`, the target's first, and why any are missing."""
    if split.holdout is None:
        return [], [_left_out("no_holdout", "prediction needs persons whom no generator ever saw.")]
    holdout = thinned(split.holdout, TEST_ROWS, np.random.default_rng(seed))
    made: list[Predicted] = []
    findings: list[Finding] = []
    for build in (target_task, survival_task):
        try:
            task = build(split.train, holdout)
            if task is None:
                continue
            references = _references(task, split, holdout, seed=seed)
            found = _predictions(task, synthetic, holdout, references=references, seed=seed)
        except NotApplicable as reason:
            findings.append(_left_out("outcome_not_measured", str(reason)))
        else:
            made += [found] if isinstance(found, Predicted) else []
            findings += [found] if isinstance(found, Finding) else []
    if not made and not findings:
        findings.append(_left_out("no_outcome", "no column has the role target, or time and event."))
    return made, findings


def scored(made: Sequence[Predicted], *, seed: int = 0) -> tuple[list[UtilityScore], list[Finding]]:
    """The scores of every model that could be trained, and findings about those that could not."""
    scores, findings = [], []
    for each in made:
        weights = person_weights(each.persons, RESAMPLES, np.random.default_rng(seed))
        for name, predicted in each.release.items():
            task, metric = each.task, f"{each.task.metric}_{name}"
            value = _value(task, each.truth, predicted)
            if predicted is None or value is None:
                what = f"{metric} of {task.group!r} cannot be computed."
                findings.append(_left_out("model_failed", what))
                continue
            resampled = task.measure(each.truth, predicted, weights)
            low, high = task.interval(resampled, value, task.scarce(each.truth, each.persons))
            scores.append(
                UtilityScore(
                    metric=metric,
                    group=task.group,
                    value=value,
                    reference=_value(task, each.truth, each.real[name]),
                    low=low,
                    high=high,
                    n=len(np.unique(each.persons)),
                )
            )
    return scores, findings


def _references(task: Task, split: Split, holdout: Cohort, *, seed: int) -> Mapping[str, Floats | None]:
    """Train's predictions; the models are trained once a split, however many releases stand beside them."""
    known = _learned.setdefault(split, {})
    if (task.group, seed) not in known:
        # Every draw starts from one seed, so that a copy of train is thinned as train is.
        real = thinned(split.train, TRAIN_ROWS, np.random.default_rng(seed)).table
        known[task.group, seed] = _trained(task, real, _usable(task, holdout.table)[1], whose="train")
    return known[task.group, seed]


def _predictions(
    task: Task,
    synthetic: pd.DataFrame,
    holdout: Cohort,
    *,
    references: Mapping[str, Floats | None],
    seed: int,
) -> Predicted | Finding:
    """Both tables' predictions, or why the release teaches nothing."""
    rows, test = _usable(task, holdout.table)
    release = thinned_rows(synthetic, TRAIN_ROWS, np.random.default_rng(seed))
    try:
        predicted = _trained(task, release, test, whose="the release")
    except NotApplicable as reason:
        return _left_out("release_not_trainable", str(reason))
    return Predicted(
        task=task,
        test=test,
        truth=task.outcome(test),
        persons=holdout.persons[rows],
        release=predicted,
        real=references,
    )


def _usable(task: Task, table: pd.DataFrame) -> tuple[Rows, pd.DataFrame]:
    """Positions of the rows with a known outcome, and those rows."""
    rows = np.flatnonzero(np.isfinite(task.outcome(table)).all(axis=1))
    return rows, table.iloc[rows]


def _trained(task: Task, table: pd.DataFrame, test: pd.DataFrame, *, whose: str) -> dict[str, Floats | None]:
    """What each model, trained on ``table``, predicts for ``test``; None where its fit failed.

    Raises
    ------
    NotApplicable
        Where no model can be trained.
    """
    _, known = _usable(task, table)
    truth = task.outcome(known)
    if lack := task.lacking(truth):
        raise NotApplicable(f"to learn {task.group!r}, {whose} {lack}.")
    prepared = preparation(task.features)
    with quiet():
        try:
            x = prepared.fit_transform(features(known, task.features))
        except ValueError:
            what = f"to learn {task.group!r}, {whose} has no column that varies."
            raise NotApplicable(what) from None
        x_test = prepared.transform(features(test, task.features))
    return {name: _predicted(model, x, truth, x_test) for name, model in task.models.items()}


def _predicted(model: Model, x: Floats, truth: Floats, x_test: Floats) -> Floats | None:
    try:
        predicted = model(x, truth, x_test)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError):
        return None
    return predicted if np.isfinite(predicted).all() else None


def _value(task: Task, truth: Floats, predicted: Floats | None) -> float | None:
    if predicted is None:
        return None
    value = float(task.measure(truth, predicted, np.ones((1, len(truth))))[0])
    return value if np.isfinite(value) else None


def _left_out(code: str, explanation: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.NOT_APPLICABLE,
        title="A prediction was not measured.",
        explanation=explanation[0].upper() + explanation[1:],
    )

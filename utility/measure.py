"""How useful a release is: one door for every measure of this room."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from cohort.findings import Finding, Severity
from cohort.split import Split
from utility.detector import detection
from utility.fairness import fairness
from utility.fidelity import ROWS, fidelity
from utility.plausibility import plausibility
from utility.prediction import TEST_ROWS, TRAIN_ROWS, predictions, scored
from utility.scores import UtilityScore
from utility.visits import visits

_EMPTY = Finding(
    code="empty_release",
    severity=Severity.NOT_APPLICABLE,
    title="Use was not measured.",
    explanation="A release without rows or columns cannot be measured.",
)
_THINNED = Finding(
    code="measured_on_part",
    severity=Severity.TIP,
    title="Use was measured on a random part of the rows.",
    explanation=f"Fidelity is measured on at most {ROWS:,} rows of each table; models are trained on at "
    f"most {TRAIN_ROWS:,} and tested on at most {TEST_ROWS:,}.",
)
Measures = tuple[list[UtilityScore], list[Finding]]

_HEADLINES = ("auroc_linear", "r2_linear", "concordance_linear", "auroc_cnn")


def measure(
    synthetic: pd.DataFrame, split: Split, *, seed: int = 0
) -> tuple[list[UtilityScore], list[Finding]]:
    """Measure a release: fidelity, prediction of the holdout, implausible records, and visits.

    Odd tables raise nothing: what cannot be measured is left out, and a finding says why.

    Parameters
    ----------
    synthetic : DataFrame, (rows, released columns)
        Typed as a cohort's table; the columns of ``schema.released``.
    split : Split
        Train and, where there is one, holdout; without it nothing has a reference and nothing is
        predicted.
    seed : int
        Equal seeds give equal scores.
    """
    if synthetic.empty:
        return [], [_EMPTY]
    synthetic = synthetic.reset_index(drop=True)
    if split.holdout is not None and not len(split.holdout):
        split = replace(split, holdout=None)
    made, missing = predictions(synthetic, split, seed=seed)
    parts: tuple[Measures, ...] = (
        fidelity(synthetic, split, seed=seed),
        ([], missing),
        scored(made, seed=seed),
        fairness(made, split.train.schema, seed=seed),
        plausibility(synthetic, split),
        detection(synthetic, split, seed=seed),
        visits(synthetic, split, seed=seed),
    )
    scores = [score for found, _ in parts for score in found]
    findings = [finding for _, found in parts for finding in found]
    if max(len(synthetic), len(split.train), len(split.holdout or ())) > ROWS:
        findings.append(_THINNED)
    return scores, findings


def headline(scores: Sequence[UtilityScore], *, like: UtilityScore | None = None) -> UtilityScore | None:
    """The one score that stands for a release on the frontier.

    It is the linear model of the target, else of the time to event, else the mean fidelity of
    pairs; of images the macro AUROC of a small network.

    Parameters
    ----------
    scores : sequence of UtilityScore
        Of one release.
    like : UtilityScore, optional
        The headline of a reference point: the same measure of this release, or None where it was
        left out, so that different measures never share an axis.
    """
    if like is not None:
        return next((s for s in scores if (s.metric, s.group) == (like.metric, like.group)), None)
    named = [s for metric in _HEADLINES for s in scores if s.metric == metric]
    whole = [s for s in scores if (s.metric, s.group) == ("pair_fidelity", "")]
    return next(iter(named + whole), None)

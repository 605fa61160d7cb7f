"""Is it fair? Whether a release serves some people worse than real patients do, beside all others."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.findings import Finding, Severity
from cohort.schema import Column, Role, Schema
from utility.models import as_floats
from utility.prediction import Predicted
from utility.resample import Floats, person_weights
from utility.scores import GAP, SUBGROUP, UtilityScore

PERSONS = 30
SCARCE = 10
"""Persons of the scarcer outcome, in a group and among all others, below whom nothing is told."""

_MODEL = "linear"
_MOST = 40
_RESAMPLES = 500
_LEVEL = 0.95
_BANDS = ((0, 18), (18, 40), (40, 65), (65, np.inf))

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Group:
    """Some rows of the test persons, and what is measured of them.

    Parameters
    ----------
    name : str
        Such as ``sex = f``.
    score : UtilityScore
        Of the group itself.
    gap : ndarray, (1 + resamples,)
        How much less the release loses here than among all others; the first as measured.
    """

    name: str
    score: UtilityScore
    gap: Floats


def fairness(
    predicted: Sequence[Predicted], schema: Schema, *, seed: int = 0
) -> tuple[list[UtilityScore], list[Finding]]:
    """The headline prediction in each subgroup, and whether any is served worse than the others.

    Subgroups are the levels of each quasi-identifier that is a category, and bands of age (under 18, 18 to
    39, 40 to 64, 65 and over) where age is one, with at least 30 persons of the holdout and 10 of the
    scarcer outcome both in the group and outside. No model is fitted anew. The gap of a group is how much
    better a model trained on the release predicts it than one trained on real rows, less the same among
    all others. Gaps have simultaneous 95 % intervals (single-step max-T over the groups, persons drawn
    again), so that the chance of calling any group served worse, where none is, is 5 % at most in all.

    Parameters
    ----------
    predicted : sequence of Predicted
        The headline's task first.
    schema : Schema
        Which columns are quasi-identifiers.
    seed : int
        Equal seeds give equal scores.

    Returns
    -------
    list of UtilityScore
        ``subgroup_auroc`` (or ``_r2``, ``_concordance``) and ``subgroup_gap``, each for each group.
    list of Finding
        Groups served worse, and how many are too small to tell.

    References
    ----------
    Westfall and Young 1993, Resampling-Based Multiple Testing; Romano and Wolf 2005,
    https://doi.org/10.1198/016214504000000539
    """
    whole = next((each for each in predicted if each.both(_MODEL) is not None), None)
    if whole is None:
        return [], []
    masks, small = [], 0
    for name, mask in _subgroups(whole.test, schema):
        if _enough(whole, mask) and _enough(whole, ~mask):
            masks.append((name, mask))
        else:
            small += 1
    masks = sorted(masks, key=lambda each: -int(each[1].sum()))[:_MOST]
    weights = person_weights(whole.persons, _RESAMPLES, np.random.default_rng(seed))
    weights = np.vstack([np.ones(len(whole.persons)), weights])
    groups = [group for name, mask in masks if (group := _group(name, mask, whole, weights)) is not None]
    gaps = _gaps(groups)
    return [*(group.score for group in groups), *gaps], _findings(gaps, small)


def _subgroups(test: pd.DataFrame, schema: Schema) -> Iterator[tuple[str, Bools]]:
    """Every level and band that occurs, and which rows are in it."""
    for column in schema.released:
        if column.role is not Role.QUASI_IDENTIFIER:
            continue
        values = test[column.name]
        if not column.kind.is_numeric:
            for level in sorted(values.dropna().unique()):
                yield f"{column.name} = {level}", values.eq(level).to_numpy(dtype=bool)
        elif _is_age(column):
            years = as_floats(values)
            for low, high in _BANDS:
                inside = (years >= low) & (years < high)
                if inside.any():
                    yield f"{column.name} {_in_words(low, high)}", inside


def _is_age(column: Column) -> bool:
    return "age" in re.split(r"[^a-z]+", column.name.lower())


def _in_words(low: float, high: float) -> str:
    if low == 0:
        return f"under {high:g}"
    return f"{low:g} and over" if np.isinf(high) else f"{low:g} to {high - 1:g}"


def _enough(whole: Predicted, rows: Bools) -> bool:
    truth, persons = whole.truth[rows], whole.persons[rows]
    return len(np.unique(persons)) >= PERSONS and whole.task.scarce(truth, persons) >= SCARCE


def _group(name: str, rows: Bools, whole: Predicted, weights: Floats) -> _Group | None:
    """A group's own score and its gap; None where a measure is not a number."""
    inside, outside = (_measured(whole, part, weights) for part in (rows, ~rows))
    gap = (inside[0] - inside[1]) - (outside[0] - outside[1])
    if not np.isfinite([gap[0], *inside[:, 0]]).all():
        return None
    value, persons = float(inside[0, 0]), whole.persons[rows]
    scarce = whole.task.scarce(whole.truth[rows], persons)
    low, high = whole.task.interval(inside[0, 1:], value, scarce)
    score = UtilityScore(
        metric=f"{SUBGROUP}{whole.task.metric}",
        group=name,
        value=value,
        reference=float(inside[1, 0]),
        low=low,
        high=high,
        n=len(np.unique(persons)),
    )
    return _Group(name=name, score=score, gap=gap)


def _measured(whole: Predicted, rows: Bools, weights: Floats) -> Floats:
    """The measure of both models in some rows, (2, 1 + resamples)."""
    both = whole.both(_MODEL) or ()
    return np.stack([whole.task.measure(whole.truth[rows], each[rows], weights[:, rows]) for each in both])


def _gaps(groups: Sequence[_Group]) -> list[UtilityScore]:
    """Each group's gap with an interval that holds for all groups at once."""
    if not groups:
        return []
    gaps = np.stack([group.gap for group in groups])
    error = np.nanstd(gaps[:, 1:], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        off = np.nan_to_num(np.abs(gaps[:, 1:] - gaps[:, :1]) / error[:, None])
    half = np.quantile(off.max(axis=0), _LEVEL) * error
    return [
        replace(
            group.score,
            metric=GAP,
            value=float(group.gap[0]),
            reference=0.0,
            low=float(group.gap[0] - each),
            high=float(group.gap[0] + each),
        )
        for group, each in zip(groups, half, strict=True)
    ]


def served_worse(gaps: Sequence[UtilityScore]) -> list[str]:
    """The groups whose whole interval lies below no gap."""
    return [gap.group for gap in gaps if gap.metric == GAP and gap.high < 0]


def _findings(gaps: Sequence[UtilityScore], small: int) -> list[Finding]:
    findings = []
    if worse := served_worse(gaps):
        findings.append(
            Finding(
                code="subgroup_served_worse",
                severity=Severity.ISSUE,
                title=f"Served worse by this release than the others are: {', '.join(worse)}.",
                explanation="A model trained on the release loses more for them, against one trained on real "
                "rows, than for everybody else. Corrected for the number of groups.",
            )
        )
    if not gaps and not small:
        what = "No category and no age has the role quasi_identifier."
        return [_too_small("Use was not measured by subgroup.", what)]
    if small:
        title = f"Too small to tell whether they are served worse: {small} of {small + len(gaps)} subgroups."
        enough = f"{PERSONS} persons set aside, and {SCARCE} of the scarcer outcome"
        what = f"A subgroup needs {enough}, in it and outside."
        findings.append(_too_small(title, what))
    return findings


def _too_small(title: str, explanation: str) -> Finding:
    return Finding(
        code="subgroups_not_told", severity=Severity.NOT_APPLICABLE, title=title, explanation=explanation
    )

"""Judge a release whose columns are coarser than the cohort's: everybody is seen at its levels.

Whoever attacks it knows at which levels it stands, and coarsens what they know of people; so do we.
"""

from collections.abc import Sequence
from dataclasses import replace

from cohort.coarsen import coarsen_split
from cohort.findings import Finding, Severity
from cohort.hierarchies import top_level
from cohort.release import Release
from cohort.schema import Column
from cohort.split import Split
from utility.prediction import prediction
from utility.scores import UtilityScore

Measures = tuple[list[UtilityScore], list[Finding]]


def at_levels(split: Split, release: Release) -> Split:
    """The split as the release shows its people; the split itself where nothing is coarser."""
    return coarsen_split(split, release.levels) if any(release.levels.values()) else split


def beside_full_detail(measured: Measures, split: Split, release: Release, *, seed: int) -> Measures:
    """The same, with predictions compared to those of the real rows at full detail.

    A model trained and tested on bands is worse than one that saw the numbers, which no comparison
    among bands would show. Fidelity stays among bands: train against holdout, both coarsened.
    """
    if not any(release.levels.values()):
        return measured
    scores, findings = measured
    found = [prediction(fold.train.released, fold, seed=seed)[0] for fold in split.folds]
    real = {key: _mean(found, key) for key in {(s.metric, s.group) for each in found for s in each}}
    compared = [
        replace(score, reference=real[score.metric, score.group])
        if (score.metric, score.group) in real
        else score
        for score in scores
    ]
    return compared, [*findings, _coarsened(release, split)]


def _mean(found: Sequence[Sequence[UtilityScore]], key: tuple[str, str]) -> float | None:
    references = [s.reference for each in found for s in each if (s.metric, s.group) == key]
    known = [reference for reference in references if reference is not None]
    return sum(known) / len(known) if len(known) == len(found) else None


def _coarsened(release: Release, split: Split) -> Finding:
    schema = split.train.schema
    named = [f"{name} ({in_words(schema[name], level)})" for name, level in release.levels.items() if level]
    return Finding(
        code="coarsened_release",
        severity=Severity.TIP,
        title=f"Coarser than the cohort: {', '.join(named)}.",
        explanation="Use and risk are measured with everybody at these levels; predictions are compared "
        "with those of the real rows at full detail. All other columns hold values as they were given.",
    )


def in_words(column: Column, level: int) -> str:
    """What stands in a column at a level, such as ``bands of 10 years`` or ``level 2 of 3``."""
    if level == 0:
        return "as it is"
    if level == top_level(column):
        return "all alike"
    step = column.hierarchy[level - 1]
    if isinstance(step, int | float):
        return f"bands of {step:g}{f' {column.unit}' if column.unit else ''}"
    return f"by {step}" if isinstance(step, str) else f"level {level} of {top_level(column)}"

"""A cohort in numbers that may be shown: no count below the policy's minimum."""

from typing import Any

import pandas as pd

from cohort.cohort import Cohort
from cohort.schema import Column, Kind
from synthassay.load import Loaded
from synthassay.policy import Policy


def describe(loaded: Loaded, *, policy: Policy) -> dict[str, Any]:
    """What ``cohort.json`` holds: schema, counts and the suppressed profile."""
    cohort, split = loaded.cohort, loaded.split
    aside = [fold.holdout.n_persons for fold in split.folds if fold.holdout is not None]
    return {
        "name": cohort.name,
        "schema": cohort.schema.to_dict(),
        "rows": len(cohort),
        "persons": cohort.n_persons,
        "train_persons": sum(fold.train.n_persons for fold in split.folds),
        "holdout_persons": sum(aside),
        "cross_fitted": split.cross_fitted,
        "trained_on_known": split.trained_on_known,
        "minimum_count": policy.minimum_count,
        "profile": profile(cohort, minimum=policy.minimum_count),
        "findings": [
            {"code": f.code, "severity": f.severity.value, "title": f.title, "explanation": f.explanation}
            for f in cohort.findings
            if not (policy.name == "demo" and f.code == "unconfirmed_columns")
        ],
    }


def profile(cohort: Cohort, *, minimum: int) -> dict[str, Any]:
    """Each released column: how many values are missing, and its distribution.

    Parameters
    ----------
    cohort : Cohort
        What to describe.
    minimum : int
        Counts from 1 to ``minimum`` - 1 are None, and so is whatever would give them away.
    """
    return {
        column.name: _column(cohort.table[column.name], column, minimum) for column in cohort.schema.released
    }


def _column(values: pd.Series, column: Column, minimum: int) -> dict[str, Any]:
    known = values.dropna()
    described: dict[str, Any] = {
        "kind": column.kind.value,
        "role": column.role.value,
        "missing": _shown(int(values.isna().sum()), minimum),
    }
    if column.kind.is_numeric:
        return {**described, "quartiles": _quartiles(known, column.kind, minimum)}
    return {**described, "counts": suppressed(known.value_counts().to_dict(), minimum=minimum)}


def _shown(count: int, minimum: int) -> int | None:
    return None if 0 < count < minimum else count


def _quartiles(known: pd.Series, kind: Kind, minimum: int) -> list[Any] | None:
    """Quartiles that no single patient decides: at least ``minimum`` values lie in each quarter."""
    if len(known) < 4 * minimum:
        return None
    found = known.quantile([0.25, 0.5, 0.75])
    if kind is Kind.DATE:
        return [f"{moment:%Y-%m}" for moment in found]
    return [float(f"{value:.3g}") for value in found]


def suppressed(counts: dict[Any, int], *, minimum: int) -> dict[str, int | None]:
    """Counts by category, small ones pooled until the pool itself may be shown.

    The categories in the pool are not named: a rare diagnosis is a fact about a patient.
    """
    ordered = sorted(counts.items(), key=lambda item: item[1])
    pooled, names = 0, 0
    for _, count in ordered:
        if count >= minimum and (pooled == 0 or pooled >= minimum):
            break
        pooled, names = pooled + count, names + 1
    shown: dict[str, int | None] = {str(name): count for name, count in reversed(ordered[names:])}
    if names:
        shown["(rare, pooled)"] = pooled if pooled >= minimum else None
    return shown

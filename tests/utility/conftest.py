from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split

COLUMNS = {
    "age": Column(name="age", kind=Kind.INTEGER, range=(0, 110)),
    "bili": Column(name="bili", kind=Kind.NUMBER),
    "seen": Column(name="seen", kind=Kind.DATE),
    "sex": Column(name="sex", kind=Kind.CATEGORY, categories=("f", "m")),
    "stage": Column(name="stage", kind=Kind.ORDINAL, categories=("1", "2", "3")),
    "outcome": Column(name="outcome", kind=Kind.CATEGORY, role=Role.TARGET),
    "score": Column(name="score", kind=Kind.NUMBER),
    "time": Column(name="time", kind=Kind.NUMBER, role=Role.TIME),
    "event": Column(name="event", kind=Kind.INTEGER, role=Role.EVENT),
}


def patients(n, rng, *, signal=1.0):
    """A typed table in which bili and stage drive outcome, score and survival by ``signal``."""
    bili, stage = rng.normal(size=n), rng.choice([1, 2, 3], size=n)
    drive = signal * (bili + stage - 2)
    table = pd.DataFrame(
        {
            "age": pd.array(rng.integers(20, 90, size=n), dtype="Int64"),
            "bili": np.where(rng.random(n) < 0.1, np.nan, bili),
            "seen": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, size=n), unit="D"),
            "sex": rng.choice(np.array(["f", "m"], dtype=object), size=n),
            "stage": stage.astype(str).astype(object),
            "outcome": np.where(drive + rng.logistic(size=n) > 0, "ill", "well").astype(object),
            "score": drive + rng.normal(size=n),
            "time": rng.exponential(np.exp(-drive)),
            "event": pd.array((rng.random(n) < 0.7).astype(int), dtype="Int64"),
        }
    )
    table.loc[rng.random(n) < 0.1, "sex"] = None
    return table


@pytest.fixture
def make_split():
    """Train and holdout of the patients above, with any columns replaced and rules added."""

    def make(n=150, n_holdout=None, *, seed=0, signal=1.0, columns=(), rules=(), person=None, change=None):
        named = {**COLUMNS, **{column.name: column for column in columns}}
        schema = Schema(columns=tuple(named.values()), rules=rules, person=person)
        rng = np.random.default_rng(seed)
        tables = [patients(size, rng, signal=signal) for size in (n, n_holdout or n)]
        if change is not None:
            tables = [change(table) for table in tables]
        train, holdout = (Cohort(schema=schema, table=table[list(named)]) for table in tables)
        return Split(train=train, holdout=holdout, seed=seed)

    return make


@pytest.fixture
def fresh():
    """More patients of the same kind: the release of a perfect generator."""

    def make(n=150, *, seed=1000, signal=1.0):
        return patients(n, np.random.default_rng(seed), signal=signal)

    return make


@pytest.fixture
def retyped():
    """A column under another role or kind."""

    def make(name, **changes):
        return replace(COLUMNS[name], **changes)

    return make


@pytest.fixture
def find():
    """The score of a metric and group, or None."""

    def one(scores, metric, group=""):
        return next((s for s in scores if (s.metric, s.group) == (metric, group)), None)

    return one

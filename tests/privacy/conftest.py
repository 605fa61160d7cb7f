"""Simulated mixed cohorts for the room's tests."""

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split

SCHEMA = Schema(
    columns=(
        Column(name="patient", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
        Column(name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER),
        Column(name="sex", kind=Kind.CATEGORY, role=Role.QUASI_IDENTIFIER),
        Column(name="region", kind=Kind.CATEGORY, role=Role.QUASI_IDENTIFIER),
        Column(name="visit", kind=Kind.DATE),
        Column(name="base_excess", kind=Kind.NUMBER, role=Role.SENSITIVE),
        Column(name="marker", kind=Kind.NUMBER),
        Column(name="lab", kind=Kind.NUMBER),
        Column(name="stage", kind=Kind.ORDINAL, role=Role.TARGET),
        Column(name="genotype", kind=Kind.CATEGORY),
        Column(name="drug", kind=Kind.CATEGORY),
    ),
    person="patient",
)


def simulated(n, *, seed, first=0, visits=1):
    """``n`` persons of a population with dependences, missing values and negative numbers."""
    rng = np.random.default_rng(seed)
    persons = np.repeat(np.arange(n), visits)
    severity = np.repeat(rng.normal(size=n), visits)
    rows = len(persons)
    table = pd.DataFrame(
        {
            "patient": [f"p{first + person}" for person in persons],
            "age": pd.array((50 + 12 * severity + rng.normal(0, 8, rows)).round().astype(int), dtype="Int64"),
            "sex": rng.choice(["f", "m"], rows),
            "region": rng.choice(["North", "South", "Ōsaka", "O'Neil's"], rows, p=[0.4, 0.3, 0.2, 0.1]),
            "visit": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), unit="D"),
            "base_excess": -10 - 3 * severity - rng.gamma(2, 1, rows),
            "marker": np.exp(severity + rng.normal(0, 0.5, rows)),
            "lab": rng.normal(size=rows),
            "stage": np.array(["I", "II", "III", "IV"])[np.digitize(severity, [-1, 0, 1])],
            "genotype": rng.choice(list("abcde"), rows),
            "drug": rng.choice(["x", "y", "z"], rows),
        }
    )
    for name in ("sex", "region", "stage", "genotype", "drug", "patient"):
        table[name] = table[name].astype(object)
    table.loc[rng.random(rows) < 0.08, "lab"] = np.nan
    table.loc[rng.random(rows) < 0.05, "drug"] = None
    return Cohort(schema=SCHEMA, table=table)


@pytest.fixture(scope="session")
def make_cohort():
    return simulated


@pytest.fixture(scope="session")
def make_split():
    """A split of fresh persons, and as many more of them for a release."""

    def make(n, *, control=None, seed=0, visits=1):
        train = simulated(n, seed=3 * seed, visits=visits)
        holdout = simulated(control or n, seed=3 * seed + 1, first=n, visits=visits)
        return Split(train=train, holdout=holdout, seed=seed), simulated(
            n, seed=3 * seed + 2, visits=visits
        ).released

    return make

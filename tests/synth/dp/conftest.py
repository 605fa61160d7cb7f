"""A cohort whose domain is public, and in which columns hang together in known ways."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema

COLUMNS = (
    Column(name="sex", kind=Kind.CATEGORY, categories=("f", "m", "never seen")),
    Column(name="stage", kind=Kind.ORDINAL, categories=("1", "2", "3", "4")),
    Column(name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER, range=(0, 110)),
    Column(name="bili", kind=Kind.NUMBER, range=(0.0, 100.0)),
    Column(name="seen", kind=Kind.DATE, range=("2000-01-01", "2009-12-31")),
)


def table(rows: int, seed: int) -> pd.DataFrame:
    """Stage follows sex, bilirubin follows stage and is missing in a fifth; age and date are alone."""
    rng = np.random.default_rng(seed)
    woman = rng.random(rows) < 0.6
    stage = 1 + rng.binomial(3, np.where(woman, 0.2, 0.8))
    bili = pd.Series(np.round(np.minimum(rng.lognormal(stage / 2.0, 0.3), 99), 2))
    days = pd.to_timedelta(rng.integers(0, 3000, rows), "D")
    return pd.DataFrame(
        {
            "sex": pd.Series(np.where(woman, "f", "m"), dtype=object),
            "stage": pd.Series(stage.astype(str), dtype=object),
            "age": pd.Series(rng.integers(20, 80, rows)).astype("Int64"),
            "bili": bili.mask(rng.random(rows) < 0.2),
            "seen": (pd.Timestamp("2000-06-01") + pd.Series(days)).astype("datetime64[ns]"),
        }
    )


@pytest.fixture(scope="session")
def cohort() -> Callable[..., Cohort]:
    """Builds a cohort of so many persons, with a rule."""

    def build(rows: int = 2000, seed: int = 0, **schema: object) -> Cohort:
        return Cohort(
            schema=Schema(columns=COLUMNS, rules=("bili <= 90",), **schema),
            table=table(rows, seed),
            name="ward",
        )

    return build

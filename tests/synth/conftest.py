"""A small registry with everything that a table may hold."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema

COLUMNS = (
    Column(name="id", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
    Column(name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER, range=(0, 110)),
    Column(name="sex", kind=Kind.CATEGORY, role=Role.QUASI_IDENTIFIER),
    Column(name="site", kind=Kind.CATEGORY),
    Column(name="stage", kind=Kind.ORDINAL, categories=("low", "middle", "high", "never seen")),
    Column(name="bili", kind=Kind.NUMBER, role=Role.SENSITIVE, unit="mg/dl"),
    Column(name="visits", kind=Kind.INTEGER),
    Column(name="seen", kind=Kind.DATE),
    Column(name="time", kind=Kind.INTEGER, role=Role.TIME, unit="days"),
    Column(name="status", kind=Kind.CATEGORY, role=Role.EVENT),
    Column(name="onset", kind=Kind.INTEGER),
    Column(name="note", kind=Kind.TEXT),
)


def _text(values: object) -> pd.Series:
    return pd.Series(np.asarray(values, dtype=object), dtype=object)


def _holes(values: pd.Series, rng: np.random.Generator, share: float) -> pd.Series:
    return values.mask(rng.random(len(values)) < share)


def registry_table(rows: int, seed: int = 0) -> pd.DataFrame:
    """Typed as a cohort's table; sex, bilirubin and survival hang together."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 90, rows)
    woman = rng.random(rows) < 0.6
    bili = np.round(rng.lognormal(np.where(woman, 0.0, 1.2), 0.4), 1)
    site = _text(rng.choice(["north", "süd", 'o"hara'], rows))
    died = rng.random(rows) < np.where(bili > 2, 0.8, 0.1)
    return pd.DataFrame(
        {
            "id": _text([f"p{row}" for row in range(rows)]),
            "age": pd.Series(age).astype("Int64"),
            "sex": _text(np.where(woman, "f", "m")),
            "site": site.where(rng.random(rows) > 0.2, None),
            "stage": _text(np.array(["low", "middle", "high"])[np.clip(bili / 1.5, 0, 2).astype(int)]),
            "bili": _holes(pd.Series(bili), rng, 0.25),
            "visits": _holes(pd.Series(rng.poisson(3, rows)).astype("Int64"), rng, 0.1),
            "seen": pd.Timestamp("2001-03-04") + pd.Series(pd.to_timedelta(rng.integers(0, 5000, rows), "D")),
            "time": pd.Series(rng.integers(1, 3000, rows) // np.where(died, 4, 1)).astype("Int64"),
            "status": _text(np.where(died, "1", "0")),
            "onset": pd.Series(np.maximum(age - rng.integers(0, 30, rows), 0)).astype("Int64"),
            "note": _text(["seen by Dr Who"] * rows),
        }
    )


@pytest.fixture(scope="session")
def registry() -> Callable[..., Cohort]:
    """Builds a cohort of ``rows`` persons with a rule between two of its columns."""

    def build(rows: int = 300, seed: int = 0) -> Cohort:
        schema = Schema(columns=COLUMNS, rules=("onset <= age", "age <= 80"))
        return Cohort(schema=schema, table=registry_table(rows, seed), name="registry")

    return build


@pytest.fixture(scope="session")
def one_column() -> Callable[..., Cohort]:
    """Builds a cohort of the given columns: name to (kind, values)."""

    def build(**columns: tuple[Kind, object]) -> Cohort:
        schema = Schema(columns=tuple(Column(name=name, kind=kind) for name, (kind, _) in columns.items()))
        table = pd.DataFrame({name: _typed(kind, values) for name, (kind, values) in columns.items()})
        return Cohort(schema=schema, table=table)

    return build


def _typed(kind: Kind, values: object) -> pd.Series:
    if kind is Kind.INTEGER:
        return pd.Series(values).astype("Int64")
    if kind is Kind.NUMBER:
        return pd.Series(values, dtype=np.float64)
    return pd.to_datetime(pd.Series(values)) if kind is Kind.DATE else _text(values)

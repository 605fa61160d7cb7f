"""The real cohorts that benchmarks draw persons from, read from ``../shared/data``."""

from pathlib import Path

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema
from cohort.typed import typed_table

SHARED = Path(__file__).parents[1].parent / "shared" / "data"

_QI, _SENSITIVE, _TARGET = Role.QUASI_IDENTIFIER, Role.SENSITIVE, Role.TARGET
_NUMBER, _INTEGER, _CATEGORY = Kind.NUMBER, Kind.INTEGER, Kind.CATEGORY

_ADULT = {
    "age": (_QI, _INTEGER),
    "workclass": (Role.OTHER, _CATEGORY),
    "fnlwgt": (Role.IDENTIFIER, _CATEGORY),
    "education": (_QI, _CATEGORY),
    "education_num": (Role.OTHER, _INTEGER),
    "marital": (_QI, _CATEGORY),
    "occupation": (_SENSITIVE, _CATEGORY),
    "relationship": (Role.OTHER, _CATEGORY),
    "race": (_QI, _CATEGORY),
    "sex": (_QI, _CATEGORY),
    "capital_gain": (Role.OTHER, _INTEGER),
    "capital_loss": (Role.OTHER, _INTEGER),
    "hours": (_SENSITIVE, _INTEGER),
    "country": (_QI, _CATEGORY),
    "income": (_TARGET, _CATEGORY),
}
_COLON = {
    "rownames": (Role.IDENTIFIER, _CATEGORY),
    "id": (Role.IDENTIFIER, _CATEGORY),
    "study": (Role.IDENTIFIER, _CATEGORY),
    "rx": (Role.OTHER, _CATEGORY),
    "sex": (_QI, _CATEGORY),
    "age": (_QI, _INTEGER),
    "obstruct": (Role.OTHER, _CATEGORY),
    "perfor": (Role.OTHER, _CATEGORY),
    "adhere": (Role.OTHER, _CATEGORY),
    "nodes": (_SENSITIVE, _INTEGER),
    "status": (Role.EVENT, _CATEGORY),
    "differ": (_SENSITIVE, _CATEGORY),
    "extent": (_SENSITIVE, _CATEGORY),
    "surg": (Role.OTHER, _CATEGORY),
    "node4": (Role.OTHER, _CATEGORY),
    "time": (Role.TIME, _INTEGER),
    "etype": (Role.OTHER, _CATEGORY),
}
_FLCHAIN = {
    "rownames": (Role.IDENTIFIER, _CATEGORY),
    "age": (_QI, _INTEGER),
    "sex": (_QI, _CATEGORY),
    "sample.yr": (_QI, _INTEGER),
    "kappa": (_SENSITIVE, _NUMBER),
    "lambda": (_SENSITIVE, _NUMBER),
    "flc.grp": (Role.OTHER, _INTEGER),
    "creatinine": (_SENSITIVE, _NUMBER),
    "mgus": (Role.OTHER, _CATEGORY),
    "futime": (Role.TIME, _INTEGER),
    "death": (Role.EVENT, _CATEGORY),
    "chapter": (Role.OTHER, _CATEGORY),
}


def read_adult() -> Cohort:
    """UCI Adult's two files, 48,842 persons, without the survey weight."""
    names = list(_ADULT)
    parts = [
        pd.read_csv(path, names=names, skipinitialspace=True, dtype=str, keep_default_na=False)
        for path in sorted((SHARED / "adult_uci").glob("adult.*.gz"))
    ]
    raw = pd.concat(parts, ignore_index=True)
    raw["income"] = raw["income"].str.rstrip(".")
    return _cohort(raw, _ADULT, missing=("?",), name="adult")


def read_colon() -> Cohort:
    """Stage B/C colon cancer, 929 patients with two rows each."""
    raw = pd.read_csv(SHARED / "colon" / "colon.csv", dtype=str, keep_default_na=False)
    return _cohort(raw, _COLON, missing=("", "NA"), name="colon", person="id")


def read_flchain() -> Cohort:
    """Free light chains in Olmsted County, 7,874 persons."""
    raw = pd.read_csv(SHARED / "flchain" / "flchain.csv", dtype=str, keep_default_na=False)
    return _cohort(raw, _FLCHAIN, missing=("", "NA"), name="flchain")


def draw(cohort: Cohort, sizes: tuple[int, ...], *, seed: int) -> list[Cohort]:
    """Disjoint random parts of a cohort, by person."""
    order = np.random.default_rng(seed).permutation(cohort.n_persons)
    return [cohort.of_persons(part) for part in np.split(order, np.cumsum(sizes))[:-1]]


def _cohort(
    raw: pd.DataFrame,
    columns: dict[str, tuple[Role, Kind]],
    *,
    missing: tuple[str, ...],
    name: str,
    person: str | None = None,
) -> Cohort:
    schema = Schema(
        columns=tuple(Column(name=each, role=role, kind=kind) for each, (role, kind) in columns.items()),
        missing=missing,
        person=person,
    )
    return Cohort(schema=schema, table=typed_table(raw, schema, where=name), name=name)

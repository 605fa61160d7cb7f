"""The real cohorts that benchmarks draw persons from, read from ``../shared/data``."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.readers import read_cohort
from cohort.schema import Column, Kind, Role, Schema
from cohort.typed import typed_table

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
_SCHEMAS = Path(__file__).parents[1] / "configs" / "schemas"

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
_NWTCO = {
    "rownames": (Role.IDENTIFIER, _CATEGORY),
    "seqno": (Role.IDENTIFIER, _CATEGORY),
    "instit": (_QI, _CATEGORY),
    "histol": (_QI, _CATEGORY),
    "stage": (_QI, _CATEGORY),
    "study": (_QI, _CATEGORY),
    "rel": (Role.EVENT, _CATEGORY),
    "edrel": (Role.TIME, _INTEGER),
    "age": (_QI, _INTEGER),
    "in.subcohort": (Role.OTHER, _CATEGORY),
}
_MGUS2 = {
    "rownames": (Role.IDENTIFIER, _CATEGORY),
    "id": (Role.IDENTIFIER, _CATEGORY),
    "age": (_QI, _INTEGER),
    "sex": (_QI, _CATEGORY),
    "dxyr": (_QI, _INTEGER),
    "hgb": (_SENSITIVE, _NUMBER),
    "creat": (_SENSITIVE, _NUMBER),
    "mspike": (_SENSITIVE, _NUMBER),
    "ptime": (Role.OTHER, _INTEGER),
    "pstat": (_SENSITIVE, _CATEGORY),
    "futime": (Role.TIME, _INTEGER),
    "death": (Role.EVENT, _CATEGORY),
}
_PBCSEQ = {
    "rownames": (Role.IDENTIFIER, _CATEGORY),
    "id": (Role.IDENTIFIER, _CATEGORY),
    "futime": (Role.TIME, _INTEGER),
    "status": (Role.EVENT, _CATEGORY),
    "trt": (Role.OTHER, _CATEGORY),
    "age": (_QI, _NUMBER),
    "sex": (_QI, _CATEGORY),
    "day": (Role.OTHER, _INTEGER),
    "ascites": (Role.OTHER, _CATEGORY),
    "hepato": (Role.OTHER, _CATEGORY),
    "spiders": (Role.OTHER, _CATEGORY),
    "edema": (Role.OTHER, _CATEGORY),
    "bili": (_SENSITIVE, _NUMBER),
    "chol": (_SENSITIVE, _NUMBER),
    "albumin": (_SENSITIVE, _NUMBER),
    "alk.phos": (Role.OTHER, _NUMBER),
    "ast": (Role.OTHER, _NUMBER),
    "platelet": (Role.OTHER, _NUMBER),
    "protime": (Role.OTHER, _NUMBER),
    "stage": (_QI, _CATEGORY),
}
_AIDS2 = {
    "rownames": (Role.IDENTIFIER, _CATEGORY),
    "state": (_QI, _CATEGORY),
    "sex": (_QI, _CATEGORY),
    "diag": (_QI, _INTEGER),
    "death": (Role.TIME, _INTEGER),
    "status": (Role.EVENT, _CATEGORY),
    "T.categ": (_SENSITIVE, _CATEGORY),
    "age": (_QI, _INTEGER),
}
_AIDS2_DAYS = {
    "state": (_QI, _CATEGORY),
    "sex": (_QI, _CATEGORY),
    "diag": (_QI, _INTEGER),
    "days": (Role.TIME, _INTEGER),
    "status": (Role.EVENT, _CATEGORY),
    "T.categ": (_SENSITIVE, _CATEGORY),
    "age": (_QI, _INTEGER),
}
_BMT = {
    "group": (_SENSITIVE, _CATEGORY),
    "t2": (Role.TIME, _INTEGER),
    "d3": (Role.EVENT, _CATEGORY),
    "z1": (_QI, _INTEGER),
    "z2": (_QI, _INTEGER),
    "z3": (_QI, _CATEGORY),
    "z4": (_QI, _CATEGORY),
    "z5": (_SENSITIVE, _CATEGORY),
    "z6": (_SENSITIVE, _CATEGORY),
    "z7": (Role.OTHER, _INTEGER),
    "z8": (_SENSITIVE, _CATEGORY),
    "z9": (_QI, _CATEGORY),
    "z10": (Role.OTHER, _CATEGORY),
}
_HEART_FAILURE = {
    "age": (_QI, _NUMBER),
    "anaemia": (_SENSITIVE, _CATEGORY),
    "creatinine_phosphokinase": (_SENSITIVE, _INTEGER),
    "diabetes": (_SENSITIVE, _CATEGORY),
    "ejection_fraction": (_SENSITIVE, _INTEGER),
    "high_blood_pressure": (_SENSITIVE, _CATEGORY),
    "platelets": (_SENSITIVE, _NUMBER),
    "serum_creatinine": (_SENSITIVE, _NUMBER),
    "serum_sodium": (_SENSITIVE, _INTEGER),
    "sex": (_QI, _CATEGORY),
    "smoking": (_SENSITIVE, _CATEGORY),
    "time": (Role.TIME, _INTEGER),
    "DEATH_EVENT": (_TARGET, _CATEGORY),
}
_MGUS = {
    "age": (_QI, _INTEGER),
    "sex": (_QI, _CATEGORY),
    "dxyr": (_QI, _INTEGER),
    "pcdx": (_SENSITIVE, _CATEGORY),
    "pctime": (Role.OTHER, _INTEGER),
    "futime": (Role.TIME, _INTEGER),
    "death": (Role.EVENT, _CATEGORY),
    "alb": (_SENSITIVE, _NUMBER),
    "creat": (_SENSITIVE, _NUMBER),
    "hgb": (_SENSITIVE, _NUMBER),
    "mspike": (_SENSITIVE, _NUMBER),
}
_UDCA = {
    "entry.dt": (_QI, Kind.DATE),
    "trt": (Role.OTHER, _CATEGORY),
    "stage": (_QI, _CATEGORY),
    "bili": (_SENSITIVE, _NUMBER),
    "riskscore": (_SENSITIVE, _NUMBER),
    "futime": (Role.TIME, _INTEGER),
    "status": (Role.EVENT, _CATEGORY),
}
_NATIONAL2019 = {
    "PUMA": (_QI, _CATEGORY),
    "AGEP": (_QI, _INTEGER),
    "SEX": (_QI, _CATEGORY),
    "MSP": (_QI, _CATEGORY),
    "HISP": (_QI, _CATEGORY),
    "RAC1P": (_QI, _CATEGORY),
    "NOC": (Role.OTHER, _INTEGER),
    "NPF": (Role.OTHER, _INTEGER),
    "HOUSING_TYPE": (Role.OTHER, _CATEGORY),
    "OWN_RENT": (_QI, _CATEGORY),
    "DENSITY": (Role.OTHER, _NUMBER),
    "INDP": (Role.OTHER, _CATEGORY),
    "INDP_CAT": (_QI, _CATEGORY),
    "EDU": (_QI, _CATEGORY),
    "PINCP": (_SENSITIVE, _NUMBER),
    "PINCP_DECILE": (Role.OTHER, _INTEGER),
    "POVPIP": (Role.OTHER, _INTEGER),
    "DVET": (Role.OTHER, _CATEGORY),
    "DREM": (_SENSITIVE, _CATEGORY),
    "DPHY": (_SENSITIVE, _CATEGORY),
    "DEYE": (_SENSITIVE, _CATEGORY),
    "DEAR": (_SENSITIVE, _CATEGORY),
    "PWGTP": (Role.IDENTIFIER, _CATEGORY),
    "WGTP": (Role.IDENTIFIER, _CATEGORY),
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
    return _survival("colon/colon.csv", _COLON, name="colon", person="id")


def read_flchain() -> Cohort:
    """Free light chains in Olmsted County, 7,874 persons."""
    return _survival("flchain/flchain.csv", _FLCHAIN, name="flchain")


def read_nwtco() -> Cohort:
    """National Wilms tumour studies 3 and 4, 4,028 children."""
    return _survival("wilms_nwtco/nwtco.csv", _NWTCO, name="nwtco")


def read_mgus2() -> Cohort:
    """Monoclonal gammopathy at the Mayo Clinic, 1,384 patients."""
    return _survival("mgus/mgus2.csv", _MGUS2, name="mgus2")


def read_pbcseq() -> Cohort:
    """Primary biliary cholangitis, 312 patients with 1,945 visits."""
    return _survival("pbc/pbcseq.csv", _PBCSEQ, name="pbcseq", person="id")


def read_aids2() -> Cohort:
    """AIDS in Australia, 2,843 patients."""
    return _survival("aids2_au/Aids2.csv", _AIDS2, name="aids2")


def read_national2019() -> Cohort:
    """NIST's excerpt of the American Community Survey 2019, 27,253 persons, without weights."""
    raw = pd.read_csv(SHARED / "nist_national2019" / "national2019.csv", dtype=str, keep_default_na=False)
    return _cohort(raw, _NATIONAL2019, missing=("N",), name="national2019")


def read_pbc() -> Cohort:
    """Primary biliary cholangitis, 418 patients, by the schema that is bundled."""
    schema = Schema.from_yaml(_SCHEMAS / "pbc.yaml")
    return read_cohort(SHARED / "pbc" / "pbc.csv", schema, name="pbc")


def read_aids2_days() -> Cohort:
    """The patients of `read_aids2`, with the days from diagnosis to death instead of its date."""
    raw = _raw("aids2_au/Aids2.csv")
    days = (raw["death"].astype(int) - raw["diag"].astype(int)).astype(str)
    return _cohort(raw.assign(days=days)[list(_AIDS2_DAYS)], _AIDS2_DAYS, missing=("", "NA"), name="aids2_au")


def read_bmt() -> Cohort:
    """Bone marrow transplants, 137 patients: what was known before, and disease-free survival.

    The other endpoints, such as the time to graft-versus-host disease, are left out: censored with
    the patient, they are the survival time under another name.
    """
    return _cohort(_raw("bmt_km/bmt.csv")[list(_BMT)], _BMT, missing=("", "NA"), name="bmt_km")


def read_heart_failure() -> Cohort:
    """Heart failure in Faisalabad, 299 patients, with death as the target."""
    raw = _raw("heart_failure_299/cardiac_failure_df.csv")[list(_HEART_FAILURE)]
    return _cohort(raw, _HEART_FAILURE, missing=("", "NA"), name="heart_failure_299")


def read_mgus() -> Cohort:
    """Monoclonal gammopathy, the first series of the Mayo Clinic, 241 patients."""
    return _cohort(_raw("mgus/mgus.csv")[list(_MGUS)], _MGUS, missing=("", "NA"), name="mgus")


def read_udca() -> Cohort:
    """Ursodeoxycholic acid in primary biliary cholangitis, 170 patients, time to the first endpoint."""
    raw = _raw("udca/udca1.csv").merge(_raw("udca/udca.csv")[["id", "entry.dt"]], on="id")
    return _cohort(raw[list(_UDCA)], _UDCA, missing=("", "NA"), name="udca")


PATIENTS: dict[str, Callable[[], Cohort]] = {
    "pbc": read_pbc,
    "aids2_au": read_aids2_days,
    "bmt_km": read_bmt,
    "heart_failure_299": read_heart_failure,
    "mgus": read_mgus,
    "udca": read_udca,
}
"""The six patient sets on which generators are held against each other."""

COHORTS: dict[str, Callable[[], Cohort]] = {
    "adult": read_adult,
    "colon": read_colon,
    "flchain": read_flchain,
    "nwtco": read_nwtco,
    "mgus2": read_mgus2,
    "pbcseq": read_pbcseq,
    "aids2": read_aids2,
    "national2019": read_national2019,
}


def draw(cohort: Cohort, sizes: tuple[int, ...], *, seed: int) -> list[Cohort]:
    """Disjoint random parts of a cohort, by person."""
    order = np.random.default_rng(seed).permutation(cohort.n_persons)
    return [cohort.of_persons(part) for part in np.split(order, np.cumsum(sizes))[:-1]]


def _survival(
    path: str, columns: dict[str, tuple[Role, Kind]], *, name: str, person: str | None = None
) -> Cohort:
    return _cohort(_raw(path), columns, missing=("", "NA"), name=name, person=person)


def _raw(path: str) -> pd.DataFrame:
    return pd.read_csv(SHARED / path, dtype=str, keep_default_na=False)


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

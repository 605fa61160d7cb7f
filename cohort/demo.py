"""The embedded cohorts: everything can be tried without anybody's file."""

from collections.abc import Callable, Mapping

from cohort.cohort import Cohort
from cohort.errors import ConfigError, Problem
from cohort.registry import simulate
from cohort.schema import Column, Kind, Role, Schema
from cohort.typed import typed_table

_DIABETES = Schema(
    columns=(
        Column(name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER, unit="years", range=(0, 110)),
        Column(name="sex", kind=Kind.CATEGORY, role=Role.QUASI_IDENTIFIER, categories=("1", "2")),
        Column(name="bmi", kind=Kind.NUMBER, unit="kg/m²", range=(10.0, 80.0)),
        Column(name="blood_pressure", kind=Kind.NUMBER, unit="mm Hg", range=(30.0, 250.0)),
        Column(name="total_cholesterol", kind=Kind.INTEGER, unit="mg/dl", range=(20, 1000)),
        Column(name="ldl", kind=Kind.NUMBER, unit="mg/dl", range=(5.0, 800.0)),
        Column(name="hdl", kind=Kind.NUMBER, unit="mg/dl", range=(5.0, 200.0)),
        Column(name="cholesterol_hdl_ratio", kind=Kind.NUMBER, range=(1.0, 30.0)),
        Column(name="log_triglycerides", kind=Kind.NUMBER, unit="log mg/dl", range=(2.0, 9.0)),
        Column(name="glucose", kind=Kind.INTEGER, unit="mg/dl", range=(20, 1000)),
        Column(name="progression", kind=Kind.INTEGER, role=Role.TARGET, range=(0, 500)),
    ),
)
_DIABETES_NAMES = {
    "bp": "blood_pressure",
    "s1": "total_cholesterol",
    "s2": "ldl",
    "s3": "hdl",
    "s4": "cholesterol_hdl_ratio",
    "s5": "log_triglycerides",
    "s6": "glucose",
    "target": "progression",
}


def demo_cohort(name: str, *, seed: int = 0) -> Cohort:
    """An embedded cohort.

    Parameters
    ----------
    name : str
        A key of `DEMOS`.
    seed : int
        Of a simulated cohort; real patients stay as they are.

    Raises
    ------
    ConfigError
        Where there is no such cohort; the message lists those there are.
    """
    if name not in DEMOS:
        what = f"there is no embedded cohort {name!r}."
        raise ConfigError(Problem(what=what, remedy=f"Use one of: {', '.join(DEMOS)}."))
    return DEMOS[name](seed)


def _registry(seed: int) -> Cohort:
    return simulate(seed=seed).cohort


def _diabetes(_seed: int) -> Cohort:
    """442 real patients of Efron et al. 2004 (https://doi.org/10.1214/009053604000000067)."""
    # Only here: the dashboard imports the cohorts and must not load scikit-learn.
    from sklearn.datasets import load_diabetes

    table = load_diabetes(scaled=False, as_frame=True).frame.rename(columns=_DIABETES_NAMES)
    table = typed_table(table.astype({"sex": "int64"}), _DIABETES, where="diabetes")
    return Cohort(schema=_DIABETES, table=table, name="diabetes")


DEMOS: Mapping[str, Callable[[int], Cohort]] = {"registry": _registry, "diabetes": _diabetes}

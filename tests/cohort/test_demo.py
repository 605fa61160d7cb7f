import subprocess
import sys

import pandas as pd
import pytest
from sklearn.datasets import load_diabetes

from cohort.demo import DEMOS, demo_cohort
from cohort.errors import ConfigError
from cohort.registry import simulate
from cohort.schema import Kind, Role


def test_the_registry_is_the_simulators():
    pd.testing.assert_frame_equal(demo_cohort("registry", seed=2).table, simulate(seed=2).cohort.table)


def test_diabetes_is_scikit_learns_unscaled():
    cohort = demo_cohort("diabetes")
    bundled = load_diabetes(scaled=False, as_frame=True).frame
    assert cohort.table.shape == bundled.shape == (442, 11)
    for mine, theirs in zip(cohort.schema.names, bundled.columns, strict=True):
        assert (cohort.table[mine].astype(float) == bundled[theirs]).all(), mine
    assert cohort.n_persons == 442


def test_diabetes_fulfils_its_schema():
    cohort = demo_cohort("diabetes")
    types = {Kind.NUMBER: "float64", Kind.INTEGER: "Int64"}
    for column in cohort.schema.columns:
        series = cohort.table[column.name]
        assert str(series.dtype) == types.get(column.kind, "object")
        assert column.range is None or series.between(*column.range).all()
        assert column.categories is None or set(series) == set(column.categories)
    assert cohort.schema.quasi_identifiers == ("age", "sex")
    assert [column.name for column in cohort.schema.with_role(Role.TARGET)] == ["progression"]
    assert cohort.schema.unconfirmed == ()


@pytest.mark.parametrize("name", DEMOS)
def test_each_is_named_as_asked_and_equal_for_equal_seeds(name):
    first, again = demo_cohort(name, seed=1), demo_cohort(name, seed=1)
    assert first.name == name
    pd.testing.assert_frame_equal(first.table, again.table)


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(ConfigError, match="registry, diabetes"):
        demo_cohort("pbc")


def test_importing_loads_no_scikit_learn():
    code = "import sys, cohort.demo; cohort.demo.demo_cohort('registry'); sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

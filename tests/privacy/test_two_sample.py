"""The two-sample test is silent between halves of one cohort and rings between two."""

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split
from privacy.two_sample import holdout_differs, two_sample_p

SCHEMA = Schema(
    columns=(
        Column(name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER),
        Column(name="sex", kind=Kind.CATEGORY, role=Role.QUASI_IDENTIFIER),
        Column(name="lab", kind=Kind.NUMBER),
        Column(name="other", kind=Kind.NUMBER),
    )
)


def _cohort(rows, *, seed, older=0.0, missing=0.0, related=True):
    rng = np.random.default_rng(seed)
    age = (rng.normal(50 + older, 12, rows)).round()
    lab = rng.normal(size=rows)
    other = lab + 0.3 * rng.normal(size=rows) if related else rng.normal(size=rows) * np.hypot(1, 0.3)
    lab[rng.random(rows) < missing] = np.nan
    table = pd.DataFrame({"age": age, "sex": rng.choice(["f", "m"], rows), "lab": lab, "other": other})
    return Cohort(schema=SCHEMA, table=table.astype({"age": "Int64"}))


def test_halves_of_one_cohort_differ_as_often_as_chance_says():
    p = [
        two_sample_p(Split(train=_cohort(60, seed=seed), holdout=_cohort(30, seed=1000 + seed)), seed=seed)
        for seed in range(120)
    ]
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 120)
    assert np.mean(p) > 0.35


@pytest.mark.parametrize(
    "other",
    [{"older": 8.0}, {"missing": 0.3}, {"related": False}],
    ids=["a shifted column", "more missing values", "another relation"],
)
def test_another_hospital_is_recognised(other):
    split = Split(train=_cohort(150, seed=1), holdout=_cohort(150, seed=2, **other))
    assert holdout_differs(split, seed=0)


def test_a_drawn_holdout_is_not_tested():
    cohort = _cohort(60, seed=0)
    split = Split(train=cohort, holdout=_cohort(60, seed=1, older=30), seed=3)
    assert not holdout_differs(split, seed=0)
    assert not holdout_differs(Split(train=cohort, holdout=None), seed=0)


def test_equal_rows_do_not_take_the_side_of_who_comes_first():
    same = Cohort(schema=SCHEMA, table=_cohort(1, seed=0).table.loc[[0] * 40].reset_index(drop=True))
    assert two_sample_p(Split(train=same, holdout=same), seed=0) > 0.05


def test_an_all_missing_column_is_no_difference():
    cohorts = [_cohort(50, seed=seed, missing=1.0) for seed in (0, 1)]
    assert two_sample_p(Split(train=cohorts[0], holdout=cohorts[1]), seed=0) > 0.01


def test_equal_seeds_give_equal_p():
    split = Split(train=_cohort(40, seed=0), holdout=_cohort(40, seed=1))
    assert two_sample_p(split, seed=5) == two_sample_p(split, seed=5)

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.cohort import Cohort
from cohort.errors import ConfigError
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import split_cohort


def _cohort(persons, target, kind=Kind.CATEGORY):
    columns = (
        Column(name="id", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
        Column(name="y", kind=kind, role=Role.TARGET),
    )
    table = pd.DataFrame({"id": [str(person) for person in persons], "y": target})
    return Cohort(schema=Schema(columns=columns, person="id"), table=table)


@settings(max_examples=60, deadline=None)
@given(
    visits=st.lists(st.integers(1, 3), min_size=2, max_size=60),
    holdout=st.sampled_from([0.25, 0.5]),
    seed=st.integers(0, 99),
)
def test_train_and_holdout_share_no_person_and_lose_none(visits, holdout, seed):
    persons = np.repeat(np.arange(len(visits)), visits)
    cohort = _cohort(persons, ["ab"[person % 2] for person in persons])
    split = split_cohort(cohort, holdout=holdout, seed=seed)
    train, aside = set(split.train.table["id"]), set(split.holdout.table["id"])
    assert not train & aside
    assert len(split.train) + len(split.holdout) == len(cohort)
    assert abs(len(aside) - holdout * len(visits)) < 1


@pytest.mark.parametrize("seed", range(5))
def test_a_rare_class_is_on_both_sides(seed):
    split = split_cohort(_cohort(range(100), ["rare"] * 4 + ["common"] * 96), seed=seed)
    assert (split.train.table["y"] == "rare").sum() == 2
    assert (split.holdout.table["y"] == "rare").sum() == 2


def test_equal_seeds_give_equal_splits():
    cohort = _cohort(range(50), np.arange(50.0), kind=Kind.NUMBER)
    first, second, other = (split_cohort(cohort, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first.train.table, second.train.table)
    assert not first.train.table.equals(other.train.table)


def test_everybody_is_set_aside_equally_often():
    cohort = _cohort(range(10), ["a"] * 3 + ["b"] * 7)
    aside = sum(
        np.isin(np.arange(10), split_cohort(cohort, seed=seed).holdout.table["id"].astype(int)).astype(int)
        for seed in range(600)
    )
    # Five standard errors of a binomial share.
    assert np.abs(aside / 600 - 0.5).max() < 5 * np.sqrt(0.25 / 600)


@pytest.mark.parametrize("persons", [40, 41])
def test_cross_fitted_everybody_is_train_once_and_set_aside_once(persons):
    split = _cohort(np.repeat(np.arange(persons), 2), ["a", "b"] * persons).split(folds=2, seed=3)
    first, second = split.folds
    train = [set(fold.train.table["id"]) for fold in (first, second)]
    aside = [set(fold.holdout.table["id"]) for fold in (first, second)]
    assert (train[0], train[1]) == (aside[1], aside[0])
    assert not train[0] & train[1]
    assert len(train[0] | train[1]) == persons
    assert abs(len(train[0]) - len(train[1])) <= 1
    assert not first.cross_fitted
    assert (first.seed, second.seed) == (3, 3)


def test_a_plain_split_is_its_own_only_fold():
    split = split_cohort(_cohort(range(20), ["a"] * 20))
    assert split.folds == (split,)


@pytest.mark.parametrize("asked", [{"folds": 3}, {"folds": 0}, {"folds": 2, "holdout": 0.3}])
def test_other_folds_are_refused(asked):
    with pytest.raises(ConfigError, match="folds=2 alone"):
        _cohort(range(20), ["a"] * 20).split(**asked)

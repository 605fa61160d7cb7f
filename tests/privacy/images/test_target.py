import numpy as np
import pytest

from cohort.images import ImageSplit
from privacy.images import target as target_module
from privacy.images.target import build_target


def test_groups_lie_together_and_train_comes_first(case, fresh):
    assert len(fresh.is_train) == case.split.train.n_groups + case.split.holdout.n_groups
    assert fresh.is_train.sum() == case.split.train.n_groups
    assert (np.diff(fresh.owners) >= 0).all()
    assert np.isinf(np.diag(fresh.between)).all()
    assert fresh.pool.apart.shape == (len(case.fresh), len(fresh.pixels))


def test_a_group_has_the_largest_of_its_pictures(fresh):
    values = np.random.default_rng(0).random(len(fresh.pixels))
    expected = [values[fresh.owners == group].max() for group in range(len(fresh.is_train))]
    assert fresh.largest(values).tolist() == expected


def test_sides_are_treated_alike(case):
    swapped = ImageSplit(train=case.split.holdout, holdout=case.split.train, seed=0)
    one, other = (build_target(case.fresh, each, seed=0) for each in (case.split, swapped))
    assert sorted(one.to_release) == pytest.approx(sorted(other.to_release), abs=1e-3)


def test_of_a_big_cohort_some_groups_are_drawn(case, monkeypatch):
    monkeypatch.setattr(target_module, "MOST_ATTACKED", 25)
    found = build_target(case.fresh, case.split, seed=0)
    assert found.sampled
    assert found.is_train.sum() == 25
    assert (~found.is_train).sum() == 25
    assert set(found.owners) == set(range(50))

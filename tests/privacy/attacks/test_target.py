import numpy as np
import pytest

from cohort.split import Split
from privacy.attacks import target as module
from privacy.attacks.target import build_target, draw_persons
from privacy.planted import plant


def test_neighbours_are_those_of_other_persons(make_split):
    split, release = make_split(40, visits=3)
    found = build_target(release, split, seed=0)
    assert len(found.real) == 240
    assert found.is_train.sum() == 40
    assert len(found.rows) == len(found.points) == len(found.to_real) == 240
    assert (np.diff(found.to_synthetic, axis=1) >= 0).all()


def test_train_and_control_are_treated_alike(make_split):
    split, release = make_split(40)
    swapped = Split(train=split.holdout, holdout=split.train)
    one, other = (build_target(release, each, seed=0) for each in (split, swapped))
    assert one.to_real == pytest.approx(np.r_[other.to_real[40:], other.to_real[:40]])
    assert one.to_synthetic[:, 0] == pytest.approx(
        np.r_[other.to_synthetic[40:, 0], other.to_synthetic[:40, 0]]
    )


def test_the_worst_row_of_a_person_counts(make_split):
    split, release = make_split(30, visits=2)
    found = build_target(release, split, seed=0)
    values = np.arange(120.0)
    assert found.largest(values).tolist() == list(range(1, 120, 2))


def test_big_tables_are_drawn_from_alike_but_searched_whole(make_split, monkeypatch):
    monkeypatch.setattr(module, "MOST_ATTACKED", 25)
    split, release = make_split(60, control=40)
    whole_draw = draw_persons(np.arange(100) < 60, most=25, rng=np.random.default_rng(0))
    found = build_target(release, split, seed=0)
    assert found.attacked.tolist() == whole_draw.tolist()
    assert found.attacked_is_train.sum() == 25
    assert (~found.attacked_is_train).sum() == 25
    monkeypatch.setattr(module, "MOST_ATTACKED", 1000)
    whole = build_target(release, split, seed=0)
    assert found.to_real == pytest.approx(whole.to_real[found.rows])


def test_one_row_each(make_split):
    split, release = make_split(30, visits=4)
    found = build_target(release, split, seed=0)
    table, is_train = found.one_row_each(rng=np.random.default_rng(0), most=20)
    assert len(table) == len(is_train) == 40
    assert is_train.sum() == 20


def test_the_key_of_a_synthetic_person_is_no_feature(visiting):
    split = visiting(60).split(seed=0)
    linked = visiting(30, seed=1).table
    told, untold = (build_target(release, split, seed=0) for release in (linked, linked.drop(columns="id")))
    assert "id" not in told.synthetic
    assert (told.to_synthetic == untold.to_synthetic).all()
    assert (told.points.numbers == untold.points.numbers).all()


def test_targets_are_persons_however_many_visits_they_have(visiting):
    split = visiting(60).split(seed=0)
    found = build_target(visiting(60, seed=1).table, split, seed=0)
    assert len(found.attacked) == 60
    [planted] = plant(found, share=0.15, repeats=1, rng=np.random.default_rng(0))
    assert len(planted.copies) == round(0.15 * len(found.synthetic))

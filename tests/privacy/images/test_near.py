import numpy as np
import pytest

from privacy.images.near import flagged, near_copies, ratios_of, threshold
from privacy.images.planted import KINDS, doctored


def test_the_ratio_is_first_over_second_of_another_group():
    distances = np.array([[0.1, 0.15, 0.4], [0.5, 0.6, 0.5]], dtype=np.float32)
    assert ratios_of(distances, np.array([0, 0, 1])) == pytest.approx([0.25, 1.0])


def test_where_nobody_is_second_nothing_is_near():
    distances = np.array([[0.1, 0.2]], dtype=np.float32)
    assert ratios_of(distances, np.array([0, 0])).tolist() == [1.0]
    assert ratios_of(np.zeros((1, 2), dtype=np.float32), np.array([0, 1])).tolist() == [1.0]
    assert ratios_of(np.zeros((3, 0), dtype=np.float32), np.array([], dtype=int)).tolist() == [1.0] * 3


def test_the_threshold_is_conformal():
    usual = np.arange(1, 1000) / 1000
    assert threshold(usual) == 0.007
    assert threshold(usual[:50]) == 0.001
    assert threshold(np.array([])) == 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_copies_of_every_kind_are_flagged(case, releasing, kind):
    train = case.split.train
    copies = releasing(train)
    object.__setattr__(copies, "pixels", doctored(train.pixels, kind, rng=np.random.default_rng(0)))
    flags, ratios = flagged(copies, case.split)
    assert flags.mean() >= 0.85
    assert flags.shape == ratios.shape == (len(train),)


def test_fresh_pictures_are_left_alone(case):
    flags, ratios = flagged(case.fresh, case.split)
    assert flags.mean() <= 0.03
    assert np.median(ratios) > 0.8


def test_a_filter_needs_no_holdout_and_finds_the_same(case):
    flags, _ = near_copies(case.copies, case.split.train)
    assert flags.mean() >= 0.95
    flags, _ = near_copies(case.fresh, case.split.train)
    assert flags.mean() <= 0.03


def test_alike_pictures_are_nobodys_copies(case, releasing, make_cohort):
    flat = make_cohort(np.full((5, 32, 32, 3), 90, dtype=np.uint8))
    flags, ratios = near_copies(releasing(flat), flat)
    assert not flags.any()
    assert ratios.tolist() == [1.0] * 5

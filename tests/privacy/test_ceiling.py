from math import comb

import pytest

from privacy.ceiling import ceiling


def test_one_copied_person_cannot_be_told_from_chance():
    assert ceiling(train=100, control=100, share=0.01) == pytest.approx(0.1)


def test_five_of_a_hundred_can_be_and_four_not_always():
    assert ceiling(train=100, control=100, share=0.05) == 1
    all_four_in_train = comb(100, 4) / comb(200, 4)
    assert ceiling(train=100, control=100, share=0.04) == pytest.approx(0.05 / all_four_in_train)


def test_a_small_control_makes_train_the_likely_side():
    assert ceiling(train=100, control=25, share=0.05) < 0.2


def test_cross_fitted_the_labels_must_be_right_about_the_copied_of_both_halves():
    all_right = comb(96, 48) / comb(100, 50)
    found = ceiling(train=50, control=50, share=0.04, cross_fitted=True)
    assert found == pytest.approx(0.05 / all_right)
    assert found > ceiling(train=50, control=50, share=0.04)

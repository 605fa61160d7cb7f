import numpy as np
import pandas as pd
import pytest

from synth.complete import Part
from synth.laws import Classes, classes_of, fit_classes, fit_spread, normal_scores
from synth.losses import softmax


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_number_keeps_its_distribution_and_its_relation(rng):
    x = rng.normal(size=(600, 1))
    y = np.exp(x[:, 0] + 0.5 * rng.normal(size=600))
    target = normal_scores(y, rng)
    expected = target - 0.4 * rng.normal(size=target.shape)
    law = fit_spread(expected, target - expected, y, np.arange(600))
    drawn = law.draw(expected, expected, rng)
    assert np.quantile(drawn, [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(y, [0.1, 0.5, 0.9]), rel=0.15)
    assert np.corrcoef(np.log(drawn), target[:, 0])[0, 1] == pytest.approx(
        np.corrcoef(expected[:, 0], target[:, 0])[0, 1] ** 2, abs=0.06
    )


def test_no_number_is_drawn_as_it_was_but_one_that_many_share(rng):
    y = np.where(rng.random(400) < 0.3, 0.0, rng.lognormal(size=400))
    flat = np.zeros((400, 1))
    law = fit_spread(flat, normal_scores(y, rng), y, np.arange(400))
    drawn = law.draw(np.zeros((4000, 1)), np.zeros((4000, 1)), rng)
    assert np.mean(drawn == 0) == pytest.approx(np.mean(y == 0), abs=0.03)
    assert not np.isin(drawn[drawn != 0], y).any()


def test_scores_are_the_ranks_of_a_normal_and_ties_fall_by_chance(rng):
    scores = normal_scores(np.r_[np.arange(500.0), np.full(500, 1000.0)], rng)
    assert scores.shape == (1000, 1)
    assert (scores.mean(), scores.std()) == pytest.approx((0, 1), abs=0.01)
    assert (np.diff(scores[:500, 0]) > 0).all()
    assert scores[:500].max() < scores[500:].min()
    assert np.mean(np.diff(scores[500:, 0]) > 0) == pytest.approx(0.5, abs=0.1)


def test_classes_come_up_as_often_as_they_should(rng):
    scores = rng.normal(size=(3000, 3))
    drawn = Classes(levels=np.eye(3)).draw(scores, scores, rng)
    shares = softmax(scores)
    for level in range(3):
        for rows in (scores[:, level] > 1, scores[:, level] < -1):
            assert np.mean(drawn[rows] == level) == pytest.approx(shares[rows, level].mean(), abs=0.05)


def test_draws_that_are_balanced_stray_less_than_chance(rng):
    scores = np.zeros((400, 2))
    law = Classes(levels=np.eye(2))
    shares = [np.mean(law.draw(scores, scores, rng)) for _ in range(40)]
    assert np.std(shares) < 0.6 * 0.5 / np.sqrt(400)


def test_levels_too_rare_to_fill_a_leaf_are_one_class():
    codes = np.repeat([0, 1, 2, 3], [30, 3, 40, 2])
    part = Part(column="site", name="site", levels=4)
    frame = {"site": codes}
    classes = classes_of(part, frame, np.arange(75), leaf=10)
    assert len(set(classes[[0, 1, 2]])) == 3
    assert classes[1] == classes[3]
    # Three rows of one person are one person's.
    assert len(set(classes_of(part, frame, np.zeros(75, dtype=int), leaf=10))) == 1


def test_a_class_gives_its_levels_as_often_as_they_came_up():
    law = fit_classes(np.repeat([0, 1, 2], [10, 30, 5]), np.array([0, 0, 1, 1, 2]))
    np.testing.assert_allclose(
        law.levels, [[0.25, 0.75, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 1]], atol=1e-8
    )
    assert law.classes.tolist() == [0, 0, 1, 1, 2]


def test_a_level_that_nobody_has_is_left_out_of_a_class_that_somebody_has(rng):
    law = fit_classes(np.zeros(20, dtype=int), np.array([0, 0, 1]), only_held=True)
    assert law.levels == pytest.approx(np.array([[1, 0, 0], [0, 0, 1]]))
    assert law.levels[0, 1] == 0
    shown = pd.Series(law.draw(np.tile([5.0, -5.0], (200, 1)), np.zeros((200, 1)), rng))
    assert 1 not in set(shown)

import numpy as np
import pytest

from synth.losses import intercept, losses, residual, slope, softmax


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_probabilities_add_up_however_far_apart_scores_are():
    np.testing.assert_allclose(softmax(np.array([[0.0, 0.0], [1000.0, 0.0], [np.log(3), 0]])),
                               [[0.5, 0.5], [1, 0], [0.75, 0.25]])  # fmt: skip


def test_the_loss_is_the_squared_error_or_the_negative_log_probability():
    assert losses(np.array([[1.0]]), np.array([[4.0]]), classes=False).tolist() == [9.0]
    found = losses(np.array([[np.log(3), 0.0], [np.log(3), 0.0]]), np.eye(2), classes=True)
    assert found == pytest.approx(-np.log([0.75, 0.25]))


def test_the_curve_of_two_classes_is_that_of_one_score_for_each(rng):
    left, curve = residual(np.zeros((4, 2)), np.eye(2)[[0, 1, 1, 1]], np.ones(4), classes=True)
    assert curve.tolist() == [0.5, 0.5]
    assert left.sum(axis=0) == pytest.approx([-1, 1])
    left, curve = residual(np.ones((3, 1)), np.zeros((3, 1)), np.ones(3), classes=False)
    assert (left == -1).all()
    assert curve == [1]


@pytest.mark.parametrize("classes", [True, False])
def test_an_intercept_brings_scores_to_the_mean(rng, classes):
    start = rng.normal(size=(300, 3 if classes else 1))
    weights = rng.random(300)
    target = np.eye(3)[rng.choice(3, 300, p=[0.7, 0.2, 0.1])] if classes else rng.normal(5, 1, (300, 1))
    scores = start + intercept(target, start, weights, classes=classes)
    fitted = softmax(scores) if classes else scores
    assert weights @ fitted == pytest.approx(weights @ target, rel=1e-3)


@pytest.mark.parametrize(("truth", "found"), [(1.0, 1.0), (0.5, 0.5), (0.0, 0.0), (-1.0, 0.0)])
def test_a_slope_says_how_far_scores_hold_here(rng, truth, found):
    expected = rng.normal(size=(2000, 1))
    number = truth * expected + 0.3 * rng.normal(size=(2000, 1)) + 4
    assert slope(expected, number, np.arange(2000), classes=False) == found


def test_persons_weigh_the_same_in_a_slope_however_many_rows_they_have(rng):
    expected = rng.normal(size=(500, 1))
    persons = np.r_[np.zeros(400, dtype=int), np.arange(1, 101)]
    number = np.where(persons[:, None] == 0, 0.0, expected)
    assert slope(expected, number, persons, classes=False) == 1.0

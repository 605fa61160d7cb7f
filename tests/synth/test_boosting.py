import numpy as np
import pytest

from synth.boosting import Growth, boost
from synth.losses import softmax

GROWTH = Growth(leaf=15)


def test_a_number_is_learnt_and_residuals_are_of_persons_left_out():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 3))
    y = (np.abs(x[:, 0]) + 0.3 * rng.normal(size=400))[:, None]
    boosted, left = boost(x, y, np.arange(400), GROWTH, classes=False, seed=0)
    assert np.var(y - boosted.predict(x)) < 0.4 * y.var()
    assert len(left) == 400
    assert left.var() > np.var(y - boosted.predict(x))
    fresh = rng.normal(size=(4000, 3))
    error = np.abs(fresh[:, 0]) + 0.3 * rng.normal(size=4000) - boosted.predict(fresh)[:, 0]
    assert 0.95 < left.std() / error.std() < 1.25


def test_classes_get_their_probabilities():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 3, (600, 1))
    shares = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]])
    codes = np.array([rng.choice(3, p=shares[row]) for row in x[:, 0]])
    boosted, _ = boost(x, np.eye(3)[codes], np.arange(600), GROWTH, classes=True, seed=0)
    np.testing.assert_allclose(softmax(boosted.predict(np.arange(3)[:, None])), shares, atol=0.12)


@pytest.mark.parametrize("classes", [True, False])
def test_noise_is_seldom_learnt(classes):
    learnt = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        y = np.eye(2)[rng.integers(0, 2, 300)] if classes else rng.normal(size=(300, 1))
        boosted, _ = boost(rng.normal(size=(300, 5)), y, np.arange(300), GROWTH, classes=classes, seed=0)
        learnt.append(bool(boosted.trees) or boosted.slopes.any())
    assert np.mean(learnt) <= 0.34  # measured over 30 seeds: .13 and .17


def test_leaves_hold_persons_not_rows():
    rng = np.random.default_rng(0)
    persons = np.repeat(np.arange(90), rng.integers(1, 9, 90))
    x = persons[:, None] + rng.random((len(persons), 1))
    boosted, _ = boost(x, (x > 40) * 5.0 + 0.05 * x, persons, GROWTH, classes=False, seed=0)
    for tree in boosted.trees:
        leaves = tree.apply(x)
        assert min(len(np.unique(persons[leaves == leaf])) for leaf in np.unique(leaves)) >= 15


def test_persons_weigh_the_same_however_many_rows_they_have():
    persons = np.r_[np.zeros(300, dtype=int), np.arange(1, 61)]
    y = np.r_[np.full(300, 9.0), np.zeros(60)][:, None]
    boosted, _ = boost(np.zeros((360, 1)), y, persons, GROWTH, classes=False, seed=0)
    assert boosted.base[0] == pytest.approx(9 / 61)


def test_one_person_can_be_learnt_from():
    boosted, left = boost(np.zeros((2, 1)), np.ones((2, 1)), np.zeros(2, int), GROWTH, classes=False, seed=0)
    assert not boosted.trees
    assert np.isfinite(left).all()


def test_a_line_is_learnt_as_a_line():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 4))
    y = (x @ [1.0, 0.5, 0.0, 0.0] + rng.normal(size=300))[:, None]
    boosted, _ = boost(x, y, np.arange(300), Growth(leaf=60, depth=2), classes=False, seed=0)
    assert boosted.slopes[0, 0] > boosted.slopes[1, 0] > 3 * abs(boosted.slopes[2:, 0]).max()
    codes = (y[:, 0] > 0).astype(int)
    boosted, _ = boost(x, np.eye(2)[codes], np.arange(300), GROWTH, classes=True, seed=0)
    assert boosted.slopes[0, 1] > boosted.slopes[1, 1] > 0 > boosted.slopes[0, 0]

import numpy as np
import pytest
from lifelines.utils import concordance_index
from sklearn.metrics import r2_score, roc_auc_score

from utility.accuracy import auroc, concordance, macro_auroc, r_squared


def ones(n):
    return np.ones((1, n))


@pytest.mark.parametrize("seed", range(5))
def test_auroc_is_sklearns_with_ties_and_weights(seed):
    rng = np.random.default_rng(seed)
    positive, predicted = rng.random(60) < 0.3, rng.integers(-4, 4, size=60).astype(float)
    weights = rng.integers(0, 4, size=(3, 60)).astype(float)
    expected = [roc_auc_score(positive, predicted, sample_weight=w) for w in weights]
    np.testing.assert_allclose(auroc(positive, predicted, weights), expected, rtol=1e-12)


def test_auroc_known_answers():
    positive = np.array([False, False, True, True])
    assert auroc(positive, np.array([-4.0, -3, -2, -1]), ones(4)) == [1]
    assert auroc(positive, -np.array([-4.0, -3, -2, -1]), ones(4)) == [0]
    assert auroc(positive, np.zeros(4), ones(4)) == [0.5]


def test_auroc_of_one_class_is_unknown():
    assert np.isnan(auroc(np.zeros(5, dtype=bool), np.arange(5.0), ones(5))).all()


def test_macro_auroc_is_sklearns_and_an_unknown_class_costs():
    rng = np.random.default_rng(0)
    truth = np.r_[0:3, rng.integers(0, 3, size=87)].astype(float)[:, None]
    predicted = rng.dirichlet(np.ones(3), size=90)
    expected = roc_auc_score(truth[:, 0], predicted, multi_class="ovr")
    found = macro_auroc(truth, predicted, ones(90), classes=[0, 1, 2])
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    perfect = np.eye(3)[truth[:, 0].astype(int)]
    perfect[:, 2] = 0
    np.testing.assert_allclose(macro_auroc(truth, perfect, ones(90), classes=[0, 1, 2]), 2.5 / 3)


@pytest.mark.parametrize("shift", [0.0, -1e6])
def test_r_squared_is_sklearns(shift):
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(50, 1)) + shift
    predicted = truth + rng.normal(size=(50, 1)) / 2
    weights = rng.integers(0, 3, size=(2, 50)).astype(float)
    expected = [r2_score(truth, predicted, sample_weight=w) for w in weights]
    np.testing.assert_allclose(r_squared(truth, predicted, weights), expected, rtol=1e-6)


def test_r_squared_is_clipped_and_unknown_for_a_constant():
    truth = np.arange(5.0)[:, None]
    assert r_squared(truth, truth + 1e9, ones(5)) == [-1]
    assert np.isnan(r_squared(np.full((5, 1), -7.3), truth, ones(5))).all()


@pytest.mark.parametrize("seed", range(5))
def test_concordance_is_lifelines_with_ties(seed):
    rng = np.random.default_rng(seed)
    time, event = rng.integers(0, 12, size=80).astype(float), rng.random(80) < 0.5
    risk = rng.integers(-5, 5, size=80).astype(float)
    found = concordance(np.column_stack([time, event]).astype(float), risk[:, None], ones(80))
    np.testing.assert_allclose(found, concordance_index(time, -risk, event), rtol=1e-12)


def test_weighted_concordance_is_that_of_the_repeated_rows():
    rng = np.random.default_rng(0)
    truth = np.column_stack([rng.exponential(size=700), np.ones(700)])
    risk = rng.normal(size=(700, 1)) - truth[:, :1]
    weights = rng.integers(0, 3, size=(1, 700)).astype(float)
    rows = np.repeat(np.arange(700), weights[0].astype(int))
    expected = concordance_index(truth[rows, 0], -risk[rows, 0], truth[rows, 1])
    np.testing.assert_allclose(concordance(truth, risk, weights), expected, rtol=1e-12)


def test_concordance_without_an_event_is_unknown():
    truth = np.column_stack([np.arange(5.0), np.zeros(5)])
    assert np.isnan(concordance(truth, np.zeros((5, 1)), ones(5))).all()

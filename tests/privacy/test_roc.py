import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from privacy.roc import auc, hits_at, rate_at
from privacy.statistics import newcombe


def sides(n, control, *, shift, seed, decimals=None):
    rng = np.random.default_rng(seed)
    scores = np.r_[rng.normal(shift, 1, n), rng.normal(size=control)]
    return scores if decimals is None else np.round(scores, decimals), np.arange(n + control) < n


@pytest.mark.parametrize("decimals", [None, 0])
def test_the_area_is_that_of_the_curve(decimals):
    scores, is_train = sides(80, 30, shift=0.7, seed=0, decimals=decimals)
    found = auc(scores, is_train)
    assert found["value"] == pytest.approx(roc_auc_score(is_train, scores))
    assert found["low"] < found["value"] < found["high"]


def test_delong_variance_of_a_small_example():
    # Placements by hand: train 3, 2, 2 of 3; control 0 of the three below it, 2, 3 passed by all.
    scores, is_train = np.array([5.0, 3.0, 2.5, 4.0, 2.0, 1.0]), np.array([True] * 3 + [False] * 3)
    found = auc(scores, is_train)
    deviation = np.sqrt(np.var([1, 2 / 3, 2 / 3], ddof=1) / 3 + np.var([1 / 3, 1, 1], ddof=1) / 3)
    value = 7 / 9
    ends = np.log(value / (1 - value)) + np.array([-1, 1]) * norm.ppf(0.975) * deviation / (
        value * (1 - value)
    )
    assert found["value"] == pytest.approx(value)
    assert (found["low"], found["high"]) == pytest.approx(tuple(1 / (1 + np.exp(-ends))))


@pytest.mark.parametrize(("n", "control", "shift"), [(30, 20, 0), (100, 25, 0.5), (40, 40, 1.5), (40, 40, 3)])
def test_the_areas_interval_covers(n, control, shift):
    truth, inside = norm.cdf(shift / np.sqrt(2)), []
    for seed in range(400):
        found = auc(*sides(n, control, shift=shift, seed=seed))
        inside.append(found["low"] <= truth <= found["high"])
    assert np.mean(inside) >= 0.92


def test_a_perfect_and_an_empty_score_keep_an_interval():
    is_train = np.arange(40) < 20
    perfect, reverse = auc(is_train.astype(float), is_train), auc((~is_train).astype(float), is_train)
    assert perfect["value"] == perfect["high"] == 1
    assert 0.7 < perfect["low"] < 0.9
    assert reverse["high"] == pytest.approx(1 - perfect["low"])


def test_scores_that_all_tie_tell_nobody_from_anybody():
    assert auc(np.zeros(40), np.arange(40) < 20) == {"reason": "every person scores alike"}


def test_ties_claim_nobody_beyond_the_rate():
    is_train = np.arange(40) < 20
    assert hits_at(np.zeros(40), is_train, false_positives=0.1).sum() == 0
    scores = np.r_[np.arange(20.0), np.repeat([18.5, 10, 0], [1, 9, 10])]
    hits = hits_at(scores, is_train, false_positives=0.1)
    assert hits[~is_train].sum() == 1
    assert hits[is_train].sum() == 1  # 19 alone: control's second is one of nine tied
    distinct = np.r_[np.arange(20.0), np.arange(20.0) - 0.5]
    assert hits_at(distinct, is_train, false_positives=0.1)[~is_train].sum() == 2


@pytest.mark.parametrize(("share", "control"), [(0.01, 499), (0.1, 49)])
def test_a_rate_that_few_controls_cannot_carry_is_refused(share, control):
    rng = np.random.default_rng(0)
    scores, is_train = sides(60, control, shift=1, seed=0)
    assert "persons of control" in rate_at(scores, is_train, false_positives=share, rng=rng)["reason"]
    scores, is_train = sides(60, control + 1, shift=1, seed=0)
    assert 0 <= rate_at(scores, is_train, false_positives=share, rng=rng)["value"] <= 1


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_the_rates_interval_covers_threshold_and_all(shift):
    truth, inside = norm.sf(norm.ppf(0.9) - shift), []
    for seed in range(200):
        scores, is_train = sides(100, 60, shift=shift, seed=seed)
        found = rate_at(scores, is_train, false_positives=0.1, rng=np.random.default_rng(seed))
        inside.append(found["low"] <= truth <= found["high"])
    assert np.mean(inside) >= 0.92


def test_newcombes_interval_covers_the_excess_at_the_threshold_that_was_used():
    inside = []
    for seed in range(400):
        scores, is_train = sides(100, 60, shift=1, seed=seed)
        hits = hits_at(scores, is_train, false_positives=0.1)
        threshold = scores[hits == 1].min()
        low, high = newcombe(hits[is_train].mean(), 100, hits[~is_train].mean(), 60)
        inside.append(low <= norm.sf(threshold - 1) - norm.sf(threshold) <= high)
    assert np.mean(inside) >= 0.92

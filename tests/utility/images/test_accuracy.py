import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from utility.images.accuracy import accuracy_scores, counted_classes, figures


def said(cohort, noise, seed=0):
    rng = np.random.default_rng(seed)
    raw = np.eye(3)[cohort.labels] + rng.normal(0, noise, (len(cohort), 3))
    return np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)


def test_figures_are_scikit_learn_s(coloured):
    cohort = coloured((60, 30, 20))
    predicted = said(cohort, 1.0)
    found = figures(cohort, predicted, np.ones((1, len(cohort))))
    assert found["balanced_accuracy", ""][0] == pytest.approx(
        balanced_accuracy_score(cohort.labels, predicted.argmax(axis=1))
    )
    assert found["auroc", ""][0] == pytest.approx(
        roc_auc_score(cohort.labels, predicted, multi_class="ovr", average="macro")
    )
    assert found["recall", "b"][0] == pytest.approx((predicted[60:90].argmax(axis=1) == 1).mean())
    assert found["auroc", "c"][0] == pytest.approx(roc_auc_score(cohort.labels == 2, predicted[:, 2]))


def test_a_weight_of_two_is_a_picture_twice(coloured):
    cohort = coloured((60, 60, 60))
    predicted = said(cohort, 1.0)
    weights = np.random.default_rng(0).integers(0, 3, (1, len(cohort))).astype(float)
    times = weights[0].astype(int)
    twice = figures(
        cohort.images(np.repeat(np.arange(180), times)),
        np.repeat(predicted, times, axis=0),
        np.ones((1, times.sum())),
    )
    for key, value in figures(cohort, predicted, weights).items():
        assert value[0] == pytest.approx(twice[key][0]), key


def test_a_class_of_few_lesions_is_not_counted(coloured):
    cohort = coloured((60, 60, 8))  # four lesions of the last
    assert counted_classes(cohort) == [0, 1]
    found = figures(cohort, said(cohort, 1.0), np.ones((1, len(cohort))))
    assert ("recall", "c") not in found


def test_scores_hold_their_value_and_stand_beside_the_reference(coloured):
    cohort = coloured((60, 30, 20))
    scores = accuracy_scores(cohort, said(cohort, 1.5), said(cohort, 0.5, 1), rng=np.random.default_rng(0))
    assert [scores[0].metric, scores[0].group] == ["auroc_cnn", ""]
    for score in scores:
        assert score.low <= score.value <= score.high
        assert score.low >= 0
        assert score.high <= 1
        assert score.reference > score.value - 0.1
    recalls = {score.group: score.n for score in scores if score.metric == "recall_cnn"}
    assert recalls == {"a": 30, "b": 15, "c": 10}

import pandas as pd
import pytest

from cohort.findings import Finding, Severity
from utility import cross_fit
from utility.scores import UtilityScore


def _score(metric, value, *, reference=0.5, n=10):
    return UtilityScore(
        metric=metric, value=value, reference=reference, low=value - 0.1, high=value + 0.2, n=n
    )


@pytest.fixture
def measured(monkeypatch):
    """Pretends that each fold, named by its split, was measured as given."""

    def give(**folds):
        monkeypatch.setattr(cross_fit, "measure", lambda release, split, *, seed: folds[split])
        return cross_fit.measure_folds([pd.DataFrame()] * len(folds), list(folds))

    return give


def test_one_fold_is_measured_as_it_is(measured):
    score = _score("a", 0.7)
    assert measured(only=([score], [])) == ([score], [])


def test_two_folds_give_means_and_count_everybody(measured):
    (found,), _ = measured(one=([_score("a", 0.6)], []), two=([_score("a", 0.8, reference=0.7, n=11)], []))
    assert (found.value, found.reference) == pytest.approx((0.7, 0.6))
    assert (found.low, found.high) == pytest.approx((0.6, 0.9))
    assert found.n == 21


def test_what_one_fold_cannot_measure_is_left_out(measured):
    scores, _ = measured(
        one=([_score("a", 0.6), _score("b", 0.1)], []), two=([_score("a", 0.8, reference=None)], [])
    )
    assert [score.metric for score in scores] == ["a"]
    assert scores[0].reference is None


def test_a_finding_of_both_folds_is_told_once(measured):
    same = Finding(code="x", severity=Severity.TIP, title="t", explanation="e")
    _, findings = measured(one=([], [same]), two=([], [same]))
    assert findings == [same]

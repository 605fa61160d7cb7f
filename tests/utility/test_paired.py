import numpy as np
import pytest
import scipy.stats

from utility.paired import corrected_t, holm, over_seeds


def test_known_answer():
    found = corrected_t(np.array([0.01, 0.03, 0.02, 0.04]), test_to_train=0.5)
    error = np.std([0.01, 0.03, 0.02, 0.04], ddof=1) * np.sqrt(0.25 + 0.5)
    assert found.mean == pytest.approx(0.025)
    assert found.high - found.mean == pytest.approx(3.182446 * error, rel=1e-5)
    assert found.p == pytest.approx(2 * scipy.stats.t.sf(0.025 / error, 3))


def test_without_overlap_it_is_the_paired_t_test():
    differences = np.random.default_rng(0).normal(0.2, 1, 12)
    plain = scipy.stats.ttest_1samp(differences, 0)
    found = corrected_t(differences, test_to_train=0.0)
    assert found.p == pytest.approx(plain.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(plain.confidence_interval()))


def test_no_difference_at_all():
    found = corrected_t(np.zeros(10), test_to_train=0.4)
    assert (found.mean, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_it_covers_where_the_plain_test_does_not():
    # The mean of one cohort's splits, in which what the splits share varies from cohort to cohort.
    rng = np.random.default_rng(0)
    ratio, alarms = 0.3 / 0.7, {"plain": 0, "corrected": 0}
    shared = 0.3  # of the variance of a split's difference: the rule's own test / (test + train)
    for _ in range(400):
        splits = np.sqrt(shared) * rng.normal() + np.sqrt(1 - shared) * rng.normal(size=10)
        alarms["plain"] += corrected_t(splits, test_to_train=0.0).p <= 0.05
        alarms["corrected"] += corrected_t(splits, test_to_train=ratio).p <= 0.05
    assert alarms["plain"] > 100
    assert 8 <= alarms["corrected"] <= 36


def test_holm():
    # Holm 1979: 3 x .01, then 2 x .04, and the last no smaller than the one before.
    assert holm([0.04, 0.01, 0.05]) == pytest.approx([0.08, 0.03, 0.08])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_an_interval_over_seeds_holds_the_truth_as_often_as_it_says():
    """Persons and seeds each add noise to a difference that is 0."""
    rng, held = np.random.default_rng(0), 0
    for _ in range(400):
        persons = rng.normal(0, 1, 30)
        seeds = rng.normal(0, 0.2, 5)
        drawn = persons[rng.integers(30, size=(200, 30))].mean(axis=1)
        told = over_seeds(persons.mean() + seeds, drawn[:, None] + seeds, persons=30)
        held += told.low <= 0 <= told.high
    assert 0.92 <= held / 400 <= 0.98


def test_seeds_that_agree_on_the_same_persons_are_no_more_certain_than_one():
    drawn = np.random.default_rng(0).normal(0.1, 0.05, (2000, 1))
    few, many = (over_seeds(np.full(n, 0.1), np.repeat(drawn, n, axis=1), persons=50) for n in (2, 20))
    assert few.high - few.low == pytest.approx(many.high - many.low)
    assert few.high - few.low == pytest.approx(2 * 1.96 * 0.05, rel=0.08)


def test_no_difference_at_all_has_an_interval_of_one_point():
    told = over_seeds(np.zeros(3), np.zeros((10, 3)), persons=5)
    assert (told.mean, told.low, told.high, told.p) == (0.0, 0.0, 0.0, 1.0)

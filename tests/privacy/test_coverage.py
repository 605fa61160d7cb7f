"""Whether intervals cover a known truth as often as they say; `benchmarks/coverage.py` asks at length."""

import numpy as np
import pytest
from scipy.stats import norm

from benchmarks.coverage import Cell, measured
from privacy.roc import auc, rate_at
from privacy.statistics import newcombe, wilson

SEEDS = 300
LEAST = 0.95 - 3 * np.sqrt(0.95 * 0.05 / SEEDS)  # what chance leaves of .95


def coverage(interval, truth):
    """How often the ends enclose the truth, over as many seeds."""
    ends = [interval(np.random.default_rng(seed)) for seed in range(SEEDS)]
    return np.mean([low - 1e-9 <= truth <= high + 1e-9 for low, high in ends])


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("n", [30, 100])
def test_rates_of_persons_who_count_whole_or_in_part(n, rate):
    def whole(rng):
        return wilson(rng.binomial(n, rate), n)

    def in_part(rng):
        return wilson((rng.binomial(1, rate, n) / rng.integers(1, 5, n)).sum(), n)

    assert coverage(whole, rate) >= LEAST
    assert coverage(in_part, rate * (1 + 1 / 2 + 1 / 3 + 1 / 4) / 4) >= LEAST


@pytest.mark.parametrize(("rate", "other"), [(0.1, 0.1), (0.3, 0.1), (0.02, 0.0), (1.0, 0.9)])
@pytest.mark.parametrize("n_control", [25, 100])
def test_differences_of_rates(rate, other, n_control):
    def difference(rng):
        hits, control = rng.binomial(100, rate), rng.binomial(n_control, other)
        return newcombe(hits / 100, 100, control / n_control, n_control)

    assert coverage(difference, rate - other) >= LEAST


@pytest.mark.parametrize("shift", [0.0, 0.5, 1.5])
@pytest.mark.parametrize("n_control", [25, 100])
def test_areas_under_the_curve(shift, n_control):
    labels = np.arange(100 + n_control) < 100

    def area(rng):
        found = auc(rng.normal(size=len(labels)) + shift * labels, labels)
        return found["low"], found["high"]

    assert coverage(area, norm.cdf(shift / np.sqrt(2))) >= LEAST


@pytest.mark.parametrize("shift", [0.0, 1.5])
def test_true_positives_at_a_threshold_that_control_sets(shift):
    labels = np.arange(200) < 100

    def rate(rng):
        found = rate_at(rng.normal(size=200) + shift * labels, labels, false_positives=0.1, rng=rng)
        return found["low"], found["high"]

    assert coverage(rate, norm.sf(norm.isf(0.1) - shift)) >= LEAST


@pytest.mark.parametrize("copied", [0.0, 0.2])
@pytest.mark.parametrize("visits", [1, 2])
def test_excesses_that_an_assay_prints(copied, visits):
    seeds = 30
    cell = Cell(
        train=60,
        control=40,
        visits=visits,
        copied=copied,
        attacks=("copy_scan", "exact_copies", "qi_match", "identity_disclosure"),
    )
    found = measured(cell, seeds=seeds).set_index("figure")
    excesses = found[found.index.str.endswith("excess")]
    assert len(excesses) == 4
    assert (excesses["coverage"] >= 0.92 - 3 * np.sqrt(0.92 * 0.08 / seeds)).all()
    assert (excesses["width"] <= 1.25).all()
    assert excesses["truth"]["exact_copies, excess"] == copied

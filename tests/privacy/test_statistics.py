import numpy as np
import pytest
from scipy.stats import fisher_exact

from privacy.statistics import (
    bootstrap_mean,
    draw_labels,
    newcombe,
    p_value,
    scan,
    smallest_detectable,
    twice_the_mean,
    weighted,
    westfall_young,
    wilson,
)


def labels_of(n, control, *, draws=999, seed=0):
    return draw_labels(np.arange(n + control) < n, draws=draws, rng=np.random.default_rng(seed))


def test_wilson_and_newcombe_give_the_published_examples():
    # Newcombe 1998, tables II: 56/70 against 48/80, methods 3 and 10.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert newcombe(56 / 70, 70, 48 / 80, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe(0, 10, 0, 20) == pytest.approx((-0.1611, 0.2775), abs=5e-5)


def test_the_interval_of_a_difference_is_not_clipped():
    low, high = newcombe(0.1, 50, 0.4, 50)
    assert low < high < 0


def test_permutations_keep_the_sizes_and_begin_with_the_truth():
    labels = labels_of(30, 10, draws=50)
    assert (labels.sum(axis=1) == 30).all()
    assert labels[0, :30].all()
    assert len(np.unique(labels, axis=0)) > 45


def test_the_p_of_a_rate_is_fishers():
    hits = np.r_[np.ones(9), np.zeros(31), np.ones(2), np.zeros(18)]
    exact = fisher_exact([[9, 31], [2, 18]], alternative="greater").pvalue
    assert p_value(weighted(hits)(labels_of(40, 20, draws=9999))) == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize("control", [50, 100, 200])
def test_standardised_sums_have_mean_zero_and_variance_one(control):
    values = weighted(np.random.default_rng(1).gamma(1, size=200 + control))(labels_of(200, control))
    assert values[1:].mean() == pytest.approx(0, abs=0.1)
    assert values[1:].std() == pytest.approx(1, abs=0.1)


def test_evidence_that_tells_nobody_apart_never_alarms():
    assert p_value(weighted(np.ones(60))(labels_of(30, 30))) == 1
    assert p_value(scan(np.zeros(60))(labels_of(30, 30))) == 1


def test_the_scan_does_not_read_the_order_of_tied_rows():
    scores = np.repeat([3.0, 2.0, 1.0], 20)
    labels = labels_of(30, 30, draws=20)
    order = np.random.default_rng(0).permutation(60)
    assert scan(scores)(labels) == pytest.approx(scan(scores[order])(labels[:, order]))


@pytest.mark.parametrize(("n", "control"), [(60, 15), (60, 30), (60, 60)])
def test_the_scan_keeps_its_level(n, control):
    rng = np.random.default_rng(5)
    labels = labels_of(n, control, draws=199)
    alarms = [p_value(scan(rng.normal(size=n + control))(labels)) <= 0.05 for _ in range(400)]
    assert np.mean(alarms) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_the_scan_finds_a_few_at_the_top():
    scores = np.random.default_rng(2).normal(size=200)
    scores[:10] += 10
    assert p_value(scan(scores)(labels_of(100, 100))) <= 0.01


def test_corrected_p_values_control_the_family_and_use_dependence():
    rng = np.random.default_rng(3)
    labels = labels_of(50, 50, draws=199)
    alarms = []
    for _ in range(200):
        scores = rng.normal(size=100)
        values = {"a": scan(scores)(labels), "b": weighted(scores > 1)(labels)}
        adjusted = westfall_young(values)
        own = {name: p_value(found) for name, found in values.items()}
        assert all(own[name] <= adjusted[name] + 1e-9 for name in own)
        assert all(adjusted[name] <= 2 * own[name] + 0.011 for name in own)
        alarms.append(min(adjusted.values()) <= 0.05)
    assert np.mean(alarms) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)
    twin = westfall_young({"a": values["a"], "twin": values["a"]})
    assert twin["a"] == pytest.approx(own["a"])


def test_the_twice_mean():
    assert westfall_young({}) == {}
    assert twice_the_mean([0.01, 0.03]) == pytest.approx(0.04)
    assert twice_the_mean([0.9, 0.8]) == 1


def test_the_bootstrap_covers_the_mean():
    rng = np.random.default_rng(4)
    inside = 0
    for _ in range(200):
        low, high = bootstrap_mean(rng.binomial(1, 0.3, 80).astype(float), rng=rng, draws=300)
        inside += low <= 0.3 <= high
    assert 0.89 < inside / 200 <= 1


@pytest.mark.parametrize(
    ("power", "expected"),
    [
        ({0.01: 0.1, 0.05: 0.8, 0.1: 1.0}, 0.05),
        ({0.01: 0.9, 0.05: 0.5, 0.1: 1.0}, 0.1),
        ({0.01: 0.1, 0.05: 0.2}, None),
        ({}, None),
    ],
)
def test_the_detectable_share_is_caught_with_every_larger_one(power, expected):
    assert smallest_detectable(power) == expected


def test_weights_spend_the_error_where_it_was_said_and_keep_the_level():
    rng = np.random.default_rng(0)
    weights = {"a": 6.0}
    alarms = {"even": 0, "weighted": 0}
    found = {"even": 0, "weighted": 0}
    for _ in range(400):
        null = {name: rng.normal(size=200) for name in "abcdefg"}
        alarms["even"] += min(westfall_young(null).values()) <= 0.05
        alarms["weighted"] += min(westfall_young(null, weights).values()) <= 0.05
        leak = {**null, "a": np.concatenate([[null["a"][0] + 2.2], null["a"][1:]])}
        found["even"] += westfall_young(leak)["a"] <= 0.05
        found["weighted"] += westfall_young(leak, weights)["a"] <= 0.05
    level = 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)
    assert alarms["even"] / 400 <= level
    assert alarms["weighted"] / 400 <= level
    assert found["weighted"] > found["even"] + 40

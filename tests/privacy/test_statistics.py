import numpy as np
import pytest
from scipy.stats import binomtest, fisher_exact

from privacy.statistics import (
    binomial_p,
    clopper_pearson,
    combined,
    detectable_rate,
    draw_labels,
    holm,
    newcombe,
    newcombe_paired,
    normal_scores,
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


@pytest.mark.parametrize(("n", "control"), [(60, 60), (60, 15)])
def test_two_readings_combined_keep_their_level(n, control):
    rng = np.random.default_rng(3)
    is_train = np.arange(n + control) < n
    alarms = 0
    for _ in range(400):
        scores = rng.standard_normal(n + control)
        labels = draw_labels(is_train, draws=199, rng=rng)
        alarms += p_value(combined(scan(scores), weighted(np.exp(2 * scores)))(labels)) <= 0.05
    assert 6 <= alarms <= 34  # 20 expected; 1 in 1,000 outside


def test_a_few_that_stand_far_out_are_heard_more_often_by_size_than_by_rank():
    rng = np.random.default_rng(4)
    is_train = np.arange(200) < 100
    heard = np.zeros(2)
    for _ in range(60):
        scores = rng.normal(scale=0.3, size=200)
        scores[:5] += 1.5
        labels = draw_labels(is_train, draws=199, rng=rng)
        by_rank, by_size = scan(scores), weighted(np.exp(2 * scores))
        heard += [p_value(each(labels)) <= 0.05 for each in (by_rank, combined(by_rank, by_size))]
    assert heard[1] >= heard[0] + 12


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


@pytest.mark.parametrize(("n", "rate"), [(30, 0.03), (100, 0.01), (100, 0.03), (80, 0.3)])
def test_wilson_covers_the_mean_of_hits_that_count_in_part(n, rate):
    rng = np.random.default_rng(4)
    inside = 0
    for _ in range(400):
        values = rng.binomial(1, rate, n) / rng.integers(1, 5, n)
        low, high = wilson(float(values.sum()), n)
        inside += low <= rate * 25 / 48 <= high
    assert inside >= 368  # .92 of 400


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


def _paired(both, first, second, neither):
    pairs = np.repeat(
        [[1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], [both, first, second, neither], axis=0
    )
    return pairs[:, 0], pairs[:, 1]


@pytest.mark.parametrize("counts", [(36, 12, 2, 0), (14, 5, 0, 22), (1, 1, 7, 12), (5, 9, 9, 5)])
def test_newcombe_paired_is_method_10_of_a_two_by_two_table(counts):
    both, first, second, neither = counts
    n, sides = sum(counts), (both + first, both + second)
    (low, high), (low_control, high_control) = (wilson(hits, n) for hits in sides)
    crossed = both * neither - first * second
    crossed = max(crossed - n / 2, 0) if crossed > 0 else crossed
    phi = crossed / np.sqrt(np.prod([hits * (n - hits) for hits in sides], dtype=float))
    rate, control = (hits / n for hits in sides)
    down, up = (rate - low, high_control - control), (high - rate, control - low_control)
    apart = [np.sqrt(a**2 - 2 * phi * a * b + b**2) for a, b in (down, up)]
    expected = (rate - control - apart[0], rate - control + apart[1])
    assert newcombe_paired(*_paired(*counts)) == pytest.approx(expected)


def test_newcombe_paired_without_a_hit_is_as_wide_as_chance_leaves_it():
    assert newcombe_paired(np.zeros(50), np.zeros(50)) == pytest.approx(newcombe(0, 50, 0, 50))


@pytest.mark.parametrize(
    ("n", "rate", "control", "shared", "parts"),
    [
        (30, 0.05, 0.02, 0.0, 1),
        (30, 0.3, 0.2, 0.6, 1),
        (30, 0.9, 0.4, 0.6, 3),
        (100, 0.05, 0.02, 0.6, 1),
        (100, 0.3, 0.3, 0.6, 1),
        (100, 0.3, 0.2, 0.0, 3),
        (100, 0.9, 0.4, 0.0, 1),
    ],
)
def test_newcombe_paired_covers_the_truth(n, rate, control, shared, parts):
    """Hits of the same person go together in a share of the persons; with parts they are fractions."""
    rng = np.random.default_rng([n, round(100 * rate), round(10 * shared), parts])
    covered, seeds = 0, 400
    for _ in range(seeds):
        first, second = rng.random((2, n, parts))
        second = np.where(rng.random((n, 1)) < shared, first, second)
        low, high = newcombe_paired((first < rate).mean(axis=1), (second < control).mean(axis=1))
        covered += low <= rate - control <= high
    assert covered >= 0.92 * seeds


def test_normal_scores_keep_the_order_and_the_ties():
    scores = normal_scores(np.array([3.0, 1.0, 2.0, 2.0]))
    assert scores[0] > scores[2] == scores[3] > scores[1]
    assert np.isfinite(scores).all()


@pytest.mark.parametrize(("hits", "n"), [(0, 20), (13, 20), (20, 20)])
def test_clopper_pearson_and_the_binomial_p_agree_with_scipy(hits, n):
    theirs = binomtest(hits, n, 0.5, alternative="greater")
    assert binomial_p(hits, n) == pytest.approx(theirs.pvalue)
    interval = binomtest(hits, n).proportion_ci(0.9, method="exact")
    assert clopper_pearson(hits, n, level=0.9) == pytest.approx(tuple(interval))


def test_holm_corrects_in_order_and_never_above_one():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_the_detectable_rate_is_noticed_as_often_as_it_says():
    rate = detectable_rate(40, alarm=0.05 / 3)
    fewest = next(hits for hits in range(41) if binomial_p(hits, 40) <= 0.05 / 3)
    assert binomial_p(fewest, 40, rate=rate) == pytest.approx(0.8)
    assert detectable_rate(4, alarm=0.01) is None


def test_labels_are_exchanged_within_strata_only():
    is_train, strata = np.array([True] * 6 + [False] * 6), np.array([0, 1, 2] * 4)
    labels = draw_labels(is_train, draws=50, rng=np.random.default_rng(0), strata=strata)
    assert np.array_equal(labels[0], is_train)
    assert all((labels[:, strata == each].sum(axis=1) == 2).all() for each in range(3))
    assert len(np.unique(labels, axis=0)) > 20

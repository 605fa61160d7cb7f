"""Cross-fitting: everybody stands once on each side, on one permutation of labels."""

from dataclasses import replace

import numpy as np
import pytest

from cohort.errors import ConfigError
from cohort.split import split_cohort
from privacy.assay import assay, negative_control
from privacy.attacks import target as target_module
from privacy.attacks.registry import ATTACKS
from privacy.attacks.target import build_target, tally_hits
from privacy.cross_fit import mean_figures, paired_hits, pool
from privacy.estimates import Outcome
from privacy.linkage.sample import match_probability, pooled_match_probability
from privacy.planted import FAMILY, plant, power_curves
from privacy.statistics import draw_labels, p_value, weighted

QUICK = ["copy_scan", "qi_match", "linkability"]


@pytest.fixture(scope="module")
def make_folds(make_cohort):
    """A cross-fitted cohort, and a release of fresh persons for each half."""

    def make(n, *, seed=0, visits=1):
        split = split_cohort(make_cohort(n, seed=40 * seed, visits=visits), folds=2, seed=seed)
        sizes = [fold.train.n_persons for fold in split.folds]
        fresh = [
            make_cohort(size, seed=40 * seed + 1 + place, visits=visits) for place, size in enumerate(sizes)
        ]
        return split, [each.released for each in fresh]

    return make


def _target(split, releases, seed=0):
    first, second = (
        build_target(each, split, seed=seed, swapped=place == 1) for place, each in enumerate(releases)
    )
    return replace(first, opposite=second)


def test_the_opposite_attacks_the_same_persons_with_their_sides_exchanged(make_folds, monkeypatch):
    split, releases = make_folds(61, visits=2)
    monkeypatch.setattr(target_module, "MOST_ATTACKED", 25)
    target = _target(split, releases)
    assert target.attacked.tolist() == target.opposite.attacked.tolist()
    assert target.attacked_is_train.tolist() == (~target.opposite.attacked_is_train).tolist()
    assert target.attacked_is_train.sum() == 25
    assert target.real.equals(target.opposite.real)


@pytest.mark.parametrize("name", list(ATTACKS))
def test_every_attack_counts_on_the_same_persons_in_both_folds(name, make_folds):
    split, releases = make_folds(61, visits=2)
    target = _target(split, releases)
    first, second = (ATTACKS[name].count(fold, seed=3) for fold in target.folds)
    assert first.is_train.tolist() == (~second.is_train).tolist()


def test_rates_are_over_all_persons_and_pairs_are_the_same_person():
    is_train = np.array([True, True, False])
    first = tally_hits(np.array([1.0, 0.5, 0.0]), is_train)
    second = tally_hits(np.array([0.0, 1.0, 1.0]), ~is_train)
    pooled = pool(first, second)
    assert (pooled.n, pooled.n_control) == (3, 3)
    assert pooled.train == pytest.approx((1 + 0.5 + 1) / 3)
    assert pooled.control == pytest.approx((0 + 1 + 0) / 3)
    as_train, as_control = paired_hits(pooled)
    assert as_train.tolist() == [1, 0.5, 1]
    assert as_control.tolist() == [0, 1, 0]
    assert paired_hits(first) is None


def test_the_statistic_adds_both_folds_on_one_permutation():
    rng = np.random.default_rng(0)
    is_train = np.arange(40) < 20
    first = tally_hits(is_train * 0.5 + rng.random(40), is_train)
    second = tally_hits(~is_train * 0.5 + rng.random(40), ~is_train)
    labels = draw_labels(is_train, draws=999, rng=rng)
    together = p_value(pool(first, second).statistic(labels))
    alone = [p_value(weighted(each.hits)(side)) for each, side in ((first, labels), (second, ~labels))]
    assert together <= min(alone)


def test_attacks_on_different_persons_are_never_pooled():
    tally = tally_hits(np.ones(4), np.array([True, True, False, False]))
    with pytest.raises(ValueError, match="same persons"):
        pool(tally, tally)


def test_figures_are_means_and_their_persons_are_counted():
    first = {"auc": {"value": 0.4, "low": 0.2, "high": 0.6, "n": 10}, "rare": {"value": 1.0}}
    second = {"auc": {"value": 0.6, "low": 0.4, "high": 0.8, "n": 12}}
    assert mean_figures([first, second], counts=sum) == {
        "auc": {"value": 0.5, "low": pytest.approx(0.3), "high": pytest.approx(0.7), "n": 22}
    }
    assert mean_figures([first, {"auc": {"reason": "few"}}], counts=sum) == {"auc": {"reason": "few"}}


def test_nobody_is_lost_and_copies_ring(make_folds):
    split, _ = make_folds(61)
    copies = [fold.train.released for fold in split.folds]
    found = assay(copies, split, attacks=[*QUICK, "exact_copies"], seed=1, planted=False)
    for risk in found.risks:
        assert (risk.n, risk.n_control) == (61, 61)
        assert risk.alarm
        assert risk.low > 0
    assert found.exposure.persons["person"].tolist() == list(range(61))
    assert (found.exposure.persons["exposed"] <= 0.05).mean() > 0.9
    assert found.exposure.strata[0].n == 61


def test_a_leak_in_one_half_alone_is_found(make_folds):
    split, fresh = make_folds(80)
    risk = assay([fresh[0], split.holdout.released], split, attacks=["copy_scan"], planted=False).risks[0]
    assert risk.alarm
    assert risk.excess == pytest.approx(0.5, abs=0.15)


def test_all_persons_make_the_interval_narrower_than_half_of_them(make_folds):
    split, fresh = make_folds(80)
    pooled = assay(fresh, split, attacks=["copy_scan"], planted=False).risks[0]
    half = assay(fresh[0], split.folds[0], attacks=["copy_scan"], planted=False).risks[0]
    assert pooled.high - pooled.low < 0.85 * (half.high - half.low)


def test_fresh_persons_raise_no_more_alarms_than_chance(make_folds):
    seeds = 30
    alarms = dict.fromkeys(QUICK, 0)
    missed = dict.fromkeys(QUICK, 0)
    for seed in range(seeds):
        split, fresh = make_folds(60, seed=seed)
        for risk in assay(fresh, split, attacks=QUICK, seed=seed, planted=False).risks:
            alarms[risk.attack] += risk.alarm
            missed[risk.attack] += not risk.low <= 0 <= risk.high
    most = seeds * (0.05 + 3 * np.sqrt(0.05 * 0.95 / seeds))
    assert max(alarms.values()) <= most
    assert max(missed.values()) <= most


def test_copies_are_planted_in_both_releases_at_once(make_folds):
    split, fresh = make_folds(60)
    target = _target(split, fresh)
    planted = list(plant(target, share=0.2, repeats=2, rng=np.random.default_rng(0)))
    assert len(planted) == 2
    for first in planted:
        for fold, before in zip(first.folds, target.folds, strict=True):
            nearer = fold.to_synthetic[:, 0] < before.to_synthetic[:, 0]
            assert nearer[before.attacked_is_train].sum() > nearer[~before.attacked_is_train].sum()
    scan, family = power_curves(target, [ATTACKS["copy_scan"]], seed=0, repeats=4, shares=(0.2,))
    assert (scan.attack, family.attack) == ("copy_scan", FAMILY)
    assert scan.caught[0.2] >= 0.75
    assert scan.ceiling > 0.5


def test_as_many_releases_as_folds_or_a_remedy(make_folds):
    split, fresh = make_folds(40)
    with pytest.raises(ConfigError, match=r"split\.folds"):
        assay(fresh[0], split, attacks=QUICK)
    with pytest.raises(ConfigError, match="needs 1"):
        assay(fresh, split.folds[0], attacks=QUICK)


def test_the_holdout_reference_looks_at_both_halves(make_folds):
    split, _ = make_folds(90)
    both = negative_control(split, attacks=QUICK)
    one = negative_control(split.folds[0], attacks=QUICK)
    for risk, half in zip(both.risks, one.risks, strict=True):
        assert risk.outcome is Outcome.ESTIMATED
        assert (risk.n, risk.n_control) == (half.n, half.n_control) == (45, 22)
        assert not risk.alarm
    assert [risk.excess for risk in both.risks] != [risk.excess for risk in one.risks]


def test_a_match_is_looked_for_among_the_half_that_a_release_was_made_from(make_folds):
    split, fresh = make_folds(61)
    pooled = pooled_match_probability(fresh, split.folds)
    each = [match_probability(release, fold) for release, fold in zip(fresh, split.folds, strict=True)]
    assert (pooled.n, pooled.n_control) == (61, 61)
    assert pooled.train == pytest.approx(sum(one.train * one.n for one in each) / 61)
    assert pooled.high - pooled.low < max(one.high - one.low for one in each)


def test_thirty_persons_in_all_give_a_result_or_a_reason(make_folds):
    split, fresh = make_folds(30)
    for risk in assay(fresh, split, planted=False).risks:
        if risk.outcome is Outcome.ESTIMATED:
            assert -1 <= risk.low <= risk.excess <= risk.high <= 1
            assert risk.n == 30 or risk.attack == "distance_share"
        else:
            assert risk.reason

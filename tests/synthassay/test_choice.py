"""The rule of `auto`, on figures that nobody had to mint for."""

import pytest

from synthassay.choice import Fold, Setting, Tried, choose
from utility.scores import UtilityScore

NAMES = ("trees", "forest", "cgan")


def _use(value, metric="auroc_linear"):
    return UtilityScore(metric=metric, group="dead", value=value, reference=0.8, low=0.5, high=0.9, n=40)


def _tried(name, uses, *, p=0.5, excess=0.0, **kinds):
    folds = tuple(
        Fold(use=None if use is None else _use(use, **kinds), p=p, excess=excess, low=-0.1, high=0.1)
        for use in uses
    )
    return Tried(setting=Setting(generator=name), folds=folds)


def _chosen(*tried):
    return choose(tried).setting.generator


def test_the_highest_use_is_taken_where_it_is_beyond_chance():
    assert _chosen(_tried("trees", (0.60, 0.62, 0.61)), _tried("forest", (0.70, 0.72, 0.70))) == "forest"


def test_a_tie_goes_to_the_first_of_the_list():
    worse = (0.60, 0.75, 0.70)
    choice = choose((_tried("trees", worse), _tried("forest", (0.70, 0.68, 0.70))))
    assert choice.setting.generator == "trees"
    assert "within chance" in choice.why
    assert "forest reached 0.69" in choice.why


def test_use_counts_for_nothing_where_patients_are_told_from_others():
    told = _tried("forest", (0.79, 0.79, 0.79), p=0.02)
    assert told.is_told
    assert _chosen(_tried("trees", (0.60, 0.60, 0.61)), told) == "trees"


def test_folds_share_persons_so_that_their_p_is_twice_the_mean():
    assert _tried("trees", (0.6,) * 3, p=0.02).p == pytest.approx(0.04)
    assert not _tried("trees", (0.6,) * 3, p=0.16).is_told


def test_what_is_faint_on_folds_is_told_since_all_of_train_makes_it_louder():
    assert _tried("trees", (0.6,) * 3, p=0.14).is_told


def test_if_all_are_told_the_one_that_tells_least_is_taken():
    tried = [
        _tried(name, (use,) * 3, p=0.001, excess=excess)
        for name, use, excess in zip(NAMES, (0.6, 0.8, 0.7), (0.3, 0.2, 0.1), strict=True)
    ]
    choice = choose(tried)
    assert choice.setting.generator == "cgan"
    assert "the least" in choice.why


def test_attacks_that_could_not_tell_hinder_nobody():
    assert _chosen(_tried("trees", (0.6, 0.6, 0.6), p=None), _tried("forest", (0.7, 0.7, 0.71))) == "forest"


def test_what_failed_or_was_measured_on_fewer_folds_is_no_choice():
    failed = Tried(setting=Setting(generator="cgan"), failure="too few rows.")
    gap = _tried("forest", (0.9, None, 0.9))
    assert _chosen(failed, gap, _tried("trees", (0.6, 0.6, 0.6))) == "trees"


def test_a_fold_that_nobody_could_measure_hinders_nobody():
    tried = _tried("trees", (0.6, None, 0.6)), _tried("forest", (0.7, None, 0.71))
    assert _chosen(*tried) == "forest"


def test_only_the_same_measure_is_compared():
    odd = _tried("forest", (0.9, 0.9, 0.9), metric="concordance_linear")
    assert _chosen(_tried("trees", (0.6, 0.6, 0.6)), _tried("cgan", (0.6, 0.6, 0.6)), odd) == "trees"


def test_without_any_measure_the_first_that_made_a_release_is_taken():
    failed = Tried(setting=Setting(generator="trees"), failure="too few rows.")
    choice = choose((failed, _tried("forest", (None, None, None))))
    assert choice.setting.generator == "forest"
    assert "no use could be measured" in choice.why
    assert choose((failed,)).setting.generator == "trees"


def test_what_is_told_has_one_line_for_each_that_was_tried():
    failed = Tried(setting=Setting(generator="cgan", options={"steps": 10}), failure="too few rows.")
    told = choose((_tried("trees", (0.6, 0.7, 0.8)), failed)).to_dict()
    assert told["generator"] == "trees"
    assert told["metric"] == "auroc_linear"
    assert [each["generator"] for each in told["tried"]] == ["trees", "cgan (steps 10)"]
    assert told["tried"][0]["use"] == pytest.approx(0.7)
    assert told["tried"][0]["real"] == pytest.approx(0.8)
    assert told["tried"][1]["failure"]
    assert told["tried"][1]["use"] is None

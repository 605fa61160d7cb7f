from dataclasses import replace

import numpy as np
import pytest

from cohort.errors import DataError
from cohort.images import ImageSplit
from cohort.lesions import simulate_lesions
from privacy.estimates import AttackRole, Outcome
from privacy.images.assay import assay_images, negative_control_images
from privacy.images.registry import IMAGE_ATTACKS
from privacy.planted import FAMILY


@pytest.fixture(scope="module")
def quiet(case):
    return assay_images(case.fresh, case.split, seed=1)


def test_turned_copies_ring_every_bell(case):
    found = assay_images(case.copies, case.split, seed=1, planted=False)
    assert [risk.attack for risk in found.risks] == list(IMAGE_ATTACKS)
    assert [risk.attack for risk in found.risks if not risk.alarm] == ["exact_images"]
    assert all(risk.p_adjusted <= 0.01 for risk in found.risks if risk.role is AttackRole.PRIMARY)


def test_fresh_pictures_leave_an_interval_over_nothing(quiet):
    assert all(risk.low <= 0 <= risk.high for risk in quiet.risks)
    assert quiet.findings == ()


def test_every_run_tests_itself(quiet):
    matcher = next(risk for risk in quiet.risks if risk.attack == "orbit_copies")
    assert matcher.detectable in (0.05, 0.1, 0.2)
    assert matcher.figures["caught when rotated"]["value"] >= 0.8
    assert {each.attack for each in quiet.power} == {"orbit_copies", "image_membership", FAMILY}
    assert quiet.detectable is not None


def test_equal_seeds_give_equal_assays_and_attacks_do_not_disturb_each_other(case, quiet):
    again = assay_images(case.fresh, case.split, seed=1, planted=False)
    assert [risk.p for risk in again.risks] == [risk.p for risk in quiet.risks]
    alone = assay_images(case.fresh, case.split, attacks=["image_membership"], seed=1, planted=False)
    assert alone.risks[0].p == quiet.risks[1].p


def test_progress_ends_at_one(case):
    heard = []
    assay_images(case.fresh, case.split, attacks=["ct_test", "exact_images"], progress=heard.append)
    assert heard[-1] == 1
    assert heard == sorted(heard)


def test_exact_copies_are_a_finding(case, releasing):
    found = assay_images(releasing(case.split.train), case.split, attacks=["exact_images"], planted=False)
    assert [finding.code for finding in found.findings] == ["exact_copies"]


def test_a_release_of_fresh_pictures_is_the_negative_control(case):
    found = negative_control_images(case.split, seed=0)
    assert [risk.attack for risk in found.risks] == list(IMAGE_ATTACKS)
    assert not any(risk.p_adjusted is not None and risk.p_adjusted <= 0.05 for risk in found.risks)


def test_false_alarms_are_as_rare_as_they_should_be(releasing):
    lesions = simulate_lesions(size=16, share=0.15, seed=12)
    rang = 0
    for seed in range(20):
        split = lesions.split(holdout=0.6, seed=seed)
        holdout, fresh = _halved(split.holdout, seed)
        found = assay_images(
            releasing(fresh),
            ImageSplit(train=split.train, holdout=holdout, seed=0),
            attacks=["orbit_copies"],
            seed=seed,
            planted=False,
        )
        rang += found.risks[0].alarm
    assert rang <= 4  # more of 20 in 3 of 1000 worlds where nothing leaks


def test_without_a_holdout_only_what_needs_none_is_told(case):
    nobody = case.split.train.images(np.zeros(len(case.split.train), dtype=bool))
    found = assay_images(case.fresh, ImageSplit(train=case.split.train, holdout=nobody, seed=0))
    told = {risk.attack: risk.outcome for risk in found.risks}
    assert told.pop("exact_images") is Outcome.ESTIMATED
    assert set(told.values()) == {Outcome.NOT_APPLICABLE}


def test_few_groups_cannot_tell(case):
    few = case.split.train.images(np.arange(15))
    found = assay_images(case.fresh, ImageSplit(train=few, holdout=case.split.holdout, seed=0))
    assert {risk.outcome for risk in found.risks} == {Outcome.INCONCLUSIVE}


def test_a_release_of_another_size_is_compared_all_the_same(case):
    big = replace(case.copies, pixels=np.repeat(np.repeat(case.copies.pixels, 2, axis=1), 2, axis=2))
    found = {risk.attack: risk for risk in assay_images(big, case.split, planted=False).risks}
    assert found["orbit_copies"].alarm
    assert found["exact_images"].outcome is Outcome.NOT_APPLICABLE


def test_an_empty_class_and_a_class_of_one_group_stop_nothing(case):
    train, release = case.split.train, case.fresh
    lone = train.groups[train.labels == 6][0]
    split = replace(case.split, train=train.images((train.labels != 6) | (train.groups == lone)))
    kept = (release.labels != 0) & (release.labels != 6)
    without = replace(release, pixels=release.pixels[kept], labels=release.labels[kept])
    found = assay_images(without, split, planted=False)
    assert {risk.outcome for risk in found.risks} == {Outcome.ESTIMATED}
    figures = found.risks[0].figures
    assert figures["flagged in nv"] == {"reason": "no picture"}


def test_pictures_all_alike_leak_nothing(case):
    alike = replace(case.split.train, pixels=np.full_like(case.split.train.pixels, 90))
    others = replace(case.split.holdout, pixels=np.full_like(case.split.holdout.pixels, 90))
    release = replace(case.fresh, pixels=np.full_like(case.fresh.pixels, 90))
    found = assay_images(release, ImageSplit(train=alike, holdout=others, seed=0), planted=False)
    assert not any(risk.alarm for risk in found.risks)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: replace(r, pixels=r.pixels[:0], labels=r.labels[:0]), "there is no picture"),
        (lambda r: replace(r, classes=("x", "y")), "other classes"),
        (lambda r: replace(r, pixels=r.pixels[:, :, :16]), "cannot be compared"),
        (lambda r: replace(r, pixels=r.pixels[:, ::4, ::4]), "cannot be compared"),
        (lambda r: replace(r, pixels=r.pixels / 255.0), "cannot be compared"),
    ],
)
def test_bad_releases_are_answered_with_what_to_do(case, change, message):
    with pytest.raises(DataError, match=message) as caught:
        assay_images(change(case.fresh), case.split)
    assert all(problem.remedy for problem in caught.value.problems)


def _halved(cohort, seed):
    groups = np.random.default_rng(seed).permutation(np.unique(cohort.groups))
    one = np.isin(cohort.groups, groups[::2])
    return cohort.images(one), cohort.images(~one)

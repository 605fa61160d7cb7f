from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.encode import pairwise
from cohort.schema import Column, Kind, Schema
from cohort.split import Split
from privacy.assay import assay
from privacy.attacks import distance_share as module
from privacy.attacks.distance_share import count, nearest_persons
from privacy.attacks.target import build_target
from privacy.estimates import AttackRole
from privacy.statistics import draw_labels

COARSE = Schema(columns=tuple(Column(name=name, kind=Kind.CATEGORY) for name in "abcde"))


def coarse(n, *, seed, levels=4):
    rng = np.random.default_rng(seed)
    return Cohort(
        schema=COARSE, table=pd.DataFrame({name: rng.choice(list("wxyz")[:levels], n) for name in "abcde"})
    )


def test_known_answers(known_answers):
    quiet, loud = known_answers("distance_share", at_least=0.99)
    assert loud.role is AttackRole.DIAGNOSTIC
    assert loud.p_adjusted is None
    assert quiet.train == pytest.approx(0.5, abs=0.15)
    assert quiet.train + quiet.control == 1


def test_the_sign_of_a_column_does_not_matter(make_split, mirrored, mirrored_split, attack_once):
    split, fresh = make_split(80)
    one = attack_once("distance_share", fresh, split)
    other = attack_once("distance_share", mirrored(fresh), mirrored_split(split))
    assert one == other


@pytest.mark.parametrize("control", [20, 60])
def test_fresh_persons_raise_no_more_alarms_than_the_level(make_split, control):
    seeds, alarms, misses = 60, [], []
    for seed in range(seeds):
        split, fresh = make_split(60, control=control, seed=500 + seed)
        risk = assay(fresh, split, attacks=["distance_share"], seed=seed, planted=False).risks[0]
        assert risk.n == risk.n_control == control
        alarms.append(risk.alarm)
        misses.append(not risk.low <= 0 <= risk.high)
    most = 0.05 + 3 * np.sqrt(0.05 * 0.95 / seeds)
    assert np.mean(alarms) <= most
    assert np.mean(misses) <= most


def test_a_copy_of_coarse_data_is_not_hidden_by_ties(attack_once):
    train, control = (coarse(300, seed=seed, levels=3) for seed in (0, 1))
    split = Split(train=train, holdout=control)
    found = build_target(train.released, split, seed=0)
    release = found.encoder.encode(found.synthetic)
    to_train, to_control = (
        pairwise(release, found.points[part]).min(axis=1) for part in (slice(300), slice(300, 600))
    )
    # Where a tie counts for control, fewer than half of a copy's rows are nearer to train: the best score.
    assert np.mean(to_train < to_control) < 0.4
    risk = attack_once("distance_share", train.released, split)
    assert risk.alarm
    assert risk.train == pytest.approx(np.mean(to_train < to_control) + np.mean(to_train == to_control) / 2)
    assert risk.figures["share_of_untied"]["value"] == 1


def test_fresh_coarse_data_stay_silent(attack_once):
    alarms = []
    for seed in range(60):
        train, control, fresh = (coarse(80, seed=3 * seed + part, levels=3) for part in range(3))
        alarms.append(
            attack_once(
                "distance_share", fresh.released, Split(train=train, holdout=control), seed=seed
            ).alarm
        )
    assert np.mean(alarms) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)


@pytest.mark.parametrize("visits", [1, 3])
def test_every_permutation_decides_every_row_anew(make_split, visits):
    split, fresh = make_split(30, visits=visits)
    split = replace(split, holdout=split.holdout.rows(np.arange(30 * visits)[::-1].copy()))
    found = build_target(fresh, split, seed=0)
    tally = count(found, seed=0)
    labels = draw_labels(tally.is_train, draws=20, rng=np.random.default_rng(0))
    distances = pairwise(found.encoder.encode(found.synthetic), found.points)
    for each, value in zip(labels, tally.statistic(labels), strict=True):
        mine = each[found.owners]
        ahead = distances[:, mine].min(axis=1) - distances[:, ~mine].min(axis=1)
        assert value == pytest.approx(np.sign(-np.where(np.abs(ahead) < 1e-9, 0, ahead)).mean())
    assert tally.statistic(labels)[0] == pytest.approx(tally.train - tally.control)


def test_a_person_with_two_rows_as_near_is_one(make_split):
    split, fresh = make_split(20)
    found = build_target(fresh, split, seed=0)
    doubled = found.points[np.r_[0:40, 0:40]]
    tied = nearest_persons(found.encoder.encode(fresh), doubled, np.r_[0:40, 0:40])
    assert tied.shape == (20, 40)
    assert set(tied.data) == {1}


def test_blocks_do_not_matter(make_split, monkeypatch):
    split, fresh = make_split(30)
    found = build_target(fresh, split, seed=0)
    whole = count(found, seed=0)
    monkeypatch.setattr(module, "_BLOCK_CELLS", 100)
    parts = count(found, seed=0)
    assert (whole.train, whole.trials, whole.figures) == (parts.train, parts.trials, parts.figures)


def test_a_long_release_is_drawn_from(make_split, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 20)
    split, _ = make_split(40)
    tally = count(build_target(split.train.released, split, seed=0), seed=0)
    assert tally.train == 1
    assert tally.figures["share_of_untied"]["low"] > 0.8


def test_odd_releases_give_a_result(make_split, attack_once):
    split, fresh = make_split(30)
    one_row = attack_once("distance_share", fresh.iloc[:1], split)
    assert one_row.low < 0 < one_row.high
    unseen = fresh.assign(genotype=pd.Series(["ünseen"] * 30, dtype=object), stage=None)
    assert 0 < attack_once("distance_share", unseen, split).p <= 1


def test_ties_everywhere_are_half_and_half(attack_once):
    table = pd.DataFrame({name: ["x"] * 30 for name in "abcde"}, dtype=object)
    side = Cohort(schema=COARSE, table=table)
    risk = attack_once("distance_share", table, Split(train=side, holdout=side))
    assert (risk.train, risk.control, risk.p) == (0.5, 0.5, 1)
    assert "equally near" in risk.figures["share_of_untied"]["reason"]

import numpy as np
import pytest

from privacy.assay import assay
from privacy.attacks.copy_scan import count
from privacy.attacks.target import build_target
from privacy.planted import plant
from privacy.statistics import draw_labels, p_value


def test_known_answers(known_answers):
    known_answers("copy_scan", at_least=0.9)


def test_the_sign_of_a_column_does_not_matter(make_split, mirrored, mirrored_split, attack_once):
    split, fresh = make_split(80)
    one = attack_once("copy_scan", fresh, split)
    other = attack_once("copy_scan", mirrored(fresh), mirrored_split(split))
    assert (one.train, one.control, one.p) == (other.train, other.control, other.p)


@pytest.mark.parametrize("control", [25, 100])
def test_fresh_persons_raise_no_more_alarms_than_the_level(make_split, control):
    seeds, names = 60, ["copy_scan", "qi_match"]
    alarms, misses = [], []
    for seed in range(seeds):
        split, fresh = make_split(100, control=control, seed=100 + seed)
        risks = assay(fresh, split, attacks=names, seed=seed, planted=False).risks
        alarms.append([risk.alarm for risk in risks] + [min(risk.p_adjusted for risk in risks) <= 0.05])
        misses.append([not risk.low <= 0 <= risk.high for risk in risks])
    most = 0.05 + 3 * np.sqrt(0.05 * 0.95 / seeds)
    assert (np.mean(alarms, axis=0) <= most).all()
    assert (np.mean(misses, axis=0) <= most).all()


def test_a_tenth_of_copies_is_found_among_a_hundred_persons(make_split):
    rang = []
    for seed in range(10):
        split, fresh = make_split(100, seed=seed)
        found = build_target(fresh, split, seed=0)
        rng = np.random.default_rng(seed)
        labels = draw_labels(found.attacked_is_train, draws=199, rng=rng)
        for planted in plant(found, share=0.1, repeats=4, rng=rng):
            rang.append(p_value(count(planted, seed=0).statistic(labels)) <= 0.05)
    assert np.mean(rang) >= 0.7


def test_persons_with_several_rows_are_the_units(make_split, attack_once):
    split, fresh = make_split(50, visits=3)
    risk = attack_once("copy_scan", fresh, split)
    assert (risk.n, risk.n_control) == (50, 50)
    assert not risk.alarm

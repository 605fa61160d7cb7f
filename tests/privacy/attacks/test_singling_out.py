import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Schema
from cohort.split import Split
from privacy.assay import assay
from privacy.attacks.singling_out import count
from privacy.attacks.target import build_target
from privacy.estimates import AttackRole, Outcome
from privacy.statistics import draw_labels, p_value


def halves(table, columns):
    """Rows of one table as train and holdout."""
    side = Cohort(schema=Schema(columns=columns), table=table)
    middle = len(table) // 2
    return Split(train=side.rows(np.arange(middle)), holdout=side.rows(np.arange(middle, len(table))))


def test_known_answers(known_answers):
    _, loud = known_answers("singling_out", at_least=0.6)
    assert loud.role is AttackRole.PRIMARY
    assert loud.train == 1
    assert 0 < loud.naive < 0.5


def test_predicates_are_judged_on_persons_and_not_on_rows(make_split, attack_once):
    split, _ = make_split(40)
    twice = replace(split.train, table=pd.concat([split.train.table] * 2, ignore_index=True))
    risk = attack_once("singling_out", split.train.released, replace(split, train=twice))
    assert risk.n == 40
    assert risk.train == 1
    visits, _ = make_split(40, visits=3)
    risk = attack_once("singling_out", visits.train.released, visits)
    assert (risk.n, risk.n_control) == (40, 40)
    assert risk.train == 1
    assert risk.alarm


@pytest.mark.parametrize("control", [25, 100])
def test_fresh_persons_raise_no_more_alarms_than_the_level(make_split, control):
    seeds, names = 60, ["singling_out", "linkability"]
    alarms, misses = [], []
    for seed in range(seeds):
        split, fresh = make_split(100, control=control, seed=300 + seed)
        risks = assay(fresh, split, attacks=names, seed=seed, planted=False).risks
        alarms.append([risk.alarm for risk in risks] + [min(risk.p_adjusted for risk in risks) <= 0.05])
        misses.append([not risk.low <= 0 <= risk.high for risk in risks])
    most = 0.05 + 3 * np.sqrt(0.05 * 0.95 / seeds)
    assert (np.mean(alarms, axis=0) <= most).all()
    assert (np.mean(misses, axis=0) <= most).all()


@pytest.mark.parametrize("control", [25, 100])
def test_copies_of_a_third_ring_whatever_the_size_of_control(make_split, attack_once, control):
    split, fresh = make_split(100, control=control)
    release = pd.concat([fresh.iloc[33:], split.train.released.iloc[:33]], ignore_index=True)
    assert attack_once("singling_out", release, split).alarm


def test_the_evidence_does_not_depend_on_who_is_train(make_split):
    split, fresh = make_split(60)
    one = count(build_target(fresh, split, seed=0), seed=0)
    swapped = Split(train=split.holdout, holdout=split.train)
    other = count(build_target(fresh, swapped, seed=0), seed=0)
    assert (one.train, one.control) == (other.control, other.train)
    assert one.scores[:60].tolist() == other.scores[60:].tolist()


def test_trials_never_outnumber_persons_or_described_rows(make_split):
    split, fresh = make_split(60, control=30)
    tally = count(build_target(fresh, split, seed=0), seed=0)
    assert tally.trials == 30
    assert (tally.n, tally.n_control) == (60, 30)
    assert count(build_target(fresh.iloc[:4], split, seed=0), seed=0).trials <= 4


def test_unique_words_are_found_in_few_columns():
    words = pd.DataFrame(
        {name: pd.Series([f"{name}'\"é{i}" for i in range(60)], dtype=object) for name in "ab"}
    )
    split = halves(words, tuple(Column(name=name, kind=Kind.CATEGORY) for name in "ab"))
    tally = count(build_target(words.iloc[:5], split, seed=0), seed=0)
    assert (tally.train, tally.control, tally.trials) == (1, 0, 5)
    assert tally.scores[:5].min() > 0
    assert tally.scores[5:].max() == 0


def test_a_release_of_doubled_copies_does_not_hide_them(make_split, attack_once):
    split, _ = make_split(60)
    release = pd.concat([split.train.released] * 2, ignore_index=True)
    assert attack_once("singling_out", release, split).train == 1


def test_a_description_of_a_crowd_isolates_nobody(attack_once):
    crowd = pd.DataFrame({"a": pd.Series(["x"] * 30 + ["y"] * 30, dtype=object), "b": [1.0] * 60})
    columns = (Column(name="a", kind=Kind.CATEGORY), Column(name="b", kind=Kind.NUMBER))
    side = Cohort(schema=Schema(columns=columns), table=crowd)
    risk = attack_once("singling_out", crowd, Split(train=side, holdout=side))
    assert (risk.train, risk.control) == (0, 0)
    assert not risk.alarm


def test_where_nothing_is_alone_it_is_not_applicable(attack_once):
    # Each value stands in two rows, and each number is neither lowest nor highest alone.
    square = pd.DataFrame(
        {
            "a": pd.Series(["x", "x", "y", "y"] * 15, dtype=object),
            "b": pd.Series(["u", "v", "u", "v"] * 15, dtype=object),
            "c": pd.Series(["s", "t", "t", "s"] * 15, dtype=object),
        }
    )
    one = square[["a"]].copy()
    split = halves(one, (Column(name="a", kind=Kind.CATEGORY),))
    risk = attack_once("singling_out", one, split)
    assert risk.outcome is Outcome.ESTIMATED  # two descriptions, which fit crowds
    assert risk.train == 0
    numbers = pd.DataFrame({"a": [1.0, 1.0, 2.0, 2.0] * 10, "b": [1.0, 2.0, 1.0, 2.0] * 10})
    split = halves(numbers, tuple(Column(name=name, kind=Kind.NUMBER) for name in "ab"))
    assert attack_once("singling_out", numbers, split).train == 0


@pytest.mark.parametrize("rows", [1, 2])
def test_a_release_of_a_row_gets_an_answer(make_split, attack_once, rows):
    split, fresh = make_split(40)
    risk = attack_once("singling_out", fresh.iloc[:rows], split)
    assert risk.outcome is Outcome.ESTIMATED
    assert np.isfinite([risk.low, risk.high, risk.p]).all()


def awkward(split, release):
    """Constant, all-missing, huge and never-seen values in a release and its persons."""
    sides = []
    for side in (split.train, split.holdout):
        table = side.table.copy()
        table["lab"], table["drug"] = np.nan, None
        table["marker"], table["genotype"] = -1e308, "é\"'\n"
        sides.append(replace(side, table=table))
    strange = release.copy()
    strange["lab"], strange["marker"] = np.nan, 1e308
    strange["drug"], strange["genotype"], strange["region"] = None, "never seen", "nowhere"
    return Split(train=sides[0], holdout=sides[1]), strange


@pytest.mark.parametrize("name", ["singling_out", "linkability"])
def test_awkward_columns_give_a_result(make_split, attack_once, name):
    split, release = awkward(*make_split(40))
    risk = attack_once(name, release, split)
    assert risk.outcome is Outcome.ESTIMATED
    assert np.isfinite([risk.train, risk.control, risk.naive, risk.low, risk.high, risk.p]).all()


def test_the_sign_of_a_column_does_not_matter(make_split, mirrored, mirrored_split, attack_once):
    split, fresh = make_split(80)
    one = attack_once("singling_out", fresh, split)
    other = attack_once("singling_out", mirrored(fresh), mirrored_split(split))
    assert one.train == pytest.approx(other.train, abs=0.1)
    assert (one.alarm, other.alarm) == (False, False)
    assert attack_once("singling_out", mirrored(split.train.released), mirrored_split(split)).train == 1


@pytest.mark.usefixtures("global_source_left_alone")
def test_equal_seeds_give_equal_results_and_leave_the_global_source_alone(make_split, attack_once):
    split, fresh = make_split(60)
    one, other = (attack_once("singling_out", fresh, split, seed=4) for _ in range(2))
    assert one == other


def test_it_is_valid_where_persons_are_drawn_from_a_big_table(make_split, monkeypatch):
    monkeypatch.setattr("privacy.attacks.target.MOST_ATTACKED", 25)
    split, _ = make_split(80, control=40)
    found = build_target(split.train.released, split, seed=0)
    tally = count(found, seed=0)
    assert (tally.n, tally.n_control) == (80, 40)  # rates are on everybody
    labels = draw_labels(found.attacked_is_train, draws=199, rng=np.random.default_rng(0))
    assert p_value(tally.statistic(labels)) <= 0.01


def test_planted_copies_need_no_neighbours_and_little_time(make_split):
    split, fresh = make_split(300)
    found = build_target(fresh, split, seed=0)
    bare = replace(found, nearest_synthetic=np.zeros((len(found.points), 0), dtype=np.int64))
    started = time.process_time()
    assert count(bare, seed=0).train == count(found, seed=0).train
    assert time.process_time() - started < 1.0  # each takes about 20 ms

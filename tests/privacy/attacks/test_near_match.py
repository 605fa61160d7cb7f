from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.schema import Role, Schema
from privacy.assay import assay
from privacy.estimates import AttackRole, Outcome


def aged(table, years):
    """The same persons, each a year older or younger."""
    return table.assign(age=table["age"] + pd.array(years, dtype="Int64"))


def test_known_answers(known_answers):
    _, loud = known_answers("near_match", at_least=0.3)
    assert loud.role is AttackRole.DIAGNOSTIC
    assert loud.p_adjusted is None


def test_copies_that_are_a_year_off_are_found_here_and_not_by_exact_match(make_split, attack_once):
    split, _ = make_split(60)
    released = split.train.released
    moved = aged(released, np.random.default_rng(0).choice([-1, 1], len(released)))
    exact, near = (attack_once(name, moved, split) for name in ("qi_match", "near_match"))
    assert near.excess > exact.excess + 0.1
    assert near.alarm
    assert not exact.alarm


@pytest.mark.parametrize("control", [20, 60])
def test_fresh_persons_raise_no_more_alarms_than_their_share(make_split, control):
    alarms = 0
    for seed in range(40):
        split, fresh = make_split(60, control=control, seed=seed)
        alarms += assay(fresh, split, attacks=["near_match"], seed=seed, planted=False).risks[0].alarm
    assert alarms <= 6, "5 % of 40, and three standard deviations"


def test_a_copy_agrees_elsewhere_too_and_a_stranger_does_not(make_split, attack_once):
    split, fresh = make_split(100)
    copies = attack_once("near_match", split.train.released, split).figures
    assert copies["agreement_of_matches"]["value"] == pytest.approx(1)
    strangers = attack_once("near_match", fresh, split).figures["agreement_of_matches"]
    assert strangers["value"] < 0.5
    assert strangers["low"] <= strangers["value"] <= strangers["high"]
    assert copies["agreement_of_matches of fresh persons"].keys() in ({"reason"}, strangers.keys())


def test_without_quasi_identifiers_it_is_not_applicable(make_split, attack_once):
    split, fresh = make_split(40)
    columns = tuple(replace(column, role=Role.OTHER) for column in split.train.schema.columns)
    sides = [replace(side, schema=Schema(columns=columns)) for side in (split.train, split.holdout)]
    risk = attack_once(
        "near_match", fresh.assign(patient="x"), replace(split, train=sides[0], holdout=sides[1])
    )
    assert risk.outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("visits", [1, 3])
def test_several_rows_of_one_person_count_once(make_split, attack_once, visits):
    split, _ = make_split(40, visits=visits)
    risk = attack_once("near_match", split.train.released, split)
    assert risk.n == 40
    assert risk.train > 0.3


def test_without_control_it_still_counts(make_split, attack_once):
    split, _ = make_split(40)
    risk = attack_once("near_match", split.train.released, replace(split, holdout=None))
    assert risk.control is None
    assert risk.train > 0.3
    assert risk.figures["agreement_of_matches of fresh persons"] == {"reason": "nobody is matched"}

from dataclasses import replace

import pytest

from cohort.schema import Role, Schema
from privacy.estimates import AttackRole, Outcome


def with_quasi_identifiers(split, names):
    columns = tuple(
        replace(column, role=Role.QUASI_IDENTIFIER if column.name in names else Role.OTHER)
        for column in split.train.schema.columns
        if column.name != "patient"
    )
    schema = Schema(columns=columns)
    sides = [
        replace(side, schema=schema, table=side.table.drop(columns="patient"))
        for side in (split.train, split.holdout)
    ]
    return replace(split, train=sides[0], holdout=sides[1])


def test_known_answers(known_answers):
    known_answers("qi_match", at_least=0.3)


def test_without_quasi_identifiers_it_is_not_applicable(make_split, attack_once):
    split, fresh = make_split(40)
    risk = attack_once("qi_match", fresh, with_quasi_identifiers(split, []))
    assert risk.outcome is Outcome.NOT_APPLICABLE
    assert "quasi-identifier" in risk.reason
    assert not risk.alarm


def test_one_quasi_identifier_is_enough(make_split, attack_once):
    split, _ = make_split(40)
    split = with_quasi_identifiers(split, ["base_excess"])
    risk = attack_once("qi_match", split.train.released, split)
    assert risk.train == 1
    assert risk.control == 0


def test_alone_means_among_train_and_control_together(make_split, attack_once):
    split, _ = make_split(40)
    twins = replace(split, holdout=split.train)
    assert attack_once("qi_match", split.train.released, twins).train == 0


def test_without_control_it_is_a_diagnostic(make_split, attack_once):
    split, _ = make_split(40)
    risk = attack_once("qi_match", split.train.released, replace(split, holdout=None))
    assert risk.role is AttackRole.DIAGNOSTIC
    assert risk.outcome is Outcome.ESTIMATED
    assert risk.train > 0.3
    assert risk.control is None
    assert risk.excess is None
    assert risk.p is None


@pytest.mark.parametrize("visits", [1, 3])
def test_several_rows_of_one_person_do_not_hide_them(make_split, attack_once, visits):
    split, _ = make_split(40, visits=visits)
    assert attack_once("qi_match", split.train.released, split).train > 0.3

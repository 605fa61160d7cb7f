from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from anonymeter.evaluators.inference_evaluator import evaluate_inference_guesses

from cohort.schema import Role, Schema
from privacy.attacks.anonymeter_inference import right
from privacy.estimates import Outcome


def only_secret(split, name):
    columns = tuple(
        replace(column, role=Role.SENSITIVE if column.name == name else Role.OTHER)
        if column.role is not Role.IDENTIFIER
        else column
        for column in split.train.schema.columns
    )
    schema = Schema(columns=columns, person="patient")
    sides = [replace(side, schema=schema) for side in (split.train, split.holdout)]
    return replace(split, train=sides[0], holdout=sides[1])


def test_known_answers(known_answers):
    known_answers("anonymeter_inference", at_least=0.3)


def test_a_negative_guess_is_not_right_for_being_negative():
    guesses, secrets = pd.Series([-5.0, -100.0, 5.0]), pd.Series([3.0, 7.0, 3.0])
    assert evaluate_inference_guesses(guesses, secrets, regression=True).tolist() == [True, True, False]
    assert right(guesses, secrets).tolist() == [0, 0, 0]


def test_guesses_within_a_twentieth_and_missing_secrets_are_right():
    guesses = pd.Series([100.0, -100.0, 100.0, 0.0, np.nan, np.nan])
    secrets = pd.Series([104.0, -104.0, 106.0, 0.0, np.nan, 1.0])
    assert right(guesses, secrets).tolist() == [1, 1, 0, 1, 1, 0]
    assert right(pd.Series(["a", "b"]), pd.Series(["a", "c"])).tolist() == [1, 0]


@pytest.mark.parametrize("secret", ["base_excess", "marker"])
def test_a_negative_secret_is_scored_like_a_positive_one(
    make_split, mirrored, mirrored_split, attack_once, secret
):
    split, fresh = make_split(80)
    split = only_secret(split, secret)
    one = attack_once("anonymeter_inference", fresh, split)
    other = attack_once("anonymeter_inference", mirrored(fresh), mirrored_split(split))
    assert (one.train, one.control, one.naive) == (other.train, other.control, other.naive)
    assert 0 < one.train < 1


def test_without_secrets_it_is_not_applicable(make_split, attack_once):
    split, fresh = make_split(40)
    risk = attack_once("anonymeter_inference", fresh, only_secret(split, "none"))
    assert risk.outcome is Outcome.NOT_APPLICABLE
    assert "sensitive" in risk.reason


def test_the_interval_counts_persons_and_not_secrets(make_split, attack_once):
    split, fresh = make_split(50, visits=3)
    risk = attack_once("anonymeter_inference", fresh, split)
    assert (risk.n, risk.n_control) == (50, 50)
    assert risk.high - risk.low > 0.2


@pytest.mark.usefixtures("global_source_left_alone")
def test_equal_seeds_give_equal_results_and_leave_the_global_source_alone(make_split, attack_once):
    split, fresh = make_split(60, visits=2)
    one, other = (attack_once("anonymeter_inference", fresh, split, seed=4) for _ in range(2))
    assert one == other

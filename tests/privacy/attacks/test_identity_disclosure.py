from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split
from privacy.attacks.identity_disclosure import count, meaningful_disclosure, worth
from privacy.attacks.target import build_target
from privacy.estimates import AttackRole, Outcome
from privacy.linkage.sample import match_probability

AGE = Column(name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER)
DRUG = Column(name="drug", kind=Kind.CATEGORY, role=Role.SENSITIVE)
DOSE = Column(name="dose", kind=Kind.NUMBER, role=Role.SENSITIVE)
NAME = "identity_disclosure"


def table(ages, values, column=DRUG):
    dtype = object if column is DRUG else float
    return pd.DataFrame({"age": pd.array(ages, dtype="Int64"), column.name: pd.Series(values, dtype=dtype)})


def hits(train, control, release, column=DRUG):
    """Mean hits of train and of control."""
    schema = Schema(columns=(AGE, column))
    sides = [Cohort(schema=schema, table=side) for side in (train, control)]
    tally = count(build_target(release, Split(train=sides[0], holdout=sides[1]), seed=0), seed=0)
    return tally.train, tally.control


def roles(split, changed):
    """The split with other roles for some columns."""
    columns = tuple(
        replace(column, role=changed.get(column.name, column.role)) for column in split.train.schema.columns
    )
    schema = Schema(columns=columns, person="patient")
    sides = [replace(side, schema=schema) for side in (split.train, split.holdout)]
    return replace(split, train=sides[0], holdout=sides[1])


def test_known_answers(known_answers):
    quiet, loud = known_answers(NAME, at_least=0.3)
    assert quiet.role is AttackRole.PRIMARY
    assert loud.train > 0.5


def test_a_match_that_tells_something_uncommon_counts_by_hand():
    train = table([30, 30, 41, 50], list("abcd"))
    control = table([30, 41, 60, 60], list("aacd"))
    # 30: a and c are told, so the first of two train persons hears a; 41: c is told; 50 has no match.
    release = table([30, 30, 41], list("acc"))
    found = hits(train, control, release)
    assert found[0] == pytest.approx((1 / 2 + 0 + 1 + 0) / 4)
    assert found[1] == pytest.approx((1 / 3 + 0 + 0 + 0) / 4)


def test_what_most_persons_have_teaches_nothing():
    train, control = table([1, 2, 3, 4], list("aaab")), table([5, 6, 7, 8], list("aaab"))
    assert hits(train, control, train) == (pytest.approx(1 / 4), 0)
    even = table([1, 2, 3, 4], list("aabb"))
    assert hits(even, table([5, 6, 7, 8], list("aabb")), even) == (0, 0)


def test_a_number_teaches_where_it_is_nearer_than_the_spread_weighed_by_rarity():
    ages = list(range(10))
    doses = [float(x) for x in range(10)]
    train, control = table(ages, doses, DOSE), table([x + 10 for x in ages], doses, DOSE)
    assert hits(train, control, train, DOSE) == (1, 0)
    # MAD is 2.5, so that 1.48 MAD is 3.7; 4 of 10 are that near to 0 or 9, and 7 of 10 to 3, 4, 5 or 6.
    for shift, right in ((5.2, 1.0), (5.3, 0.6), (9.2, 0.2), (9.3, 0.0)):
        moved = table(ages, [x + shift for x in doses], DOSE)
        assert hits(train, control, moved, DOSE)[0] == pytest.approx(right)


def test_a_number_that_most_have_alike_is_told_like_a_category():
    train = table([1, 2, 3, 4], [0.0, 0.0, 0.0, 7.0], DOSE)
    control = table([5, 6, 7, 8], [0.0, 0.0, 0.0, 7.0], DOSE)
    assert hits(train, control, train, DOSE) == (pytest.approx(1 / 4), 0)


def test_a_missing_value_teaches_nothing():
    train, control = table([1, 2, 3], [None, "b", "c"]), table([5, 6, 7], [None, "b", "d"])
    assert hits(train, control, train)[0] == pytest.approx(2 / 3)
    holes = table([1, 2, 3, 4], [np.nan, 1.0, 2.0, 3.0], DOSE)
    assert hits(holes, holes.assign(age=holes["age"] + 9), holes, DOSE)[0] == pytest.approx(3 / 4)


def test_one_in_twenty_sensitive_columns_must_be_told():
    columns = tuple(Column(name=f"s{i}", kind=Kind.CATEGORY, role=Role.SENSITIVE) for i in range(21))
    cells = {f"s{i}": pd.Series(list("abcd") * 2, dtype=object) for i in range(21)}
    whole = pd.DataFrame({"age": pd.array(range(8), dtype="Int64"), **cells})
    side = Cohort(schema=Schema(columns=(AGE, *columns)), table=whole)
    split = Split(train=side.rows(np.arange(4)), holdout=side.rows(np.arange(4, 8)))
    for told, right in ((1, 0), (2, 1)):
        release = whole.iloc[:4].assign(**{f"s{i}": "z" for i in range(told, 21)})
        assert count(build_target(release, split, seed=0), seed=0).train == right


def test_it_is_never_more_than_a_match(make_split):
    for seed in range(3):
        split, fresh = make_split(80, seed=seed)
        target = build_target(fresh, split, seed=0)
        found, match = meaningful_disclosure(target), match_probability(fresh, split)
        assert found["meaningful_disclosure"]["value"] <= match.train + 1e-12
        assert found["meaningful_disclosure of fresh persons"]["value"] <= match.control + 1e-12


def test_figures_are_what_a_policy_compares_with_its_threshold(make_split, attack_once):
    split, fresh = make_split(80)
    risk = attack_once(NAME, fresh, split)
    figure = risk.figures["meaningful_disclosure"]
    assert figure["value"] == pytest.approx(risk.train)
    assert figure["low"] <= figure["value"] <= figure["high"]
    assert figure["n"] == 80
    assert risk.figures["meaningful_disclosure of fresh persons"]["value"] == pytest.approx(risk.control)


@pytest.mark.parametrize("fraction", [0.01, 0.3, 0.9])
def test_the_worth_of_a_match_is_the_mean_of_one_by_the_population(fraction):
    sizes = np.array([1, 2, 5])
    rng = np.random.default_rng(0)
    simulated = [(1 / (f + rng.negative_binomial(f, fraction, 400_000))).mean() for f in sizes]
    assert worth(sizes, fraction=fraction) == pytest.approx(simulated, rel=0.02)
    assert (worth(sizes, fraction=fraction) >= fraction / sizes).all()


def test_without_a_known_population_the_sample_is_its_own():
    sizes = np.array([1, 2, 5, 400])
    assert worth(sizes).tolist() == (1 / sizes).tolist()
    assert worth(sizes, fraction=1 - 1e-9) == pytest.approx(1 / sizes)
    assert worth(np.array([3000]), fraction=0.01) == pytest.approx(0.01 / 3000, rel=0.01)


def test_a_smaller_part_of_the_population_is_less_risk(make_split):
    split, _ = make_split(60)
    target = build_target(split.train.released, split, seed=0)
    risks = [
        meaningful_disclosure(target, fraction=fraction)["meaningful_disclosure"]["value"]
        for fraction in (0.01, 0.1, 1.0)
    ]
    assert risks == sorted(risks)
    assert risks[0] < 0.1 * risks[2]


@pytest.mark.parametrize(("n", "control"), [(40, 40), (80, 20)])
def test_fresh_persons_raise_no_more_alarms_than_the_level(make_split, attack_once, n, control):
    seeds = 60
    alarms = []
    for seed in range(seeds):
        split, fresh = make_split(n, control=control, seed=seed)
        alarms.append(attack_once(NAME, fresh, split, seed=seed).alarm)
    assert np.mean(alarms) <= 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / seeds)


def test_a_negative_secret_counts_like_a_positive_one(make_split, mirrored, mirrored_split, attack_once):
    split, _ = make_split(80)
    one = attack_once(NAME, split.train.released, split)
    other = attack_once(NAME, mirrored(split.train.released), mirrored_split(split))
    assert (one.train, one.control) == pytest.approx((other.train, other.control))


def test_the_worst_row_of_a_person_counts_and_persons_are_the_units(make_split, attack_once):
    split, fresh = make_split(40, visits=3)
    risk = attack_once(NAME, split.train.released, split)
    assert (risk.n, risk.n_control) == (40, 40)
    assert risk.train > 0.5
    assert attack_once(NAME, fresh, split).n == 40


def test_without_control_it_is_a_diagnostic_with_its_figure(make_split, attack_once):
    split, _ = make_split(40)
    risk = attack_once(NAME, split.train.released, replace(split, holdout=None))
    assert risk.role is AttackRole.DIAGNOSTIC
    assert risk.p is None
    assert list(risk.figures) == ["meaningful_disclosure"]
    assert risk.figures["meaningful_disclosure"]["value"] > 0.3


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        (dict.fromkeys(("age", "sex", "region"), Role.OTHER), "quasi-identifier"),
        (dict.fromkeys(("stage", "base_excess"), Role.OTHER), "sensitive"),
    ],
)
def test_without_the_columns_it_needs_it_is_not_applicable(make_split, attack_once, changed, word):
    split, fresh = make_split(40)
    risk = attack_once(NAME, fresh, roles(split, changed))
    assert risk.outcome is Outcome.NOT_APPLICABLE
    assert word in risk.reason


@pytest.mark.parametrize("secret", ["constant", "missing", "all missing numbers", "huge"])
@pytest.mark.parametrize("rows", [1, 30])
def test_odd_secrets_give_a_result_or_a_reason(attack_once, secret, rows):
    numbers = {"all missing numbers": np.full(60, np.nan), "huge": np.linspace(-1e300, 1e300, 60)}
    words = {"constant": ["O'Neil é"] * 60, "missing": [None] * 60}
    column = DOSE if secret in numbers else DRUG
    whole = table(list(range(60)), numbers.get(secret, words.get(secret)), column)
    side = Cohort(schema=Schema(columns=(AGE, column)), table=whole)
    split = Split(train=side.rows(np.arange(30)), holdout=side.rows(np.arange(30, 60)), seed=0)
    risk = attack_once(NAME, whole.iloc[:rows], split)
    if secret == "huge":
        assert risk.outcome is Outcome.ESTIMATED
        assert risk.train == pytest.approx(rows / 30)
    else:
        assert risk.outcome is Outcome.NOT_APPLICABLE
        assert "one value" in risk.reason


def test_equal_seeds_give_equal_results(make_split, attack_once):
    split, fresh = make_split(60, visits=2)
    one, other = (attack_once(NAME, fresh, split, seed=4) for _ in range(2))
    assert one == other

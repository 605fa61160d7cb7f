from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.encode import fit_encoder
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split
from privacy.assay import assay
from privacy.attacks import inference
from privacy.attacks.inference import forest_hits, naive_hits, nearest_hits
from privacy.attacks.secrets import locate
from privacy.attacks.target import build_target
from privacy.estimates import AttackRole, Outcome

NUMBER = Column(name="x", kind=Kind.NUMBER)
SECRET = Column(name="s", kind=Kind.NUMBER, role=Role.SENSITIVE)
CODE = Column(name="c", kind=Kind.CATEGORY, role=Role.SENSITIVE)


def guesses(real, release, columns, secret, *, seed=0):
    """Hits of the nearest row, the forest and the naive guess, (rows,) each."""
    encoder = fit_encoder([real, release], columns)
    points, minted, secrets = encoder.encode(real), encoder.encode(release), [locate(encoder, secret)]
    found = (
        nearest_hits(points, minted, secrets),
        forest_hits(points, minted, secrets, seed=seed),
        naive_hits(points, minted, secrets),
    )
    return [hits[:, 0] for hits in found]


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


def split_of(table, columns, *, at):
    side = Cohort(schema=Schema(columns=columns), table=table)
    rows = np.arange(len(table))
    return Split(train=side.rows(rows[:at]), holdout=side.rows(rows[at:]))


def rare_leak(*, leak, seed):
    """Ten of each 120 persons have a rare value; the release knows those of train, or nobody."""
    rng = np.random.default_rng(seed)
    code = pd.Series((["rare"] * 10 + ["usual"] * 110) * 3, dtype=object)
    table = pd.DataFrame({"x": rng.normal(size=360), "y": rng.normal(size=360), "c": code})
    columns = (NUMBER, Column(name="y", kind=Kind.NUMBER), CODE)
    split = split_of(table.iloc[:240], columns, at=120)
    release = table.iloc[240:].reset_index(drop=True)
    if leak:
        release.iloc[:10] = split.train.table.iloc[:10]
    return split, release


def test_known_answers(make_split, attack_once):
    alarms = []
    for seed in range(5):
        split, fresh = make_split(60, seed=seed)
        quiet = attack_once("inference", fresh, split)
        assert quiet.role is AttackRole.PRIMARY
        assert quiet.low <= 0 <= quiet.high
        assert quiet.train > quiet.naive > 0
        alarms.append(quiet.alarm)  # one by chance in 20; the false alarms are counted below
        loud = attack_once("inference", split.train.released, split)
        assert (loud.train, loud.alarm) == (1, True)
        assert loud.low > 0.2
        assert loud.p <= 0.01
    assert sum(alarms) <= 1


def test_guesses_by_hand():
    release = pd.DataFrame({"x": [0.0, 10.0, 20.0], "c": pd.Series(["a", "b", "a"], dtype=object)})
    real = pd.DataFrame({"x": [0.0, 10.0, 20.0], "c": pd.Series(["a", "a", None], dtype=object)})
    nearest, forest, naive = guesses(real, release, (NUMBER, CODE), CODE)
    assert nearest.tolist() == [1, 0, 0]
    assert forest.tolist() == [1, 0, 0]
    assert naive.tolist() == [1, 1, 0]


def test_ties_count_in_part_whatever_their_order():
    release = pd.DataFrame({"x": [1.0, 1.0, 1.0, 9.0], "c": pd.Series(list("aabb"), dtype=object)})
    real = pd.DataFrame({"x": [1.0, 1.0], "c": pd.Series(list("ab"), dtype=object)})
    for turned in (release, release[::-1].reset_index(drop=True)):
        assert guesses(real, turned, (NUMBER, CODE), CODE)[0] == pytest.approx([2 / 3, 1 / 3])


def test_a_number_is_right_within_a_twentieth_of_the_patients():
    release = pd.DataFrame({"x": np.arange(100.0), "s": np.arange(100.0)})
    for shift, right in ((4.0, 1), (-4.0, 1), (6.0, 0), (-6.0, 0)):
        real = pd.DataFrame({"x": [50.0], "s": [50.0 + shift]})
        assert guesses(real, release, (NUMBER, SECRET), SECRET)[0].tolist() == [right]


def test_missing_secrets_are_a_value_of_their_own():
    release = pd.DataFrame({"x": [0.0, 10.0], "s": [np.nan, 5.0]})
    real = pd.DataFrame({"x": [0.0, 10.0, 0.0, 10.0], "s": [np.nan, 5.0, 5.0, np.nan]})
    nearest, forest, _ = guesses(real, release, (NUMBER, SECRET), SECRET)
    assert nearest.tolist() == [1, 1, 0, 0]
    assert forest.tolist() == [1, 1, 0, 0]


def test_the_naive_guess_is_the_median_even_where_some_are_missing():
    values = [1.0, 2.0, 3.0, 4.0, 5.0]
    release = pd.DataFrame({"x": [0.0] * 7, "s": [*values, np.nan, np.nan]})
    real = pd.DataFrame({"x": [0.0] * 3, "s": [3.0, 1.0, np.nan]})
    assert guesses(real, release, (NUMBER, SECRET), SECRET)[2].tolist() == [1, 0, 0]
    mostly = pd.DataFrame({"x": [0.0] * 5, "s": [3.0, 4.0, np.nan, np.nan, np.nan]})
    assert guesses(real, mostly, (NUMBER, SECRET), SECRET)[2].tolist() == [0, 0, 1]


@pytest.mark.parametrize("secret", ["base_excess", "marker", "lab"])
def test_a_negative_secret_is_scored_exactly_like_a_positive_one(make_split, attack_once, secret):
    split, fresh = make_split(80)
    split = only_secret(split, secret)

    def turned(table):
        return table.assign(**{secret: -table[secret]})

    sides = [replace(side, table=turned(side.table)) for side in (split.train, split.holdout)]
    one = attack_once("inference", fresh, split)
    other = attack_once("inference", turned(fresh), Split(train=sides[0], holdout=sides[1]))
    assert 0 < one.train < 1
    assert (other.train, other.control, other.naive) == pytest.approx((one.train, one.control, one.naive))
    assert other.p == one.p


def test_what_is_known_may_be_negative_too(make_split, mirrored, mirrored_split, attack_once):
    split, fresh = make_split(80)
    one = attack_once("inference", fresh, split).figures["base_excess, nearest row"]
    other = attack_once("inference", mirrored(fresh), mirrored_split(split)).figures
    assert other["base_excess, nearest row"] == pytest.approx(one)


@pytest.mark.parametrize("turn", [lambda x: x + 1e6, lambda x: 1e300 * x, lambda x: -1e-300 / (30 + x)])
def test_neither_origin_nor_unit_matters(make_split, attack_once, turn):
    split, fresh = make_split(60)
    split = only_secret(split, "base_excess")

    def turned(table):
        return table.assign(base_excess=turn(table["base_excess"]))

    sides = [replace(side, table=turned(side.table)) for side in (split.train, split.holdout)]
    moved = attack_once("inference", turned(fresh), Split(train=sides[0], holdout=sides[1]))
    plain = attack_once("inference", fresh, split)
    if turn(1.0) > turn(0.0):
        assert (moved.train, moved.control, moved.p) == (plain.train, plain.control, plain.p)
    else:
        assert moved.figures["base_excess, nearest row"] == plain.figures["base_excess, nearest row"]


def test_a_leak_of_one_rare_value_does_not_vanish_in_the_mean(attack_once):
    caught = silent = 0
    for seed in range(10):
        split, release = rare_leak(leak=True, seed=seed)
        caught += attack_once("inference", release, split).alarm
        split, release = rare_leak(leak=False, seed=seed)
        silent += not attack_once("inference", release, split).alarm
    assert caught >= 9
    assert silent >= 7


def test_figures_name_each_secret_guess_and_stratum_of_enough_persons(make_split, attack_once):
    split, fresh = make_split(100)
    figures = attack_once("inference", fresh, split).figures
    assert {"stage, nearest row", "stage, forest", "stage = II", "base_excess: middle"} <= set(figures)
    together = figures["stage, nearest row"]
    assert together["value"] == pytest.approx(together["train"] - together["control"])
    assert together["low"] < together["value"] < together["high"]
    for figure in figures.values():
        assert "reason" in figure or min(figure["n"], figure["n_control"]) >= 11
    assert not any("lowest" in name for name in figures)  # 5 % of 100 persons are too few to be shown


@pytest.mark.parametrize(("n", "control"), [(40, 40), (80, 20)])
def test_fresh_persons_raise_no_more_alarms_than_the_level(make_split, attack_once, monkeypatch, n, control):
    monkeypatch.setattr(inference, "_TREES", 5)
    seeds = 60
    alarms = []
    for seed in range(seeds):
        split, fresh = make_split(n, control=control, seed=seed)
        alarms.append(attack_once("inference", fresh, split, seed=seed).alarm)
    assert np.mean(alarms) <= 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / seeds)


def test_persons_count_once_however_many_rows_they_have(make_split, attack_once):
    split, fresh = make_split(50, visits=3)
    risk = attack_once("inference", fresh, split)
    assert (risk.n, risk.n_control) == (50, 50)
    assert risk.high - risk.low > 0.2
    assert attack_once("inference", split.train.released, split).train == 1


def test_without_secrets_or_anything_else_to_know_it_is_not_applicable(make_split, attack_once):
    split, fresh = make_split(40)
    risk = attack_once("inference", fresh, only_secret(split, "none"))
    assert risk.outcome is Outcome.NOT_APPLICABLE
    assert "sensitive" in risk.reason
    table = pd.DataFrame({"c": pd.Series(list("ab") * 30, dtype=object)})
    alone = attack_once("inference", table, split_of(table, (CODE,), at=30))
    assert alone.outcome is Outcome.NOT_APPLICABLE
    assert "only column" in alone.reason


@pytest.mark.parametrize("value", [None, "same"])
def test_a_secret_of_one_value_is_not_applicable(attack_once, value):
    table = pd.DataFrame({"x": np.arange(60.0), "c": pd.Series([value] * 60, dtype=object)})
    risk = attack_once("inference", table, split_of(table, (NUMBER, CODE), at=30))
    assert risk.outcome is Outcome.NOT_APPLICABLE
    assert "one value" in risk.reason


def test_constant_and_missing_columns_beside_a_secret_change_nothing(attack_once):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"x": rng.normal(size=60), "s": rng.normal(size=60)})
    wide = table.assign(k=1.0, m=np.nan)
    more = (Column(name="k", kind=Kind.NUMBER), Column(name="m", kind=Kind.NUMBER))
    plain = attack_once("inference", table.iloc[:30], split_of(table, (NUMBER, SECRET), at=30))
    other = attack_once("inference", wide.iloc[:30], split_of(wide, (NUMBER, SECRET, *more), at=30))
    assert other.figures["s, nearest row"] == plain.figures["s, nearest row"]
    assert other.alarm


@pytest.mark.parametrize("release", ["one row", "unseen", "quotes"])
def test_odd_releases_give_a_result(attack_once, release):
    rng = np.random.default_rng(1)
    words = pd.Series(rng.choice(["O'Neil", 'say "x"', "Ōsaka", "naïve, é"], 60), dtype=object)
    table = pd.DataFrame({"x": rng.normal(size=60) * 1e300, "c": words})
    minted = table.iloc[:1] if release == "one row" else table.iloc[:30].copy()
    if release == "unseen":
        minted["c"] = pd.Series(["never seen"] * 30, dtype=object)
    risk = attack_once("inference", minted, split_of(table, (NUMBER, CODE), at=30))
    assert risk.outcome is Outcome.ESTIMATED
    assert risk.alarm == (release == "quotes")
    assert risk.train == (1 if release == "quotes" else pytest.approx(risk.train))


def test_no_cell_of_a_small_stratum_is_named(attack_once):
    table = pd.DataFrame(
        {
            "x": np.arange(60.0),
            "c": pd.Series(["usual"] * 28 + ["VERY RARE"] * 2 + ["usual"] * 30, dtype=object),
        }
    )
    risk = attack_once("inference", table.iloc[:30], split_of(table, (NUMBER, CODE), at=30))
    assert not any("VERY RARE" in name for name in risk.figures)
    assert "c: values of fewer than 11 persons" in risk.figures


def test_equal_seeds_give_equal_results(make_split, attack_once):
    split, fresh = make_split(60, visits=2)
    one, other = (attack_once("inference", fresh, split, seed=4) for _ in range(2))
    assert one == other


def test_planted_copies_are_tried_with_the_nearest_row_alone(make_split):
    split, fresh = make_split(60)
    risk = assay(fresh, split, attacks=["inference"]).risks[0]
    assert risk.detectable is None or risk.detectable >= 0.05
    target = build_target(fresh, split, seed=0)
    assert not target.is_planted

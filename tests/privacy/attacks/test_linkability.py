from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split
from privacy.attacks import linkability as module
from privacy.attacks.linkability import count
from privacy.attacks.target import build_target
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


def small(train, control, release):
    """Two columns, the first a quasi-identifier."""
    columns = (
        Column(name="a", kind=Kind.CATEGORY, role=Role.QUASI_IDENTIFIER),
        Column(name="b", kind=Kind.CATEGORY),
    )
    frames = [pd.DataFrame(rows, columns=["a", "b"], dtype=object) for rows in (train, control, release)]
    sides = [Cohort(schema=Schema(columns=columns), table=frame) for frame in frames[:2]]
    return build_target(frames[2], Split(train=sides[0], holdout=sides[1]), seed=0)


def test_known_answers(known_answers):
    _, loud = known_answers("linkability", at_least=0.6)
    assert loud.role is AttackRole.PRIMARY
    assert loud.train == 1
    assert loud.naive < 0.2


def test_a_link_is_a_common_row_among_the_nearest():
    release = [("x", "u"), ("y", "v"), ("y", "w")]
    tally = count(small([("x", "u"), ("y", "w")], [("x", "w"), ("y", "u")], release), seed=0)
    assert (tally.train, tally.control) == (1, 0)


def test_the_naive_rate_is_the_chance_of_sets_of_that_size():
    release = [("x", "u"), ("x", "v"), ("y", "v"), ("y", "w")]
    tally = count(small([("x", "u")], [("y", "v")], release), seed=0)
    assert tally.naive == pytest.approx(2 / 4)  # two rows have x, one has u
    tally = count(small([("x", "v")], [("y", "v")], release), seed=0)
    assert tally.naive == pytest.approx(1 - 1 / 6)  # two and two of four rows


def test_ties_hide_no_link_and_the_order_of_rows_does_not_matter(make_split, attack_once):
    split, _ = make_split(60)
    split = with_quasi_identifiers(split, ["sex", "region"])
    release = split.train.released
    one = attack_once("linkability", release, split)
    other = attack_once("linkability", release.iloc[::-1].reset_index(drop=True), split)
    assert one.train == other.train == 1
    assert one == other


@pytest.mark.parametrize("names", [["base_excess"], ["sex"]])
def test_one_quasi_identifier_is_enough(make_split, attack_once, names):
    split, fresh = make_split(40)
    split = with_quasi_identifiers(split, names)
    risk = attack_once("linkability", split.train.released, split)
    assert risk.train == 1
    assert risk.naive > 0
    assert not attack_once("linkability", fresh, split).alarm


def test_without_a_second_file_or_a_first_one_it_is_not_applicable(make_split, attack_once):
    split, fresh = make_split(40)
    everything = [column.name for column in split.train.schema.released]
    for names, reason in (([], "no quasi-identifier"), (everything, "every column")):
        risk = attack_once("linkability", fresh, with_quasi_identifiers(split, names))
        assert risk.outcome is Outcome.NOT_APPLICABLE
        assert reason in risk.reason


def test_a_crowd_in_which_all_are_tied_says_nothing():
    rows = [("x", "u")] * 30
    tally = count(small(rows, rows, rows), seed=0)
    assert (tally.train, tally.control, tally.naive) == (1, 1, 1)
    assert tally.scores == pytest.approx(1)
    assert (tally.statistic(np.arange(60)[None, :] < 30) == 0).all()


@pytest.mark.parametrize("visits", [1, 3])
def test_persons_are_the_units(make_split, attack_once, visits):
    split, fresh = make_split(40, visits=visits)
    release = pd.concat([fresh, split.train.released.iloc[: 20 * visits : visits]], ignore_index=True)
    risk = attack_once("linkability", release, split)
    assert (risk.n, risk.n_control) == (40, 40)
    assert risk.train >= 0.5
    assert risk.alarm


@pytest.mark.parametrize("cells", [1, 500, 10**6])
def test_the_size_of_a_block_changes_nothing(make_split, monkeypatch, cells):
    split, fresh = make_split(30)
    found = build_target(fresh, split, seed=0)
    whole = count(found, seed=0)
    monkeypatch.setattr(module, "_BLOCK_CELLS", cells)
    blocks = count(found, seed=0)
    assert (whole.train, whole.control, whole.naive) == (blocks.train, blocks.control, blocks.naive)


def test_a_release_of_one_row_links_everybody_to_it_and_says_nothing(make_split, attack_once):
    split, fresh = make_split(40)
    risk = attack_once("linkability", fresh.iloc[:1], split)
    assert (risk.train, risk.control, risk.naive) == (1, 1, 1)
    assert risk.p == 1
    assert not risk.alarm


def test_the_evidence_is_the_surprise_of_the_closest_meeting():
    rows = [("x", "u"), ("x", "v"), ("y", "v"), ("y", "w"), ("z", "w")]
    tally = count(small([("x", "u"), ("z", "u")], [("y", "v"), ("q", "q")], rows), seed=0)
    # x has two rows of five, u one; z has one and u one, and they meet only where all five are taken.
    assert tally.scores == pytest.approx([5 / 2, 1, 1 / (1 - 3 / 10), 1])


def test_planted_copies_need_no_neighbours(make_split):
    split, fresh = make_split(40)
    found = build_target(fresh, split, seed=0)
    bare = replace(found, nearest_synthetic=np.zeros((len(found.points), 0), dtype=np.int64))
    assert count(bare, seed=0).scores.tolist() == count(found, seed=0).scores.tolist()


def test_the_sign_of_a_column_does_not_matter(make_split, mirrored, mirrored_split, attack_once):
    split, fresh = make_split(80)
    one = attack_once("linkability", fresh, split)
    other = attack_once("linkability", mirrored(fresh), mirrored_split(split))
    assert (one.train, one.control, one.p) == (other.train, other.control, other.p)


@pytest.mark.usefixtures("global_source_left_alone")
def test_equal_seeds_give_equal_results_and_leave_the_global_source_alone(make_split, attack_once):
    split, fresh = make_split(60, visits=2)
    one, other = (attack_once("linkability", fresh, split, seed=4) for _ in range(2))
    assert one == other


def test_the_chance_is_that_of_the_hypergeometric_law():
    some, others = np.array([1, 1, 3, 40, 100, 70]), np.array([1, 50, 7, 2, 1, 31])
    found = module._chance(some, others, 100)
    assert found == pytest.approx(1 - hypergeom.pmf(0, 100, some, others))
    assert found[-2:].tolist() == [1, 1]

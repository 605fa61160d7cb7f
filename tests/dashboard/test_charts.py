from dataclasses import replace

import pytest

from dashboard.charts import frontier_picture, risk_picture, utility_picture
from privacy.estimates import AttackRole


def drawn(picture):
    return {trace.name: trace for trace in picture.figure.data}


def test_frontier_draws_every_point_with_both_intervals(golden_frontier):
    picture = frontier_picture(golden_frontier)
    accepted = drawn(picture)["✓ meets the policy; a person must decide"]
    assert list(accepted.customdata) == ["trees"]
    assert list(accepted.x) == [pytest.approx(0.02)]
    assert accepted.error_x.array[0] == pytest.approx(0.06)
    assert accepted.error_y.arrayminus[0] == pytest.approx(0.07)
    assert {row["candidate"] for row in picture.table} == {
        "copy", "holdout", "independent", "trees", "gaussian_copula",
    }  # fmt: skip


def test_every_verdict_differs_in_shape_not_only_in_colour(golden_frontier):
    traces = drawn(frontier_picture(golden_frontier))
    verdicts = [each.marker.symbol for each in traces.values() if each.customdata is not None]
    assert len(verdicts) == len(set(verdicts)) == 4


def test_frontier_shades_the_policy_region_up_to_its_edges(golden_frontier):
    (region,) = frontier_picture(golden_frontier).figure.layout.shapes
    assert (region.x1, region.y0) == (0.04, 0.71)


def test_all_whiskers_lie_within_the_axes(golden_frontier):
    layout = frontier_picture(golden_frontier).figure.layout
    for point in golden_frontier["points"]:
        for axis, (low, high) in (("risk", layout.xaxis.range), ("utility", layout.yaxis.range)):
            assert low < point[axis]["low"]
            assert high > point[axis]["high"]


def test_a_point_without_use_or_risk_is_not_drawn(golden_frontier):
    points = [{**golden_frontier["points"][0], "risk": None}, *golden_frontier["points"][1:]]
    picture = frontier_picture({**golden_frontier, "points": points})
    assert "copy" not in {row["candidate"] for row in picture.table}


def test_an_empty_frontier_is_an_empty_table(golden_frontier):
    empty = {"points": [], "utility_metric": None, "risk_attack": "copy_scan", "region": {}}
    assert frontier_picture(empty).table == []


def test_unknown_ends_and_region_do_not_stop_the_picture(golden_frontier):
    point = {**golden_frontier["points"][0], "risk": {"value": 0.0, "low": None, "high": None}}
    region = {"risk_at_most": None, "utility_at_least": None}
    picture = frontier_picture({**golden_frontier, "points": [point], "region": region})
    assert len(picture.table) == 1
    assert not picture.figure.layout.shapes


def test_risks_stand_beside_what_fresh_patients_give(golden_evidence):
    trees = next(each for each in golden_evidence if each.candidate == "trees")
    holdout = next(each for each in golden_evidence if each.candidate == "holdout")
    picture = risk_picture(trees.risks, fresh=holdout.risks)
    traces = drawn(picture)
    assert len(traces["fresh real patients instead"].x) == 4
    assert list(traces["smallest share of planted copies caught"].x) == [0.1, 0.1, 0.02]
    assert picture.table[0]["fresh patients"] == 0.0
    assert [row["attack"] for row in picture.table] == [
        "copy scan", "qi match", "exact copies", "anonymeter singling out",
    ]  # fmt: skip


def test_an_attack_that_says_nothing_is_not_drawn_as_nought(golden_evidence):
    trees = next(each for each in golden_evidence if each.candidate == "trees")
    assert "anonymeter inference" not in {row["attack"] for row in risk_picture(trees.risks).table}


def test_roles_differ_in_shape(golden_evidence):
    risks = next(each for each in golden_evidence if each.candidate == "trees").risks
    primary = drawn(risk_picture(risks))["this release: counts in the verdict"].marker.symbol
    second = drawn(risk_picture([replace(risks[0], role=AttackRole.SECOND_OPINION)])).popitem()[1]
    assert primary == "circle" != second.marker.symbol


def test_use_stands_beside_real_patients_tasks_first(golden_evidence):
    trees = next(each for each in golden_evidence if each.candidate == "trees")
    table = utility_picture(trees.utility).table
    assert table[0] == {
        "measure": "AUROC, linear model · died",
        "value": 0.77,
        "low": pytest.approx(0.7),
        "high": pytest.approx(0.83),
        "real": 0.81,
    }
    assert table[-1]["measure"] == "column · age"
    assert "implausible records (lower is better)" in [row["measure"] for row in table]


def test_scores_without_a_reference_are_left_out(golden_evidence):
    score = replace(golden_evidence[0].utility[0], reference=None)
    assert utility_picture([score]).table == []


def test_every_picture_can_be_read_without_being_seen(golden_frontier, golden_evidence):
    first = golden_evidence[0]
    for picture in (
        frontier_picture(golden_frontier), risk_picture(first.risks), utility_picture(first.utility),
    ):  # fmt: skip
        assert picture.sentence.endswith(".")
        assert "plot of" in picture.alt
        assert picture.table


def test_a_column_whose_name_looks_like_html_is_shown_as_it_is(golden_evidence):
    score = replace(golden_evidence[0].utility[0], group="age<60")
    assert utility_picture([score]).figure.layout.yaxis.ticktext == ("column · age&lt;60",)

import numpy as np
import pytest

from synthassay.pareto import on_front, pareto_shares


def point(name, use, risk, *, half=0.0, reference=False):
    figures = {"utility": use, "risk": risk}
    told = {axis: {"value": v, "low": v - half, "high": v + half} for axis, v in figures.items()}
    return {"candidate": name, "reference": reference, **told}


def test_who_is_dominated_by_nobody_is_found_draw_by_draw():
    rng = np.random.default_rng(0)
    use, risk = rng.normal(size=(2, 50, 12)).round(1)  # rounded, so that there are ties
    found = on_front(use, risk)
    for row in range(50):
        for at in range(12):
            as_good = (use[row] >= use[row, at]) & (risk[row] <= risk[row, at])
            better = as_good & ((use[row] > use[row, at]) | (risk[row] < risk[row, at]))
            twins = (use[row] == use[row, at]) & (risk[row] == risk[row, at])
            if twins.sum() == 1:
                assert found[row, at] == (not better.any())


def test_without_uncertainty_the_front_is_the_front():
    shares = pareto_shares([point("a", 0.8, 0.3), point("b", 0.7, 0.1), point("c", 0.6, 0.2)])
    assert shares == {"a": 1.0, "b": 1.0, "c": 0.0}


def test_two_that_cannot_be_told_apart_share_the_front():
    shares = pareto_shares([point("a", 0.7, 0.1, half=0.05), point("b", 0.7, 0.1, half=0.05)])
    # Of two equals each is dominated in a quarter of the draws.
    assert shares == {"a": pytest.approx(0.75, abs=0.04), "b": pytest.approx(0.75, abs=0.04)}


def test_less_than_chance_is_no_more_privacy():
    assert pareto_shares([point("a", 0.7, -0.01), point("b", 0.6, -0.2)]) == {"a": 1.0, "b": 0.0}


def test_reference_points_and_what_was_not_measured_take_no_part():
    unmeasured = {**point("c", 0.9, 0.0), "risk": None}
    shares = pareto_shares([point("copy", 0.9, -0.1, reference=True), point("a", 0.7, 0.1), unmeasured])
    assert shares == {"a": 1.0}
    assert pareto_shares([unmeasured]) == {}


def test_an_end_that_is_not_known_does_not_move():
    figure = {**point("a", 0.7, 0.1), "utility": {"value": 0.7, "low": None, "high": None}}
    assert pareto_shares([figure, point("b", 0.69, 0.1)]) == {"a": 1.0, "b": 0.0}

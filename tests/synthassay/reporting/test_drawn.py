"""A figure on paper shows what the screen shows: every dot, whisker and name."""

from xml.etree import ElementTree

import plotly.graph_objects as go
import pytest

from dashboard.charts import frontier_picture, risk_picture, utility_picture
from dashboard.drawing import FULL, OPEN, dots, rowed
from synthassay.reporting.drawn import drawn

SVG = "{http://www.w3.org/2000/svg}"


def _read(figure):
    return ElementTree.fromstring(drawn(figure))


def _texts(tree):
    return [each.text for each in tree.iter(f"{SVG}text")]


@pytest.fixture
def two():
    figure, at = rowed(["first", "a<b & c"])
    dots(figure, [(0.2, 0.1, 0.4), (0.6, None, None)], at, name="this release", marker=FULL)
    figure.add_vline(x=0)
    return figure


def test_dots_stand_in_order_and_whiskers_reach_their_ends(two):
    tree = _read(two)
    _, first, second = (float(each.get("cx")) for each in tree.iter(f"{SVG}circle"))  # the legend's, then two
    whisker = next(each for each in tree.iter(f"{SVG}line") if each.get("stroke-width") == "1.4")
    low, high = float(whisker.get("x1")), float(whisker.get("x2"))
    assert low < first < high < second
    assert (high - first) / (first - low) == pytest.approx(2, abs=0.05)
    assert (second - first) / (first - low) == pytest.approx(4, abs=0.1)


def test_names_are_text_and_no_markup(two):
    assert {"first", "a<b & c", "this release"} <= set(_texts(_read(two)))


def test_shapes_tell_dots_apart_without_colour():
    figure, at = rowed(["row"])
    for marker in (FULL, OPEN, {**FULL, "symbol": "x"}, {**FULL, "symbol": "triangle-up"}):
        dots(figure, [(0.5, None, None)], at, name="n", marker=marker)
    tree = _read(figure)
    assert len(list(tree.iter(f"{SVG}circle"))) == 2
    assert len(list(tree.iter(f"{SVG}polygon"))) == 4


def test_a_line_in_steps_goes_across_first():
    figure = go.Figure(
        go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line={"shape": "hv", "color": "#222222"}, name="front")
    )
    (path,) = _read(figure).iter(f"{SVG}polyline")
    start, corner, end = (tuple(map(float, each.split(","))) for each in path.get("points").split())
    assert (corner[0], corner[1]) == (end[0], start[1])


def test_every_figure_of_a_report_is_drawn(finished):
    frontier = _read(frontier_picture(finished.frontier).figure)
    assert {point["candidate"] for point in finished.frontier["points"] if point["risk"]} <= set(
        _texts(frontier)
    )
    evidence = finished.of("trees")
    risks = _read(risk_picture(evidence.risks, fresh=finished.fresh_risks).figure)
    assert "copy scan" in _texts(risks)
    assert "column · age" in _texts(_read(utility_picture(evidence.utility).figure))
    for tree in (frontier, risks):
        for each in tree.iter(f"{SVG}circle"):
            assert 0 <= float(each.get("cx")) <= 660
            assert 0 <= float(each.get("cy")) <= float(tree.get("height"))


def test_a_figure_without_dots_is_empty_and_no_error():
    assert drawn(risk_picture(()).figure).startswith("<svg")

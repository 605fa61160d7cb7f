from itertools import combinations

import pytest

from dashboard.labels import place

ENDS = {"x": (-0.1, 1.1), "y": (0.4, 0.9)}


def box(label, width, height=330):
    (x0, x1), (y0, y1) = ENDS["x"], ENDS["y"]
    across = (label.x - x0) / (x1 - x0) * width + label.dx
    down = (y1 - label.y) / (y1 - y0) * height + label.dy
    half = len(label.text) * 3.6
    return across - half, down - 8, across + half, down + 8


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("width", [290, 820])
def test_names_of_crowded_points_cover_neither_each_other_nor_the_edge(width):
    names = ["copy", "holdout", "independent", "trees", "gaussian_copula", "ctgan", "tvae", "forest"]
    points = [(name, 0.002 * i, 0.7 + 0.004 * i) for i, name in enumerate(names)]
    labels = place(points, **ENDS)
    assert [label.text for label in labels] == names
    boxes = [box(label, width) for label in labels]
    assert not any(overlap(a, b) for a, b in combinations(boxes, 2))
    assert all(b[0] >= 0 and b[2] <= width and b[1] >= 0 and b[3] <= 330 for b in boxes)


def test_a_name_that_finds_no_place_is_left_out_and_the_others_stay():
    labels = place([("a" * 200, 0.5, 0.6), ("short", 0.5, 0.6)], **ENDS)
    assert [label.text for label in labels] == ["short"]


def test_a_name_without_neighbours_stands_close_to_its_point():
    (label,) = place([("trees", 0.5, 0.6)], **ENDS)
    assert abs(label.dx) < 40
    assert abs(label.dy) < 20


def test_no_points_no_labels():
    assert place([], **ENDS) == []

import numpy as np

from synth.complete import Part
from synth.views import frequent_levels, observed, view


def test_levels_too_rare_for_a_leaf_look_alike():
    codes = np.repeat([0, 1, 2, 3], [20, 16, 2, 1])
    part = Part(name="x", column="x", levels=4)
    shown = view(part, {"x": codes}, np.arange(39), leaf=15).show({"x": np.arange(4)})
    np.testing.assert_array_equal(shown, [[1, 0], [0, 1], [0, 0], [0, 0]])


def test_an_order_is_shown_as_an_order():
    codes = np.array([0, 1, 2, 1])
    part = Part(name="x", column="x", levels=3, ordered=True)
    np.testing.assert_array_equal(
        view(part, {"x": codes}, np.arange(4), leaf=1).show({"x": codes})[:, 0], codes
    )


def test_many_levels_take_one_column_ordered_by_the_target():
    codes = np.repeat(np.arange(40), 20)
    target = (codes * 7 % 40).astype(float)
    part = Part(name="x", column="x", levels=40)
    everyone = np.ones(800, dtype=bool)
    persons = np.arange(800)
    aimed = view(part, {"x": codes}, persons, leaf=15).towards({"x": codes}, everyone, target, persons)
    shown = aimed.show({"x": np.arange(40)})
    assert shown.shape == (40, 1)
    np.testing.assert_allclose(shown[:, 0], np.arange(40) * 7 % 40)


def test_numbers_are_shown_in_order_and_what_is_not_observed_as_the_median():
    rng = np.random.default_rng(0)
    x = np.sort(rng.lognormal(size=200))
    columns = {"x": x, "x missing": (np.arange(200) == 199).astype(int)}
    part = Part(name="x", column="x", indicator="x missing")
    shown = view(part, columns, np.arange(200), leaf=1).show(columns)[:, 0]
    assert (np.diff(shown[:199]) >= 0).all()
    assert abs(shown[:199]).max() < 4
    assert shown[199] == np.median(shown[:199])
    np.testing.assert_array_equal(observed(part, columns), np.arange(200) < 199)


def test_draws_are_balanced_by_numbers_and_by_levels_that_come_up_often():
    number, level = Part(name="x", column="x"), Part(name="c", column="c", levels=3)
    columns = {"x": np.arange(40.0), "c": np.repeat([0, 1, 2], [25, 13, 2])}
    persons = np.arange(40)
    marks = view(number, columns, persons, leaf=1).marks(columns, least=5)
    np.testing.assert_array_equal(marks[:, 1], columns["x"])
    marks = view(level, columns, persons, leaf=15).marks(columns, least=5)
    np.testing.assert_array_equal(marks, np.eye(3)[columns["c"]][:, :2])


def test_frequent_levels_count_persons():
    part = Part(name="x", column="x", levels=3)
    columns, persons = {"x": np.array([0, 0, 0, 1, 1, 2])}, np.array([7, 7, 7, 1, 2, 3])
    np.testing.assert_array_equal(frequent_levels(part, columns, persons, leaf=2), [1])

import numpy as np
import pytest

from synth.leaves import fit_quantiles, number_leaves, persons_a_level, roundest


def drawn(leaves, node, n=4000):
    return leaves.draw(np.full(n, node), np.random.default_rng(0))


def of_one_leaf(numbers, persons=None):
    numbers = np.asarray(numbers, dtype=float)
    nodes = np.zeros(len(numbers), dtype=int)
    return number_leaves(
        numbers, nodes, np.arange(len(numbers)) if persons is None else np.asarray(persons), size=1
    )


@pytest.mark.parametrize(
    ("low", "high", "found"), [(37.2, 44.9, 40), (12.31, 12.39, 12.35), (-3, 8, 0), (1, 2, 1.5), (7, 7, 7)]
)
def test_the_roundest_number_between_two(low, high, found):
    assert roundest(np.array([low]), np.array([high]))[0] == pytest.approx(found, abs=1e-12)


def test_shared_values_stand_and_lone_ones_do_not():
    values = drawn(of_one_leaf([0, 0, 0, 5.13, 7.29, 9.31]), 0)
    assert (values == 0).mean() == pytest.approx(0.5, abs=0.03)
    assert not np.isin(values, [5.13, 7.29, 9.31]).any()
    assert values[values > 0].min() > 3
    assert values.max() < 12


def test_what_fewer_than_three_persons_have_beside_atoms_is_dropped():
    values = drawn(of_one_leaf([1, 1, 1, 2, 2, 2, 50.0]), 0)
    assert set(values) == {1, 2}


def test_a_value_of_one_person_with_many_rows_is_not_shared():
    leaves = of_one_leaf([4.0] * 9 + [1.0] * 3, persons=[0] * 9 + [1, 2, 3])
    assert set(drawn(leaves, 0)) == {1}


def test_no_edge_is_a_person_s_value_and_no_bar_stands_for_fewer_than_three():
    rng = np.random.default_rng(0)
    persons = np.repeat(np.arange(60), rng.integers(1, 9, 60))
    numbers = np.round(rng.normal(size=60)[persons] + 0.01 * rng.normal(size=len(persons)), 4)
    leaves = of_one_leaf(numbers, persons)
    assert not np.isin(leaves.edge, numbers).any()
    bars = np.searchsorted(leaves.edge[1:-1], numbers)
    assert min(len(np.unique(persons[bars == bar])) for bar in range(len(leaves.edge) - 1)) >= 3
    assert len(leaves.edge) > 5


def test_leaves_of_fewer_than_three_persons_have_everybody_s_distribution():
    numbers, nodes = np.r_[np.arange(1.0, 31), 500.5], np.r_[np.ones(30, dtype=int), 3]
    leaves = number_leaves(numbers, nodes, np.arange(31), size=4)
    assert np.median(drawn(leaves, 3)) == pytest.approx(16, abs=1.5)


def test_persons_a_level():
    codes, persons = np.array([0, 0, 2, 2, 2]), np.array([0, 0, 0, 1, 1])
    np.testing.assert_array_equal(persons_a_level(codes, persons, levels=4), [1, 0, 2, 0])


def test_leaves_are_smoothed_within_themselves():
    numbers = np.array([1.0, 2.0, 3.0, 100.0, 200.0, 300.0])
    nodes = np.array([1, 1, 1, 2, 2, 2])
    leaves = number_leaves(numbers, nodes, np.arange(6), size=3)
    assert drawn(leaves, 1).max() < 3.5
    assert drawn(leaves, 2).min() > 50


def test_bars_neither_narrow_nor_move_a_distribution():
    rng, nodes = np.random.default_rng(0), np.arange(150) // 15
    spread, moved = [], []
    for _ in range(10):
        numbers = rng.gamma(2, size=150)
        leaves = number_leaves(numbers, nodes, np.arange(150), size=10)
        values = leaves.draw(np.arange(20_000) % 10, rng)
        spread.append(values.std() / numbers.std())
        moved.append((values.mean() - numbers.mean()) / numbers.std())
    assert np.mean(spread) == pytest.approx(1.0, abs=0.05)
    assert np.mean(moved) == pytest.approx(0.0, abs=0.07)


def test_quantiles_keep_atoms_and_smooth_the_rest():
    rng = np.random.default_rng(0)
    numbers = np.r_[np.zeros(60), rng.lognormal(size=140)]
    quantiles = fit_quantiles(numbers, np.arange(200))
    values = quantiles.at(rng.random(20_000))
    assert (values == 0).mean() == pytest.approx(0.3, abs=0.015)
    assert not np.isin(values[values > 0], numbers).any()
    np.testing.assert_allclose(
        np.quantile(values, [0.4, 0.5, 0.75, 0.95]), np.quantile(numbers, [0.4, 0.5, 0.75, 0.95]), rtol=0.1
    )


def test_an_atom_amid_the_rest_keeps_its_place_and_share():
    rng = np.random.default_rng(0)
    numbers = np.r_[np.full(50, 0.5), rng.normal(size=150)]
    quantiles = fit_quantiles(numbers, np.arange(200))
    values = quantiles.at(rng.random(20_000))
    assert (values == 0.5).mean() == pytest.approx(0.25, abs=0.015)
    assert (values < 0.5).mean() == pytest.approx((numbers < 0.5).mean(), abs=0.02)
    assert (np.diff(quantiles.value) >= 0).all()
    assert (np.diff(quantiles.share) >= 0).all()
    np.testing.assert_allclose(quantiles.share[[0, -1]], [0, 1])


def test_quantiles_of_one_person_s_value_often_given_are_no_atom():
    numbers, persons = np.r_[np.full(30, 4.17), np.arange(10, 40.0)], np.r_[np.zeros(30), np.arange(1, 31)]
    quantiles = fit_quantiles(numbers, persons.astype(int))
    assert 4.17 not in quantiles.value
    assert (np.diff(quantiles.value) >= 0).all()


@pytest.mark.parametrize("numbers", [[], [3.7], [3.7, 3.7], [-1.2, 9.4]])
def test_quantiles_of_fewer_than_three_persons_hold_none_of_their_values(numbers):
    quantiles = fit_quantiles(np.array(numbers, dtype=float), np.arange(len(numbers)))
    assert not np.isin(quantiles.value, numbers).any()
    assert np.isfinite(quantiles.at(np.array([0, 0.5, 1]))).all()

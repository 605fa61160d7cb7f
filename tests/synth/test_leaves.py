import numpy as np

from synth.leaves import fit_quantiles, number_leaves, persons_a_level, shared_values


def drawn(leaves, node, n=4000):
    return leaves.draw(np.full(n, node), np.random.default_rng(0))


def test_shared_values_stand_and_lone_ones_are_smoothed():
    numbers = np.array([0.0, 0.0, 0.0, 5.0, 7.0, 9.0])
    leaves = number_leaves(numbers, np.zeros(6, dtype=int), np.arange(6), size=1)
    values = drawn(leaves, 0)
    assert (values == 0).mean() > 0.45
    assert not np.isin(values, [5.0, 7.0, 9.0]).any()
    assert 4 < values[values > 0].min() < 4.1
    assert 9.9 < values.max() < 10


def test_a_lone_value_among_shared_ones_is_not_copied():
    numbers = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 50.0])
    values = drawn(number_leaves(numbers, np.zeros(7, dtype=int), np.arange(7), size=1), 0)
    assert not (values == 50).any()
    assert set(values[values < 26]) == {1, 2}
    assert values.max() < 74


def test_a_value_of_one_person_with_many_rows_is_not_shared():
    numbers, persons = np.array([4.0] * 9 + [1.0, 1.0, 1.0]), np.array([0] * 9 + [1, 2, 3])
    np.testing.assert_array_equal(shared_values(numbers, persons), [1.0])


def test_persons_a_level():
    codes, persons = np.array([0, 0, 2, 2, 2]), np.array([0, 0, 0, 1, 1])
    np.testing.assert_array_equal(persons_a_level(codes, persons, levels=4), [1, 0, 2, 0])


def test_leaves_are_smoothed_within_themselves():
    numbers = np.array([1.0, 2.0, 3.0, 100.0, 200.0, 300.0])
    nodes = np.array([1, 1, 1, 2, 2, 2])
    leaves = number_leaves(numbers, nodes, np.arange(6), size=3)
    assert drawn(leaves, 1).max() < 3.5
    assert drawn(leaves, 2).min() > 50


def test_smoothing_does_not_narrow_a_distribution():
    numbers = np.random.default_rng(0).gamma(2, size=150)
    leaves = number_leaves(numbers, np.arange(150) // 15, np.arange(150), size=10)
    values = leaves.draw(np.arange(40_000) % 10, np.random.default_rng(1))
    assert 1.0 < values.std() / numbers.std() < 1.06


def test_quantiles_keep_atoms_and_smooth_the_rest():
    rng = np.random.default_rng(0)
    numbers = np.r_[np.zeros(60), rng.lognormal(size=140)]
    quantiles = fit_quantiles(numbers, np.arange(200))
    drawn = quantiles.at(rng.random(20_000))
    assert (drawn == 0).mean() == np.clip((drawn == 0).mean(), 0.29, 0.31)
    assert not np.isin(drawn[drawn > 0], numbers).any()
    np.testing.assert_allclose(np.median(drawn), np.median(numbers), rtol=0.05)


def test_quantiles_of_one_person_s_value_often_given_are_no_atom():
    numbers, persons = np.r_[np.full(30, 4.0), np.arange(10, 40.0)], np.r_[np.zeros(30), np.arange(1, 31)]
    quantiles = fit_quantiles(numbers, persons.astype(int))
    assert np.isin(4.0, quantiles.at(np.array([0.1]))).item()  # a run of equal neighbours is flat
    assert (np.diff(quantiles.value) >= 0).all()

import numpy as np
import pytest

from utility.images.distances import density_and_coverage, fid, kid, with_errors


def draws(seed, n=60, features=4, shift=0.0):
    return np.random.default_rng(seed).normal(shift, 1, (n, features))


def test_kid_is_nought_on_average_for_two_draws_of_one_distribution():
    found = np.array([kid(draws(2 * seed), draws(2 * seed + 1)) for seed in range(300)])
    assert abs(found.mean()) < 3 * found.std() / np.sqrt(len(found))
    assert found.min() < 0 < found.max()


def test_kid_of_single_numbers_is_the_formula_s():
    # k(x, y) = (xy + 1)³: among 0 and 1 it is 1; among 2 and 3, 7³; between, 1, 1, 3³ and 4³.
    found = kid(np.array([[0.0], [1.0]]), np.array([[2.0], [3.0]]))
    assert found == pytest.approx(1 + 7**3 - 2 * (1 + 1 + 3**3 + 4**3) / 4)


def test_kid_grows_with_the_distance():
    near, far = (kid(draws(0), draws(1, shift=shift)) for shift in (0.3, 1.0))
    assert 0 < near < far


def test_fid_of_two_normal_distributions_is_known():
    rng, n = np.random.default_rng(0), 200_000
    first, second = rng.normal(0, 1, (n, 2)), rng.normal([1, 2], [2, 1], (n, 2))
    # |μ|² = 5, and (2 - 1)² for the one spread that differs.
    assert fid(first, second) == pytest.approx(6.0, abs=0.1)
    assert fid(first, first) == pytest.approx(0.0, abs=1e-6)


def test_density_and_coverage_of_a_copy_and_of_something_far_away():
    real = draws(0)
    density, coverage = density_and_coverage(real, real)
    assert coverage == 1
    assert density == pytest.approx(1.2, abs=1e-9)  # each picture's own and its five neighbours
    assert density_and_coverage(real, real + 100) == (0.0, 0.0)


def test_what_is_minted_from_a_half_covers_a_half():
    real = np.vstack([draws(0), draws(1, shift=50)])
    density, coverage = density_and_coverage(real, draws(2))
    assert 0.4 < coverage <= 0.5
    assert density > 0.7


def test_a_mean_s_standard_error_is_that_of_the_textbook():
    real, minted = draws(0, n=400, features=1), draws(1, n=400, features=1)

    def apart(first, second):
        return np.array([first.mean() - second.mean(), 3.0])

    rng = np.random.default_rng(0)
    values, errors = with_errors(apart, real, minted, np.arange(400), resamples=400, rng=rng)
    assert values[0] == pytest.approx(real.mean() - minted.mean())
    assert errors[0] == pytest.approx(np.sqrt(2 / 400), rel=0.15)
    assert errors[1] == 0


def test_pictures_of_one_lesion_come_and_go_together():
    groups = np.repeat(np.arange(100), 4)
    real = np.repeat(draws(0, n=100, features=1), 4, axis=0)

    def mean(first, second):
        return np.array([first.mean()])

    rng = np.random.default_rng(0)
    _, errors = with_errors(mean, real, real, groups, resamples=300, rng=rng)
    assert errors[0] == pytest.approx(0.1, rel=0.2)

import numpy as np
import pytest

from privacy.dp.accounting import Account
from synth.dp.marginals import (
    Measurement,
    counted,
    gap_less_noise,
    measure,
    merged,
    noisy_total,
    on_simplex,
    pairs,
)


def table(counts, sigma, attributes=(0,)):
    return Measurement(attributes=attributes, counts=np.array(counts), sigma=np.asarray(sigma))


def test_rows_are_counted_and_unknown_codes_are_not():
    codes = np.array([[0, 1], [0, 1], [1, 2], [-1, 0], [1, -1]])
    np.testing.assert_array_equal(counted(codes, (0, 1), [2, 3]), [[0, 2, 0], [0, 0, 1]])
    np.testing.assert_array_equal(counted(codes, (0,), [2, 3]), [2, 2])
    assert counted(codes, (), [2, 3]) == 5


def test_a_measurement_costs_what_it_says_and_has_the_noise_it_says():
    account = Account(1.0)
    found = measure(np.zeros(4000, dtype=np.int64), (0,), rho=0.5, sensitivity=3, account=account)
    assert account.left == pytest.approx(0.5)
    assert found.sigma == pytest.approx(3.0)
    assert found.counts.std() == pytest.approx(3.0, rel=0.1)


def test_repeated_tables_are_averaged_by_precision():
    ((attributes, counts, precision),) = merged([table([10, 0], 1.0), table([20, 10], 3.0)])
    assert attributes == (0,)
    np.testing.assert_allclose(counts, [11, 1])
    np.testing.assert_allclose(precision, 1 + 1 / 9)


def test_the_total_weighs_tables_by_their_noise():
    assert noisy_total([table([50, 50], 1e-3), table([900, 0], 1e3)]) == pytest.approx(100, abs=0.01)
    assert noisy_total([table([-50, 3], 1.0)]) == 1.0


def test_the_nearest_counts_that_can_be():
    np.testing.assert_allclose(on_simplex(np.array([3.0, 1.0, -2.0]), 2.0), [2, 0, 0])
    np.testing.assert_allclose(on_simplex(np.array([1.0, 1.0]), 4.0), [2, 2])


def test_the_score_takes_the_noise_off():
    found = gap_less_noise(np.array([[5, 0]]), np.array([[2.0, 3.0]]), noise=1.0)
    assert found == pytest.approx(6 - 2 * np.sqrt(2 / np.pi))
    assert pairs(3) == [(0, 1), (0, 2), (1, 2)]

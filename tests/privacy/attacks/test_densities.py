import numpy as np
import pytest

from cohort.encode import Points, pairwise
from privacy.attacks.densities import log_density


def points(rows, *, seed, columns=3):
    rng = np.random.default_rng(seed)
    return Points(
        numbers=rng.random((rows, columns)), codes=rng.integers(0, 3, (rows, columns)).astype(np.int32)
    )


def test_the_density_is_the_kernels_mean_in_any_blocks():
    mine, others = points(30, seed=0), points(50, seed=1)
    expected = np.log(np.exp(-pairwise(mine, others) / 0.15).mean(axis=1))
    assert log_density(mine, others) == pytest.approx(expected)
    assert log_density(mine, others, block_cells=70) == pytest.approx(expected)


def test_own_rows_are_passed_over():
    mine, owners = points(30, seed=0), np.repeat(np.arange(15), 2)
    found = log_density(mine, mine, own=(owners, owners))
    kept = owners != owners[4]
    assert found[4] == pytest.approx(log_density(mine[[4]], mine[np.flatnonzero(kept)])[0])


def test_far_rows_do_not_vanish():
    near = Points(numbers=np.zeros((1, 0)), codes=np.zeros((1, 400), dtype=np.int32))
    far = Points(numbers=np.zeros((1, 0)), codes=np.ones((1, 400), dtype=np.int32))
    assert log_density(near, far)[0] == pytest.approx(-400 / 0.15)

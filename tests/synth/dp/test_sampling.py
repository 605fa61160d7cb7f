import numpy as np
import pytest

from synth.dp.descent import estimate
from synth.dp.marginals import Measurement, counted
from synth.dp.sampling import draw, rounded


def star(rows=1e6):
    """Two children of one parent, each of which repeats it in four of five rows."""
    like = np.array([[0.4, 0.1], [0.1, 0.4]])
    tables = [
        Measurement(attributes=pair, counts=np.round(rows * like).astype(np.int64), sigma=np.asarray(0.1))
        for pair in ((0, 1), (0, 2))
    ]
    return estimate(tables, [2, 2, 2], total=rows, steps=300)


def test_counts_are_rounded_and_not_drawn():
    cells = rounded(np.array([[0.25, 0.0, 0.75]]), np.zeros(100, dtype=np.int64), np.random.default_rng(0))
    assert np.bincount(cells, minlength=3).tolist() == [25, 0, 75]


@pytest.mark.parametrize("seed", range(5))
def test_a_cell_without_a_share_never_comes_up(seed):
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(6), 400) * rng.integers(0, 2, (400, 6)) + 1e-300 * np.eye(6)[0]
    group = rng.integers(0, 400, 20_000)
    assert (shares[group, rounded(shares, group, rng)] > 0).all()


def test_each_cell_comes_up_as_often_as_it_should():
    shares, rng = np.array([[0.1, 0.3, 0.6], [0.5, 0.5, 0.0]]), np.random.default_rng(0)
    group = np.array([0, 1, 1, 0, 0])
    drawn = np.array([rounded(shares, group, rng) for _ in range(4000)])
    for row, of in enumerate(group):
        np.testing.assert_allclose(np.bincount(drawn[:, row], minlength=3) / 4000, shares[of], atol=0.03)


def test_two_children_of_one_parent_do_not_move_together():
    rows = draw(star(), 20_000, np.random.default_rng(0))
    table = counted(rows, (0, 1, 2), [2, 2, 2]) / len(rows)
    given = table / table.sum(axis=(1, 2), keepdims=True)
    alone = np.einsum("ij,ik->ijk", given.sum(axis=2), given.sum(axis=1))
    np.testing.assert_allclose(given, alone, atol=0.01)
    np.testing.assert_allclose(table.sum(axis=2), [[0.4, 0.1], [0.1, 0.4]], atol=1e-3)


def test_rows_given_evidence_follow_the_model():
    rows = draw(star(), 10_000, np.random.default_rng(0), evidence={1: np.array([0.0, 1.0])})
    assert set(rows[:, 1]) == {1}
    assert rows[:, 0].mean() == pytest.approx(0.8, abs=0.01)
    assert rows[:, 2].mean() == pytest.approx(0.8 * 0.8 + 0.2 * 0.2, abs=0.02)


def test_equal_seeds_equal_rows_in_no_order():
    model = star()
    first, again = (draw(model, 500, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not (np.diff(first[:, 0]) >= 0).all()
    assert draw(model, 0, np.random.default_rng(0)).shape == (0, 3)

import numpy as np
import pytest

from synth.ridge import fit_ridge


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.normal(3, 10, 500), rng.normal(size=500), np.full(500, 7.0)])
    return x, (2 + 0.5 * x[:, 0] - x[:, 1])[:, None], rng.random(500)


def test_a_line_is_the_penalised_solution(rows):
    x, y, weights = rows
    base, slopes = fit_ridge(x, weights).line(y, np.ones(1), rate=1.0)
    share = weights / weights.sum()
    z = x[:, :2] - share @ x[:, :2]
    spread = np.sqrt(share @ z**2)
    z = z / spread
    wanted = np.linalg.solve(z.T @ (z * share[:, None]) + np.eye(2), z.T @ (share[:, None] * y))
    assert slopes[:2, 0] == pytest.approx(wanted[:, 0] / spread)
    assert share @ (base + x @ slopes) == pytest.approx(share @ y)


def test_what_does_not_vary_has_no_slope_and_a_share_is_a_share(rows):
    x, y, weights = rows
    ridge = fit_ridge(x, weights)
    whole, tenth = (ridge.line(y, np.ones(1), rate=rate) for rate in (1.0, 0.1))
    assert whole[1][2] == 0
    for one, other in zip(whole, tenth, strict=True):
        np.testing.assert_allclose(0.1 * one, other)
    np.testing.assert_allclose(ridge.line(y, np.array([4.0]), rate=1.0)[1], whole[1] / 4)

import numpy as np
import pytest

from utility.combining import fully_synthetic, partially_synthetic, simple_synthesis

ESTIMATES = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
VARIANCES = np.array([[0.5, 2.0], [0.6, 2.0], [0.7, 2.0]])


def test_known_answers_worked_by_hand():
    simple = simple_synthesis(ESTIMATES, VARIANCES, ratio=2.0)
    np.testing.assert_allclose(simple.estimate, [2, 5])
    np.testing.assert_allclose(simple.variance, [0.6 * (2 + 1 / 3), 2 * (2 + 1 / 3)])
    assert np.isinf(simple.df).all()
    partial = partially_synthetic(ESTIMATES, VARIANCES)
    np.testing.assert_allclose(partial.variance, [0.6 + 1 / 3, 2])
    np.testing.assert_allclose(partial.df, [2 * (1 + 0.6 * 3) ** 2, np.inf])
    fully = fully_synthetic(ESTIMATES, VARIANCES, ratio=2.0)
    np.testing.assert_allclose(fully.variance, [4 / 3 - 0.6, 4.0])  # the second is negative, and adjusted
    np.testing.assert_allclose(fully.df, [2 * (1 - 0.6 / (4 / 3)) ** 2, np.inf])


def test_the_interval_is_students_t_or_normal():
    partial = partially_synthetic(np.array([[1.0], [3.0]]), np.array([[1e-12], [1e-12]]))
    low, high = partial.interval
    assert (high - low)[0] / 2 == pytest.approx(12.7062, abs=1e-3)  # t with 1 degree of freedom, error 1
    low, high = simple_synthesis(np.array([[0.0]]), np.array([[1.0]]), ratio=1.0).interval
    assert high[0] == pytest.approx(1.959964 * np.sqrt(2))


def test_too_few_releases_or_other_shapes_are_refused():
    one = np.ones((1, 2))
    simple_synthesis(one, one, ratio=1.0)
    for rule in (partially_synthetic, lambda q, u: fully_synthetic(q, u, ratio=1.0)):
        with pytest.raises(ValueError, match="2 releases"):
            rule(one, one)
    with pytest.raises(ValueError, match="coefficients"):
        simple_synthesis(np.ones((2, 3)), np.ones((3, 2)), ratio=1.0)


@pytest.mark.parametrize("ratio", [1.0, 0.5, 2.0])
def test_each_rule_covers_a_mean_where_it_holds_and_only_there(ratio):
    """2,000 cohorts of 100 normal values; m tables from the fitted normal, and from drawn parameters."""
    cohorts, n, m = 2000, 100, 5
    k = int(ratio * n)
    rng = np.random.default_rng(7)
    mean = rng.normal(0, 1 / np.sqrt(n), cohorts)
    spread = np.sqrt(rng.chisquare(n - 1, cohorts) / (n - 1))
    drawn_spread = spread / np.sqrt(rng.chisquare(n - 1, (m, cohorts)) / (n - 1))
    drawn_mean = mean + drawn_spread * rng.normal(0, 1 / np.sqrt(n), (m, cohorts))

    def tables(centre, scale):
        estimates = centre + scale * rng.normal(0, 1 / np.sqrt(k), (m, cohorts))
        return estimates, scale**2 * rng.chisquare(k - 1, (m, cohorts)) / (k - 1) / k

    def covered(combined):
        low, high = combined.interval
        return np.mean((low <= 0) & (high >= 0))

    fitted = tables(mean, np.broadcast_to(spread, (m, cohorts)))
    drawn = tables(drawn_mean, drawn_spread)
    first = tuple(each[:1] for each in fitted)
    assert covered(simple_synthesis(*fitted, ratio=ratio)) == pytest.approx(0.95, abs=0.017)
    assert covered(simple_synthesis(*first, ratio=ratio)) == pytest.approx(0.95, abs=0.017)
    assert covered(fully_synthetic(*drawn, ratio=ratio)) > 0.93
    if ratio == 1:
        assert covered(partially_synthetic(*fitted)) == pytest.approx(0.95, abs=0.017)
        assert covered(simple_synthesis(*drawn, ratio=ratio)) == pytest.approx(0.930, abs=0.015)
        low, high = (side * 1.96 * np.sqrt(first[1][0]) + first[0][0] for side in (-1, 1))
        assert np.mean((low <= 0) & (high >= 0)) == pytest.approx(0.834, abs=0.025)

import numpy as np
import pytest

from synth.dp.descent import estimate
from synth.dp.junction import pair_marginals
from synth.dp.marginals import Measurement


def measured(whole, attributes, total, sigma=0.1):
    axes = tuple(axis for axis in range(whole.ndim) if axis not in attributes)
    return Measurement(
        attributes=attributes,
        counts=np.round(total * whole.sum(axis=axes)).astype(np.int64),
        sigma=np.asarray(sigma),
    )


def chain(seed):
    """0 - 1 - 2: the first and the last hang together through the second alone."""
    rng = np.random.default_rng(seed)
    first, second, third = (
        rng.dirichlet(np.ones(3)),
        rng.dirichlet(np.ones(4), 3),
        rng.dirichlet(np.ones(2), 4),
    )
    return np.einsum("i,ij,jk->ijk", first, second, third)


@pytest.mark.parametrize("seed", range(4))
def test_exact_tables_give_the_distribution_back(seed):
    whole = chain(seed)
    model = estimate(
        [measured(whole, (0, 1), 1e6), measured(whole, (1, 2), 1e6)], whole.shape, total=1e6, steps=400
    )
    np.testing.assert_allclose(model.marginal((0, 1)), whole.sum(axis=2), atol=2e-4)
    pairs = pair_marginals(model.tree, model.marginals)
    np.testing.assert_allclose(pairs[0, 2], whole.sum(axis=1), atol=2e-4)


def test_of_noisy_tables_the_finer_counts_more():
    coarse = Measurement(attributes=(0,), counts=np.array([90, 10]), sigma=np.asarray(30.0))
    fine = Measurement(attributes=(0,), counts=np.array([50, 50]), sigma=np.asarray(1.0))
    model = estimate([coarse, fine], [2], total=100, steps=300)
    assert model.marginal((0,))[0] == pytest.approx(0.5, abs=0.01)


def test_what_was_not_measured_is_even_and_independent():
    one = Measurement(attributes=(0,), counts=np.array([75, 25]), sigma=np.asarray(1.0))
    model = estimate([one], [2, 3], total=100, steps=300)
    expected = np.multiply.outer([0.75, 0.25], np.full(3, 1 / 3))
    np.testing.assert_allclose(pair_marginals(model.tree, model.marginals)[0, 1], expected, atol=1e-3)


def test_equal_measurements_give_equal_models():
    whole = chain(1)
    tables = [measured(whole, (0, 1), 500, sigma=9.0), measured(whole, (1, 2), 500, sigma=9.0)]
    first, again = (estimate(tables, whole.shape, total=500, steps=50) for _ in range(2))
    np.testing.assert_array_equal(first.marginal((0, 1)), again.marginal((0, 1)))


def test_a_table_that_no_clique_holds_is_no_marginal():
    model = estimate([measured(chain(0), (0, 1), 100)], (3, 4, 2), total=100, steps=5)
    with pytest.raises(KeyError):
        model.marginal((0, 2))

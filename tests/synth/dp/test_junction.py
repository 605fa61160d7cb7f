from itertools import combinations

import numpy as np
import pytest

from synth.dp.junction import build_tree, calibrated, cells, fits, pair_marginals, spread, summed


def random_model(seed):
    """A random graph, random potentials, and the whole distribution by brute force."""
    rng = np.random.default_rng(seed)
    many = int(rng.integers(1, 7))
    sizes = tuple(int(size) for size in rng.integers(1, 5, many))
    edges = [pair for pair in combinations(range(many), 2) if rng.random() < rng.random()]
    tree = build_tree(edges, sizes)
    potentials = [rng.random([sizes[each] for each in clique]) ** 3 for clique in tree.cliques]
    whole = np.ones(sizes)
    for clique, potential in zip(tree.cliques, potentials, strict=True):
        whole = whole * spread(potential, clique, tuple(range(many)))
    return edges, tree, potentials, whole / whole.sum()


@pytest.mark.parametrize("seed", range(25))
def test_marginals_equal_brute_force(seed):
    edges, tree, potentials, whole = random_model(seed)
    everything = tuple(range(whole.ndim))
    marginals = calibrated(tree, potentials)
    for clique, table in zip(tree.cliques, marginals, strict=True):
        np.testing.assert_allclose(table, summed(whole, everything, clique), atol=1e-12)
    pairs = pair_marginals(tree, marginals)
    assert set(pairs) == set(combinations(everything, 2))
    for pair, table in pairs.items():
        np.testing.assert_allclose(table, summed(whole, everything, pair), atol=1e-12)
    assert all(tree.home(edge) is not None for edge in edges)


@pytest.mark.parametrize("seed", range(10))
def test_what_two_cliques_share_stands_between_them(seed):
    tree = random_model(seed)[1]
    for attribute in range(len(tree.sizes)):
        holders = {place for place, clique in enumerate(tree.cliques) if attribute in clique}
        tops = [place for place in holders if tree.parents[place] not in holders]
        assert len(tops) == 1


def test_a_ring_needs_a_chord():
    ring = [(0, 1), (1, 2), (2, 3), (0, 3)]
    tree = build_tree(ring, [2, 2, 2, 2])
    assert sorted(len(clique) for clique in tree.cliques) == [3, 3]
    assert fits(ring, [2, 2, 2, 2], most=8)
    assert not fits(ring, [2, 2, 2, 2], most=7)
    assert cells((0, 1, 2), [2, 3, 4, 5]) == 24


def test_potentials_that_leave_nothing_are_an_error():
    tree = build_tree([(0, 1)], [2, 2])
    with pytest.raises(ZeroDivisionError):
        calibrated(tree, [np.zeros((2, 2))])

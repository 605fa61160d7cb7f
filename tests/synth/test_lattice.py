from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.readers import read_cohort
from cohort.schema import Schema
from synth.kanonymity import lattice_of
from synth.lattice import Lattice, geometric_mean, search

ADULT = (
    "sex",
    "age",
    "race",
    "marital-status",
    "education",
    "native-country",
    "workclass",
    "occupation",
    "salary-class",
)


def at_least(k):
    return lambda classes: np.bincount(classes)[classes] >= k


def random_lattice(seed, *, rows=40, columns=3):
    """Columns of 8 values in pairs, in fours and all alike."""
    values = np.random.default_rng(seed).integers(8, size=(columns, rows))
    codes = [np.stack([each, each // 2, each // 4, each * 0]) for each in values]
    shares = np.array([0.0, 1 / 7, 3 / 7, 1.0])
    losses = [np.repeat(shares[:, None], rows, axis=1)] * columns
    return Lattice(codes=tuple(codes), losses=tuple(losses))


def exhaustive(lattice, protects, limit):
    best = np.inf
    for node in product(*map(range, lattice.shape)):
        kept = protects(lattice.classes(node))
        if 1 - kept.mean() <= limit + 1e-12:
            best = min(best, float(geometric_mean(lattice.column_losses(node, kept))))
    return best


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), k=st.integers(2, 12), limit=st.sampled_from([0.0, 0.05, 0.3, 1.0]))
def test_the_search_finds_what_looking_at_every_node_finds(seed, k, limit):
    lattice = random_lattice(seed)
    for monotone in (True, False):
        found = search(lattice, at_least(k), limit=limit, monotone=monotone)
        assert found.proven
        assert found.loss == pytest.approx(exhaustive(lattice, at_least(k), limit))
        assert 1 - found.kept.mean() <= limit + 1e-12
        assert found.checked <= 4**3


def test_what_only_the_top_node_reaches_is_all_alike():
    found = search(random_lattice(0), at_least(40), limit=0.0)
    assert (found.node, found.loss) == ((3, 3, 3), 1.0)


def test_what_no_node_reaches_is_none():
    assert search(random_lattice(0), at_least(41), limit=0.5) is None


def test_a_search_cut_short_says_that_nothing_is_proven():
    found = search(random_lattice(1), at_least(3), limit=0.05, most_checks=1)
    assert not found.proven
    assert found.kept.mean() >= 0.95


def test_a_lattice_too_large_to_hold_is_descended():
    lattice = random_lattice(2, columns=11)  # 4 ** 11 nodes
    found = search(lattice, at_least(2), limit=0.1)
    assert not found.proven
    assert found.loss < 1


def test_many_columns_do_not_overflow():
    lattice = random_lattice(3, columns=40)
    assert len(np.unique(lattice.classes((0,) * 40))) == 40


class _Monotone(Lattice):
    """ARX's monotonic metrics leave out what suppression loses."""

    def column_losses(self, node, kept):
        return np.array([each[level].mean() for each, level in zip(self.losses, node, strict=True)])


@pytest.fixture(scope="module")
def adult(shared_data: Path):
    columns = {
        name: {
            "kind": "category",
            "role": "quasi_identifier",
            "hierarchy": f"adult_hierarchy_{name}.csv",
        }
        for name in ADULT
    }
    schema = Schema.from_dict({"columns": columns}, folder=shared_data / "arx_adult")
    return read_cohort(shared_data / "arx_adult" / "adult.csv", schema)


@pytest.mark.shared
def test_arx_loss_and_its_optimum_at_k_5(adult):
    """ARX TestUtilityMetricsLoss, k = 5, no limit on suppression, occupation left out.

    ARX compares the sorted losses of the columns, the highest first.
    """
    lattice = lattice_of(adult, [name for name in ADULT if name != "occupation"])
    found = search(lattice, at_least(5), limit=1.0, aggregate=lambda losses: losses.max(axis=0))
    assert found.proven
    assert found.node == (0, 3, 0, 0, 1, 0, 0, 0)
    losses = np.sort(lattice.column_losses(found.node, found.kept))[::-1]
    np.testing.assert_allclose(losses, [0.297248193, 0.29678055, *[0.1297659306] * 6], atol=5e-11)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("limit", "k", "node", "entropy"),
    [
        (0.04, 5, (1, 0, 1, 1, 3, 2, 2, 0, 1), 255559.85455731067),
        (0.04, 100, (1, 1, 1, 1, 3, 2, 2, 1, 1), 379417.3460570988),
        (0.0, 5, (1, 2, 1, 1, 3, 2, 2, 1, 1), 407289.5388925293),
        (0.0, 100, (0, 4, 1, 1, 3, 2, 2, 1, 1), 453196.8932458743),
    ],
)
def test_arx_optimal_nodes(adult, limit, k, node, entropy):
    """ARX TestAnonymizationKAnonymity: all nine columns, monotonic non-uniform entropy."""
    plain = lattice_of(adult, ADULT)
    lattice = _Monotone(codes=plain.codes, losses=tuple(_entropies(codes) for codes in plain.codes))
    found = search(lattice, at_least(k), limit=limit, aggregate=lambda losses: losses.sum(axis=0))
    assert found.proven
    assert found.node == node
    assert found.loss * len(adult) == pytest.approx(entropy, rel=1e-12)


def _entropies(codes):
    """How many bits each row's label leaves open about its value, (levels, rows)."""
    counts = np.array([np.bincount(each)[each] for each in codes])
    return np.log2(counts / counts[0])

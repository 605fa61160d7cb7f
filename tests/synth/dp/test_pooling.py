import numpy as np
import pytest

from cohort.schema import Column, Kind
from synth.dp.domain import UNKNOWN, Values
from synth.dp.marginals import Measurement
from synth.dp.pooling import pool


def pooled(counts, *, kind=Kind.CATEGORY, sigma=10.0):
    values = tuple(str(place) for place in range(len(counts) - 1))
    coding = Values(column=Column(name="c", kind=kind, categories=values), values=values)
    one = Measurement(attributes=(0,), counts=np.array(counts), sigma=np.asarray(sigma))
    return pool(coding, one, total=float(max(sum(counts), 1))), one


def test_rare_values_share_a_cell_and_missing_keeps_its_own():
    found, one = pooled([100, 5, -3, 200, 40])
    assert found.cell_of.tolist() == [0, 2, 2, 1, 3]
    measured = found.measured(one)
    assert measured.counts.tolist() == [100, 200, 2, 40]
    np.testing.assert_allclose(measured.sigma**2, [100, 100, 200, 100])


def test_missing_that_is_only_noise_is_nobodys():
    found, _ = pooled([100, 200, 20])
    assert found.cell_of.tolist() == [0, 1, UNKNOWN]
    assert not found.nobody_known


def test_neighbours_are_pooled_where_values_have_an_order():
    found, _ = pooled([100, 20, 30, 5, 200, 8, 0], kind=Kind.ORDINAL)
    assert found.cell_of.tolist() == [0, 1, 1, 2, 2, 2, UNKNOWN]


def test_a_pooled_value_comes_up_as_often_as_its_noisy_count():
    found, _ = pooled([1000, 20, 10, 0])
    codes = found.decode(np.full(3000, 1), np.random.default_rng(0))
    assert np.bincount(codes, minlength=4)[1:].tolist() == pytest.approx([2000, 1000, 0], abs=60)
    assert found.encode(np.array([UNKNOWN, 2])).tolist() == [UNKNOWN, 1]


def test_a_column_that_is_all_missing_is_seen_where_noise_leaves_no_doubt():
    assert pooled([3, -5, 2000])[0].nobody_known
    assert not pooled([3, -5, 500])[0].nobody_known
    assert not pooled([300, -5, 2000])[0].nobody_known

import numpy as np
import pytest

from privacy.images.ct_test import _mann_whitney, count


def test_copies_are_far_nearer_than_fresh_pictures_are(copied, fresh):
    loud, quiet = count(copied, seed=0), count(fresh, seed=0)
    assert loud.train > 0.8
    assert loud.figures["C_T"]["high"] < -2
    assert abs(quiet.train - quiet.control) < 0.2
    assert abs(quiet.figures["C_T"]["value"]) < 3


def test_the_deviate_is_standard_where_nothing_differs():
    rng = np.random.default_rng(0)
    found = np.array([_mann_whitney(rng.normal(size=40), rng.normal(size=30)) for _ in range(400)])
    assert found[:, 0].mean() == pytest.approx(0.5, abs=0.02)
    assert found[:, 1].std() == pytest.approx(1, abs=0.12)


def test_ties_count_half():
    assert _mann_whitney(np.ones(4), np.ones(5)) == (0.5, 0.0)

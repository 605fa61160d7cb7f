"""Noise costs what it says, comes from the system, and takes nothing from the data but counts."""

import inspect
import math
import random
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from cohort.errors import BudgetError, ConfigError
from privacy.dp import mechanisms
from privacy.dp.accounting import Account
from privacy.dp.mechanisms import choose, gaussian_sigma, leaks_are_errors, noisy_counts, quantiles


def _counts(cells, *, rho=0.02, sensitivity=1, account=None, level=0):
    counts = np.full(cells, level, dtype=np.int64)
    return noisy_counts(counts, rho=rho, sensitivity=sensitivity, account=account or Account(1.0), on="ages")


def _quantiles(values, account=None, **changed):
    told = {"probabilities": [0.5], "low": 0.0, "high": 100.0, "step": 0.5, "sensitivity": 1, "rho": 0.5}
    return quantiles(np.asarray(values), account=account or Account(10.0), on="age", **{**told, **changed})


@pytest.mark.parametrize(("rho", "sensitivity"), [(0.02, 1), (0.5, 3), (20.0, 1)])
def test_noise_is_the_gaussian_that_rho_pays_for_rounded(rho, sensitivity):
    sigma = gaussian_sigma(rho, sensitivity)
    noise = _counts(8_000, rho=rho, sensitivity=sensitivity, account=Account(100.0), level=7) - 7
    assert noise.dtype == np.int64
    edges = np.unique(np.round(stats.norm.ppf(np.linspace(0.02, 0.98, 12), scale=sigma))) + 0.5
    expected = np.diff(np.r_[0, stats.norm.cdf(edges, scale=sigma), 1]) * len(noise)
    observed = np.histogram(noise, bins=np.r_[-np.inf, edges, np.inf])[0]
    assert stats.chisquare(observed, expected).pvalue > 1e-4


def test_sigma_of_rho_and_sensitivity():
    assert gaussian_sigma(0.5, 1) == 1.0
    assert gaussian_sigma(0.5, 3) == 3.0


def test_tables_keep_their_shape_and_zero_cells_get_noise_too():
    noisy = _counts((4, 5), rho=1e-3)
    assert noisy.shape == (4, 5)
    assert np.count_nonzero(noisy) > 10


def test_a_known_seed_of_either_generator_does_not_repeat_the_noise():
    drawn = []
    for _ in range(2):
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002 - the very thing that must not matter
        picked = [choose(np.zeros(1_000), sensitivity=1, rho=0.1, account=Account(1.0), on="x")]
        found = _quantiles(np.arange(100.0), probabilities=[0.1, 0.5, 0.9], rho=1e-4)
        drawn.append([*_counts(50), *picked, *found])
    assert drawn[0] != drawn[1]


def test_nothing_takes_a_seed_weights_bins_or_bounds_of_its_own():
    for door in (noisy_counts, choose, quantiles):
        told = inspect.signature(door).parameters
        assert not {"seed", "random_state", "rng", "weights", "bins", "bounds"} & set(told)
        assert all(each.default is inspect.Parameter.empty for each in told.values())


def test_an_account_that_is_spent_draws_nothing(monkeypatch):
    monkeypatch.setattr(mechanisms, "round", lambda *args: pytest.fail("drawn"), raising=False)
    account = Account(0.01)
    with pytest.raises(BudgetError):
        _counts(3, rho=0.02, account=account)
    with pytest.raises(BudgetError):
        _quantiles([1.0], account=account)
    assert account.spends == ()


def test_weights_and_sums_get_no_noise():
    with pytest.raises(TypeError, match="weights and sums have no known sensitivity"):
        noisy_counts(np.ones(3) * 0.5, rho=0.1, sensitivity=1, account=Account(1.0), on="ages")
    for sensitivity in (0, -1, 1.5):
        with pytest.raises(ValueError, match="at least 1"):
            _counts(3, sensitivity=sensitivity)


def test_choices_are_as_likely_as_the_exponential_mechanism_says():
    epsilon, scores = 1.0, np.array([0.0, 1.0, 3.0])
    account = Account(1e6)
    picked = [
        choose(scores, sensitivity=2, rho=epsilon**2 / 8, account=account, on="pair") for _ in range(4_000)
    ]
    chances = np.exp(epsilon * scores / 2 / 2)
    observed = np.bincount(picked, minlength=3)
    assert stats.chisquare(observed, 4_000 * chances / chances.sum()).pvalue > 1e-4
    assert account.left == pytest.approx(1e6 - 500)


@pytest.mark.parametrize("scores", [[], [1.0, math.nan], [math.inf, 0.0]])
def test_scores_that_are_none_are_refused_before_they_cost(scores):
    account = Account(1.0)
    with pytest.raises(ValueError, match="must be finite"):
        choose(scores, sensitivity=1, rho=0.1, account=account, on="pair")
    assert account.spends == ()


def test_quantiles_come_from_the_public_grid_and_near_the_truth():
    values = np.random.default_rng(0).normal(50, 10, 2_000)
    found = _quantiles(values, probabilities=[0.25, 0.5, 0.75], rho=0.5)
    assert np.allclose(found * 2, np.round(found * 2))
    assert found == pytest.approx(np.quantile(values, [0.25, 0.5, 0.75]), abs=1.5)


def test_points_of_the_grid_are_as_likely_as_the_exponential_mechanism_says():
    values, epsilon = [2.0, 2.0, 7.0, 7.5, np.nan], 2.0
    told = {"high": 10.0, "step": 1.0, "rho": epsilon**2 / 8, "account": Account(1e6)}
    found = np.concatenate([_quantiles(values, **told) for _ in range(3_000)])
    below, up_to = (np.searchsorted(values[:4], np.arange(11.0), side=side) for side in ("left", "right"))
    chances = np.exp(-epsilon * np.maximum(np.maximum(below - 2, 2 - up_to), 0) / 2)
    observed = np.bincount(found.astype(int), minlength=11)
    assert stats.chisquare(observed, 3_000 * chances / chances.sum()).pvalue > 1e-4


def test_missing_values_are_passed_over_and_outliers_count_at_the_end():
    values = np.r_[np.full(500, 30.0), np.full(400, np.nan), np.full(100, 1e9)]
    assert _quantiles(values, rho=5.0)[0] == pytest.approx(30, abs=1)
    assert _quantiles(values, probabilities=[0.95], rho=5.0)[0] == pytest.approx(100, abs=1)


def test_without_a_value_a_quantile_is_drawn_from_the_range_alone():
    found = [_quantiles([np.nan] * 3)[0] for _ in range(50)]
    assert all(0 <= each <= 100 for each in found)
    assert len(set(found)) > 10


def test_quantiles_cost_what_they_were_given_together():
    account = Account(1.0)
    _quantiles([1.0, 2.0], account=account, probabilities=[0.1, 0.5, 0.9], rho=0.3)
    assert account.left == pytest.approx(0.7)
    assert {each.on for each in account.spends} == {"age"}


@pytest.mark.parametrize("changed", [{"low": 5.0, "high": 5.0}, {"high": math.inf}, {"step": 0.0}])
def test_a_column_without_a_public_range_is_refused_with_the_remedy(changed):
    with pytest.raises(ConfigError, match="Give the column a `range"):
        _quantiles([1.0], **changed)


def test_a_grid_too_fine_is_refused_with_the_remedy():
    with pytest.raises(ConfigError, match=r"too fine\. .* a step of 0\.001 or more"):
        _quantiles([1.0], step=1e-6)


def test_a_warning_that_bounds_come_from_the_data_is_an_error():
    from diffprivlib import tools
    from diffprivlib.utils import PrivacyLeakWarning

    with leaks_are_errors(), pytest.raises(PrivacyLeakWarning):
        tools.mean(np.arange(10.0), epsilon=1.0)


def test_the_noise_is_loaded_only_where_it_is_drawn():
    modules = "accounting, budget, contributions, ledger, mechanisms, words"
    absent = "assert not {'diffprivlib', 'sklearn'} & set(sys.modules)"
    code = f"import sys; from privacy.dp import {modules}; {absent}"
    subprocess.run([sys.executable, "-c", code], check=True)

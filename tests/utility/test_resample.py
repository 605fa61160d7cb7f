import numpy as np
import pandas as pd
from scipy.stats import norm

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Schema
from utility.accuracy import auroc
from utility.resample import (
    percentile_interval,
    person_weights,
    share_interval,
    subset_weights,
    thinned,
    thinned_rows,
)


def test_the_rows_of_a_person_come_and_go_together():
    persons = np.array([7, 3, 7, 3, 9])
    weights = person_weights(persons, 50, np.random.default_rng(0))
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, 1] == weights[:, 3]).all()
    assert (weights[:, [0, 1, 4]].sum(axis=1) == 3).all()


def test_subsets_are_of_the_size_asked_for():
    weights = subset_weights(10, 4, 7, np.random.default_rng(0))
    assert weights.shape == (7, 10)
    assert (weights.sum(axis=1) == 4).all()
    assert set(np.unique(weights)) == {0, 1}
    assert subset_weights(10, 10, 7, np.random.default_rng(0)).tolist() == [[1] * 10]


def test_thinning_keeps_whole_persons_and_thins_a_copy_alike():
    table = pd.DataFrame({"id": np.repeat(np.arange(100), 3).astype(str).astype(object)})
    table["x"] = np.arange(300.0)
    schema = Schema(
        columns=(Column(name="id", kind=Kind.CATEGORY), Column(name="x", kind=Kind.NUMBER)), person="id"
    )
    fewer = thinned(Cohort(schema=schema, table=table), 60, np.random.default_rng(0))
    assert len(fewer) == 60
    assert (fewer.table["id"].value_counts() == 3).all()

    alone = Cohort(schema=Schema(columns=schema.columns), table=table)
    copied = thinned_rows(table, 60, np.random.default_rng(0))
    pd.testing.assert_frame_equal(thinned(alone, 60, np.random.default_rng(0)).table, copied)


def test_percentile_interval_holds_the_value_and_leaves_unknown_resamples_out():
    resampled = np.r_[np.linspace(0, 1, 1001), np.nan]
    np.testing.assert_allclose(percentile_interval(resampled, 0.5), (0.025, 0.975))
    assert percentile_interval(resampled, -2.0)[0] == -2
    assert percentile_interval(np.array([np.nan]), 0.3) == (0.3, 0.3)


def test_a_perfect_share_from_few_persons_is_not_certain():
    low, high = share_interval(np.ones(100), 1.0, scarce=5)
    assert high == 1
    np.testing.assert_allclose(low, 0.025 ** (1 / 5))
    assert share_interval(np.zeros(100), 0.0, scarce=5) == (0.0, 1 - low)


def test_the_interval_of_an_auroc_covers_the_truth():
    """300 cohorts of 10 ill among 100: nominal 95 %; plain percentiles reach 86."""
    truth, covered, asked = norm.cdf(2 / np.sqrt(2)), 0, 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        positive = rng.random(100) < 0.1
        if positive.sum() < 5:
            continue
        predicted = rng.normal(size=100) + 2 * positive
        weights = person_weights(np.arange(100), 300, rng)
        value = float(auroc(positive, predicted, np.ones((1, 100)))[0])
        resampled = auroc(positive, predicted, weights)
        low, high = share_interval(resampled, value, scarce=int(positive.sum()))
        covered += low <= truth <= high
        asked += 1
    assert covered / asked >= 0.9

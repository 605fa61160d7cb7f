import numpy as np
import pandas as pd
import pytest
from lifelines import NelsonAalenFitter
from scipy.stats import spearmanr

from cohort.schema import Column, Kind
from utility.models import (
    as_floats,
    boosted_classes,
    boosted_hazard,
    boosted_number,
    cumulative_hazard,
    features,
    linear_classes,
    linear_hazard,
    linear_number,
    preparation,
    quiet,
)

NUMBER = Column(name="x", kind=Kind.NUMBER)
CATEGORY = Column(name="g", kind=Kind.CATEGORY)


def prepared(train, test, *columns):
    with quiet():
        fitted = preparation(columns).fit(features(train, columns))
        return fitted.transform(features(train, columns)), fitted.transform(features(test, columns))


def test_floats_of_every_numeric_kind():
    np.testing.assert_array_equal(as_floats(pd.Series([-1, None], dtype="Int64")), [-1, np.nan])
    np.testing.assert_array_equal(as_floats(pd.Series([-np.inf, 2.5])), [np.nan, 2.5])
    np.testing.assert_array_equal(as_floats(pd.Series(pd.to_datetime(["1969-12-31", None]))), [-1, np.nan])


def test_numbers_are_imputed_flagged_and_standardised():
    train = pd.DataFrame({"x": [-3.0, -1, 1, np.nan]})
    x, x_test = prepared(train, pd.DataFrame({"x": [np.nan, -1.0]}), NUMBER)
    assert x.shape == (4, 2)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(x.std(axis=0), 1)
    assert x_test[0, 0] == x_test[1, 0]
    assert x_test[0, 1] > 0 > x_test[1, 1]


def test_rare_levels_are_pooled_capped_and_unknown_ones_raise_nothing():
    levels = [f"l{i:02}" for i in range(30) for _ in range(5 + i)] + ["once", "twice", "twice", None]
    train = pd.DataFrame({"g": np.array(levels, dtype=object)})
    x, x_test = prepared(
        train, pd.DataFrame({"g": np.array(["once", "never", "l29"], dtype=object)}), CATEGORY
    )
    assert x.shape[1] == 21
    np.testing.assert_array_equal(x_test[0], x_test[1])
    assert (x_test[2] != x_test[0]).any()


def test_an_all_missing_column_beside_a_useful_one():
    train = pd.DataFrame({"x": np.full(20, np.nan), "g": np.array(["a", "b"] * 10, dtype=object)})
    x, x_test = prepared(train, train.assign(x=1.0), NUMBER, CATEGORY)
    assert x.shape == x_test.shape == (20, 2)


def test_a_class_that_train_lacks_has_no_probability():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 2)), np.array([[0.0], [2.0]] * 20)
    for model in (linear_classes, boosted_classes):
        probability = model(x, y, x, classes=4)
        assert probability.shape == (40, 4)
        np.testing.assert_allclose(probability.sum(axis=1), 1)
        assert (probability[:, [1, 3]] == 0).all()


@pytest.mark.parametrize("model", [linear_number, boosted_number])
def test_numbers_are_predicted_with_their_sign(model):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 2))
    predicted = model(x, -5 * x[:, :1] - 100, x)
    assert predicted.shape == (300, 1)
    assert np.corrcoef(predicted[:, 0], -5 * x[:, 0] - 100)[0, 1] > 0.98
    assert predicted.mean() == pytest.approx(-100, abs=0.5)


@pytest.mark.parametrize("model", [linear_hazard, boosted_hazard])
def test_hazards_rise_with_what_shortens_survival_whatever_the_unit_of_time(model):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 2))
    time, censored = rng.weibull(2, size=400) * np.exp(-x[:, 0]), rng.exponential(3, size=400)
    y = np.column_stack([np.minimum(time, censored), time <= censored]).astype(float)
    risk = model(x, y, x)
    assert spearmanr(risk[:, 0], x[:, 0]).statistic > 0.85
    assert spearmanr(model(x, y * [365, 1], x)[:, 0], risk[:, 0]).statistic > 0.999


def test_cumulative_hazard_is_lifelines_with_ties():
    rng = np.random.default_rng(0)
    time, event = rng.integers(1, 9, size=50).astype(float), (rng.random(50) < 0.5).astype(float)
    fitted = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(time, event)
    expected = fitted.cumulative_hazard_at_times(time).to_numpy()
    # lifelines spreads tied events over the tie; Nelson and Aalen's own estimate lies a little lower.
    np.testing.assert_allclose(cumulative_hazard(time, event), expected, rtol=0.12)
    distinct = np.arange(50.0)
    fitted = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(distinct, event)
    expected = fitted.cumulative_hazard_at_times(distinct).to_numpy()
    np.testing.assert_allclose(cumulative_hazard(distinct, event), expected, rtol=1e-9)

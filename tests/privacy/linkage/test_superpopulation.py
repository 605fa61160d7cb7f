import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom

from cohort.classes import person_sizes
from privacy.linkage.spectrum import Spectrum
from privacy.linkage.superpopulation import (
    MODELS,
    dankar,
    pitman,
    posterior_risk,
    slide_negative_binomial,
    zayatz,
)


def spectrum(sizes):
    found, classes = np.unique(sizes, return_counts=True)
    return Spectrum(sizes=found.astype(float), classes=classes.astype(float))


@pytest.fixture(scope="module")
def adult(shared_data):
    table = pd.read_csv(shared_data / "arx_adult" / "adult.csv", sep=";", dtype=str)
    return Spectrum.of(person_sizes(table, list(table.columns)))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("fraction", "model", "share"),
    [(0.01, "pitman", 0.14461), (0.1, "pitman", 0.27685), (0.2, "zayatz", 0.35771), (1.0, "zayatz", 0.51429)],
)
def test_dankars_rule_finds_on_adult_what_arx_finds(adult, fraction, model, share):
    name, uniques = dankar(adult, fraction)
    assert name == model
    assert round(uniques * fraction / adult.persons, 5) == share


@pytest.mark.shared
def test_zayatz_finds_on_adult_what_arx_finds(adult):
    assert round(zayatz(adult, 0.1) * 0.1 / adult.persons, 5) == 0.32074


def test_the_slide_negative_binomial_finds_its_own_population():
    rng = np.random.default_rng(0)
    sizes = 1 + rng.negative_binomial(0.6, 0.3, 20_000)
    drawn = rng.binomial(sizes, 0.5)
    found = slide_negative_binomial(spectrum(drawn[drawn > 0]), 0.5)
    assert found == pytest.approx((sizes == 1).sum(), rel=0.05)


def test_pitman_finds_its_own_population():
    """Seat 8,000 guests by Pitman's formula; the first 2,000 are a simple random sample of them."""
    rng, alpha, theta = np.random.default_rng(1), 0.6, 50.0
    sizes, seat = [1], [0]
    for guest in range(1, 8000):
        if rng.random() < (theta + alpha * len(sizes)) / (theta + guest):
            seat.append(len(sizes))
            sizes.append(1)
            continue
        table = seat[rng.integers(guest)]
        while rng.random() < alpha / sizes[table]:  # in proportion to size less alpha
            table = seat[rng.integers(guest)]
        seat.append(table)
        sizes[table] += 1
    sample = np.bincount(seat[:2000])
    truth = (np.array(sizes) == 1).sum()
    assert pitman(spectrum(sample[sample > 0]), 0.25) == pytest.approx(truth, rel=0.1)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("fraction", [0.05, 0.3, 0.9])
def test_the_posterior_of_one_by_f_is_its_sum(size, fraction):
    unseen = np.arange(200_000)
    expected = (nbinom.pmf(unseen, size, fraction) / (size + unseen)).sum()
    assert posterior_risk(np.array([float(size)]), fraction)[0] == pytest.approx(expected, rel=1e-9)


def test_the_posterior_is_sdcmicros_for_one_and_two():
    p = 0.2
    odds = p / (1 - p)
    one, two = posterior_risk(np.array([1.0, 2.0]), p)
    assert one == pytest.approx(odds * np.log(1 / p))
    assert two == pytest.approx(odds - odds**2 * np.log(1 / p))
    assert posterior_risk(np.array([5000.0]), p)[0] == pytest.approx(p / 5000, rel=0.01)


@pytest.mark.parametrize("sizes", [[1], [2, 2], [1, 1, 1], [1, 2], [300], [1] * 50 + [2]])
@pytest.mark.parametrize("fraction", [0.01, 0.1, 0.5, 1.0])
def test_every_model_answers_every_table(sizes, fraction):
    for model in MODELS.values():
        found = model(spectrum(np.array(sizes)), fraction)
        assert found is None or (np.isfinite(found) and found >= 0)
    assert dankar(spectrum(np.array(sizes)), fraction)[0] in MODELS


def test_where_nobody_is_alone_nobody_is_unique():
    assert [model(spectrum(np.array([2, 3])), 0.2) for model in MODELS.values()] == [0, 0, 0, 0]

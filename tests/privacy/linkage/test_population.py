import numpy as np
import pandas as pd
import pytest

from benchmarks.population import covered, trial
from cohort.classes import class_sizes, person_sizes
from cohort.errors import ConfigError, NotApplicable
from privacy.linkage.mixture import fit_mixture
from privacy.linkage.population import population_risk
from privacy.linkage.spectrum import Spectrum


def people(n, *, seed, cells=400):
    """Persons of a population whose classes are Poisson about very unequal means."""
    rng = np.random.default_rng(seed)
    weight = rng.gamma(0.5, size=cells)
    return pd.DataFrame({"cell": rng.choice(cells, size=n, p=weight / weight.sum())})


def test_the_printed_interval_holds_the_truth_of_the_registry():
    """As `python -m benchmarks.population`, which counts over 200 registries a size."""
    sizes = [(200, 1), (600, 1), (600, 5), (1500, 1)]
    trials = [
        trial(seed=seed, patients=patients, years=years) for seed, (patients, years) in enumerate(sizes)
    ]
    assert covered(trials, "said")[0] >= 0.75
    assert covered(trials, "counted")[0] >= 0.75
    for each in trials:
        assert each.said.high < each.said.sample_uniques
        assert each.counted.high - each.counted.low < each.said.high - each.said.low


@pytest.mark.parametrize("fraction", [0.1, 0.6])
def test_a_simple_random_sample_is_covered(fraction):
    hits = []
    for seed in range(6):
        everybody = people(1500, seed=seed)
        drawn = np.random.default_rng(100 + seed).choice(1500, size=round(1500 * fraction), replace=False)
        sizes = class_sizes(everybody, ["cell"])[drawn]
        fit = fit_mixture(
            Spectrum.of(person_sizes(everybody.iloc[drawn].reset_index(drop=True), ["cell"])), fraction
        )
        assert 0 <= fit.low <= fit.uniques <= fit.high
        assert fit.mean_low <= fit.mean_risk <= fit.mean_high
        hits.append(fit.low <= (sizes == 1).sum() <= fit.high)
    assert np.mean(hits) >= 0.8


def test_where_everybody_is_registered_nothing_is_estimated():
    table = people(300, seed=0)
    found = population_risk(table, ["cell"], fraction=1)
    assert found.uniques == found.low == found.high == found.sample_uniques
    assert found.same
    assert "same" in found.assumes[0]
    assert found.estimates == ()


def test_the_interval_closes_as_the_registry_fills():
    table = people(300, seed=0)
    width = {f: (r := population_risk(table, ["cell"], fraction=f)).high - r.low for f in (0.5, 0.999)}
    assert width[0.5] > 5 * width[0.999]
    nearly = population_risk(table, ["cell"], fraction=0.97)
    assert nearly.same
    assert any("nearly everybody" in said for said in nearly.assumes)


def test_below_a_tenth_the_figure_is_marked():
    table = people(300, seed=0)
    assert population_risk(table, ["cell"], fraction=0.05).marked
    assert not population_risk(table, ["cell"], fraction=0.1).marked


def test_equal_seeds_give_equal_risk_and_it_is_plain_json():
    table = people(200, seed=1)
    one, two = (population_risk(table, ["cell"], fraction=0.3, seed=4).to_dict() for _ in range(2))
    assert one == two
    assert [each["model"] for each in one["estimates"]] == ["zayatz", "pitman", "snb", "benedetti_franconi"]
    assert sum(each["chosen"] for each in one["estimates"]) == 1
    for each in one["estimates"]:
        assert each["uniques"] is None or each["low"] <= each["high"] <= one["sample_uniques"]


def test_one_row_and_no_double_are_answered():
    alone = population_risk(pd.DataFrame({"a": [1]}), ["a"], fraction=0.3)
    assert (alone.low, alone.high) == (0, 1)
    nobody = population_risk(pd.DataFrame({"a": [1, 1, 1]}), ["a"], fraction=0.3)
    assert nobody.uniques == nobody.high == 0
    everybody = population_risk(pd.DataFrame({"a": range(50)}), ["a"], fraction=0.3)
    assert everybody.high == 50


def test_a_class_larger_than_all_that_are_told_apart_is_answered():
    table = pd.DataFrame({"a": [0] * 4000 + list(range(1, 200))})
    found = population_risk(table, ["a"], fraction=0.2)
    assert found.low <= found.uniques <= found.high <= 199
    assert 0 < found.mean_risk < 0.1


@pytest.mark.parametrize("fraction", [0, -0.1, 1.01, float("nan")])
def test_a_fraction_that_is_none_is_refused(fraction):
    with pytest.raises(ConfigError, match="share of all patients"):
        population_risk(people(20, seed=0), ["cell"], fraction=fraction)


def test_nothing_to_link_by_is_not_applicable():
    with pytest.raises(NotApplicable):
        population_risk(people(20, seed=0), [], fraction=0.3)


@pytest.mark.shared
def test_a_tenth_of_adult_tells_of_all_adult(shared_data):
    adult = pd.read_csv(shared_data / "arx_adult" / "adult.csv", sep=";", dtype=str)
    names = list(adult.columns)
    drawn = np.random.default_rng(1).random(len(adult)) < 0.1
    true = class_sizes(adult, names)[drawn]
    found = population_risk(adult[drawn].reset_index(drop=True), names, fraction=0.1)
    assert found.low <= (true == 1).sum() <= found.high
    assert found.mean_low <= (1 / true).mean() <= found.mean_high

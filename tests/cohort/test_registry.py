"""The simulator keeps what docs/registry.md says, and the true risk is true."""

import re
import time
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cohort.errors import ConfigError
from cohort.population import COUNTRY, DISEASE, GENOTYPES, Country, Disease, count_inhabitants
from cohort.registry import (
    CENSUS,
    ENROLMENT,
    LATER,
    OPENED,
    SCHEMA,
    Enrolment,
    population_uniques,
    simulate,
    true_risk,
)
from cohort.schema import Kind, Role

QUASI = ["region", "age", "sex"]
SEEDS = range(8)


@pytest.fixture(scope="module")
def registries():
    return [simulate(seed=seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def registry(registries):
    return registries[0]


@pytest.fixture(scope="module")
def patients(registries):
    """Everybody with the disease, over all seeds: some 15,000 people."""
    return pd.concat([registry.population for registry in registries], ignore_index=True)


@pytest.fixture(scope="module")
def registered(registries):
    return pd.concat([registry.cohort.table for registry in registries], ignore_index=True)


def near(rows, share, *, deviations=4.0):
    """Whether the share of true rows is within sampling error of ``share``."""
    return abs(np.mean(rows) - share) <= deviations * np.sqrt(share * (1 - share) / len(rows))


def test_every_row_fulfils_the_schema(registries):
    for registry in registries:
        table = registry.cohort.table
        assert tuple(table.columns) == SCHEMA.names
        assert all(rule.holds(table).all() for rule in SCHEMA.parsed_rules)
        for column in SCHEMA.columns:
            known = table[column.name].dropna()
            assert len(known)
            if column.range is not None:
                low, high = (pd.Timestamp(e) if column.kind is Kind.DATE else e for e in column.range)
                assert known.between(low, high).all(), column.name
            if column.categories is not None:
                assert set(known) == set(column.categories) or column.name == "region", column.name


def test_tables_are_typed(registry):
    types = {Kind.NUMBER: "float64", Kind.INTEGER: "Int64", Kind.DATE: "datetime64[ns]"}
    for column in SCHEMA.columns:
        series = registry.cohort.table[column.name]
        assert str(series.dtype) == types.get(column.kind, "object"), column.name
        if series.dtype == object:
            assert {type(value) for value in series} <= {str, type(None)}, column.name
    assert list(registry.population.columns) == list(SCHEMA.names[1:])
    assert list(registry.cohort.table.index) == list(range(600))


def test_the_schema_is_confirmed_and_has_one_of_each_role():
    assert SCHEMA.unconfirmed == ()
    assert SCHEMA.quasi_identifiers == (*QUASI, "registered_on")
    for role, name in {Role.TARGET: "progression", Role.TIME: "followup_days", Role.EVENT: "died"}.items():
        assert [column.name for column in SCHEMA.with_role(role)] == [name]
    assert len(SCHEMA.released) == 18


def test_equal_seeds_give_equal_registries(registry):
    again, other = simulate(seed=0), simulate(seed=1)
    pd.testing.assert_frame_equal(registry.cohort.table, again.cohort.table)
    pd.testing.assert_frame_equal(registry.population, again.population)
    assert not registry.cohort.table.equals(other.cohort.table)


def test_it_takes_no_global_randomness(registry):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    simulate(seed=3, patients=10)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_another_number_of_patients_comes_from_the_same_people(registry):
    fewer = simulate(seed=0, patients=100)
    same = [name for name in registry.population if name != "registered_on"]
    pd.testing.assert_frame_equal(fewer.population[same], registry.population[same])
    assert fewer.cohort.n_persons == 100


def test_it_is_fast():
    start = time.perf_counter()
    simulate(seed=5)
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize("patients", [0, -1, 100_000])
def test_impossible_numbers_of_patients_are_refused(patients):
    with pytest.raises(ConfigError, match="Ask for 1 to"):
        simulate(patients=patients)


def test_persons_are_unique(registry):
    assert registry.cohort.n_persons == len(registry.cohort) == 600
    assert registry.cohort.table["patient_id"].is_unique
    assert len(np.unique(registry.registered)) == 600


def test_inhabitants_are_all_counted(registry):
    counts = registry.inhabitants.groupby("region")["inhabitants"].sum()
    assert counts.to_dict() == dict(COUNTRY.provinces)
    assert counts.sum() == 50_500_000
    cells = registry.population.groupby(QUASI).size().rename("found").reset_index()
    cells = registry.inhabitants.merge(cells, on=QUASI, how="left").fillna({"found": 0})
    assert (cells["patients"] == cells["found"]).all()
    assert registry.inhabitants["patients"].sum() == len(registry.population)


def test_count_inhabitants_follows_the_ages_given():
    country = Country(provinces=(("one", 1_000_000),), oldest=9, scale=5.0, shape=2.0)
    counts = count_inhabitants(country, rng=np.random.default_rng(0)).groupby("age")["inhabitants"].sum()
    alive = np.exp(-((np.arange(10) / 5.0) ** 2))
    assert np.allclose(counts / 1e6, alive / alive.sum(), atol=0.003)


def test_prevalence_is_as_stated(registries):
    people = 50_500_000 * len(registries)
    expected = people * DISEASE.prevalence
    found = sum(len(registry.population) for registry in registries)
    assert abs(found - expected) <= 4 * np.sqrt(expected) + 0.01 * expected


def test_presentations_are_as_stated(patients):
    # Among the old none is still waiting for onset or diagnosis, so none is left out for it.
    old = patients[patients["age"] >= 60]
    symptomatic = old["presentation"] != "presymptomatic"
    assert near(symptomatic, DISEASE.symptomatic)
    for sex, share in zip("fm", DISEASE.neurological, strict=True):
        assert near(old.loc[symptomatic & (old["sex"] == sex), "presentation"] == "neurological", share)


def test_shares_are_as_stated(patients):
    assert np.mean(patients["progression"] == "yes") == pytest.approx(DISEASE.progressed, abs=0.001)
    assert np.mean(patients["treatment"] == "none") == pytest.approx(DISEASE.untreated, abs=0.001)
    chelated = patients[patients["treatment"].isin(["penicillamine", "trientine"])]
    assert near(chelated["treatment"] == "trientine", DISEASE.trientine)
    scores = patients["severity"].value_counts(normalize=True).sort_index()
    assert np.allclose(scores, DISEASE.severity, atol=0.002)


def test_delay_is_as_stated(patients):
    """Whole years at both ends: the mean difference of the ages is the mean delay."""
    for presentation, mean in zip(["hepatic", "neurological"], DISEASE.delay, strict=True):
        seen = patients[(patients["presentation"] == presentation) & (patients["age"] >= 60)]
        delay = (seen["diagnosis_age"] - seen["onset_age"]).astype(float)
        assert len(delay) > 500
        assert abs(delay.mean() - mean) <= 4 * delay.std() / np.sqrt(len(delay))


def test_genotype_shapes_onset_and_ceruloplasmin(patients):
    shares = patients["genotype"].value_counts(normalize=True)
    truncating = DISEASE.truncating
    assert shares[GENOTYPES[2]] == pytest.approx(truncating**2, abs=0.01)
    assert shares[GENOTYPES[0]] == pytest.approx((1 - truncating) ** 2, abs=0.03)
    middle = patients.groupby("genotype")[["ceruloplasmin", "onset_age"]].median()
    assert middle.loc[GENOTYPES[0], "ceruloplasmin"] == pytest.approx(DISEASE.ceruloplasmin[0], abs=0.01)
    assert middle.loc[GENOTYPES[2], "ceruloplasmin"] == pytest.approx(DISEASE.ceruloplasmin[1], abs=0.005)
    ratio = middle.loc[GENOTYPES[2], "onset_age"] / middle.loc[GENOTYPES[0], "onset_age"]
    assert ratio == pytest.approx(DISEASE.onset_ratio, abs=0.1)


def test_the_rare_class_is_in_every_registry(registries):
    for registry in registries:
        rare = (registry.cohort.table["genotype"] == GENOTYPES[2]).sum()
        assert 8 <= rare <= 45


def test_death_comes_at_the_stated_rate(patients):
    years = patients["followup_days"].sum() / 365.25
    # Those at high risk leave first, so the crude rate falls a little below the mean hazard.
    assert (patients["died"] == "yes").sum() / years == pytest.approx(DISEASE.mortality, rel=0.15)
    dead = patients["died"] == "yes"
    assert patients.loc[dead, "age"].mean() > patients.loc[~dead, "age"].mean() + 5


def test_severity_shows_in_the_laboratory(patients):
    severe = patients["severity"].astype(int)
    assert severe.corr(patients["platelets"].astype(float), method="spearman") < -0.3
    assert severe.corr(patients["alt"].astype(float), method="spearman") > 0.2


def test_missing_values_are_as_stated_and_not_at_random(registered):
    small = registered["region"].isin(COUNTRY.small_regions)
    early = registered["registered_on"] < LATER
    lost = registered["ceruloplasmin"].isna()
    assert near(lost[~small], ENROLMENT.laboratory)
    assert near(lost[small], ENROLMENT.laboratory * ENROLMENT.small_factor)
    for rows, share in zip([early, ~early], ENROLMENT.genotype, strict=True):
        assert near(registered.loc[rows, "genotype"].isna(), share)
    panel = registered["alt"].isna() & registered["platelets"].isna()
    single = ENROLMENT.laboratory**2
    assert near(panel[early & ~small], ENROLMENT.panel_early + (1 - ENROLMENT.panel_early) * single)
    assert panel[~early & ~small].mean() < 0.01
    symptomatic = registered["presentation"] != "presymptomatic"
    assert near(registered.loc[symptomatic, "onset_age"].isna(), ENROLMENT.recall)
    assert registered.loc[~symptomatic, "onset_age"].isna().all()
    assert near(registered["visits"].isna(), ENROLMENT.visits)
    untreated = registered["treatment"] == "none"
    copper = registered["urinary_copper"].isna()
    kept = (1 - ENROLMENT.laboratory) * (1 - ENROLMENT.unmonitored)
    assert near(copper[untreated & ~small], 1 - kept)
    complete = [column.name for column in SCHEMA.columns if column.role is not Role.OTHER]
    assert registered[[name for name in complete if name != "genotype"]].notna().all().all()


def test_registration_falls_on_weekdays_between_opening_and_census(registered):
    day = registered["registered_on"]
    assert (day.dt.dayofweek < 5).all()
    assert day.min() >= OPENED
    assert day.max() < CENSUS


def test_cohort_rows_are_those_of_the_population(registry):
    truth = registry.population.iloc[registry.registered].reset_index(drop=True)
    known = registry.cohort.table.drop(columns="patient_id")
    assert (known.isna() | (known == truth)).all().all()
    outside = np.setdiff1d(np.arange(len(registry.population)), registry.registered)
    assert registry.population["registered_on"].iloc[outside].isna().all()


@pytest.mark.parametrize("columns", [["region"], QUASI, [*QUASI, "onset_age"], [*QUASI, "registered_on"]])
def test_true_risk_agrees_with_brute_force(registry, columns):
    everybody = registry.population[columns].astype(object).where(registry.population[columns].notna(), None)
    everybody = [tuple(row) for row in everybody.itertuples(index=False)]
    expected = [1 / everybody.count(everybody[position]) for position in registry.registered]
    assert np.allclose(true_risk(registry, columns), expected)
    assert population_uniques(registry, columns) == expected.count(1.0)


def test_true_risk_grows_with_what_is_known(registry):
    risks = [true_risk(registry, QUASI[:known]) for known in (1, 2, 3)]
    assert all((more >= less).all() for less, more in pairwise(risks))
    assert risks[0].mean() < 0.09 < risks[2].mean()
    assert 0 < population_uniques(registry, QUASI) < 600


@pytest.mark.parametrize("columns", [[], ["patient_id"], ["age", "shoe_size"]])
def test_true_risk_refuses_what_the_population_is_not_known_by(registry, columns):
    with pytest.raises(ConfigError, match="cannot be looked up"):
        true_risk(registry, columns)


def test_progression_can_be_predicted(registries):
    """Half of each registry against the other half, as a holdout would be scored."""
    assert 0.75 <= np.mean([_auroc(registry.cohort.table) for registry in registries]) <= 0.85


def _auroc(table):
    outcomes = ["patient_id", "registered_on", "progression", "followup_days", "died"]
    known = table.drop(columns=outcomes)
    categories = [name for name in known if known[name].dtype == object]
    known = pd.get_dummies(known, columns=categories).astype(float)
    progressed = (table["progression"] == "yes").to_numpy()
    assert 0.15 <= progressed.mean() <= 0.30
    model = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(C=0.3))
    model.fit(known[:300], progressed[:300])
    return roc_auc_score(progressed[300:], model.predict_proba(known[300:])[:, 1])


def test_every_parameter_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "registry.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([a-z_]+)`", text, flags=re.MULTILINE))
    named = {field.name for record in (Country, Disease, Enrolment) for field in fields(record)}
    assert named <= rows
    assert set(SCHEMA.names) <= rows

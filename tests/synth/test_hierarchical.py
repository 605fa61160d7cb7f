"""hierarchical: partial pooling by the numbers, strata, conditions, and what may go wrong."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from cohort.cohort import Cohort
from cohort.errors import ConfigError, GenerationError
from cohort.schema import Column, Kind, Role, Schema
from synth.hierarchical.effects import Rows, Summary, _Pooled, numbers, yes_or_no
from synth.hierarchical.model import Hierarchical, _allotted
from synth.hierarchical.shares import fit_shares


def sites(sizes, seed=0, *, apart=1.0):
    """Sites whose mean differs by ``apart``, with a marker that makes death likelier everywhere."""
    rng = np.random.default_rng(seed)
    site = np.repeat(np.arange(len(sizes)), sizes)
    marker = rng.normal(apart * (site - (len(sizes) - 1) / 2), 1.0)
    dead = rng.random(len(site)) < expit(2 * (marker - marker.mean()))
    return {
        "site": [f"s{each}" for each in site],
        "marker": np.round(marker, 3),
        "grade": np.array(["low", "high"])[(marker + rng.normal(size=len(site)) > 0).astype(int)],
        "dead": np.where(dead, "yes", "no"),
    }


KINDS = {"site": Kind.CATEGORY, "marker": Kind.NUMBER, "grade": Kind.ORDINAL, "dead": Kind.CATEGORY}
ROLES = {"site": Role.GROUP, "dead": Role.TARGET}


def cohort_of(columns, kinds=KINDS, roles=ROLES):
    schema = Schema(
        columns=tuple(
            Column(
                name=name,
                kind=kinds[name],
                role=roles.get(name, Role.OTHER),
                categories=("low", "high") if kinds[name] is Kind.ORDINAL else None,
            )
            for name in columns
        )
    )
    table = pd.DataFrame(
        {
            name: pd.Series(values, dtype=float if kinds[name].is_numeric else object)
            for name, values in columns.items()
        }
    )
    return Cohort(schema=schema, table=table, name="sites")


def test_the_conjugate_posterior_is_the_mixed_model_s_generalised_least_squares():
    rng = np.random.default_rng(0)
    design, strata = np.c_[np.ones(40), rng.normal(size=(40, 2))], rng.integers(4, size=40)
    response, ratios = rng.normal(size=40), (0.5, 0.7, 0.2)
    rows = Rows(design, strata, np.ones(40), size=5)
    ordered = response[rows.order]
    found = _Pooled(
        Summary(
            gram=rows.gram(rows.weights), cross=rows.cross(ordered), square=ordered @ ordered, persons=40
        ),
        ratios,
    )
    same = strata[:, None] == strata
    between = same * (design * [0.7, 0.2, 0.2] @ design.T)
    variance, prior = np.eye(40) + between, np.diag([25.0, 0.5, 0.5])
    inverse = np.linalg.inv(variance)
    precision = np.linalg.inv(prior) + design.T @ inverse @ design
    np.testing.assert_allclose(found.mean, np.linalg.solve(precision, design.T @ inverse @ response))
    whole = variance + design @ prior @ design.T
    np.testing.assert_allclose(found.log_determinant, np.linalg.slogdet(whole)[1])
    np.testing.assert_allclose(found.rate, 0.25 + response @ np.linalg.solve(whole, response) / 2)
    # Each stratum's own deviation, against the best linear prediction (Henderson's); none without rows.
    own = np.array(
        [
            [0.7, 0.2, 0.2]
            * (design[strata == s].T @ (inverse @ (response - design @ found.mean))[strata == s])
            for s in range(5)
        ]
    )
    np.testing.assert_allclose(found.root * found.own(found.mean), own, atol=1e-10)


def test_draws_scatter_as_the_posterior_says():
    rng = np.random.default_rng(1)
    design = np.c_[np.ones(60), rng.normal(size=60)]
    rows = Rows(design, np.repeat([0, 1, 2], 20), np.ones(60), size=3)
    posterior = numbers(rows, design @ [0.2, 0.5] + rng.normal(size=60))
    drawn = np.array([posterior.draw(rng).of_stratum[1] for _ in range(2000)])
    np.testing.assert_allclose(drawn.mean(axis=0), posterior.likeliest.of_stratum[1], atol=0.1)
    # With 60 patients and little between strata, errors are near those of least squares.
    assert (drawn.std(axis=0) > 0.08).all()
    assert (drawn.std(axis=0) < 0.4).all()


def test_a_small_stratum_is_pulled_to_the_group_and_a_large_one_stands():
    rng = np.random.default_rng(2)
    sizes = [200, 200, 200, 200, 2]
    strata = np.repeat(np.arange(5), sizes)
    means = np.array([-1.0, 0.0, 0.5, 1.0, 2.5])
    response = means[strata] + rng.normal(size=len(strata))
    found = numbers(Rows(np.ones((len(strata), 1)), strata, np.ones(len(strata)), size=5), response)
    own = found.likeliest.of_stratum[:, 0]
    raw = np.array([response[strata == s].mean() for s in range(5)])
    np.testing.assert_allclose(own[:4], raw[:4], atol=0.05)
    assert raw[:4].mean() < own[4] < raw[4] - 0.1


def test_strata_that_do_not_differ_are_pooled():
    rng = np.random.default_rng(3)
    strata = np.repeat(np.arange(20), 10)
    found = numbers(Rows(np.ones((200, 1)), strata, np.ones(200), size=20), rng.normal(size=200))
    assert found.likeliest.of_stratum[:, 0].std() < 0.1


@pytest.mark.parametrize("seed", [0, 1])
def test_log_odds_are_those_that_made_the_answers(seed):
    rng = np.random.default_rng(seed)
    strata = np.repeat(np.arange(6), 200)
    design = np.c_[np.ones(1200), rng.normal(size=1200)]
    true = np.c_[np.linspace(-1, 1, 6), np.ones(6)]
    answers = rng.random(1200) < expit((design * true[strata]).sum(axis=1))
    found = yes_or_no(Rows(design, strata, np.ones(1200), size=6), answers).likeliest.of_stratum
    np.testing.assert_allclose(found, true, atol=0.5)


def test_answers_that_a_predictor_tells_for_certain_end_somewhere():
    marker = np.linspace(-1, 1, 40)
    rows = Rows(np.c_[np.ones(40), marker], np.zeros(40, dtype=int), np.ones(40), size=1)
    coefficients = yes_or_no(rows, marker > 0).likeliest.of_stratum
    assert np.isfinite(coefficients).all()
    assert coefficients[0, 1] > 1


def test_weights_of_a_person_s_rows_count_the_person_once():
    rng = np.random.default_rng(4)
    design, response = np.c_[np.ones(30), rng.normal(size=30)], rng.normal(size=30)
    strata = np.repeat([0, 1], 15)
    once = numbers(Rows(design, strata, np.ones(30), size=2), response)
    twice = numbers(
        Rows(np.repeat(design, 2, axis=0), np.repeat(strata, 2), np.full(60, 0.5), size=2),
        np.repeat(response, 2),
    )
    np.testing.assert_allclose(once.likeliest.of_stratum, twice.likeliest.of_stratum)
    assert once.summary.persons == twice.summary.persons


def test_shares_are_pulled_to_the_group_as_far_as_strata_are_alike():
    alike = fit_shares(np.tile([0, 0, 1], 40), np.repeat(np.arange(4), 30), np.ones(120), size=(4, 2))
    apart = fit_shares(np.repeat([0, 1, 0, 1], 30), np.repeat(np.arange(4), 30), np.ones(120), size=(4, 2))
    assert alike.concentration > 100 > apart.concentration
    np.testing.assert_allclose(alike.mean, [[2 / 3, 1 / 3]] * 4, atol=0.02)
    np.testing.assert_allclose(apart.mean[:2], [[1, 0], [0, 1]], atol=0.05)
    np.testing.assert_allclose(apart.draw(np.random.default_rng(0)).sum(axis=1), 1.0)


def test_rows_are_allotted_by_shares_give_or_take_one():
    codes = _allotted(np.array([0.5, 0.3, 0.2]), 101, np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(codes), [50.5, 30.3, 20.2], atol=1)


@pytest.fixture(scope="module")
def small_sites():
    return cohort_of(sites([20, 12, 25, 15, 30, 10]))


def test_strata_keep_their_means_and_what_goes_with_what(small_sites):
    table = Hierarchical(posterior_draws=False).fit(small_sites, seed=0).sample(6000, seed=1).table
    train = small_sites.table
    means, own = (each.groupby("site")["marker"].mean() for each in (table, train))
    assert np.corrcoef(means, own)[0, 1] > 0.95
    assert means.std() > 0.7 * own.std()
    shares = table["site"].value_counts(normalize=True)
    np.testing.assert_allclose(shares, train["site"].value_counts(normalize=True), atol=0.01)
    gap = table.groupby("dead")["marker"].mean()
    assert gap["yes"] > gap["no"] + 0.5


def test_releases_differ_by_what_train_leaves_open(small_sites):
    def spread(*, posterior_draws):
        fitted = Hierarchical(posterior_draws=posterior_draws).fit(small_sites, seed=0)
        tables = [fitted.sample(2000, conditions={"site": "s5"}, seed=seed).table for seed in range(12)]
        return np.std([table["marker"].mean() for table in tables])

    # Ten patients leave their mean open by about a third of a standard deviation.
    assert spread(posterior_draws=False) < 0.1
    assert 0.15 < spread(posterior_draws=True) < 1.0


def test_a_condition_on_the_stratum_costs_no_draw_more(small_sites):
    release = (
        Hierarchical()
        .fit(small_sites, seed=0)
        .sample(20_000, conditions={"site": "s5", "grade": "high"}, seed=0)
    )
    assert set(release.table["site"]) == {"s5"}
    assert set(release.table["grade"]) == {"high"}


def test_odd_strata_are_no_errors():
    columns = sites([1, 12, 12, 3])
    site = np.array(columns["site"], dtype=object)
    columns["site"] = pd.Series(site).where(site != "s3", None)
    columns["lab"] = pd.Series(columns["marker"] + 1).where(site != "s1")  # never measured at s1
    columns["plan"] = np.where(site == "s2", "b", "a")  # constant within each site
    columns["same"] = ["x"] * len(site)
    kinds = KINDS | {"lab": Kind.NUMBER, "plan": Kind.CATEGORY, "same": Kind.CATEGORY}
    train = cohort_of(columns, kinds)
    fitted = Hierarchical().fit(train, seed=0)
    table = fitted.sample(3000, seed=2).table
    assert set(table["site"].dropna()) == {"s0", "s1", "s2"}
    assert table["site"].isna().any()
    missing = table["lab"].isna().groupby(table["site"]).mean()
    assert missing["s1"] > 0.5 > missing["s2"]
    plan = (table["plan"] == "b").groupby(table["site"]).mean()
    assert plan["s2"] > 0.6
    assert plan["s1"] < 0.4
    assert set(fitted.sample(20, conditions={"site": "s0"}, seed=0).table["site"]) == {"s0"}
    assert fitted.sample(20, conditions={"site": None}, seed=0).table["site"].isna().all()


def test_one_stratum_is_an_ordinary_regression():
    table = Hierarchical().fit(cohort_of(sites([40])), seed=0).sample(50, seed=0).table
    assert set(table["site"]) == {"s0"}


def test_the_time_s_relations_may_differ_with_the_event():
    rng = np.random.default_rng(5)
    risk = rng.normal(size=400)
    dead = rng.random(400) < 0.5
    time = np.where(dead, np.exp(5 - risk), np.exp(5 + rng.normal(size=400)))
    columns = {
        "site": rng.choice(["a", "b"], 400),
        "time": time,
        "status": np.where(dead, "1", "0"),
        "risk": risk,
    }
    kinds = {"site": Kind.CATEGORY, "time": Kind.NUMBER, "status": Kind.CATEGORY, "risk": Kind.NUMBER}
    roles = {"site": Role.GROUP, "time": Role.TIME, "status": Role.EVENT}
    table = (
        Hierarchical(posterior_draws=False)
        .fit(cohort_of(columns, kinds, roles), seed=0)
        .sample(4000, seed=0)
        .table
    )
    related = {
        status: rows["risk"].corr(rows["time"], method="spearman") for status, rows in table.groupby("status")
    }
    assert related["1"] < -0.75
    assert abs(related["0"]) < 0.2


def test_the_model_holds_no_train_row(small_sites):
    fitted = Hierarchical().fit(small_sites, seed=0)
    rows = len(small_sites)
    for step in fitted.steps:
        for posterior in getattr(step, "questions", None) or [step.posterior]:
            assert rows not in posterior.summary.gram.shape
    assert fitted.strata.persons.shape == (6,)


@pytest.mark.parametrize(
    ("change", "option", "message"),
    [
        ({"site": Role.OTHER}, None, "no column has the role group.*stratum: COLUMN"),
        ({"grade": Role.GROUP}, None, "columns have the role group: site, grade"),
        ({}, "marker", "'marker' is a number"),
        ({}, "ward", "'ward' is no released column"),
        ({"site": Role.IDENTIFIER}, "site", "'site' is no released column"),
    ],
)
def test_what_the_strata_are_must_be_said(change, option, message):
    train = cohort_of(sites([10, 10]), roles=ROLES | change)
    with pytest.raises(GenerationError, match=message):
        Hierarchical(stratum=option).fit(train, seed=0)


def test_too_many_strata_are_refused():
    columns = sites([2] * 201)
    with pytest.raises(GenerationError, match="Join small strata"):
        Hierarchical().fit(cohort_of(columns), seed=0)


def test_bad_options_are_refused():
    with pytest.raises(ConfigError, match="stratum is not a column's name"):
        Hierarchical(stratum=3)
    with pytest.raises(ConfigError, match="posterior_draws is neither"):
        Hierarchical(posterior_draws="no")

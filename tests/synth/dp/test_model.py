from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.errors import ConfigError, GenerationError, SchemaError
from cohort.schema import Column, Kind, Schema
from privacy.dp.accounting import Account, rho_for
from synth.dp import model as module
from synth.dp.descent import estimate
from synth.registry import configured, synthesizer

NAMES = ("dp_mst", "dp_aim")
LAVISH = {"epsilon": 1e4, "bins": 8}
every_generator = pytest.mark.parametrize("name", NAMES)


def fit(name, cohort, **options):
    return synthesizer(name, {"epsilon": 1.0, **options}).fit(cohort, seed=0)


@pytest.fixture(scope="module", params=NAMES)
def lavish(request, cohort):
    """A fit whose noise is next to nothing, and its train cohort."""
    train = cohort()
    return fit(request.param, train, **LAVISH), train


def shares(values):
    return values.value_counts(normalize=True, dropna=False)


def test_with_a_huge_epsilon_marginals_are_trains(lavish):
    fitted, train = lavish
    table = fitted.sample(4000, seed=1).table
    for name in ("sex", "stage"):
        assert shares(table[name]).sub(shares(train.table[name]), fill_value=0).abs().max() < 0.02
    real, drawn = (pd.crosstab(each["sex"], each["stage"], normalize=True) for each in (train.table, table))
    assert (real - drawn).abs().sum().sum() / 2 < 0.03
    assert table["bili"].isna().mean() == pytest.approx(train.table["bili"].isna().mean(), abs=0.02)
    assert table["age"].mean() == pytest.approx(train.table["age"].mean(), abs=1.5)
    real, drawn = (each.groupby("stage")["bili"].median() for each in (train.table, table))
    np.testing.assert_allclose(real, drawn, rtol=0.3)


def test_independent_columns_stay_independent(lavish):
    fitted, _ = lavish
    table = fitted.sample(4000, seed=1).table
    young = table["age"] < 50
    assert (table["sex"] == "f")[young].mean() == pytest.approx(
        (table["sex"] == "f")[~young].mean(), abs=0.06
    )


def test_a_release_is_typed_plausible_and_says_its_guarantee(lavish):
    fitted, train = lavish
    release = fitted.sample(300, seed=1)
    assert list(release.table) == [column.name for column in train.schema.released]
    assert (release.table.dtypes == train.released.dtypes).all()
    assert all(rule.holds(release.table).all() for rule in train.schema.parsed_rules)
    assert release.guarantee.epsilon == 1e4
    assert release.guarantee.delta == 1e-5
    assert release.guarantee.rows == pytest.approx(2000, abs=2)
    assert release.made_by in NAMES
    assert not release.table.sort_values(["sex", "stage"]).index.equals(release.table.index)


def test_conditions_hold_and_shift_the_others(lavish):
    fitted, _ = lavish
    asked = {"stage": "4", "bili": None, "age": 33}
    table = fitted.sample(200, conditions=asked, seed=1).table
    assert set(table["stage"]) == {"4"}
    assert table["bili"].isna().all()
    assert set(table["age"]) == {33}
    anybody = fitted.sample(2000, seed=1).table
    assert (table["sex"] == "m").mean() > (anybody["sex"] == "m").mean() + 0.2
    assert len(fitted.sample(5, conditions={"bili": 7.5, "seen": "2004-05-06"}, seed=1)) == 5


def test_conditions_that_nobody_fulfils_are_refused(lavish):
    fitted, _ = lavish
    with pytest.raises(GenerationError, match="nobody is like that"):
        fitted.sample(5, conditions={"sex": None}, seed=1)
    with pytest.raises(GenerationError, match="Allowed: f, m, never seen"):
        fitted.sample(5, conditions={"sex": "x"}, seed=1)
    with pytest.raises(GenerationError, match="outside the schema's range"):
        fitted.sample(5, conditions={"age": 200}, seed=1)


def test_equal_seeds_draw_equal_rows_and_the_noise_is_never_seeded(cohort):
    train = cohort(400)
    first, again = fit("dp_mst", train), fit("dp_mst", train)
    pd.testing.assert_frame_equal(first.sample(50, seed=1).table, first.sample(50, seed=1).table)
    assert not first.sample(50, seed=1).table.equals(first.sample(50, seed=2).table)
    assert any(
        not np.array_equal(one.counts, other.counts)
        for one, other in zip(first.measurements, again.measurements, strict=True)
    )


def test_the_measurements_give_the_model_again(lavish):
    fitted, _ = lavish
    sizes = [each.cells for each in fitted.poolings]
    again = estimate(fitted.measurements, sizes, total=fitted.model.total, steps=module._STEPS)
    for one, other in zip(fitted.model.marginals, again.marginals, strict=True):
        np.testing.assert_array_equal(one, other)


@every_generator
@pytest.mark.parametrize("epsilon", [0.05, 1.0, 20.0])
def test_all_is_paid_for_and_no_more_is_spent_than_there_is(name, epsilon, cohort, monkeypatch):
    accounts = []

    def opened(rho):
        accounts.append(Account(rho))
        return accounts[-1]

    monkeypatch.setattr(module, "Account", opened)
    fit(name, cohort(300), epsilon=epsilon)
    (account,) = accounts
    assert account.rho == module.rho_for(epsilon, 1e-4)
    assert sum(spend.rho for spend in account.spends) <= account.rho * (1 + 1e-9)
    assert account.left <= 1e-5 * account.rho


@every_generator
def test_nothing_out_of_the_public_domain_ever_comes_up(name, cohort):
    train = cohort(300)
    table = train.table.copy()
    table.loc[0, "sex"], table.loc[0, "age"], table.loc[0, "bili"] = "secret", 999, -5.0
    fitted = fit(name, replace(train, table=table), epsilon=100.0)
    drawn = fitted.sample(3000, seed=1).table
    assert set(drawn["sex"].dropna()) <= {"f", "m", "never seen"}
    assert drawn["age"].dropna().between(0, 110).all()
    assert drawn["bili"].dropna().between(0, 90).all()
    assert "secret" not in repr(fitted)
    assert "secret" not in repr(vars(fitted))


@every_generator
def test_a_person_with_many_rows_counts_as_told(name, cohort):
    base = cohort(200)
    ids = Column(name="who", kind=Kind.CATEGORY)
    schema = Schema(columns=(ids, *base.schema.columns), person="who")
    table = pd.concat([base.table] + [base.table.tail(1)] * 1000, ignore_index=True)
    table.insert(0, "who", [*map(str, range(200)), *["199"] * 1000])
    train = Cohort(schema=schema, table=table)
    fitted = fit(name, train, epsilon=50.0)
    assert fitted.guarantee.rows == pytest.approx(200, abs=20)
    assert "who" not in fitted.sample(10, seed=0).table


@every_generator
def test_one_column_alone(name):
    schema = Schema(columns=(Column(name="sex", kind=Kind.CATEGORY, categories=("f", "m")),))
    train = Cohort(schema=schema, table=pd.DataFrame({"sex": ["f"] * 300 + ["m"] * 100}, dtype=object))
    table = fit(name, train, epsilon=100.0).sample(1000, seed=0).table
    assert (table["sex"] == "f").mean() == pytest.approx(0.75, abs=0.02)


def test_a_column_in_which_all_is_missing_is_named(cohort):
    train = cohort(300)
    empty = train.table.assign(bili=np.nan)
    with pytest.raises(GenerationError, match="next to nobody has a value in bili"):
        fit("dp_mst", replace(train, table=empty), epsilon=100.0)


@every_generator
def test_columns_without_a_public_domain_are_refused_before_anything_is_spent(name, cohort, monkeypatch):
    train = cohort(300)
    columns = tuple(replace(column, range=None, categories=None) for column in train.schema.columns)
    private = replace(train, schema=Schema(columns=columns))
    monkeypatch.setattr(module, "Account", None)
    for refusing in (synthesizer(name, {"epsilon": 1.0}).check, lambda each: fit(name, each)):
        with pytest.raises(SchemaError) as error:
            refusing(private)
        assert len(error.value.problems) == 5


@pytest.mark.parametrize("delta", [0.01, 0.5])
def test_a_delta_that_could_publish_somebody_is_refused(delta, cohort):
    with pytest.raises(ConfigError, match=r"Write `delta: 0.0001`"):
        fit("dp_mst", cohort(101), delta=delta)


@every_generator
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "epsilon is missing"),
        ({"epsilon": 0}, "epsilon is missing"),
        ({"epsilon": -1.0}, "epsilon must be above 0"),
        ({"epsilon": "much"}, "epsilon must be above 0"),
        ({"epsilon": 1.0, "delta": 2}, "delta must be"),
        ({"epsilon": 1.0, "bins": 1}, "bins is not a whole number"),
        ({"epsilon": 1.0, "rows_per_person": 0}, "rows_per_person is not a whole number"),
        ({"epsilon": 1.0, "rows_per_person": 1000}, "between 1 and 100"),
    ],
)
def test_bad_options_are_refused(name, options, message):
    with pytest.raises(ConfigError, match=message):
        configured(name, options)


@every_generator
def test_nothing_to_learn_from_is_refused(name, cohort):
    with pytest.raises(GenerationError, match="at least one person"):
        fit(name, cohort(10).rows(np.zeros(0, dtype=np.int64)))
    note = Schema(columns=(Column(name="note", kind=Kind.TEXT),))
    with pytest.raises(GenerationError, match="one column that is released"):
        fit(name, Cohort(schema=note, table=pd.DataFrame({"note": ["x"]}, dtype=object)))


def test_more_noise_leaves_fewer_bins(cohort):
    schema = cohort(10).schema
    many = [module._many_bins(2000, schema, rho=rho, sensitivity=1) for rho in (1e-4, 0.02, 1.0, 1e4)]
    assert many == sorted(many)
    assert many[0] == 4
    assert many[-1] == 32


@every_generator
def test_progress_ends_at_one(name, cohort):
    told = []
    synthesizer(name, {"epsilon": 1.0}).fit(cohort(100), seed=0, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.fixture
def towns(cohort):
    """Two hundred persons in each of three towns, and one in a fourth; no schema lists them."""
    whole = cohort(601)
    named = pd.Series([*(["aa", "bb", "cc"] * 200), "lone"], dtype=object)
    columns = (*whole.schema.columns, Column(name="town", kind=Kind.CATEGORY))
    return replace(whole, schema=replace(whole.schema, columns=columns), table=whole.table.assign(town=named))


@every_generator
def test_categories_that_no_schema_lists_are_learnt_and_one_persons_own_becomes_other(towns, name):
    fitted = fit(name, towns, epsilon=20.0, learn=["town"])
    table = fitted.sample(3000, seed=1).table
    assert {"aa", "bb", "cc"} <= set(table["town"]) <= {"aa", "bb", "cc", "(other)"}
    assert (table["town"] == "aa").mean() == pytest.approx(1 / 3, abs=0.06)
    assert "lone" not in repr(vars(fitted))
    assert set(fitted.sample(5, conditions={"town": "bb"}, seed=1).table["town"]) == {"bb"}


def test_learning_takes_its_share_of_rho_and_of_delta_and_no_more(towns, monkeypatch):
    found = []

    def opened(rho):
        found.append(Account(rho))
        return found[-1]

    monkeypatch.setattr(module, "Account", opened)
    fitted = fit("dp_mst", towns, epsilon=3.0, delta=1e-5, learn=["town"])
    (account,) = found
    assert account.rho == rho_for(3.0, 0.9e-5)
    assert account.spends[0].on == "values of town"
    assert account.spends[0].rho == pytest.approx(0.1 * account.rho)
    assert sum(each.rho for each in account.spends) == pytest.approx(account.rho)
    assert (fitted.guarantee.epsilon, fitted.guarantee.delta) == (3.0, 1e-5)


@pytest.mark.parametrize("learn", [["sex"], ["age"], ["nobody"], ["town", "town"], "town"])
def test_only_categories_without_a_list_are_learnt(towns, learn):
    with pytest.raises((ConfigError, SchemaError), match="learn"):
        fit("dp_mst", towns, learn=learn)


def test_a_schema_without_a_list_is_refused_with_both_remedies(towns):
    with pytest.raises(SchemaError, match=r"List its `categories`.*`learn: \[town\]`"):
        fit("dp_mst", towns)

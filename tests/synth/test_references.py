import pandas as pd
import pytest

from cohort.errors import GenerationError
from synth.references import Copy, Independent


def rows_of(table):
    return sorted(map(str, table.itertuples(index=False)))


def test_a_copy_is_train_in_another_order(registry):
    cohort = registry(80)
    release = Copy().fit(cohort, seed=0).sample(80, seed=1)
    assert rows_of(release.table) == rows_of(cohort.released)
    assert not release.table.equals(cohort.released)
    assert (release.table.dtypes == cohort.released.dtypes).all()


def test_a_smaller_copy_repeats_nobody_and_a_larger_one_everybody(registry):
    cohort = registry(80)
    fitted = Copy().fit(cohort, seed=0)
    assert fitted.sample(50, seed=1).table.drop_duplicates().shape[0] == 50
    counts = fitted.sample(170, seed=1).table.value_counts(dropna=False)
    assert len(counts) == 80
    assert set(counts) == {2, 3}


def test_a_copy_keeps_implausible_rows_and_conditions(registry):
    cohort = registry(200)
    fitted = Copy().fit(cohort, seed=0)
    assert (fitted.sample(200, seed=0).table["age"] > 80).any()
    assert set(fitted.sample(20, conditions={"sex": "m"}, seed=0).table["sex"]) == {"m"}
    with pytest.raises(GenerationError, match="no train row"):
        fitted.sample(20, conditions={"sex": "m", "age": 1}, seed=0)


def test_independent_columns_keep_their_marginals_and_lose_their_relation(registry):
    cohort = registry(1000)
    table = Independent().fit(cohort, seed=0).sample(1000, seed=1).table
    for sex in "fm":
        assert (table["sex"] == sex).mean() == pytest.approx((cohort.table["sex"] == sex).mean(), abs=0.06)
    assert table["bili"].isna().mean() == pytest.approx(0.25, abs=0.06)
    gap = cohort.table.groupby("sex")["bili"].median()
    drawn = table.groupby("sex")["bili"].median()
    assert gap["m"] - gap["f"] > 1
    assert abs(drawn["m"] - drawn["f"]) < 0.5


def test_independent_rows_fulfil_rules_and_conditions(registry):
    cohort = registry(300)
    table = Independent().fit(cohort, seed=0).sample(100, conditions={"stage": "low"}, seed=1).table
    assert all(rule.holds(table).all() for rule in cohort.schema.parsed_rules)
    assert set(table["stage"]) == {"low"}


@pytest.mark.parametrize("reference", [Copy(), Independent()])
def test_equal_seeds_equal_releases(registry, reference):
    fitted = reference.fit(registry(60), seed=0)
    pd.testing.assert_frame_equal(fitted.sample(60, seed=3).table, fitted.sample(60, seed=3).table)
    assert not fitted.sample(60, seed=3).table.equals(fitted.sample(60, seed=4).table)


@pytest.mark.parametrize("reference", [Copy(), Independent()])
def test_nothing_to_release_is_refused(registry, reference):
    with pytest.raises(GenerationError, match="nothing to release"):
        reference.fit(registry(60).rows(pd.Index([]).to_numpy(dtype=int)), seed=0)

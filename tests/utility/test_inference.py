from types import SimpleNamespace

import numpy as np
import pytest

from cohort.errors import NotApplicable
from utility.inference import expected_coverage, inference_study, overlap


def cohort_of(make_split, n=300):
    filled = {"bili": 0.0, "sex": "f"}
    return make_split(n, change=lambda table: table.fillna(filled)).train


def mint_from(train, rng_change=lambda table, rng: table):
    """A perfect generator for these persons: rows drawn from them, with or without a change."""

    def mint(cohort, seed):
        rng = np.random.default_rng(seed)
        table = cohort.table.iloc[rng.integers(len(cohort), size=len(cohort))].reset_index(drop=True)
        return SimpleNamespace(table=rng_change(table, rng))

    return mint


def broken(table, rng):
    return table.assign(bili=rng.permutation(table["bili"].to_numpy()))


def test_a_faithful_generator_may_be_analysed_with_wider_errors(make_split):
    train = cohort_of(make_split)
    mint = mint_from(train)
    logistic, cox = inference_study(mint(train, 99).table, train, mint, releases=40)
    for found in (logistic, cox):
        assert found.answer == "may"
        assert found.factor == pytest.approx(np.sqrt(2))
        assert "may be analysed" in found.sentence
        assert "multiplied by 1.41" in found.short
        for each in found.coefficients:
            assert abs(each.bias) < 0.8
            assert each.error == pytest.approx(each.naive_error * np.sqrt(2))
            assert each.naive_coverage == pytest.approx(0.83, abs=0.08)
            assert each.coverage > each.naive_coverage
            assert each.overlap > 0.7


def test_a_generator_that_loses_an_association_may_not(make_split):
    train = cohort_of(make_split)
    mint = mint_from(train, broken)
    found = inference_study(mint(train, 99).table, train, mint, releases=20)[0]
    assert found.answer == "may_not"
    worst = min(found.coefficients, key=lambda each: each.coverage)
    assert worst.term == "bili"
    assert worst.bias > 2  # bili drives being ill, not being well
    assert worst.coverage < 0.5
    assert "bili is off by" in found.sentence
    assert found.short == "Coefficients may not be analysed."


def test_five_releases_of_a_faithful_generator_cannot_show_it(make_split):
    train = cohort_of(make_split)
    mint = mint_from(train)
    answers = {found.answer for found in inference_study(mint(train, 1).table, train, mint, releases=5)}
    assert "cannot_tell" in answers
    with pytest.raises(ValueError, match="5 releases"):
        inference_study(mint(train, 1).table, train, mint, releases=4)


def test_equal_seeds_give_equal_studies_and_each_release_is_minted_anew(make_split):
    train = cohort_of(make_split)
    seeds = []

    def mint(cohort, seed):
        seeds.append(seed)
        return mint_from(train)(cohort, seed)

    first = mint_from(train)(train, 5).table
    assert inference_study(first, train, mint, releases=5) == inference_study(first, train, mint, releases=5)
    assert len(set(seeds)) == 4


def test_a_release_that_cannot_be_analysed_is_named(make_split):
    train = cohort_of(make_split)
    with pytest.raises(NotApplicable, match="on the release the logistic"):
        inference_study(train.table.assign(outcome="well"), train, mint_from(train), releases=5)


def test_overlap_and_expected_coverage_by_hand():
    ends = [np.array([each]) for each in (0.0, 2.0, 1.0, 3.0)]
    assert overlap(*ends)[0] == pytest.approx(0.5)
    assert overlap(*[np.array([each]) for each in (0.0, 1.0, 2.0, 3.0)])[0] == pytest.approx(-1)
    one = np.ones(1)
    assert expected_coverage(0 * one, one, one)[0] == pytest.approx(0.95, abs=1e-4)
    assert expected_coverage(0 * one, one, np.sqrt(2) * one)[0] == pytest.approx(0.834, abs=1e-3)
    assert expected_coverage(1.96 * one, one, one)[0] == pytest.approx(0.5, abs=1e-3)

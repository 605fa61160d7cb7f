"""Features see a person who is there, have one length for every release, and survive odd tables."""

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Schema
from privacy.pull import FEATURE_SETS, fit_pull


@pytest.fixture
def population(make_cohort):
    return make_cohort(60, seed=1, visits=2)


@pytest.fixture
def pull(population):
    return fit_pull(population, 7, rng=np.random.default_rng(0))


def test_a_copy_of_the_person_is_near_and_answers_every_query(population, pull):
    mine = population.persons == 7
    with_person = pull.features(population.released)
    without = pull.features(population.released[~mine])
    assert list(with_person["copies"]) == [2, 2]
    assert list(without["copies"]) == [0, 0]
    assert with_person["near"][0] < without["near"][0]
    assert with_person["near"][3] > without["near"][3]  # density
    assert (with_person["queries"] > without["queries"]).all()


def test_every_release_gives_vectors_of_one_length_and_finite(population, pull):
    table = population.released
    odd = [
        table,
        table.head(1),
        table.assign(lab=np.nan, drug=None),
        table.assign(sex="O'Neil „neu“", marker=1e300, base_excess=-1e300),
    ]
    lengths = [{name: len(values) for name, values in pull.features(each).items()} for each in odd]
    assert all(each == lengths[0] for each in lengths)
    assert tuple(lengths[0]) == FEATURE_SETS
    assert all(np.isfinite(values).all() for each in odd for values in pull.features(each).values())


def test_the_order_of_rows_does_not_matter(population, pull):
    shuffled = population.released.sample(frac=1, random_state=0).reset_index(drop=True)
    for name, values in pull.features(population.released).items():
        assert values == pytest.approx(pull.features(shuffled)[name]), name


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.CATEGORY])
def test_one_column_is_enough(kind):
    schema = Schema(columns=(Column(name="x", kind=kind),))
    values = np.arange(12.0) if kind is Kind.NUMBER else np.array(list("abcdefghijkl"), dtype=object)
    population = Cohort(schema=schema, table=pd.DataFrame({"x": values}))
    features = fit_pull(population, 3, rng=np.random.default_rng(0)).features(population.released)
    assert features["copies"][0] == 1

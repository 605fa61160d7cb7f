from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.classes import person_sizes
from cohort.cohort import Cohort
from cohort.errors import NotApplicable
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split
from privacy.linkage.sample import match_probability, sample_risk, unique_matches

QI = (
    Column(name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER),
    Column(name="sex", kind=Kind.CATEGORY, role=Role.QUASI_IDENTIFIER),
)


def table(ages, sexes):
    return pd.DataFrame({"age": pd.array(ages, dtype="Int64"), "sex": pd.Series(sexes, dtype=object)})


def cohort(ages, sexes):
    return Cohort(schema=Schema(columns=QI), table=table(ages, sexes))


def test_risk_by_hand():
    found = sample_risk(table([30, 30, 30, 41, None, None], list("fffmff")), ["age", "sex"])
    assert found.to_dict() == {
        "rows": 6,
        "persons": 6,
        "classes": 3,
        "k": 1,
        "uniques": 1,
        "highest_risk": 1.0,
        "mean_risk": pytest.approx(0.5),
    }


def test_nothing_to_link_by_is_not_applicable():
    with pytest.raises(NotApplicable, match="quasi-identifier"):
        sample_risk(table([1], ["f"]), [])
    with pytest.raises(NotApplicable, match="no row"):
        sample_risk(table([], []), ["age"])


@pytest.mark.shared
def test_arx_finds_the_same_on_adult(shared_data):
    adult = pd.read_csv(shared_data / "arx_adult" / "adult.csv", sep=";", dtype=str)
    found = sample_risk(adult, list(adult.columns))
    assert found.mean_risk == pytest.approx(0.6465751607983555, abs=1e-15)
    assert found.uniques / found.rows == pytest.approx(0.5142895033485844, abs=1e-15)
    assert found.highest_risk == 1.0
    assert found.classes == 19502


def test_match_probability_by_hand():
    train, control = cohort([30, 30, 41, 50], list("ffmf")), cohort([30, 60], list("fm"))
    release = table([30, 41, 41, 99], list("fmmf"))
    found = match_probability(release, Split(train=train, holdout=control))
    assert (found.n, found.n_control) == (4, 2)
    assert found.train == pytest.approx((0.5 + 0.5 + 1 + 0) / 4)
    assert found.control == pytest.approx((1 / 3 + 0) / 2)
    assert found.low < found.train < found.high
    alone = match_probability(release, Split(train=train, holdout=None))
    assert alone.train == found.train
    assert alone.control is None


@pytest.mark.parametrize("control", [40, 160])
def test_fresh_persons_match_alike_whatever_their_number(make_split, control):
    split, fresh = make_split(160, control=control)
    found = match_probability(fresh, split)
    assert found.control_low <= found.train <= found.control_high


def test_a_release_that_matches_nobody_is_no_proof_among_two_persons():
    train = cohort([30, 41], list("fm"))
    found = match_probability(table([1], ["f"]), Split(train=train, holdout=None))
    assert found.train == found.low == 0
    assert found.high > 0.5


def test_the_worst_row_of_a_person_counts(make_split):
    split, _ = make_split(30, visits=3)
    found = match_probability(split.train.released, split)
    assert found.n == 30
    assert found.train > 0.5


def test_match_probability_repeats_and_needs_quasi_identifiers(make_split):
    split, fresh = make_split(50)
    assert match_probability(fresh, split) == match_probability(fresh, split)
    bare = replace(split.train, schema=Schema(columns=split.train.schema.columns[5:]))
    with pytest.raises(NotApplicable):
        match_probability(fresh, Split(train=bare, holdout=None))


def test_unique_matches_by_hand():
    real, release = table([30, 30, 41, 50, 60], list("ffmfm")), table([30, 41, 50, 50], list("fmff"))
    owners = np.arange(5)
    assert unique_matches(real, release, ["age", "sex"], owners=owners).tolist() == [
        False,
        False,
        True,
        False,
        False,
    ]
    same_person = np.array([0, 0, 1, 2, 3])
    assert unique_matches(real, release, ["age", "sex"], owners=same_person).tolist()[:3] == [
        True,
        True,
        True,
    ]


def test_persons_are_the_units():
    rows = table([30, 30, 41, 41], list("ffmm"))
    found = sample_risk(rows, ["age", "sex"], persons=np.array([0, 1, 1, 1]))
    assert (found.rows, found.persons, found.classes) == (4, 2, 2)
    assert (found.k, found.uniques) == (1, 1)
    assert found.mean_risk == pytest.approx((0.5 + 1) / 2)


def test_a_missing_cell_may_agree_with_every_value():
    found = sample_risk(table([30, 30, 41, None], list("ffff")), ["age", "sex"], missing="wildcard")
    assert (found.k, found.uniques) == (2, 0)
    assert found.mean_risk == pytest.approx((1 / 3 + 1 / 3 + 1 / 2 + 1 / 4) / 4)


@pytest.mark.shared
def test_sdcmicro_finds_the_same_on_testdata(shared_data):
    households = pd.read_csv(shared_data / "sdcmicro_testdata" / "testdata.csv", dtype=str)
    keys = ["urbrur", "roof", "walls", "water", "electcon", "relat", "sex"]
    sizes = person_sizes(households, keys, missing="wildcard")
    assert ((sizes < 2).sum(), (sizes < 3).sum()) == (157, 281)


@pytest.mark.shared
def test_sdnist_finds_the_same_on_national2019(shared_data):
    people = pd.read_csv(shared_data / "nist_national2019" / "national2019.csv", index_col=0, dtype=str)
    found = sample_risk(people, list(people.columns))
    assert (found.rows, found.uniques) == (27253, 27159)


@pytest.mark.shared
@pytest.mark.parametrize(("name", "k"), [("", 1), ("_k2", 2), ("_k5", 5), ("_k7", 7)])
def test_pycanon_finds_the_same_k_on_students(shared_data, name, k):
    students = pd.read_csv(shared_data / "pycanon_students" / f"processed__StudentsMath_Score{name}.csv")
    assert sample_risk(students, ["Teacher", "Gender", "Ethnic", "Freeredu", "wesson"]).k == k

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.errors import GenerationError
from cohort.schema import Kind, Schema
from cohort.visits import static_columns
from synth.trees import Trees


@pytest.fixture(scope="module")
def train(visiting):
    return visiting(120)


@pytest.fixture(scope="module")
def fitted(train):
    return Trees().fit(train, seed=0)


@pytest.fixture(scope="module")
def release(fitted, train):
    return fitted.sample(len(train), seed=1).table


def _persons(table):
    return pd.factorize(table["id"])[0]


def test_rows_are_whole_persons_with_new_keys(release, train):
    assert list(release) == [column.name for column in train.schema.columns]
    assert abs(len(release) - len(train)) <= 6
    persons = _persons(release)
    assert (np.diff(persons) >= 0).all()
    assert release["id"].unique().tolist() == [f"synthetic-{n + 1}" for n in range(persons.max() + 1)]
    assert not set(release["id"]) & set(train.table["id"])


def test_static_columns_never_change_and_visits_rise(release):
    persons = _persons(release)
    assert static_columns(release, persons, ["sex", "age", "time", "event"]) == (
        "sex",
        "age",
        "time",
        "event",
    )
    gaps = release["day"].groupby(persons).diff().dropna()
    assert (gaps > 0).all()
    assert (release["day"].groupby(persons).first() == 0).all()
    assert (release["day"] <= release["time"]).all()


def test_visits_are_as_many_and_as_far_apart_as_those_of_train(release, train):
    mine, real = (table["id"].value_counts() for table in (release, train.table))
    assert abs(mine.mean() - real.mean()) < 0.8
    assert mine.max() <= real.max() + 1
    gaps = release["day"].groupby(_persons(release)).diff().dropna().astype(float)
    assert 145 <= gaps.quantile(0.02) <= gaps.quantile(0.98) <= 225


def test_what_lasts_from_visit_to_visit_is_kept(release, train):
    def lag(table):
        table = table.sort_values(["id", "day"])
        before = table.groupby("id")[["bili", "stage"]].shift()
        known = before["stage"].notna()
        return table["bili"].corr(before["bili"]), (table["stage"] == before["stage"])[known].mean()

    mine, real = lag(release), lag(train.table)
    assert real[0] > 0.8
    assert real[1] > 0.85
    assert mine == pytest.approx(real, abs=0.15)


def test_an_outcome_keeps_its_cause(release):
    people = release.drop_duplicates("id")
    older, younger = (people[side]["event"] == "1" for side in (people["age"] > 60, people["age"] < 50))
    assert older.mean() - younger.mean() > 0.5


def test_equal_seeds_give_equal_rows(fitted, train, release):
    again = Trees().fit(train, seed=0).sample(len(train), seed=1).table
    pd.testing.assert_frame_equal(release, again)
    assert not release.equals(fitted.sample(len(train), seed=2).table)


@pytest.mark.parametrize("n", [0, 1, 7])
def test_as_many_persons_as_come_nearest(fitted, n):
    table = fitted.sample(n, seed=0).table
    assert min(n, 1) <= len(table) <= n + 6
    assert table["id"].nunique() <= max(n, 1)
    assert table["day"].dtype == "Int64"


def test_a_condition_holds_for_whole_persons(fitted):
    table = fitted.sample(60, conditions={"sex": "f", "event": "1"}, seed=3).table
    assert set(table["sex"]) == {"f"}
    assert set(table["event"]) == {"1"}
    assert table["id"].value_counts().max() > 1


def test_what_changes_cannot_be_asked_for(fitted):
    with pytest.raises(GenerationError, match="'day', 'stage': that changes from visit to visit"):
        fitted.sample(5, conditions={"sex": "f", "day": 0, "stage": "1"}, seed=0)
    with pytest.raises(GenerationError, match="not a released column"):
        fitted.sample(5, conditions={"id": "p1"}, seed=0)


def test_what_nobody_has_at_a_first_or_a_later_visit_is_not_made_up(train):
    first = train.table["day"] == 0
    table = train.table.assign(early=train.table["bili"].where(first), late=train.table["bili"].where(~first))
    bili = train.schema["bili"]
    columns = (*train.schema.columns, replace(bili, name="early"), replace(bili, name="late"))
    odd = replace(train, table=table, schema=replace(train.schema, columns=columns))
    made = Trees().fit(odd, seed=0).sample(200, seed=0).table
    first = made["day"] == 0
    assert made["early"][first].notna().any()
    assert made["early"][~first].isna().all()
    assert made["late"][first].isna().all()
    assert made["late"][~first].notna().any()


def test_dates_order_visits_too(train):
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(train.table["day"].astype(int), unit="D")
    columns = tuple(replace(c, kind=Kind.DATE) if c.name == "day" else c for c in train.schema.columns)
    schema = Schema(columns=columns, person="id", visit="day")
    dated = replace(train, table=train.table.assign(day=days), schema=schema)
    made = Trees().fit(dated, seed=0).sample(100, seed=0).table
    assert (made["day"].groupby(_persons(made)).diff().dropna() > pd.Timedelta(0)).all()
    assert (made["day"].groupby(_persons(made)).first() == pd.Timestamp("2020-01-01")).all()


def test_persons_with_one_visit_each(train):
    once = train.rows(np.flatnonzero(train.table["day"] == 0))
    made = Trees().fit(once, seed=0).sample(50, seed=0).table
    assert made["id"].nunique() == len(made) == 50


def test_no_real_number_is_given_on_purpose(release, train):
    shared = np.isin(release["age"], train.table["age"])
    assert shared.mean() < 0.1

import numpy as np
import pandas as pd
import pytest

from cohort.schema import Column, Kind
from privacy.linkage.release import agreement, link_nearly, tolerance

AGE = Column(name="age", kind=Kind.INTEGER)
SEX = Column(name="sex", kind=Kind.CATEGORY)
STAGE = Column(name="stage", kind=Kind.ORDINAL, categories=("mild", "middling", "grave"))
COLUMNS = (AGE, SEX, STAGE)


def table(ages, sexes, stages=None):
    grades = {"1": "mild", "2": "middling", "3": "grave", "-": None}
    return pd.DataFrame(
        {
            "age": pd.array(ages, dtype="Int64"),
            "sex": pd.Series(list(sexes), dtype=object),
            "stage": pd.Series([grades[each] for each in (stages or "1" * len(ages))], dtype=object),
        }
    )


def link(real, release, *, owners=None, columns=COLUMNS):
    persons = np.arange(len(real)) if owners is None else np.array(owners)
    return link_nearly(real, release, columns, owners=persons, asked=np.arange(len(real)))


def test_exact_and_near_matches_by_hand():
    real = table([30, 41, 50, 60], "fmfm", "1123")
    found = link(real, table([31, 41, 52, 60], "fmfm", "1122"))
    assert found.rows.tolist() == [0, 1, -1, 3], "an age off by two is no match"
    assert found.columns_off.tolist() == [1, 0, -1, 1]
    assert found.found.tolist() == [True, True, False, True]


def test_the_nearer_of_two_rows_is_taken_and_of_two_alike_none():
    real = table([30, 70], "ff")
    assert link(real, table([31, 30], "ff")).rows.tolist() == [1, -1]
    assert link(real, table([31, 29], "ff")).rows.tolist() == [-1, -1]


def test_a_row_as_near_to_another_person_is_nobodys():
    release = table([31], "f")
    assert link(table([30, 32, 70], "ffm"), release).rows.tolist() == [-1, -1, -1]
    assert link(table([30, 31, 70], "ffm"), release).rows.tolist() == [-1, 0, -1]
    same_person = link(table([30, 32, 70], "ffm"), release, owners=[0, 0, 1])
    assert same_person.rows.tolist() == [0, 0, -1]


def test_missing_agrees_with_missing_alone():
    real = table([30, 50, 70], "fff", "1-1")
    assert link(real, table([30, 50, 70], "fff", "--1")).rows.tolist() == [-1, 1, 2]


def drawn(rng, rows):
    stages = "".join(rng.choice(list("123"), rows))
    return table(rng.integers(20, 90, rows), rng.choice(["f", "m"], rows), stages)


def test_exact_links_are_among_near_ones():
    rng = np.random.default_rng(0)
    real, release = drawn(rng, 200), drawn(rng, 200)
    keys = [tuple(row) for row in real.itertuples(index=False)]
    minted = [tuple(row) for row in release.itertuples(index=False)]
    exact = np.array([keys.count(key) == 1 and minted.count(key) == 1 for key in keys])
    found = link(real, release)
    assert exact.sum() > 10
    assert (found.columns_off[exact] == 0).all()
    assert found.found.sum() > exact.sum()


def test_the_order_of_rows_does_not_matter():
    rng = np.random.default_rng(1)
    real, release = table(rng.integers(20, 90, 60), "fm" * 30), table(rng.integers(20, 90, 60), "fm" * 30)
    order = rng.permutation(60)
    turned = link(real, release.iloc[order].reset_index(drop=True))
    straight = link(real, release)
    assert (turned.found == straight.found).all()
    assert (order[turned.rows[turned.found]] == straight.rows[straight.found]).all()


def test_tolerances():
    numbers = pd.Series([1.0, 2.5, 7.0])
    assert tolerance(numbers, Column(name="x", kind=Kind.NUMBER, unit="years")) == 1
    assert tolerance(numbers, Column(name="x", kind=Kind.NUMBER)) == 0.05
    assert tolerance(pd.Series([1, 2, 2]), Column(name="x", kind=Kind.INTEGER)) == 0
    assert tolerance(pd.Series(["a", "b", "c"]), Column(name="x", kind=Kind.ORDINAL)) == 0
    assert tolerance(pd.Series(["a", "b", "c"]), STAGE) == 1
    date = Column(name="x", kind=Kind.DATE)
    day = pd.Timedelta("1D").value
    for stamps, days in (
        (["2020-01-01", "2020-01-09", "2021-03-02"], 1),
        (["2020-01-01", "2020-02-01", "2021-03-01"], 31),
        (["2020-01-01", "2021-01-01", "2022-01-01"], 366),
    ):
        assert tolerance(pd.Series(pd.to_datetime(stamps)), date) == days * day


def test_a_date_a_day_off_is_near():
    seen = Column(name="seen", kind=Kind.DATE)

    def frame(*days):
        return pd.DataFrame({"seen": pd.to_datetime(list(days))})

    real = frame("2020-01-05", "2020-03-09", "2021-03-02")
    found = link(real, frame("2020-01-06", "2020-03-12", "2021-03-02"), columns=[seen])
    assert found.columns_off.tolist() == [1, -1, 0]


def test_a_neighbouring_region_is_near_and_a_far_one_is_not():
    levels = ({"north": ("A", "B"), "south": ("C", "D")},)
    region = Column(name="region", kind=Kind.CATEGORY, hierarchy=levels)

    def frame(regions, ages):
        return pd.DataFrame({"region": list(regions), "age": pd.array(ages, dtype="Int64")})

    found = link(frame("ACD", [30, 40, 50]), frame("BAD", [30, 40, 50]), columns=[region, AGE])
    assert found.columns_off.tolist() == [1, -1, 0]
    plain = Column(name="region", kind=Kind.CATEGORY)
    assert link(
        frame("ACD", [30, 40, 50]), frame("BAD", [30, 40, 50]), columns=[plain, AGE]
    ).found.tolist() == [
        False,
        False,
        True,
    ]


def test_agreement_by_hand():
    real = pd.DataFrame({"drug": ["x", "y", None], "alt": [10.0, 20.0, 90.0]})
    release = pd.DataFrame({"drug": ["x", "x", None], "alt": [10.0, 80.0, 90.0]})
    columns = [Column(name="drug", kind=Kind.CATEGORY), Column(name="alt", kind=Kind.NUMBER)]
    pairs = (np.array([0, 1, 2]), np.array([0, 1, 2]))
    assert agreement(real, release, columns, pairs=pairs).tolist() == pytest.approx([1, 0, 1])

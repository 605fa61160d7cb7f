from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from cohort.errors import DataError, NotApplicable
from privacy.linkage.partitions import affordable
from privacy.linkage.subsets import MOST_SETS, column_sets, who_stands_alone


def random_table(rows, levels, *, seed=0, missing=0.1):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {f"c{place}": rng.integers(0, count, rows).astype(str) for place, count in enumerate(levels)}
    )
    return table.mask(rng.random(table.shape) < missing)


def by_hand(table, columns, persons):
    """Classes, k, uniques and mean risk, the slow way: by sets of persons."""
    cells = [tuple(row) for row in table[list(columns)].fillna("missing").itertuples(index=False)]
    members = {}
    for cell, person in zip(cells, persons, strict=True):
        members.setdefault(cell, []).append(person)
    crowd = {}
    for cell, person in zip(cells, persons, strict=True):
        crowd[person] = min(crowd.get(person, len(cells)), len(set(members[cell])))
    pairs = sum(len(rows) * (len(rows) - 1) for rows in members.values())
    n = len(cells)
    return {
        "classes": len(members),
        "k": min(crowd.values()),
        "uniques": sum(size == 1 for size in crowd.values()),
        "mean_risk": pytest.approx(np.mean([1 / size for size in crowd.values()])),
        "distinction": pytest.approx(len(members) / n),
        "separation": pytest.approx(1 - pairs / (n * (n - 1))),
    }


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("visits", [1, 3])
def test_every_set_is_counted_as_by_hand(seed, visits):
    table = random_table(60, (2, 3, 40, 5, 7), seed=seed)
    persons = np.arange(60) // visits
    found = column_sets(table, list(table.columns), largest=3, persons=persons)
    wanted = [set(chosen) for size in (1, 2, 3, 4, 5) for chosen in combinations(table.columns, size)]
    assert [set(each.columns) for each in found.sets] == wanted
    for each in found.sets:
        expected = by_hand(table, each.columns, persons)
        assert {key: getattr(each, key) for key in expected} == expected
        assert each.highest_risk == 1 / each.k


def test_more_columns_never_hide_a_person_and_the_whole_stands_last():
    table = random_table(300, (9, 2, 4, 30, 3, 5))
    found = column_sets(table, list(table.columns), largest=4)
    assert found.whole.columns == tuple(table.columns)
    for each in found.sets:
        for other in found.sets:
            if set(each.columns) < set(other.columns):
                assert each.uniques <= other.uniques
                assert each.k >= other.k
    assert found.ranked(3)[0].uniques == found.whole.uniques
    assert found.of("c3", "c0") == found.of("c0", "c3")


def test_values_too_many_for_a_table_of_cells_are_counted_alike():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"a": rng.integers(0, 400, 1000), "b": rng.integers(0, 400, 1000), "c": 0})
    found = column_sets(table, ["a", "b", "c"])
    sizes = table.groupby(["a", "b"]).size()
    assert found.of("a", "b").classes == len(sizes)
    assert found.whole.uniques == (sizes == 1).sum()


def test_what_a_column_adds_by_hand():
    table = pd.DataFrame({"age": [30, 30, 30, 41], "sex": list("ffmf"), "site": list("aaaa")})
    sets = column_sets(table, ["age", "sex", "site"])
    age, sex, site = sorted(who_stands_alone(sets), key=lambda each: each.column)
    assert (age.alone, age.vanish, age.pair_uniques, age.shapley) == (1, 1, 2, pytest.approx(1.0))
    assert (sex.alone, sex.vanish, sex.best_partner) == (1, 1, "age")
    assert (site.alone, site.vanish, site.shapley) == (0, 0, pytest.approx(0.0))


def test_shares_sum_to_the_uniques_and_are_left_out_where_sets_are_missing():
    table = random_table(80, (3, 4, 5, 6, 2))
    sets = column_sets(table, list(table.columns), largest=5)
    assert sum(each.shapley for each in who_stands_alone(sets)) == pytest.approx(sets.whole.uniques)
    fewer = column_sets(table, list(table.columns), largest=2)
    assert {each.shapley for each in who_stands_alone(fewer)} == {None}
    assert [each.vanish for each in who_stands_alone(fewer)] == [
        each.vanish for each in who_stands_alone(sets)
    ]


def test_columns_that_say_nothing_or_everything_are_named():
    table = pd.DataFrame(
        {
            "serial": range(30),
            "site": "a",
            "empty": pd.Series([None] * 30, dtype=object),
            "sex": list("fm") * 15,
        }
    )
    found = column_sets(table, list(table.columns))
    assert [(each.code, each.title.split(":")[0]) for each in found.findings] == [
        ("identifier_in_disguise", "serial"),
        ("constant_column", "site"),
        ("all_missing_column", "empty"),
    ]
    assert all(each.uniques == 30 for each in found.sets if "serial" in each.columns)


def test_one_quasi_identifier_and_one_row():
    one = column_sets(pd.DataFrame({"sex": list("ffm")}), ["sex"])
    assert [each.columns for each in one.sets] == [("sex",)]
    (share,) = who_stands_alone(one)
    assert (share.alone, share.vanish, share.best_partner, share.shapley) == (1, 1, None, 1.0)
    alone = column_sets(pd.DataFrame({"sex": ["f"], "age": [3]}), ["sex", "age"])
    assert (alone.whole.k, alone.whole.uniques, alone.whole.separation) == (1, 1, None)
    assert who_stands_alone(alone)[0].vanish == 0


def test_many_columns_are_bounded_and_the_bound_is_said():
    table = random_table(40, (2,) * 30)
    found = column_sets(table, list(table.columns))
    assert found.largest == 3
    assert [each.code for each in found.findings] == ["column_sets_bounded"]
    assert len(found.sets) == 30 + 435 + 4060 + 30 + 1
    assert len(who_stands_alone(found)) == 30
    assert affordable(20, 4, most=MOST_SETS) == 4
    assert affordable(100_000, 4, most=MOST_SETS) == 1


def test_bad_input():
    with pytest.raises(NotApplicable, match="quasi-identifier"):
        column_sets(pd.DataFrame({"a": [1]}), [])
    with pytest.raises(NotApplicable, match="no row"):
        column_sets(pd.DataFrame({"a": []}), ["a"])
    with pytest.raises(DataError, match="no column b"):
        column_sets(pd.DataFrame({"a": [1]}), ["a", "b"])
    assert column_sets(pd.DataFrame({"a": [1, 2]}), ["a", "a"]).quasi_identifiers == ("a",)


def test_a_record_is_plain():
    found = column_sets(pd.DataFrame({"a": [1, 2]}), ["a"]).to_dict()
    assert found["sets"] == [
        {
            "columns": ["a"],
            "classes": 2,
            "k": 1,
            "uniques": 2,
            "highest_risk": 1.0,
            "mean_risk": 1.0,
            "distinction": 1.0,
            "separation": 1.0,
        }
    ]


GOLD = [
    ("nist_national2019/national2019.csv", "PUMA,AGEP,SEX,RAC1P", None, 2864),
    (
        "nist_national2019/national2019.csv",
        "EDU,SEX,MSP,PUMA,RAC1P,INDP_CAT,OWN_RENT,HISP",
        14500,
        10349,
    ),
    ("aids2_au/Aids2.csv", "state,sex,age", 269, 90),
    ("aids2_au/Aids2.csv", "state,sex,age,diag", None, 2794),
    ("cdisc_pilot/dm.csv", "SITEID,AGE,SEX,RACE", 247, 194),
    ("pbc/pbc.csv", "age,sex", 76, 25),
    ("pbc/pbc.csv", "age,sex,stage", 170, 74),
    ("flchain/flchain.csv", "age,sex,sample.yr", 621, 98),
    ("mgus/mgus2.csv", "age,sex,dxyr", 976, 678),
    ("wilms_nwtco/nwtco.csv", "age,stage,histol,instit", 900, 402),
]


@pytest.mark.shared
@pytest.mark.parametrize(("path", "columns", "classes", "uniques"), GOLD)
def test_gold_answers_on_real_data(shared_data, path, columns, classes, uniques):
    table = pd.read_csv(shared_data / path, dtype=str, keep_default_na=False)
    if path.startswith("pbc"):
        table["age"] = table["age"].astype(float) // 1
    found = column_sets(table, columns.split(","))
    assert found.whole.uniques == uniques
    assert classes in (None, found.whole.classes)


@pytest.mark.shared
def test_adult_both_files(shared_data):
    parts = [
        pd.read_csv(path, header=None, skipinitialspace=True, dtype=str, keep_default_na=False)
        for path in sorted((shared_data / "adult_uci").glob("adult.*.gz"))
    ]
    table = pd.concat(parts, ignore_index=True).rename(columns={0: "age", 8: "race", 9: "sex", 13: "country"})
    found = column_sets(table, ["age", "sex", "race", "country"])
    assert (found.rows, found.whole.classes, found.whole.uniques) == (48_842, 2926, 1500)

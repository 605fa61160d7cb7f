from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from cohort.errors import ConfigError, NotApplicable
from privacy.linkage.special import special_uniques

# Table 4.5 of the sdcMicro practice guide, also a test of sdcMicro's own.
GUIDE = pd.DataFrame(
    {
        "residence": list("UUUURUUUUU"),
        "gender": list("FFFMFMFMFF"),
        "education": ["si", "si", "pi", "sc", "sc", "sc", "pc", "ps", "si", "si"],
        "labour": ["E", "E", "N", "E", "U", "E", "N", "U", "N", "N"],
    }
)
KEYS = ["urbrur", "roof", "walls", "water", "electcon", "relat", "sex"]


def by_hand(table, persons):
    """Every row's minimal sample uniques, the slow way."""
    cells, found = table.to_numpy(), []
    for row in range(len(table)):
        mine = []
        for size in range(1, table.shape[1] + 1):
            for chosen in combinations(range(table.shape[1]), size):
                same = (cells[:, chosen] == cells[row, chosen]).all(axis=1)
                alone = set(persons[same]) == {persons[row]}
                if alone and not any(set(smaller) <= set(chosen) for smaller in mine):
                    mine.append(chosen)
        found.append(mine)
    return found


def test_scores_of_the_practice_guide():
    found = special_uniques(GUIDE, list(GUIDE.columns))
    assert found.score.tolist() == [0, 0, 6, 0, 12, 0, 6, 10, 0, 0]
    assert found.by_size == {1: 4, 2: 5, 3: 0, 4: 0}
    assert found.persons_by_size == {1: 4, 2: 0, 3: 0, 4: 0}
    three = special_uniques(GUIDE, list(GUIDE.columns), largest=3)
    assert three.score.tolist() == found.score.tolist()


def test_dis_scores_of_the_practice_guide():
    found = special_uniques(GUIDE, list(GUIDE.columns), weights="ihsn", fraction=0.01)
    assert found.dis.round(4).tolist() == [0, 0, 0.0051, 0, 0.0107, 0, 0.0051, 0.0088, 0, 0]


def test_scores_and_contributions_of_sdcmicros_own_tests():
    book = pd.DataFrame(
        {
            "age": ["20s"] * 7 + ["60s"],
            "gender": ["m"] * 4 + ["f"] * 3 + ["m"],
            "income": ["50k+"] * 2 + ["50k-"] * 6,
            "education": ["high"] * 4 + ["uni", "high", "middle", "uni"],
        }
    )
    assert special_uniques(book, list(book.columns)).score[4:].tolist() == [4, 2, 6, 8]
    small = pd.DataFrame({"a": [2, 1, 1], "b": [0, 3, 0], "c": [0, 6, 0]})
    found = special_uniques(small, ["c", "a", "b"])
    assert found.contribution == {"c": 0.375, "a": 0.5, "b": 0.375}
    assert found.contributions[0].tolist() == [0, 1, 0]
    assert found.contributions[2].tolist() == [0.5, 1, 0.5]


@pytest.mark.shared
def test_sdcmicros_test_data(shared_data):
    small = pd.read_csv(shared_data / "sdcmicro_testdata" / "testdata2.csv")
    assert special_uniques(small, ["urbrur", "roof", "walls", "water", "sex"]).score[0] == 2
    assert special_uniques(small, KEYS).score[0] == 180
    assert round(special_uniques(small, KEYS, weights="ihsn").score[0], 2) == 2.73
    large = pd.read_csv(shared_data / "sdcmicro_testdata" / "testdata.csv")
    found = special_uniques(large, KEYS)
    assert (found.score > 0).sum() == 157  # the records that sdcMicro finds below k = 2
    assert sum(found.persons_by_size.values()) == 157


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("visits", [1, 2])
def test_minimal_sample_uniques_are_those_found_by_hand(seed, visits):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {f"c{place}": rng.integers(0, levels, 30) for place, levels in enumerate((2, 3, 4, 5))}
    )
    persons = np.arange(30) // visits
    found = special_uniques(table, list(table.columns), persons=persons)
    wanted = by_hand(table, persons)
    for row, mine in enumerate(wanted):
        sizes = [len(chosen) for chosen in mine]
        assert found.counts[row].tolist() == [sizes.count(size) for size in (1, 2, 3, 4)]
    smallest = pd.Series([min(map(len, mine), default=0) for mine in wanted])
    best = smallest.mask(smallest == 0).groupby(persons).min()
    assert found.persons_by_size == {size: (best == size).sum() for size in (1, 2, 3, 4)}


def test_a_missing_value_is_a_value_of_its_own():
    table = pd.DataFrame({"a": ["x", "x", None, "x"], "b": ["u", "v", "u", "v"]})
    assert special_uniques(table, ["a", "b"]).counts.tolist() == [[0, 1], [0, 0], [1, 0], [0, 0]]


def test_dis_at_its_ends():
    nobody = special_uniques(pd.DataFrame({"a": list("xxyy")}), ["a"])
    assert nobody.dis.max() == 0
    assert nobody.contribution == {"a": 0.0}
    no_pair = special_uniques(pd.DataFrame({"a": list("xyz")}), ["a"])
    assert no_pair.dis.tolist() == [1, 1, 1]
    everybody = special_uniques(GUIDE, list(GUIDE.columns), fraction=1)
    assert set(everybody.dis[everybody.score > 0]) == {1}
    low, high = (special_uniques(GUIDE, list(GUIDE.columns), fraction=f).dis.max() for f in (0.01, 0.1))
    assert low < high < 1


def test_many_columns_are_bounded_and_the_bound_is_said():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.integers(0, 2, (25, 20)), columns=[f"c{place}" for place in range(20)])
    found = special_uniques(table, list(table.columns))
    assert found.largest == 4
    assert [each.code for each in found.findings] == ["special_uniques_bounded"]
    assert special_uniques(table, list(table.columns)[:5]).findings == ()


def test_bad_input():
    with pytest.raises(NotApplicable, match="no row"):
        special_uniques(GUIDE.iloc[:0], ["gender"])
    with pytest.raises(ConfigError, match="fraction"):
        special_uniques(GUIDE, ["gender"], fraction=0)


def test_the_record_says_nothing_of_single_rows():
    found = special_uniques(GUIDE, list(GUIDE.columns)).to_dict()
    assert not {"score", "dis", "counts", "contributions"} & set(found)
    assert found["columns"][0] == {"column": "education", "share": pytest.approx(22 / 34)}

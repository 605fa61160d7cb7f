import json
import re

import pytest

from dashboard.hiding import Count, count, hidden, histogram, strata

BANDS = [("alone", 1), ("2", 2), ("3", 3), ("6 to 10", 6), ("21 and more", 21)]


def bands(*persons):
    return [
        {"alike": alike, "smallest": smallest, "risk": "?", "persons": n, "share": n / sum(persons)}
        for (alike, smallest), n in zip(BANDS, persons, strict=True)
    ]


@pytest.mark.parametrize(
    ("found", "told", "mark"),
    [
        (0, "0", "0"),
        (1, "fewer than 11", "< 11"),
        (10, "fewer than 11", "< 11"),
        (11, "11", "11"),
        (1989, "1,989", "1,989"),
        (1990, "all but fewer than 11", "> 1,989"),
        (1999, "all but fewer than 11", "> 1,989"),
        (2000, "2,000", "2,000"),
    ],
)
def test_neither_few_nor_all_but_few_are_counted(found, told, mark):
    shown = count(found, 2000, minimum=11)
    assert (shown.words, shown.mark) == (told, mark)
    assert shown.low <= found <= shown.high


def test_without_a_minimum_everything_is_counted():
    assert count(1, 2000, minimum=1) == Count(low=1, high=1, of=2000)


@pytest.mark.parametrize(
    ("persons", "pooled"),
    [
        ((40, 20, 20, 20, 20), [("alone", 40), ("2", 20), ("3", 20), ("6 to 10", 20), ("21 and more", 20)]),
        ((3, 20, 20, 0, 20), [("1 to 2", 23), ("3", 20), ("6 to 10", 0), ("21 and more", 20)]),
        ((40, 20, 20, 4, 0), [("alone", 40), ("2", 20), ("3 and more", 24)]),
        ((316, 0, 0, 0, 4), [("1 and more", 320)]),
    ],
)
def test_bands_are_pooled_with_their_neighbours_until_none_holds_few(golden_risk, persons, pooled):
    risk = {**golden_risk, "persons": sum(persons), "sizes": bands(*persons)}
    shown = hidden(risk, minimum=11)["sizes"]
    assert [(each["alike"], each["persons"]) for each in shown] == pooled
    assert sum(each["share"] for each in shown) == pytest.approx(1)


def test_no_count_of_few_patients_is_left_anywhere(golden_risk):
    shown = hidden(golden_risk, minimum=11)
    assert {"heat", "groups", "columns", "special", "sensitive", "within", "as_given", "at_risk"} & set(
        golden_risk
    )
    assert not {"heat", "groups", "columns", "special", "sensitive", "within", "as_given", "at_risk"} & set(
        shown
    )
    text = json.dumps(shown, default=lambda told: {"low": told.low, "high": told.high})
    for name in ("persons", "uniques", "left_out"):
        assert not re.search(rf'"{name}": ([1-9]|10)\b', text)


def test_what_was_counted_of_everybody_is_hidden_and_what_was_estimated_stands(golden_risk):
    known = {"known": "registry", "people": 1990, "uniques": 8, "low": 8, "high": 8}
    assert hidden({**golden_risk, "population": known}, minimum=11)["population"]["uniques"].words == (
        "fewer than 11"
    )
    guessed = {"known": "fraction", "same": False, "uniques": 8.2, "low": 2.0, "high": 30.0}
    assert hidden({**golden_risk, "population": guessed}, minimum=11)["population"] == guessed
    counted = {**guessed, "known": "counts", "unplaced": 3}
    told = hidden({**golden_risk, "population": counted}, minimum=11)["population"]
    assert (told["unplaced"], told["unplaced_below"]) == (0, 11)


def test_patients_are_counted_by_how_exposed_they_look_and_no_band_holds_few():
    exposed = [*(0.01 * i for i in range(1, 101)), 0.05, 0.05]
    bands = histogram(exposed, minimum=11)
    assert sum(band.persons for band in bands) == 102
    assert all(band.persons >= 11 for band in bands)
    assert (bands[0].low, bands[-1].high) == (0.0, 1.0)
    assert bands[0].persons == 12
    assert sum(band.expected for band in bands) == pytest.approx(102)


@pytest.mark.parametrize("exposed", [[0.01] * 40, [1.0] * 40, [0.01] * 30 + [0.5] * 3 + [1.0] * 20])
def test_wherever_patients_lie_no_band_of_few_is_left(exposed):
    assert all(band.persons >= 11 for band in histogram(exposed, minimum=11))


def test_where_nobody_was_ranked_there_are_no_bands():
    assert histogram([], minimum=11) == []


def test_a_group_of_few_is_counted_and_not_named():
    told = [
        {"column": "", "level": "", "n": 300, "exposed": 0.07, "low": 0.04, "high": 0.11},
        {"column": "genotype", "level": "rarest", "n": 10, "exposed": 0.5, "low": 0.1, "high": 0.9},
    ]
    groups = strata(told, minimum=11)
    assert [each.column for each in groups.shown] == [""]
    assert groups.hidden == 1

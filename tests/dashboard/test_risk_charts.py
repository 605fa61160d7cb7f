import pytest

from dashboard.risk_charts import heat_picture, sets_picture, sizes_picture


@pytest.fixture
def risk():
    sizes = [("alone", 1, "100%", 4), ("2", 2, "50%", 6), ("21 and more", 21, "at most 4.8%", 0)]
    return {
        "persons": 10,
        "sizes": [
            {"alike": alike, "smallest": smallest, "risk": chance, "persons": n, "share": n / 10}
            for alike, smallest, chance, n in sizes
        ],
        "column_sets": [
            {"columns": ["age"], "uniques": 2, "mean_risk": 0.4},
            {"columns": ["age", "a<b"], "uniques": 4, "mean_risk": 0.7},
        ],
    }


HEAT = {
    "columns": ["age", "sex"],
    "shown": ["in bands of 10 years", "as it stands"],
    "levels": [["30-39", "40-49"], ["f", "m"]],
    "cells": [{"x": "30-39", "y": "f", "persons": 1}, {"x": "40-49", "y": "m", "persons": 12}],
}


def test_each_picture_has_a_sentence_an_alt_text_and_its_numbers(risk):
    for picture in (sizes_picture(risk), sets_picture(risk), heat_picture(HEAT)):
        assert picture.sentence.endswith(".")
        assert picture.alt.endswith(".")
        assert picture.table
        assert picture.figure.data


def test_the_histogram_shows_every_patient(risk):
    picture = sizes_picture(risk)
    assert list(picture.figure.data[0].y) == [4, 6, 0]
    assert len(set(picture.figure.data[0].marker.color)) == 3


def test_bars_are_shares_with_counts_beside_them(risk):
    bars = sets_picture(risk).figure.data[0]
    assert list(bars.x) == [0.2, 0.4]
    assert list(bars.text) == ["2", "4"]
    assert "a&lt;b" in sets_picture(risk).figure.layout.yaxis.ticktext[1]


def test_the_map_tells_sizes_apart_by_shape_and_can_be_clicked():
    picture = heat_picture(HEAT)
    assert [trace.marker.symbol for trace in picture.figure.data] == ["x", "circle"]
    assert [list(trace.customdata) for trace in picture.figure.data] == [[0], [1]]
    assert [list(trace.text) for trace in picture.figure.data] == [["1"], ["12"]]
    assert "in 1 of 2 combinations" in picture.sentence


def test_the_map_of_nobody_alone_says_so():
    crowd = {**HEAT, "cells": [{"x": "30-39", "y": "f", "persons": 12}]}
    assert "nobody stands alone" in heat_picture(crowd).sentence

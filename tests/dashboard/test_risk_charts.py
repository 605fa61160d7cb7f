import pytest

from dashboard.hiding import count, hidden
from dashboard.risk_charts import change_picture, heat_picture, sets_picture, sizes_picture


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


def test_a_hidden_count_is_hatched_and_drawn_as_the_most_that_it_could_be(risk):
    told = {**risk, "persons": 40}
    told["column_sets"] = [
        {**each, "uniques": count(n, 40, minimum=11)}
        for each, n in zip(risk["column_sets"], (2, 20), strict=True)
    ]
    picture = sets_picture(told)
    bars = picture.figure.data[0]
    assert list(bars.x) == [0.25, 0.5]
    assert list(bars.text) == ["< 11", "20"]
    assert list(bars.marker.pattern.shape) == ["/", ""]
    assert [row["patients alone"] for row in picture.table] == ["fewer than 11", "20"]


def test_a_map_of_bands_holds_no_count():
    banded = {
        **HEAT,
        "bands": [[1, 10], [11, 21], [22, 54], [55, None]],
        "cells": [{"x": "30-39", "y": "f", "band": 0}, {"x": "40-49", "y": "m", "band": 1}],
    }
    picture = heat_picture(banded)
    assert [(trace.name, trace.marker.symbol) for trace in picture.figure.data] == [
        ("fewer than 11", "x"), ("11 to 21", "triangle-up"),
    ]  # fmt: skip
    assert [row["patients"] for row in picture.table] == ["fewer than 11", "11 to 21"]
    assert picture.sentence.endswith("1 of 2 have fewer than 11 patients.")


def test_a_change_is_drawn_from_before_to_after(golden_risk):
    before = hidden(golden_risk, minimum=11)
    after = {**before, "mean_risk": 0.01, "mending": {**before["mending"], "price": 0.4}}
    old, new = change_picture(before, after).figure.data
    assert (old.marker.symbol, new.marker.symbol) == ("diamond-open", "circle")
    assert list(new.x) == [before["uniques"].high / 120, 0.01, 0.4]
    assert old.x[1] == pytest.approx(golden_risk["mean_risk"])

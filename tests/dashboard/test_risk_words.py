import pytest

from dashboard import risk_words
from dashboard.hiding import count, hidden

FRACTION = {
    "known": "fraction", "source": "registry report", "same": False, "marked": True,
    "uniques": 42.4, "low": 20.1, "high": 99.0,
    "mean_risk": 0.2, "mean_low": 0.1, "mean_high": 0.3,
    "assumes": ["The registry holds 0.05 of all patients."],
}  # fmt: skip


@pytest.fixture
def shown(golden_risk):
    return hidden(golden_risk, minimum=11)


@pytest.mark.parametrize(
    ("alone", "start"),
    [
        (0, "No patient stands alone: at least 1 share"),
        (3, "Fewer than 11 of 120 patients share their"),
        (60, "60 of 120 patients (50.0 %) share their"),
        (115, "All but fewer than 11 of 120 patients share their"),
        (120, "All 120 patients share their"),
    ],
)
def test_who_is_alone_is_told_as_exactly_as_it_may_be(shown, alone, start):
    told = risk_words.found({**shown, "uniques": count(alone, 120, minimum=11)})
    assert told.startswith(start)
    assert told.endswith(".")


def test_an_estimate_stands_with_its_interval_its_source_and_what_it_assumes(shown):
    risk = {**shown, "population": FRACTION}
    value, lines = risk_words.population(risk)
    assert (value, risk_words.interval(risk)) == ("about 42", "20 to 99")
    text = " ".join(lines)
    assert "source: registry report" in text
    assert "What this assumes: The registry holds 0.05" in text
    assert "depends on its model" in text


def test_a_registry_of_everybody_says_that_table_and_population_are_the_same(shown):
    told = {**FRACTION, "same": True, "uniques": count(60, 120, minimum=11)}
    value, lines = risk_words.population({**shown, "population": told})
    assert (value, risk_words.interval({**shown, "population": told})) == ("60", "")
    assert "sample and population are the same" in lines[0]


def test_nothing_known_of_the_population_is_said_and_not_guessed(shown):
    value, lines = risk_words.population(shown)
    assert (value, risk_words.interval(shown)) == ("not known", "")
    assert "reckons with the worst" in lines[0]


def test_a_class_is_told_by_its_bounds_and_what_a_guess_is_worth():
    crossed = {
        "columns": ["age", "sex"], "shown": ["in bands of 10 years", "as it stands"],
        "bands": [[1, 10], [11, 21], [22, 54], [55, None]],
        "cells": [{"x": "30-39", "y": "f", "band": 0}, {"x": "40-49", "y": "f", "band": 3}],
    }  # fmt: skip
    small, large = (risk_words.cell(crossed, at) for at in (0, 1))
    assert "age (in bands of 10 years) 30-39, sex (as it stands) f: fewer than 11 patients" in small
    assert "at least 10 of 100 tries" in small
    assert "55 and more patients" in large
    assert "at most 2 of 100 tries" in large

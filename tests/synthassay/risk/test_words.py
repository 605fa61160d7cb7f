"""The report's sentences: what a board reads."""

import pytest

from synthassay.risk.words import advice, beyond, found, listed, meaning, of, tries, words

STEP = {"column": "age", "left_out": False, "words": "show age in bands of 5 years", "uniques": 2, "k": 1,
        "mean_risk": 0.05, "price": 0.1}  # fmt: skip
TOGETHER = {"limit": 0.05, "words": ["show age in bands of 5 years"], "left_out": 16, "mean_risk": 0.03,
            "everything_left_out": False, "proven": True}  # fmt: skip


@pytest.fixture
def risk():
    return {
        "rows": 418, "persons": 418, "classes": 350, "k": 1, "uniques": 316, "highest_risk": 1.0,
        "mean_risk": 0.837, "quasi_identifiers": ["age", "sex"], "as_given": None, "at_risk": 397,
        "asked": {"drop": [], "coarsen": {}, "within": None}, "population": {"known": "nothing"},
        "columns": [{"column": "age", "alone": 309, "shapley": 312.5},
                    {"column": "sex", "alone": 0, "shapley": 3.5}],
        "special": {"persons_by_size": {"1": 309, "2": 7}},
        "mending": {"allowed": 5, "steps": [STEP], "together": [TOGETHER]},
    }  # fmt: skip


def test_what_was_found_for_many_for_one_for_all_and_for_none(risk):
    assert (
        found(risk)
        == "316 of 418 patients (75.6\u00a0%) share their age and sex with nobody else in this table."
    )
    assert found({**risk, "uniques": 1}).startswith("1 of 418 patients shares the age and sex with nobody")
    assert found({**risk, "uniques": 418}).startswith("Not one of the 418 patients")
    assert found({**risk, "uniques": 0, "k": 3}).startswith("No patient stands alone: at least 3 share")


def test_what_it_means(risk):
    assert "84 of 100 tries on average" in meaning(risk)
    assert "for certain" in meaning(risk)
    safer = {**risk, "k": 4, "uniques": 0, "highest_risk": 0.25, "mean_risk": 0.01}
    assert "25 of 100 tries for the patient who is easiest to find" in meaning(safer)


def test_a_chance_is_a_count_of_tries():
    assert [tries(chance) for chance in (1.0, 0.5, 0.004, 2e-6, 1e-9)] == [
        "100 of 100 tries", "50 of 100 tries", "4 of 1,000 tries", "2 of 1,000,000 tries",
        "fewer than one of a million tries",
    ]  # fmt: skip


def test_what_to_do(risk):
    lines = advice(risk)
    assert lines[0].startswith("The mildest way to hide every patient among 5 alike, with 16 of 418 patients")
    assert "If only one thing may change, show age in bands of 5 years: 2 patients instead of 316" in lines[1]
    assert "by itself" in lines[-1]


def test_a_column_as_good_as_a_name_comes_first(risk):
    disguised = {**risk, "columns": [{"column": "born", "alone": 400, "shapley": 316}]}
    assert advice(disguised)[0].startswith("Treat born as a name")


def test_nothing_to_do_is_said(risk):
    safe = {
        **risk,
        "at_risk": 0,
        "uniques": 0,
        "k": 8,
        "mending": {"allowed": 5, "steps": [], "together": []},
    }
    assert advice(safe)[0].startswith("Nothing has to be changed")


def test_a_combination_that_leaves_everything_out_is_called_so(risk):
    none = {**TOGETHER, "everything_left_out": True, "limit": 0.0}
    lines = advice({**risk, "mending": {"allowed": 5, "steps": [], "together": [none]}})
    assert lines[0].startswith("Nothing less than leaving out all of age and sex")


def population(**more):
    return {
        "known": "fraction", "source": "census 2020", "uniques": 40.2, "low": 20.0, "high": 61.0,
        "same": False, "mean_risk": 0.2, "mean_low": 0.15, "mean_high": 0.25,
        "assumes": ["It holds 0.4 of all."], **more,
    }  # fmt: skip


def test_everybody_with_the_disease(risk):
    lines = beyond({**risk, "population": population()})
    assert "(source: census 2020), about 40 (95\u00a0% interval 20 to 61) of the 418 patients" in lines[0]
    assert "20 of 100 tries on average (between 15 of 100 tries and 25 of 100 tries)" in lines[1]
    assert lines[-1] == "What this assumes: It holds 0.4 of all."


def test_a_register_of_all_says_that_sample_and_population_are_the_same(risk):
    assert "sample and population are the same" in beyond({**risk, "population": population(same=True)})[0]


def test_public_counts_name_their_sources(risk):
    counted = population(known="counts", keys=["age", "sex"], fewest=12_300, unplaced=3, inhabitant_risk=5e-5,
                         sources=["Statistical office, 2020"])  # fmt: skip
    line = beyond({**risk, "population": counted})[2]
    for part in (
        "at least 12,300 inhabitants",
        "5 of 100,000 tries",
        "Statistical office, 2020",
        "3 patients",
    ):
        assert part in line


def test_nothing_known_of_others_says_what_to_give(risk):
    assert "population:" in beyond(risk)[1]


def test_the_grade_has_a_symbol_beside_its_colour(risk):
    assert (words(risk)["grade"], words(risk)["symbol"]) == ("reject", "✕")
    assert words({**risk, "uniques": 0, "k": 3})["symbol"] == "▲"
    assert words({**risk, "uniques": 0, "at_risk": 0})["symbol"] == "✓"


def test_columns_nobody_confirmed_were_not_tested(risk):
    assert "nobody has confirmed those of age" in words(risk, unconfirmed=("age",))["not_tested"][0]


def test_lists_and_shares():
    assert listed(["age"]) == "age"
    assert listed(["age", "sex", "town"]) == "age, sex and town"
    assert of(3, 3) == "all 3 patients"

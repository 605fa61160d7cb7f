"""Linkage risk of a cohort: figures by hand, what-ifs, and what nobody may see."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.errors import ConfigError, InputError
from cohort.schema import Schema
from synthassay.config import PopulationSource, Question
from synthassay.config_reader import config_from_dict, read_config
from synthassay.policy import read_policy
from synthassay.risk.look import as_asked, linkage_risk, per_person, special
from synthassay.risk.mending import mending
from synthassay.risk.population import population
from synthassay.risk.run import asked, limit, risk_folder
from synthassay.risk.whatif import Altered, choices, level_words, read_level
from synthassay.runs import list_risks, list_runs, read_risk, read_run

SCHEMA = Schema.from_dict(
    {
        "columns": {
            "id": {"role": "identifier", "kind": "category"},
            "age": {"role": "quasi_identifier", "kind": "integer", "unit": "years", "hierarchy": [5, 10]},
            "sex": {"role": "quasi_identifier", "kind": "category"},
            "town": {
                "role": "quasi_identifier",
                "kind": "category",
                "hierarchy": [{"coast": ["A", "B"], "inland": ["C"]}],
            },
            "drug": {"role": "sensitive", "kind": "category"},
        },
        "person": "id",
    }
)


def cohort(rows):
    ids, ages, sexes, towns, drugs = zip(*rows, strict=True)
    table = pd.DataFrame(
        {
            "id": pd.Series(ids, dtype=object),
            "age": pd.array(ages, dtype="Int64"),
            "sex": pd.Series(sexes, dtype=object),
            "town": pd.Series(towns, dtype=object),
            "drug": pd.Series(drugs, dtype=object),
        }
    )
    return Cohort(schema=SCHEMA, table=table)


PATIENTS = cohort(
    [("1", 30, "f", "A", "x"), ("2", 31, "f", "A", "x"), ("3", 34, "f", "B", "x"), ("4", 34, "f", "B", "y"),
     ("5", 60, "m", "C", "y"), ("6", 61, "m", "C", "y")]
)  # fmt: skip


def risk_of(question, *, patients=PATIENTS, threshold=0.5):
    altered = as_asked(patients, question)
    return linkage_risk(altered, question, found=special(altered), threshold=threshold, minimum_count=2)


def test_the_figures_by_hand():
    found = risk_of(Question())
    assert {key: found[key] for key in ("rows", "persons", "classes", "k", "uniques", "highest_risk")} == {
        "rows": 6, "persons": 6, "classes": 5, "k": 1, "uniques": 4, "highest_risk": 1.0,
    }  # fmt: skip
    assert found["mean_risk"] == pytest.approx((4 + 2 * 0.5) / 6)
    assert found["quasi_identifiers"] == ["age", "sex", "town"]
    assert found["at_risk"] == 4
    assert [(each["alike"], each["persons"]) for each in found["sizes"] if each["persons"]] == [
        ("alone", 4),
        ("2", 2),
    ]
    assert found["as_given"] is None


def test_what_if_shows_both_sides():
    found = risk_of(Question(drop=("town",), coarsen={"age": "5"}))
    assert found["as_given"]["uniques"] == 4
    assert found["quasi_identifiers"] == ["age", "sex"]
    assert (found["uniques"], found["k"]) == (0, 2)
    assert found["asked"] == {"drop": ["town"], "coarsen": {"age": "in bands of 5 years"}, "within": None}


def test_coarsening_to_the_top_is_leaving_out():
    assert risk_of(Question(coarsen={"age": "3"}))["uniques"] == risk_of(Question(drop=("age",)))["uniques"]


def test_several_rows_of_one_person_are_one():
    rows = [("1", 30, "f", "A", "x")] * 3 + [("2", 31, "f", "A", "x")]
    found = risk_of(Question(), patients=cohort(rows))
    assert (found["rows"], found["persons"], found["uniques"], found["k"]) == (4, 2, 2, 1)


def test_within_a_column_the_worst_level_comes_first():
    levels = risk_of(Question(drop=("age",), within="drug"))["within"]["levels"]
    assert [(each["level"], each["uniques"], each["persons"]) for each in levels] == [
        ("x", 1, 3),
        ("y", 1, 3),
    ]
    assert levels[0]["mean_risk"] == pytest.approx(2 / 3)
    assert [each["level"] for each in risk_of(Question(within="sex"))["within"]["levels"]] == ["m", "f"]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (Question(drop=("weight",)), ["'weight'", "age, sex, town"]),
        (Question(coarsen={"drug": "1"}), ["'drug' is no quasi-identifier"]),
        (Question(coarsen={"age": "7"}), ["'7'", "in bands of 5 years"]),
        (Question(coarsen={"town": "country"}), ["'country'", "in 2 groups"]),
        (Question(drop=("age", "sex", "town")), ["no quasi-identifier is left"]),
        (Question(drop=("age", "sex"), coarsen={"town": "2"}), ["no quasi-identifier is left"]),
        (Question(drop=("age",), coarsen={"age": "1"}), ["at once"]),
        (Question(within="weight"), ["'weight' is not a column", "sex"]),
        (Question(within="id"), ["--within"]),
    ],
)
def test_a_question_without_meaning_is_refused(question, parts):
    with pytest.raises(ConfigError) as caught:
        risk_of(question)
    for part in parts:
        assert part in str(caught.value)


def test_a_schema_without_quasi_identifier_is_refused():
    columns = tuple(replace(column, role="other", hierarchy=()) for column in SCHEMA.columns)
    bare = replace(PATIENTS, schema=Schema(columns=columns))
    with pytest.raises(ConfigError, match="names no quasi-identifier"):
        as_asked(bare, Question())


def test_levels_are_read_as_spelled_and_by_number():
    age, town = SCHEMA["age"], SCHEMA["town"]
    assert [read_level(age, text) for text in ("0", "1", "5", "10", "3")] == [0, 1, 1, 2, 3]
    assert read_level(town, "1") == 1
    assert [level_words(age, level) for level in range(4)] == [
        "as it stands", "in bands of 5 years", "in bands of 10 years", "left out",
    ]  # fmt: skip


def test_mending_ranks_single_changes_and_finds_the_mildest_combination():
    found = mending(Altered.of(PATIENTS), threshold=0.5)
    steps = found["steps"]
    assert [step["mean_risk"] for step in steps] == sorted(step["mean_risk"] for step in steps)
    assert {step["words"] for step in steps} == {
        "leave out age",
        "show age in bands of 5 years",
        "leave out sex",
        "leave out town",
        "show town in 2 groups (coast, inland)",
    }
    dropped = next(step for step in steps if step["words"] == "leave out age")
    assert (dropped["uniques"], dropped["k"], dropped["price"]) == (0, 2, 1.0)
    nobody = found["together"][0]
    assert nobody["words"] == ["show age in bands of 5 years"]
    assert (nobody["left_out"], nobody["proven"]) == (0, True)


def test_what_is_asked_already_is_where_mending_starts():
    found = mending(Altered.of(PATIENTS, coarsen={"age": 1}), threshold=0.5)
    assert found["together"][0]["words"] == []


def test_persons_are_ordered_by_exposure_and_named_by_row():
    altered = Altered.of(PATIENTS)
    persons = per_person(altered, special(altered))
    assert list(persons.columns) == ["person", "first_row", "alike", "risk", "suda"]
    assert persons["alike"].is_monotonic_increasing
    assert set(persons[persons["alike"] == 2]["first_row"]) == {3, 4}


def test_groups_name_only_those_worse_than_the_whole():
    rng = np.random.default_rng(0)
    rows = [(str(i), 40, "f", "A", "x") for i in range(20)]
    rows += [(str(20 + i), int(rng.integers(20, 90)), "m", "C", "y") for i in range(8)]
    groups = risk_of(Question(), patients=cohort(rows))["groups"]
    assert {(each["column"], each["level"]) for each in groups} == {
        ("sex", "m"),
        ("town", "C"),
        ("drug", "y"),
    }
    assert groups[0]["share"] > 8 / 28


def test_the_population_is_what_the_config_says(inputs, tmp_path):
    config = read_config(inputs(tmp_path))
    altered = Altered.of(PATIENTS)
    assert population(config, altered) == {"known": "nothing"}
    told = population(replace(config, population=PopulationSource(fraction=0.5, source="census")), altered)
    assert (told["known"], told["source"]) == ("fraction", "census")
    assert told["low"] <= told["uniques"] <= told["high"] <= 4
    whole = population(replace(config, population=PopulationSource(fraction=1.0)), altered)
    assert whole["same"]
    assert whole["uniques"] == 4


def test_the_simulated_registry_knows_its_population():
    config = config_from_dict(
        {"cohort": {"demo": "registry"}, "risk": {"drop": ["registered_on"]}}, folder=Path()
    )
    from cohort.demo import demo_cohort

    altered = as_asked(demo_cohort("registry"), config.risk)
    found = population(config, altered)
    assert found["known"] == "registry"
    assert found["people"] > 1900
    assert found["uniques"] < altered.risk().uniques
    assert found["low"] == found["high"] == found["uniques"]
    assert found["estimate"]["low"] <= found["uniques"] <= found["estimate"]["high"]


def test_a_config_says_all_that_a_flag_can(inputs, tmp_path):
    config = read_config(
        inputs(tmp_path, risk={"drop": ["sex"], "coarsen": {"age": 10}}, population={"fraction": 0.5})
    )
    assert config.risk == Question(drop=("sex",), coarsen={"age": "10"})
    assert config_from_dict(config.resolved(), folder=tmp_path).risk == config.risk
    assert config_from_dict(config.resolved(), folder=tmp_path).population == config.population
    more = asked(config, coarsen=["age=5"], within="stage").risk
    assert (more.coarsen, more.within, more.drop) == ({"age": "5"}, "stage", ("sex",))
    with pytest.raises(ConfigError, match="age=10"):
        asked(config, coarsen=["age"])


@pytest.mark.parametrize(
    ("part", "words"),
    [({"fraction": 0}, "above 0"), ({"fraction": 1.2}, "at most 1"), ({"source": "x"}, "either counts or"),
     ({"people": 3}, "'people'")],
)  # fmt: skip
def test_a_population_that_cannot_be_is_refused(inputs, tmp_path, part, words):
    with pytest.raises(ConfigError, match=words):
        read_config(inputs(tmp_path, population=part))


def test_the_limit_is_the_policys():
    assert limit(read_policy("public")) == 0.09
    assert limit(read_policy("registered")) == 0.2


@pytest.fixture(scope="module")
def told(tmp_path_factory, inputs):
    folder = tmp_path_factory.mktemp("risk")
    state = pytest.MonkeyPatch()
    state.setenv("SYNTHASSAY_STATE", str(folder / "state"))
    config = read_config(inputs(folder))
    found = risk_folder(asked(config, drop=["sex"], within="stage"), out=folder / "runs")
    yield found
    state.undo()


def test_the_folder_is_whole_and_apart_from_runs(told):
    names = {path.name for path in told.iterdir()}
    assert names == {"run.json", "cohort.json", "risk.json", "config.yaml", "report.html", "private"}
    assert list_risks(told.parent) == [told]
    assert list_runs(told.parent) == []
    assert not (told.parent / ".partial").exists()
    run = read_risk(told)
    assert run.about["kind"] == "risk"
    assert run.risk["asked"]["drop"] == ["sex"]
    with pytest.raises(InputError, match="not a finished run"):
        read_run(told)


def test_single_persons_stand_in_private_alone(told):
    assert stat.S_IMODE((told / "private").stat().st_mode) == 0o700
    assert len(pd.read_csv(told / "private" / "persons.csv")) == 160
    text = (told / "risk.json").read_text() + (told / "report.html").read_text().partition("</script>")[2]
    assert "first_row" not in text
    assert "suda" not in text


def test_the_config_in_the_folder_repeats_the_look(told, tmp_path):
    again = risk_folder(read_config(told / "config.yaml"), out=tmp_path / "runs")
    assert json.loads((again / "risk.json").read_text()) == json.loads((told / "risk.json").read_text())


def test_what_could_be_chosen_is_spelled_as_the_command_line_reads_it():
    found = choices(Altered.of(PATIENTS, drop=["sex"], coarsen={"age": 2}))
    assert [(each["column"], each["at"]) for each in found] == [("age", 2), ("sex", None), ("town", 0)]
    for each in found:
        column = PATIENTS.schema[each["column"]]
        for level, told in enumerate(each["levels"]):
            assert read_level(column, told["text"]) == level
            assert told["words"] == level_words(column, level)


def test_the_command_line_goes_before_the_config():
    config = config_from_dict(
        {"cohort": {"demo": "registry"}, "risk": {"drop": ["sex"], "coarsen": {"age": 10, "region": 1}}},
        folder=Path(),
    )
    found = asked(config, drop=["age"], coarsen=["sex=0"]).risk
    assert found.drop == ("age",)
    assert found.coarsen == {"region": "1", "sex": "0"}


def test_the_price_is_of_all_columns_and_what_is_left_out_has_lost_everything():
    assert mending(Altered.of(PATIENTS), threshold=0.5)["price"] == 0
    assert mending(Altered.of(PATIENTS, drop=["age", "sex"]), threshold=0.5)["price"] == pytest.approx(
        (2 * 2 * 1) ** (1 / 3) - 1
    )


def test_maps_for_a_screen_tell_bands_and_no_rare_value():
    patients = cohort(
        [
            (str(i), 30 + i % 3, "f" if i % 2 else "m", "A" if i < 20 else "B" if i < 36 else "C", "x")
            for i in range(40)
        ]
    )
    altered = Altered.of(patients)
    found = linkage_risk(altered, Question(), found=special(altered), threshold=0.5, minimum_count=5)
    assert sorted(sorted(each["columns"]) for each in found["maps"]) == [
        ["age", "sex"], ["age", "town"], ["sex", "town"],
    ]  # fmt: skip
    assert set(found["maps"][0]["columns"]) == set(found["heat"]["columns"])
    crossed = next(each for each in found["maps"] if set(each["columns"]) == {"age", "town"})
    assert crossed["bands"] == [(1, 4), (5, 9), (10, 24), (25, None)]
    assert "persons" not in json.dumps(found["maps"])
    # Four patients of town C are too few to be named; the pool takes the next value in, to be as large.
    assert sorted(crossed["levels"], key=len)[0] == ["A", "(rare, pooled)"]
    assert not {each[axis] for each in crossed["cells"] for axis in "xy"} & {"B", "C"}
    both = next(each for each in found["maps"] if set(each["columns"]) == {"age", "sex"})
    exact = {(i % 3, i % 2): sum(j % 6 == i for j in range(40)) for i in range(6)}
    assert sorted(exact.values()) == [6, 6, 7, 7, 7, 7]
    assert [each["band"] for each in both["cells"]] == [1] * 6

"""`synthassay risk` as its users type it."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from synthassay.cli import main
from synthassay.runs import list_risks

PROMISED = {
    "rows",
    "persons",
    "quasi_identifiers",
    "classes",
    "k",
    "uniques",
    "highest_risk",
    "mean_risk",
    "population",
}
CONFIGS = Path(__file__).parents[3] / "configs"


@pytest.fixture
def risk(capsys, monkeypatch, tmp_path):
    """The command in this process: exit code, what it printed, what it said."""

    def command(*arguments, name="risk"):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["synthassay", name, *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return command


def test_json_is_all_it_prints(inputs, tmp_path, risk):
    code, out, _ = risk(inputs(tmp_path), "--json")
    assert code == 0
    found = json.loads(out)
    assert found.keys() >= PROMISED
    assert (found["rows"], found["persons"], found["quasi_identifiers"]) == (160, 160, ["age", "sex"])
    assert Path(found["run"], "report.html").is_file()


def test_without_json_it_speaks_plainly(inputs, tmp_path, risk):
    code, out, _ = risk(inputs(tmp_path), "--coarsen", "age=10")
    assert code == 0
    for part in ("What to do:", "tries", "report.html", "house only"):
        assert part in out


def test_what_if_lowers_the_risk(inputs, tmp_path, risk):
    config = inputs(tmp_path)
    as_it_stands = json.loads(risk(config, "--json")[1])
    dropped = json.loads(risk(config, "--drop", "age", "--json")[1])
    assert dropped["as_given"]["uniques"] == as_it_stands["uniques"] > 0
    assert (dropped["uniques"], dropped["quasi_identifiers"]) == (0, ["sex"])


def test_the_report_is_written_again(inputs, tmp_path, risk):
    folder = Path(json.loads(risk(inputs(tmp_path), "--within", "stage", "--json")[1])["run"])
    before = (folder / "report.html").read_text()
    (folder / "report.html").unlink()
    code, out, _ = risk(folder, name="report")
    assert code == 0
    assert "house only" in out
    again = (folder / "report.html").read_text()
    assert len(again) == len(before), "the same page, but for plotly's own identifiers"
    assert "For somebody who knows stage as well" in before


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--drop", "weight"], ["'weight'", "age, sex"]),
        (["--coarsen", "age"], ["age=10"]),
        (["--coarsen", "age=99"], ["'99'", "in bands of 5 years"]),
        (["--drop", "age", "--drop", "sex"], ["no quasi-identifier is left"]),
        (["--within", "nothing"], ["'nothing'"]),
    ],
)
def test_a_bad_question_is_refused_in_words(arguments, parts, inputs, tmp_path, risk):
    code, out, said = risk(inputs(tmp_path), *arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in said
    for part in parts:
        assert part in said
    assert list_risks(tmp_path / "runs") == []
    assert not (tmp_path / "runs" / ".partial").exists()


def test_an_identifier_in_disguise_is_named(inputs, tmp_path, risk, schema_content):
    config = inputs(tmp_path)
    bili = {"role": "quasi_identifier", "kind": "number"}
    columns = {**schema_content["columns"], "bili": bili}
    (tmp_path / "schema.yaml").write_text(yaml.safe_dump({**schema_content, "columns": columns}))
    data = pd.read_csv(tmp_path / "patients.csv")
    data["bili"] = range(len(data))
    data.to_csv(tmp_path / "patients.csv", index=False)
    found = json.loads(risk(config, "--json")[1])
    named = [each["title"] for each in found["findings"] if each["code"] == "identifier_in_disguise"]
    assert named == ["bili: a value of its own for everybody"]
    assert "Treat bili as a name" in risk(config)[1]


def test_public_counts_smaller_than_the_cohort_are_refused(inputs, tmp_path, risk):
    (tmp_path / "population.csv").write_text("sex,count,prevalence,source\nf,10,0.1,here\nm,10,0.1,here\n")
    code, _, said = risk(inputs(tmp_path, population={"counts": "population.csv"}))
    assert code == 2
    assert "Traceback" not in said
    assert "inhabitants" in said


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "drop", "uniques", "classes"),
    [
        ("aids2_au", ["diag"], 90, 269),
        ("aids2_au", [], 2794, 2818),
        ("cdisc_pilot", ["BRTHDTC", "ETHNIC", "COUNTRY"], 194, 247),
    ],
)
def test_the_known_figures_of_real_tables(name, drop, uniques, classes, risk, shared_data):
    flags = [part for column in drop for part in ("--drop", column)]
    found = json.loads(risk(CONFIGS / f"{name}.yaml", *flags, "--json")[1])
    assert (found["uniques"], found["classes"]) == (uniques, classes)

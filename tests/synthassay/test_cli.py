"""The command line as its users type it: words out, exit codes, and bad input mended by a sentence."""

import json
import os
import sys
from dataclasses import dataclass

import pandas as pd
import pytest
import yaml

from synthassay.cli import main
from synthassay.runs import list_runs


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def synthassay(capsys, monkeypatch, tmp_path):
    """The command line in this process: what it prints, and how it exits."""

    def command(*arguments):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["synthassay", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Done(int(ended.value.code or 0), printed.out, printed.err)

    return command


def _refused(done, *parts, runs):
    """Exit code 2, a message that names the parts, no traceback and nothing left behind."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in done.stderr
    assert not runs.exists() or list_runs(runs) == []
    assert not (runs / ".partial").exists()


def test_run_prints_one_json_object(inputs, tmp_path, synthassay):
    config = inputs(tmp_path, references=[], attacks=["exact_copies"])
    done = synthassay("run", config, "--json", "--strict")
    assert done.returncode == 1, "nothing can be accepted without the primary attacks"
    printed = json.loads(done.stdout)
    assert set(printed) == {"run", "verdicts"}
    assert printed["verdicts"] == {"trees": "inconclusive"}
    assert os.path.isabs(printed["run"])


def test_run_prints_verdicts_report_and_dashboard(inputs, tmp_path, synthassay):
    config = inputs(tmp_path, references=[], attacks=["exact_copies"])
    done = synthassay("run", config)
    assert done.returncode == 0
    assert "? trees: inconclusive." in done.stdout
    assert "report.html" in done.stdout
    assert "synthassay dashboard runs" in done.stdout


def test_assay_of_a_foreign_release(inputs, table, tmp_path, synthassay):
    config = inputs(tmp_path, references=[], attacks=["exact_copies", "copy_scan"])
    content = yaml.safe_load(config.read_text())
    content["cohort"]["trained_on"] = "all"
    config.write_text(yaml.safe_dump(content))
    table(80, seed=5)[["worse", "stage", "sex", "age", "bili"]].to_csv(tmp_path / "release.csv", index=False)
    done = synthassay("assay", config, "--release", "release.csv", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdicts"] == {"release": "inconclusive"}


def test_copies_never_pass_without_a_holdout(inputs, tmp_path, synthassay):
    config = inputs(tmp_path, attacks=["exact_copies", "copy_scan"])
    done = synthassay("assay", config, "--release", tmp_path / "patients.csv", "--json")
    assert json.loads(done.stdout)["verdicts"]["release"] in ("inconclusive", "reject")


def test_copies_of_the_rows_used_are_rejected(inputs, tmp_path, synthassay):
    config = inputs(tmp_path, attacks=["exact_copies", "copy_scan"], references=[])
    content = yaml.safe_load(config.read_text())
    content["cohort"]["trained_on"] = "used.csv"
    config.write_text(yaml.safe_dump(content))
    pd.read_csv(tmp_path / "patients.csv").iloc[:80].to_csv(tmp_path / "used.csv", index=False)
    done = synthassay("assay", config, "--release", "used.csv", "--json")
    assert json.loads(done.stdout)["verdicts"] == {"release": "reject"}


def test_inspect_drafts_a_schema_and_says_what_the_size_can_prove(inputs, tmp_path, synthassay):
    inputs(tmp_path)
    done = synthassay("inspect", "patients.csv", "--out", "draft.yaml")
    assert done.returncode == 0, done.stderr
    assert "confirmed: false" in (tmp_path / "draft.yaml").read_text()
    for part in ("policy public", "policy registered", "cannot be met", "age"):
        assert part in done.stdout
    printed = json.loads(synthassay("inspect", "patients.csv", "--json").stdout)
    assert printed["persons"] == 160
    assert printed["prospects"].keys() == {"controlled", "demo", "public", "registered"}


def test_the_drafted_schema_runs_and_warns(inputs, tmp_path, synthassay):
    config = inputs(tmp_path, references=[], attacks=[])
    synthassay("inspect", "patients.csv", "--out", "schema.yaml")
    folder = json.loads(synthassay("run", config, "--json").stdout)["run"]
    with open(os.path.join(folder, "cohort.json"), encoding="utf-8") as file:
        assert "unconfirmed_columns" in [each["code"] for each in json.load(file)["findings"]]
    assert "! id, age, sex, bili" in synthassay("run", config).stdout


def test_the_demo_policy_does_not_warn_of_unconfirmed_columns(inputs, tmp_path, synthassay):
    config = inputs(tmp_path, references=[], attacks=[], policy="demo")
    synthassay("inspect", "patients.csv", "--out", "schema.yaml")
    assert "! " not in synthassay("run", config).stdout


def test_report_is_written_again(finished, tmp_path, synthassay):
    (finished.folder / "report.html").unlink()
    done = synthassay("report", finished.folder)
    assert done.returncode == 0, done.stderr
    assert (finished.folder / "report.html").is_file()


def test_every_command_has_help(tmp_path, synthassay):
    help_text = synthassay("--help").stdout
    for command in ("inspect", "run", "assay", "risk", "report", "dashboard"):
        assert command in help_text


BAD_TABLES = {
    "empty file": ("", ["empty"]),
    "header only": ("id,age,sex,bili,stage,worse\n", ["row"]),
    "one row": ("id,age,sex,bili,stage,worse\n1,50,f,1.0,2,no\n", ["row"]),
    "repeated names": ("id,age,age,bili,stage,worse\n1,5,f,1,2,no\n2,5,f,1,2,yes\n", ["'age'"]),
    "infinity": ("id,age,sex,bili,stage,worse\n1,50,f,inf,2,no\n2,51,m,1.0,2,yes\n", ["row 1", "'bili'"]),
    "no number": ("id,age,sex,bili,stage,worse\n1,50,f,1,2,no\n2,old,m,1.0,2,yes\n", ["row 2", "'age'"]),
    "too few": (
        "id,age,sex,bili,stage,worse\n"
        + "".join(f"{i},{i + 30},f,1,2,{'yes' if i % 2 else 'no'}\n" for i in range(20)),
        ["20 persons", "30"],
    ),
    "one class": (
        "id,age,sex,bili,stage,worse\n" + "".join(f"{i},{i + 30},f,1,2,no\n" for i in range(60)),
        ["'worse'", "one class"],
    ),
    "a column short": ("id,age,sex,bili,worse\n1,50,f,1,no\n2,51,m,1,yes\n", ["'stage'"]),
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_bad_table_is_refused_in_words(name, inputs, tmp_path, synthassay):
    content, parts = BAD_TABLES[name]
    config = inputs(tmp_path)
    data = tmp_path / "patients.csv"
    data.write_text(content)
    done = synthassay("run", config)
    _refused(
        done, "patients" if name not in ("too few", "one class") else "small", *parts, runs=tmp_path / "runs"
    )
    assert data.read_text() == content


def test_undecodable_bytes_and_a_directory_are_refused(inputs, tmp_path, synthassay):
    config = inputs(tmp_path)
    (tmp_path / "patients.csv").write_bytes(b"id,age\n1,\x00\x81\xff\n2,\x00\n")
    _refused(synthassay("run", config), "patients.csv", runs=tmp_path / "runs")
    (tmp_path / "patients.csv").unlink()
    (tmp_path / "patients.csv").mkdir()
    _refused(synthassay("run", config), "directory", runs=tmp_path / "runs")


def test_dates_that_do_not_parse_are_named_by_row(inputs, tmp_path, schema_content, table, synthassay):
    config = inputs(tmp_path)
    columns = {**schema_content["columns"], "seen": {"role": "quasi_identifier", "kind": "date"}}
    (tmp_path / "schema.yaml").write_text(yaml.safe_dump({**schema_content, "columns": columns}))
    data = table()
    data["seen"] = "2020-01-31"
    data.loc[6, "seen"] = "31 of January"
    data.to_csv(tmp_path / "patients.csv", index=False)
    done = synthassay("run", config)
    _refused(done, "row 7", "'seen'", runs=tmp_path / "runs")
    assert "31 of January" not in done.stderr


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"columns": {"weight": {"role": "other", "kind": "number"}}}, ["'weight'"]),
        (
            {"columns": {"age": {"role": "hero", "kind": "integer"}}},
            ["unknown role 'hero'", "quasi_identifier"],
        ),
        ({"rules": ["height > 3"]}, ["'height'"]),
    ],
)
def test_a_schema_that_does_not_fit_is_refused(change, parts, inputs, tmp_path, schema_content, synthassay):
    config = inputs(tmp_path)
    columns = {**schema_content["columns"], **change.pop("columns", {})}
    (tmp_path / "schema.yaml").write_text(yaml.safe_dump({**schema_content, "columns": columns, **change}))
    _refused(synthassay("run", config), *parts, runs=tmp_path / "runs")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"speed": 3}, "'speed'"),
        ({"policy": "lenient"}, "'lenient'"),
        ({"attacks": ["magic"]}, "'magic'"),
        ({"candidates": ["oracle"]}, "'oracle'"),
        ({"candidates": [{"synth": "copy", "name": "mine"}]}, "'copy' is a reference point"),
        ({"candidates": [{"synth": "trees", "deep": 3}]}, "'deep'"),
    ],
)
def test_a_config_that_cannot_be_run_is_refused(change, part, inputs, tmp_path, synthassay):
    config = inputs(tmp_path, **change)
    _refused(synthassay("run", config), part, runs=tmp_path / "runs")


def test_check_says_what_a_run_would_start_from_and_writes_nothing(inputs, tmp_path, synthassay):
    config = inputs(tmp_path)
    done = synthassay("check", config, "--json")
    assert done.returncode == 0, done.stderr
    sides = json.loads(done.stdout)
    assert set(sides) == {"train", "holdout"}
    assert abs(sides["train"] - sides["holdout"]) <= 1
    assert "It can be run" in synthassay("check", config).stdout
    assert not (tmp_path / "runs").exists()


def test_check_refuses_what_the_run_would_refuse(inputs, tmp_path, synthassay):
    config = inputs(tmp_path, candidates=[{"synth": "trees", "deep": 3}])
    _refused(synthassay("check", config), "'deep'", runs=tmp_path / "runs")
    (tmp_path / "study").mkdir()
    for command in ("check", "run", "risk"):
        done = synthassay(command, config, "--only-under", tmp_path / "study")
        _refused(done, "may not be named here", runs=tmp_path / "runs")


def test_a_release_with_other_columns_is_refused(inputs, table, tmp_path, synthassay):
    config = inputs(tmp_path)
    table().rename(columns={"bili": "bilirubin"}).to_csv(tmp_path / "release.csv", index=False)
    done = synthassay("assay", config, "--release", "release.csv")
    _refused(done, "release.csv", "'bili'", "'bilirubin'", runs=tmp_path / "runs")


def test_missing_files_are_named(inputs, tmp_path, synthassay):
    _refused(synthassay("run", "absent.yaml"), "absent.yaml", runs=tmp_path / "runs")
    _refused(synthassay("report", tmp_path), "not a finished run", runs=tmp_path / "runs")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_refused(inputs, tmp_path, synthassay):
    config = inputs(tmp_path)
    (tmp_path / "patients.csv").chmod(0)
    _refused(synthassay("run", config), "ermission", runs=tmp_path / "runs")

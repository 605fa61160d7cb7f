"""`synthassay augment` as its users type it."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthassay.cli import main
from synthassay.runs import list_risks, list_runs, read_augment


@pytest.fixture
def augment(capsys, monkeypatch, tmp_path):
    """The command in this process: exit code, what it printed, what it said."""

    def command(*arguments, name="augment"):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["synthassay", name, *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return command


def test_json_is_all_it_prints_and_the_folder_is_whole(inputs, tmp_path, augment):
    code, out, _ = augment(inputs(tmp_path), "--class", "yes", "--to", "400", "--json")
    assert code == 0
    found = json.loads(out)
    folder = Path(found["run"])
    assert found["rows"] > 0
    assert found["share"] <= 0.3
    names = {each.name for each in folder.iterdir()}
    assert names == {
        "augment.json",
        "config.yaml",
        "data.csv",
        "manifest.csv",
        "releases",
        "report.html",
        "run.json",
    }
    marked = pd.read_csv(folder / "data.csv")
    assert set(marked["synthetic"]) == {"yes"}
    plain = pd.read_csv(folder / "releases" / "augment" / "data.csv")
    pd.testing.assert_frame_equal(marked.drop(columns="synthetic"), plain)
    assert len(plain) == found["rows"] == pd.read_csv(folder / "manifest.csv")["kept"].sum()
    assert "must be labelled so" in (folder / "releases" / "augment" / "card.json").read_text()


def test_it_stands_apart_from_runs(inputs, tmp_path, augment):
    augment(inputs(tmp_path), "--class", "yes", "--to", "400")
    runs = tmp_path / "runs"
    assert (list_runs(runs), list_risks(runs)) == ([], [])
    assert [read_augment(each).about["kind"] for each in runs.iterdir() if each.name[0] != "."] == ["augment"]


def test_it_speaks_plainly_and_promises_no_privacy(inputs, tmp_path, augment):
    code, out, _ = augment(inputs(tmp_path), "--class", "yes", "--condition", "sex=f", "--to", "400")
    assert code == 0
    for part in ("worse = yes, sex = f", "the limit is 30% synthetic", "assay", "house only"):
        assert part in out
    report = next(tmp_path.glob("runs/small-*/report.html")).read_text()
    assert "Nothing here says that they are private" in report
    assert "Never count them as patients" in report


def test_the_rows_can_be_judged(inputs, tmp_path, augment):
    config = inputs(tmp_path, attacks=["exact_copies"])
    folder = Path(json.loads(augment(config, "--class", "yes", "--to", "400", "--json")[1])["run"])
    release = folder / "releases" / "augment" / "data.csv"
    assert augment(config, "--release", release, name="assay")[0] == 0


def test_a_study_tells_whether_it_helped(inputs, tmp_path, augment):
    code, out, _ = augment(
        inputs(tmp_path), "--class", "yes", "--to", "400", "--study", "--repeats", "3", "--json"
    )
    assert code == 0
    study = json.loads(out)["study"]
    assert {each["arm"] for each in study["comparisons"]} >= {"SMOTE-NC", "real + 30% synthetic"}
    report = next(tmp_path.glob("runs/small-*/report.html"))
    before = report.read_text()
    assert study["sentence"].split(":")[0].replace("'", "&#39;") in before
    report.unlink()
    assert augment(report.parent, name="report")[0] == 0
    assert report.read_text() == before


def test_a_config_can_say_it_all_and_its_folder_repeats_it(inputs, tmp_path, augment):
    said = {"class": "yes", "to": 45, "condition": {"sex": "f"}, "share": 0.4}
    first = json.loads(augment(inputs(tmp_path, augment=said), "--json")[1])
    assert first["group"] == "worse = yes, sex = f"
    folder = Path(first["run"])
    again = json.loads(augment(folder / "config.yaml", "--out", tmp_path / "again", "--json")[1])
    same = ("rows", "group", "limit", "refused")
    assert [first[key] for key in same] == [again[key] for key in same]
    for name in ("data.csv", "manifest.csv"):
        assert (folder / name).read_bytes() == (Path(again["run"]) / name).read_bytes()


@pytest.mark.parametrize(
    "said", [{"klass": "yes"}, "yes", {"to": "many"}, {"share": "half"}, {"condition": 4}]
)
def test_a_config_that_says_it_wrongly_is_told(inputs, tmp_path, augment, said):
    code, _, err = augment(inputs(tmp_path, augment=said))
    assert (code, "augment" in err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--class", "maybe", "--to", "400"], "no such value in train. Allowed: no, yes"),
        (["--class", "yes", "--to", "2"], "already, and 2 were asked for"),
        (["--class", "yes", "--condition", "worse=no", "--to", "400"], "no row can have both"),
        (["--class", "yes", "--condition", "sex", "--to", "400"], "says no column and value"),
        (["--class", "yes", "--condition", "eyes=blue", "--to", "400"], "not a released column"),
        (["--class", "yes", "--condition", "age=200", "--to", "400"], "contradict the schema's rule"),
        (["--class", "yes"], "nothing says how many rows"),
        (["--to", "400"], "nothing says which rows are scarce"),
        (["--condition", "sex=f", "--to", "400", "--study"], "a study tells a class apart"),
        (["--class", "yes", "--to", "400", "--study", "--repeats", "2"], "2 splits tell nothing"),
        (["--class", "yes", "--to", "400", "--share", "1.5"], "not between 0 and 1"),
    ],
)
def test_bad_input_says_what_to_do(inputs, tmp_path, augment, arguments, words):
    code, out, err = augment(inputs(tmp_path), *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
    assert not list(tmp_path.glob("runs/*"))


def test_no_target_no_class(inputs, tmp_path, augment, schema_content):
    columns = {**schema_content["columns"], "worse": {"role": "sensitive", "kind": "category"}}
    schema = {**schema_content, "columns": columns}
    config = inputs(tmp_path, cohort={"data": "patients.csv", "schema": schema})
    code, _, err = augment(config, "--class", "yes", "--to", "400")
    assert code == 2
    assert "no column has the role target" in err
    assert augment(config, "--condition", "worse=yes", "--to", "400")[0] == 0


def test_what_no_generator_can_top_up(inputs, tmp_path, augment):
    code, _, err = augment(inputs(tmp_path, split={"folds": 2}), "--class", "yes", "--to", "400")
    assert (code, "two" in err) == (2, True)
    code, _, err = augment(
        inputs(tmp_path, candidates=[{"synth": "kanonymity"}]), "--class", "yes", "--to", "400"
    )
    assert code == 2
    assert "Traceback" not in err


def test_a_study_too_small_says_so_and_the_rows_are_made(inputs, tmp_path, augment, table):
    config = inputs(tmp_path)
    rare = table(160)
    rare["worse"] = np.where(np.arange(160) < 8, "yes", "no")
    rare.to_csv(tmp_path / "patients.csv", index=False)
    code, out, _ = augment(config, "--class", "yes", "--to", "6", "--share", ".5", "--study", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["study"] is None
    assert "10 persons of the class" in found["study_reason"]

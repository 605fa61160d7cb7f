"""Run folders are read whole or refused."""

import json

import pytest

from cohort.errors import InputError
from synthassay.runs import Evidence, list_runs, read_progress, read_run
from synthassay.store import write_json, write_text


def test_evidence_survives_its_json(finished):
    for each in finished.evidence:
        assert Evidence.from_dict(json.loads(json.dumps(each.to_dict()))) == each


def test_runs_are_listed_newest_first_and_partial_ones_are_not(tmp_path):
    for name, started in (("a", "2026-01-01"), ("b", "2026-03-01"), ("c", "2026-02-01")):
        (tmp_path / name).mkdir()
        write_json(tmp_path / name / "run.json", {"started": started})
    (tmp_path / ".partial" / "x").mkdir(parents=True)
    write_json(tmp_path / ".partial" / "x" / "run.json", {"started": "2026-09-09"})
    (tmp_path / "no run").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{")
    assert [path.name for path in list_runs(tmp_path)] == ["b", "c", "a", "broken"]


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match="not a finished run"):
        read_run(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(InputError, match="not a finished run"):
        read_run(tmp_path)


def test_half_written_progress_is_passed_over(tmp_path):
    (tmp_path / ".partial" / "x").mkdir(parents=True)
    (tmp_path / ".partial" / "x" / "progress.json").write_text('{"pid": 1,')
    assert read_progress(tmp_path) == []


def test_the_negative_control_stands_beside_each_attack(finished):
    fresh = finished.fresh("copy_scan")
    assert fresh is not None
    assert fresh.low <= 0
    assert finished.fresh("no such attack") is None


def test_json_is_written_whole_and_without_not_a_number(tmp_path):
    path = tmp_path / "x.json"
    write_json(path, {"a": float("nan"), "b": (1, float("inf"))})
    assert json.loads(path.read_text()) == {"a": None, "b": [1, None]}
    assert [each.name for each in tmp_path.iterdir()] == ["x.json"]


def test_a_file_that_cannot_be_written_leaves_no_draft(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(OSError, match="x"):
        write_text(tmp_path / "x", "text")
    assert [each.name for each in tmp_path.iterdir()] == ["x"]

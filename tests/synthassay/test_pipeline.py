"""A run end to end: what stands in its folder, and that it repeats."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
import yaml

from cohort.errors import InputError
from synthassay import pipeline, tasks
from synthassay.config_reader import read_config
from synthassay.runs import list_runs, read_progress, read_run


def test_a_run_folder_holds_what_the_house_promises(finished):
    folder = finished.folder
    for name in (
        "run.json",
        "config.yaml",
        "cohort.json",
        "frontier.json",
        "report.html",
        "report.public.html",
        "report.json",
        "releases/trees/data.csv",
        "releases/trees/card.json",
    ):
        assert (folder / name).is_file(), name
    assert [each.candidate for each in finished.evidence][:3] == ["copy", "holdout", "independent"]
    assert not (folder / "releases" / "copy").exists()
    assert folder.name.startswith("small-20")
    assert not (folder / "progress.json").exists()


def test_copies_are_rejected_and_references_are_no_releases(finished):
    assert finished.of("copy").verdict.judgement == "reject"
    assert finished.of("holdout").verdict.judgement == "reference"
    assert finished.of("independent").verdict.judgement == "reference"


def test_every_figure_has_its_interval_control_and_size(finished):
    for each in finished.evidence:
        for risk in each.risks:
            if risk.outcome == "estimated":
                assert risk.low <= risk.excess <= risk.high
                assert risk.control is not None
                assert risk.n > 0
                assert risk.n_control > 0
        for score in each.utility:
            assert score.low <= score.value <= score.high


def test_only_the_house_may_read_who_is_exposed(finished):
    private = finished.folder / "private"
    assert private.stat().st_mode & 0o777 == 0o700
    assert (private / "trees.csv").is_file()


def test_what_is_released_carries_no_identifier(finished):
    released = pd.read_csv(finished.folder / "releases" / "trees" / "data.csv")
    assert list(released) == ["age", "sex", "bili", "stage", "worse"]


def test_two_runs_of_one_config_are_identical(inputs, tmp_path):
    config = read_config(inputs(tmp_path, references=["independent"], rows=120))
    first, second = (read_run(pipeline.run(config, out=tmp_path / name)) for name in "ab")
    for each in ("trees", "independent"):
        assert first.of(each).to_dict() == second.of(each).to_dict()
    data = [run.folder / "releases" / "trees" / "data.csv" for run in (first, second)]
    assert data[0].read_bytes() == data[1].read_bytes()
    assert first.frontier == second.frontier


def test_the_resolved_config_repeats_the_run(finished, tmp_path):
    config = read_config(finished.folder / "config.yaml")
    content = yaml.safe_load((finished.folder / "config.yaml").read_text())
    assert content["cohort"]["schema"]["columns"]["age"]["unit"] == "years"
    again = read_run(pipeline.run(config, out=tmp_path))
    assert again.of("trees").to_dict() == finished.of("trees").to_dict()


def test_a_candidates_release_does_not_depend_on_its_neighbours(finished, inputs, tmp_path):
    config = inputs(tmp_path, references=[], candidates=["trees"], attacks=[])
    alone = read_run(pipeline.run(read_config(config), out=tmp_path))
    paths = [run.folder / "releases" / "trees" / "data.csv" for run in (finished, alone)]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def _failing(setting, name="independent"):
    def work(progress):
        raise RuntimeError("Rosebud")

    return tasks.Task(name=name, reference=False, work=work)


def test_a_candidate_that_fails_does_not_stop_the_others(inputs, tmp_path, monkeypatch):
    planned = tasks.run_tasks
    monkeypatch.setattr(
        pipeline, "run_tasks", lambda setting: [_failing(setting, "broken"), *planned(setting)]
    )
    config = inputs(tmp_path, references=[], attacks=["exact_copies"])
    run = read_run(pipeline.run(read_config(config), out=tmp_path / "runs"))
    assert run.of("trees").verdict is not None
    assert "unexpected RuntimeError" in run.of("broken").failure
    assert "Rosebud" not in (run.folder / "report.html").read_text()


def test_resume_goes_on_at_the_first_unfinished_candidate(inputs, tmp_path, monkeypatch):
    config = read_config(inputs(tmp_path, references=["independent"], attacks=["exact_copies"]))
    planned = tasks.run_tasks

    def interrupted(setting):
        first, second = planned(setting)

        def stop(progress):
            raise KeyboardInterrupt

        return [first, tasks.Task(name=second.name, reference=False, work=stop)]

    monkeypatch.setattr(pipeline, "run_tasks", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pipeline.run(config, out=tmp_path / "runs")
    assert list_runs(tmp_path / "runs") == []

    def once(setting):
        first, second = planned(setting)
        return [tasks.Task(name=first.name, reference=True, work=pytest.fail), second]

    monkeypatch.setattr(pipeline, "run_tasks", once)
    run = read_run(pipeline.run(config, out=tmp_path / "runs", resume=True))
    assert {each.candidate for each in run.evidence} == {"independent", "trees"}
    assert not (tmp_path / "runs" / ".partial").exists()


def test_nothing_to_resume_is_said(inputs, tmp_path):
    with pytest.raises(InputError, match="no stopped run"):
        pipeline.run(read_config(inputs(tmp_path)), out=tmp_path / "runs", resume=True)


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
def test_a_killed_run_leaves_no_half_folder_and_resumes(inputs, tmp_path):
    config = inputs(tmp_path, rows=100, references=["independent"])
    runs = tmp_path / "runs"
    command = [sys.executable, "-m", "synthassay", "run", str(config), "--out", str(runs)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 90
    while not list(runs.glob(".partial/*/evidence/*.json")) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list_runs(runs) == []
    assert read_progress(runs)[0].pid == process.pid
    done = subprocess.run([*command, "--resume", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["verdicts"].keys() == {"trees"}
    assert len(list_runs(runs)) == 1


def test_a_full_disk_is_said_and_leaves_nothing(inputs, tmp_path, monkeypatch):
    config = inputs(tmp_path, references=[], attacks=[])
    before = (tmp_path / "patients.csv").read_bytes()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("synthassay.store.write_release", full)
    with pytest.raises(InputError, match="No space left on device"):
        pipeline.run(read_config(config), out=tmp_path / "runs")
    assert not list((tmp_path / "runs").rglob("*.json"))
    assert (tmp_path / "patients.csv").read_bytes() == before


def test_the_same_run_twice_at_once_is_refused(inputs, tmp_path, monkeypatch):
    config = read_config(inputs(tmp_path, references=[], attacks=[]))
    planned = tasks.run_tasks

    def nested(setting):
        with pytest.raises(InputError, match="already in progress"):
            pipeline.run(config, out=tmp_path / "runs")
        return planned(setting)

    monkeypatch.setattr(pipeline, "run_tasks", nested)
    assert pipeline.run(config, out=tmp_path / "runs").is_dir()

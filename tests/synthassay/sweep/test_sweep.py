"""A sweep end to end."""

import os
import signal
from dataclasses import replace

import pytest

from synthassay import pipeline
from synthassay.runs import list_runs, read_run
from synthassay.sweep import run as sweeps
from synthassay.sweep.cells import read_cells
from synthassay.sweep.engine import Engine

SWEPT = """
name: tiny
cohort: {demo: registry}
seed: [0, 1, 2]
candidates: [{synth: trees, leaf: 30}]
attacks: []
references: []
"""


@pytest.fixture
def cells(tmp_path):
    path = tmp_path / "sweep.yaml"
    path.write_text(SWEPT, encoding="utf-8")
    return read_cells(path)


def test_runs_stand_in_an_ordinary_folder_and_none_is_repeated(cells, tmp_path, monkeypatch):
    out, told = tmp_path / "runs", []
    ended = sweeps.sweep(cells, out=out, engine=Engine(jobs=1), watch=told.append)
    assert [each.label for each in ended] == ["seed 0", "seed 1", "seed 2"]
    assert {read_run(folder).about["seed"] for folder in list_runs(out)} == {0, 1, 2}
    assert [round(each.share, 2) for each in told] == [0.33, 0.67, 1.0]

    def never(*args, **kwargs):
        raise AssertionError

    monkeypatch.setattr(pipeline, "_carry_out", never)
    again = sweeps.sweep(cells, out=out, engine=Engine(jobs=1))
    assert [each.folder for each in again] == [each.folder for each in ended]


def test_a_run_that_fails_is_told_and_the_others_go_on(cells, tmp_path):
    content = {**cells[1].content, "cohort": {"data": "absent.csv", "schema": "absent.yaml"}}
    cells[1] = replace(cells[1], content=content)
    ended = sweeps.sweep(cells[:2], out=tmp_path / "runs", engine=Engine(jobs=1))
    assert ended[0].folder
    assert not ended[1].folder
    assert "absent" in ended[1].failure


@pytest.mark.skipif(os.name == "nt", reason="kills a process")
def test_a_killed_process_is_survived_and_its_run_tried_again(cells, tmp_path, monkeypatch):
    def mortal(cells, out, place):
        """Dies at the second cell always, and at the third once."""
        once = out / "died"
        if place == 1 or (place == 2 and not once.exists()):
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return sweeps.Ended(place=place, label=cells[place].label)

    monkeypatch.setattr(sweeps, "carried_out", mortal)
    monkeypatch.setattr(sweeps, "_megabytes", lambda ended: None)
    ended = sweeps.sweep(cells, out=tmp_path, engine=Engine(jobs=2))
    assert [each.place for each in ended] == [0, 1, 2]
    assert "killed" in ended[1].failure
    assert not ended[2].failure

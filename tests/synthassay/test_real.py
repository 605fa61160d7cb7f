"""The main job on real patients."""

import json
import sys
from pathlib import Path

import pytest

from synthassay import pipeline
from synthassay.cli import main
from synthassay.config_reader import config_from_dict
from synthassay.runs import read_run

ROOT = Path(__file__).parents[2]


def _run(content, out):
    quick = {"candidates": ["trees"], "references": ["copy"], "attacks": ["exact_copies", "copy_scan"]}
    return read_run(pipeline.run(config_from_dict({**content, **quick}, folder=ROOT / "configs"), out=out))


@pytest.mark.shared
def test_pbc_runs_with_its_missing_values_and_its_time_to_event(shared_data, tmp_path):
    data = shared_data / "pbc" / "pbc.csv"
    run = _run({"cohort": {"data": str(data), "schema": "schemas/pbc.yaml"}}, tmp_path)
    assert run.cohort["persons"] == 418
    scores = {score.metric: score for score in run.of("trees").utility}
    assert 0.6 < scores["concordance_linear"].reference < 0.95
    assert scores["concordance_linear"].low < scores["concordance_linear"].value
    assert run.of("copy").verdict.judgement == "reject"


def test_diabetes_runs_with_a_number_as_its_target(tmp_path):
    run = _run({"cohort": {"demo": "diabetes"}}, tmp_path)
    score = next(score for score in run.of("trees").utility if score.metric == "r2_linear")
    assert 0.2 < score.reference < 0.7
    assert run.of("copy").verdict.judgement == "reject"


@pytest.mark.shared
def test_a_release_of_which_nobody_knows_the_rows_cannot_be_told(shared_data, tmp_path, monkeypatch, capsys):
    config = str(ROOT / "configs" / "students.yaml")
    release = str(shared_data / "sdmetrics_demo" / "student_placements_synthetic.csv")
    arguments = ["assay", config, "--release", release, "--out", str(tmp_path), "--json"]
    monkeypatch.setattr(sys, "argv", ["synthassay", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    printed = json.loads(capsys.readouterr().out)
    assert printed["verdicts"] == {"release": "inconclusive"}
    verdict = read_run(Path(printed["run"])).of("release").verdict
    assert "Ask the producer for rows that were not used" in verdict.sentence
    assert "at this size" not in verdict.sentence

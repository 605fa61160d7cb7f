"""A cross-fitted run end to end: everybody stands once on each side, and the report says so."""

import json
import re
from dataclasses import replace

import pandas as pd
import pytest

from cohort.errors import ConfigError
from dashboard.words import run_facts
from synthassay import pipeline
from synthassay.config_reader import read_config
from synthassay.prospects import prospect
from synthassay.public import public_run
from synthassay.report import render
from synthassay.runs import read_run


@pytest.fixture(scope="module")
def crossed(inputs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("crossed")
    state = pytest.MonkeyPatch()
    state.setenv("SYNTHASSAY_STATE", str(folder / "state"))
    config = inputs(folder, rows=121, split={"folds": 2})
    run = read_run(pipeline.run(read_config(config), out=folder / "runs"))
    state.undo()
    return run


def _words(page):
    return re.sub(r"\s+", " ", re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL))


def test_every_figure_is_over_all_persons(crossed):
    assert [each.failure for each in crossed.evidence] == ["", "", "", ""]
    for name in ("copy", "independent", "trees"):
        for risk in crossed.of(name).risks:
            assert (risk.n, risk.n_control) == (121, 121)
            assert risk.low <= risk.excess <= risk.high
        for score in crossed.of(name).utility:
            assert score.low <= score.value <= score.high
    assert crossed.of("trees").exposure["strata"][0]["n"] == 121
    assert crossed.of("trees").linkage["train"]["rows"] == 121
    assert crossed.of("trees").linkage["match"]["n"] == 121


def test_the_reference_points_are_judged_as_ever(crossed):
    assert crossed.of("copy").verdict.judgement == "reject"
    assert crossed.of("holdout").verdict.judgement == "reference"
    assert crossed.of("independent").verdict.judgement == "reference"


def test_the_release_holds_what_was_made_from_either_half(crossed):
    folder = crossed.folder / "releases" / "trees"
    card = json.loads((folder / "card.json").read_text())
    assert sorted(card["rows_from_each_half"]) == [60, 61]
    assert len(pd.read_csv(folder / "data.csv")) == card["rows"] == crossed.of("trees").rows == 121
    assert not (crossed.folder / "releases" / "copy").exists()


def test_the_cohort_says_who_stood_where(crossed):
    counted = ("persons", "train_persons", "holdout_persons")
    assert [crossed.cohort[key] for key in counted] == [121, 121, 121]
    assert crossed.cohort["cross_fitted"] is True
    assert "121 patients, cross-fitted" in run_facts(crossed)


def test_both_reports_say_that_each_person_stood_once_on_each_side(crossed):
    for page in (render(crossed), render(public_run(crossed), public=True)):
        words = _words(page)
        assert "Cross-fitted: each person stood once on each side" in words
        assert "were set aside before" not in words
        assert "the rows made from one half against the rows made from the other" in words


def test_a_plain_run_says_nothing_of_it(finished):
    assert "ross-fitted" not in _words(render(finished))
    assert finished.cohort["cross_fitted"] is False


def test_the_resolved_config_repeats_the_run(crossed, tmp_path):
    config = replace(read_config(crossed.folder / "config.yaml"), references=())
    again = read_run(pipeline.run(config, out=tmp_path))
    assert again.of("trees").to_dict() == crossed.of("trees").to_dict()
    data = [run.folder / "releases" / "trees" / "data.csv" for run in (again, crossed)]
    assert data[0].read_bytes() == data[1].read_bytes()


def test_a_release_made_elsewhere_cannot_be_cross_fitted(inputs, tmp_path):
    config = read_config(inputs(tmp_path, split={"folds": 2}))
    with pytest.raises(ConfigError, match="mint it again") as caught:
        pipeline.assay_release(config, tmp_path / "patients.csv", out=tmp_path / "runs")
    assert "trained_on" in str(caught.value)
    assert not (tmp_path / "runs").exists()


def test_half_the_persons_prove_as_much_cross_fitted():
    halved, crossed = prospect("registered", 60, 60), prospect("registered", 60, 60, cross_fitted=True)
    needed = [[line.persons_needed for line in each.lines] for each in (halved, crossed)]
    assert all(fewer <= more for fewer, more in zip(needed[1], needed[0], strict=True))
    assert needed[1] != needed[0]

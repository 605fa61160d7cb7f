"""Subgroups, the detector and coefficients in the pages of a run."""

import pytest

from synthassay import pipeline
from synthassay.config_reader import read_config
from synthassay.public import public_run
from synthassay.report import render
from synthassay.runs import Evidence, Run, read_run
from utility.scores import GAP, UtilityScore


@pytest.fixture(scope="module")
def run(tmp_path_factory, inputs):
    folder = tmp_path_factory.mktemp("fair")
    state = pytest.MonkeyPatch()
    state.setenv("SYNTHASSAY_STATE", str(tmp_path_factory.mktemp("state")))
    candidates = [{"synth": "trees", "leaf": 10}]
    path = inputs(folder, rows=240, references=[], attacks=[], candidates=candidates)
    finished = read_run(pipeline.run(read_config(path), out=folder / "runs"))
    state.undo()
    return finished


def test_subgroups_and_the_detector_stand_in_both_pages(run):
    scores = run.of("trees").utility
    gaps = [score for score in scores if score.metric == GAP]
    assert gaps
    for public in (False, True):
        page = render(public_run(run) if public else run, public=public)
        assert "Is it fair" in page
        assert gaps[0].group in page
        assert "A classifier told these rows" in page
        assert "no evidence of privacy" in page
        fair = page.split("Is it fair</h3>")[1].split("</table>")[0]
        assert ("<th>Patients not used</th>" in fair) is not public


def test_a_subgroup_of_few_persons_is_left_out_of_the_public_page():
    def scores(name, n):
        told = {"group": name, "value": 0.61234, "reference": 0.7, "low": 0.5, "high": 0.7, "n": n}
        return [UtilityScore(metric=metric, **told) for metric in ("subgroup_auroc", GAP)]

    evidence = Evidence(
        candidate="trees", made_by="trees", utility=(*scores("sex = f", 40), *scores("site = x", 9))
    )
    facts = ("name", "kind", "status", "started", "ended", "policy", "evidence")
    about = {**dict.fromkeys(facts, ""), "minimum_count": 10}
    frontier = {"points": [], "risk_attack": "copy_scan"}
    shown = public_run(Run(folder=None, about=about, cohort={}, frontier=frontier, evidence=(evidence,)))
    assert [score.group for score in shown.evidence[0].utility] == ["sex = f"] * 2
    assert shown.evidence[0].utility[0].value == 0.61

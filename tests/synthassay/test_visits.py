"""A cohort of visits from end to end."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthassay as sa
from cohort.draft import schema_yaml
from synthassay import pipeline
from synthassay.augment.minter import Minter
from synthassay.config_reader import config_from_dict
from synthassay.runs import read_run

ROOT = Path(__file__).parents[2]


def _scores(run, name):
    return {(score.metric, score.group): score for score in run.of(name).utility}


def _codes(run, name):
    return {finding.code for finding in run.of(name).findings}


@pytest.fixture(scope="module")
def run(visiting, tmp_path_factory):
    folder = tmp_path_factory.mktemp("visiting")
    cohort = visiting(60)
    cohort.table.to_csv(folder / "data.csv", index=False)
    (folder / "schema.yaml").write_text(schema_yaml(cohort.schema))
    content = {
        "cohort": {"data": "data.csv", "schema": "schema.yaml"},
        "split": {"folds": 2},
        "candidates": ["trees", "forest"],
        "references": ["holdout"],
        "attacks": ["copy_scan"],
    }
    return read_run(pipeline.run(config_from_dict(content, folder=folder), out=folder / "runs"))


def test_trees_link_visits_and_the_file_says_so(run):
    table = pd.read_csv(run.folder / "releases" / "trees" / "data.csv")
    # The halves' persons are counted on, so that no key stands for two.
    assert table["id"].unique().tolist() == [f"synthetic-{n + 1}" for n in range(table["id"].nunique())]
    assert table.groupby("id")["sex"].nunique().max() == 1
    assert (table.groupby("id")["day"].diff().dropna() > 0).all()
    card = json.loads((run.folder / "releases" / "trees" / "card.json").read_text())
    assert list(card["columns"]) == list(table)
    assert _scores(run, "trees")["changing_statics", ""].value == 0
    assert "visits_not_linked" not in _codes(run, "trees")


def test_other_generators_draw_rows_and_are_told_of(run):
    assert "id" not in pd.read_csv(run.folder / "releases" / "forest" / "data.csv")
    assert "visits_not_linked" in _codes(run, "forest")
    assert not any(metric.startswith("visit_") for metric, _ in _scores(run, "forest"))


def test_the_holdout_shows_what_fresh_visits_give(run):
    assert ("visit_count_fidelity", "") in _scores(run, "holdout")
    assert "visits_not_linked" not in _codes(run, "holdout")


def test_both_are_judged_and_persons_are_the_units(run):
    for name in ("trees", "forest"):
        [risk] = [risk for risk in run.of(name).risks if risk.attack == "copy_scan"]
        assert risk.n == 60
        assert run.of(name).verdict is not None


def test_real_identity_numbers_in_a_release_made_elsewhere_are_not_kept(visiting, tmp_path):
    split = visiting(60).split(seed=0)
    report = sa.assay(visiting(30, seed=1).table, split, attacks=[])
    folder = report.save(tmp_path)
    written = "".join(path.read_text() for path in folder.rglob("releases/**/*.csv"))
    assert "p1" not in written
    assert ("visit_count_fidelity", "") in {(score.metric, score.group) for score in report.evidence.utility}


def test_topping_up_is_by_row(visiting):
    minter = Minter.of(sa.synthesizer("trees"), visiting(60), name="trees", seed=0)
    minted = minter.mint(12, conditions={"stage": "3"}, label="3", seed=0)
    assert "id" not in minted.release.table
    assert set(minted.release.table["stage"]) == {"3"}
    assert 0 < len(minted.release.table) <= 12


@pytest.mark.shared
def test_the_config_of_real_visits_reads_and_its_rules_hold(shared_data):
    schema = ROOT / "configs" / "schemas" / "pbcseq.yaml"
    cohort = sa.read(shared_data / "pbc" / "pbcseq.csv", schema=schema)
    assert (cohort.n_persons, len(cohort), cohort.schema.visit) == (312, 1945, "day")
    assert not [finding for finding in cohort.findings if finding.code == "plausibility_rule_broken"]
    days = cohort.table.groupby(cohort.persons)["day"]
    assert np.all(days.min() == 0)

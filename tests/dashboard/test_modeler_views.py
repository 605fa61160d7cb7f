"""What a modeler sees: readiness, rare groups, analyses, what helped, pictures, what ε costs."""

import json

import numpy as np
import pytest
from PIL import Image

from dashboard import pages
from dashboard.dot_charts import epsilon_picture
from dashboard.parts import _cell
from synthassay.store import write_json
from utility.scores import GAP, SUBGROUP, UtilityScore


def said(at):
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error")
    return "\n".join(str(each.value) for kind in kinds for each in getattr(at, kind))


def change(folder, **changes):
    path = folder / "evidence" / "trees.json"
    write_json(path, {**json.loads(path.read_text()), **changes})


def test_readiness_says_what_the_size_can_prove_and_which_columns_single_out(app, look, tables):
    look()
    at = app(pages.READINESS)
    table = tables(at)[0]
    assert list(table["policy"]) == ["controlled", "demo", "public", "registered"]
    assert table.set_index("policy")["half of the patients set aside"]["public"] == "✕ cannot be met"
    assert "needs" in table.set_index("policy")["what stands in the way"]["public"]
    assert "With 120 patients" in said(at)
    assert len(at.get("plotly_chart")) == 2


def test_a_look_of_an_older_version_says_to_repeat_it(app, look):
    folder = look()
    risk = json.loads((folder / "risk.json").read_text())
    del risk["prospects"]
    write_json(folder / "risk.json", risk)
    assert "repeat it to read what the cohort's size can prove" in said(app(pages.READINESS))


def test_without_a_look_readiness_leads_to_one(app):
    assert "takes seconds" in said(app(pages.READINESS))


OF_RUNS = (pages.FIDELITY, pages.ANALYSES, pages.PICTURES, pages.ATTACKS, pages.DECIDE, pages.EXPOSED,
           pages.TIMELINE, pages.FRONTIER, pages.CANDIDATE)  # fmt: skip


@pytest.mark.parametrize("page", OF_RUNS)
def test_without_a_run_every_page_leads_to_the_first_one(app, page):
    at = app(page)
    assert "There is no finished run in" in at.info[0].value


def test_each_group_stands_beside_real_patients_with_its_gap(app, golden, tables):
    group = {"group": "sex = f", "n": 134}
    scores = [
        UtilityScore(metric=f"{SUBGROUP}auroc", value=0.68, reference=0.76, low=0.55, high=0.79, **group),
        UtilityScore(metric=GAP, value=-0.04, reference=0.0, low=-0.17, high=0.09, **group),
        UtilityScore(metric="subsample_equivalent", value=0.36, reference=0.33, low=0.31, high=0.42, n=300),
    ]
    change(golden, utility=[each.to_dict() for each in scores])
    at = app(pages.FIDELITY, run=golden.name, candidate="trees")
    row = tables(at)[0].iloc[0]
    assert (row["group"], row["release"], row["real"], row["gap"]) == (
        "sex = f (134)",
        "0.680",
        "0.760",
        "-0.040",
    )
    assert "a random 36.0 % of them" in said(at)


def test_where_no_group_was_compared_the_page_says_what_that_takes(app, golden):
    assert "No group could be compared" in said(app(pages.FIDELITY, run=golden.name, candidate="trees"))


def test_an_analysis_is_answered_with_its_coefficients(app, golden):
    line = dict.fromkeys(("combined", "train", "bias", "coverage"), 0.5) | {"term": "age"}
    line |= {"combined_error": 0.1, "train_error": 0.1}
    answer = {
        "answer": "may_not",
        "sentence": "They may not.",
        "analysis": "logistic",
        "coefficients": [line],
    }
    change(golden, inference={"releases": 20, "analyses": [answer]})
    at = app(pages.ANALYSES, run=golden.name)
    assert "✕ may not be analysed" in said(at)
    assert len(at.get("plotly_chart")) == 1
    change(golden, inference={"reason": "each further fit would spend the budget."})


def test_an_analysis_that_was_not_asked_says_how_to(app, golden):
    assert "Nobody asked this run" in said(app(pages.ANALYSES, run=golden.name))


def test_whether_it_helped_is_told_with_gains_and_their_intervals(app, runs, tables):
    gain = {"arm": "30 % synthetic", "metric": "auroc", "group": "", "difference": 0.02, "low": -0.01}
    gain |= {"high": 0.05, "sentence": "no measurable gain"}
    study = {"sentence": "It did not help measurably.", "comparisons": [gain]}
    content = {
        "rows": 40,
        "group": "stage = 4",
        "present": 20,
        "share": 2 / 3,
        "findings": [],
        "study": study,
    }
    folder = runs / "top-20261124T061200Z-0a1b2c3d"
    folder.mkdir()
    about = {"name": "top", "kind": "augment", "started": "2026-11-24T06:12:00+00:00"}
    write_json(folder / "run.json", about)
    write_json(folder / "augment.json", {**content, "study_reason": ""})
    at = app(pages.HELPED)
    assert "40 synthetic rows with stage \\= 4" in said(at) or "40 synthetic rows with stage = 4" in said(at)
    assert "It did not help measurably." in said(at)
    assert tables(at)[0]["found"].iloc[0] == "no measurable gain"
    write_json(folder / "augment.json", {**content, "study": None, "study_reason": "It was not asked."})
    assert "It was not asked." in said(app(pages.HELPED))


def test_minted_pictures_are_shown_by_class_and_real_ones_never(app, golden):
    folder = golden / "releases" / "trees" / "images" / "nv"
    folder.mkdir(parents=True)
    Image.fromarray(np.zeros((8, 8, 3), dtype=np.uint8)).save(folder / "0001.png")
    at = app(pages.PICTURES, run=golden.name, candidate="trees")
    assert [each.value for each in at.subheader] == ["nv\\: 1 picture"]
    assert "minted no pictures" in said(app(pages.PICTURES, run=golden.name, candidate="gaussian_copula"))


def test_what_a_guarantee_costs_is_drawn_from_two_budgets_on(app, golden):
    assert "What the guarantee costs" not in said(app(pages.FRONTIER))
    for name, epsilon in (("trees", 1.0), ("gaussian_copula", 10.0)):
        path = golden / "evidence" / f"{name}.json"
        promise = {"epsilon": epsilon, "delta": 1e-5, "rows": 300, "words": []}
        write_json(path, {**json.loads(path.read_text()), "promise": promise})
    (golden / "run.json").touch()
    at = app(pages.FRONTIER)
    assert "What the guarantee costs" in said(at)
    assert len(at.get("plotly_chart")) == 3


def test_candidates_stand_in_the_order_of_their_budget():
    point = {"candidate": "a", "utility": {"value": 0.7, "low": 0.6, "high": 0.8}}
    picture = epsilon_picture([(10.0, point), (1.0, {**point, "candidate": "b"})], axis="utility")
    assert [row["ε"] for row in picture.table] == [1.0, 10.0]
    assert _cell(picture.table[0]["low"]) == "0.600"

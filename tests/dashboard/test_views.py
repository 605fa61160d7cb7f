"""Each page driven by Streamlit's AppTest, on the golden run: no engine and no browser."""

import json
import sys
import time
from pathlib import Path

import pytest

import dashboard
from dashboard import jobs
from dashboard.jobs import State
from synthassay.runs import PARTIAL

APP = Path(dashboard.__file__).with_name("app.py")
FRONTIER, CANDIDATE, START = "views/frontier.py", "views/candidate.py", "views/start.py"


def said(at):
    """All text of a page."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "code")
    return "\n".join(str(each.value) for kind in kinds for each in getattr(at, kind))


def address(at):
    return {k: v if isinstance(v, str) else v[0] for k, v in at.query_params.items()}


def button(at, label):
    return next(each for each in at.button if each.label == label)


def selectbox(at, label):
    return next(each for each in at.selectbox if each.label == label)


def test_the_first_visit_says_that_there_is_nothing_and_offers_the_demo(app, runs):
    at = app()
    assert f"There is no finished run in {runs.name}" not in said(at)
    assert "There is no finished run in" in said(at)
    assert [each.label for each in at.button] == ["Run the demo"]


def test_a_folder_that_does_not_exist_is_a_first_visit(app, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "argv", [str(APP), str(tmp_path / "absent")])
    assert "There is no finished run in" in said(app())
    assert not (tmp_path / "absent").exists()


def test_the_frontier_is_drawn_with_a_sentence_and_its_numbers(app, golden):
    at = app(FRONTIER)
    (chart,) = at.get("plotly_chart")
    drawn = json.loads(chart.proto.spec)
    named = {name for trace in drawn["data"] for name in trace.get("customdata", [])}
    assert named == {"copy", "holdout", "independent", "trees", "gaussian_copula"}
    assert "Further up is more useful" in said(at)
    assert "Not drawn, because use or risk was not measured: ctgan." in said(at)
    assert at.expander[0].label == "The numbers behind the picture"


def test_the_table_tells_verdicts_in_words_requested_candidates_first(app, golden, tables):
    table = tables(app(FRONTIER))[-1]
    assert list(table["Candidate"]) == ["trees", "gaussian_copula", "ctgan", "copy", "holdout", "independent"]
    assert list(table["Verdict"])[:3] == [
        "✓ meets the policy; a person must decide",
        "? cannot tell at this size",
        "! failed, no release was made",
    ]


def test_a_click_on_a_point_opens_its_candidate(app, golden):
    at = app(FRONTIER)
    point = {"customdata": "gaussian_copula", "curve_number": 3, "point_index": 0}
    selection = {"points": [point], "point_indices": [0], "box": [], "lasso": []}
    at.session_state[f"frontier {golden.name}"] = {"selection": selection}
    at.run()
    assert not at.exception
    assert at.title[0].value == "gaussian_copula"
    assert address(at) == {"run": golden.name, "candidate": "gaussian_copula"}


def test_runs_under_other_seeds_are_drawn_beside_this_one(app, golden, another_run):
    older = another_run(name="golden", started="2026-11-20T06:12:00+00:00")
    for seed, folder in enumerate((golden, older)):
        (folder / "config.yaml").write_text(f"name: golden\nseed: {seed}\n")
        about = json.loads((folder / "run.json").read_text())
        (folder / "run.json").write_text(json.dumps({**about, "seed": seed}))
    at = app(FRONTIER, run=golden.name)
    assert "under 2 seeds" in said(at)
    assert len(at.get("plotly_chart")) == 3


def test_a_candidate_is_opened_without_a_click_on_the_picture(app, golden):
    at = app(FRONTIER)
    selectbox(at, "Candidate").select("gaussian_copula")
    button(at, "Open candidate").click().run()
    assert not at.exception
    assert at.title[0].value == "gaussian_copula"


def test_a_run_is_chosen_newest_first_and_stands_in_the_address(app, golden, another_run):
    older = another_run(name="older", started="2026-11-20T06:12:00+00:00")
    at = app(FRONTIER)
    chosen = selectbox(at, "Run")
    assert [label.split(" · ")[0] for label in chosen.options] == ["golden", "older"]
    chosen.select_index(1).run()
    assert address(at)["run"] == older.name
    assert selectbox(at, "Run").value == older


def test_the_candidates_page_shows_what_the_verdict_rests_on(app, golden):
    at = app(CANDIDATE, run=golden.name, candidate="trees")
    text = said(at)
    assert at.title[0].value == "trees"
    assert "meets the policy; a person must decide" in text
    assert "Smallest adjusted p of the attacks: **0.310** · wanted **at least 0.051** · required" in text
    assert "Probability: **0.210 [0.170, 0.260]** · wanted **at most 0.2** · shown only" in text
    assert "What to do: Coarsen or drop quasi-identifiers" in text
    assert "Source: k = 5" in text
    assert "Somebody who holds a patient's whole record" in text
    assert "no proof of safety" in text
    assert "This attack does not apply here" in text
    assert "second opinion, does not count in the verdict" in text
    assert len(at.get("plotly_chart")) == 3


def test_each_attack_stands_beside_what_fresh_patients_gave(app, golden, tables):
    at = app(CANDIDATE, run=golden.name, candidate="trees")
    table = next(each for each in tables(at) if "this release" in each)
    assert list(table["this release"]) == [
        "7.0 % of 300", "5.0 % of 300", "2.0 %", "+2.0 % [-4.0, +8.0]", "0.310", "10.0 %",
    ]  # fmt: skip
    assert table["fresh patients"].iloc[0] == "5.0 % of 300"


def test_fresh_patients_are_not_compared_with_themselves(app, golden, tables):
    at = app(CANDIDATE, run=golden.name, candidate="holdout")
    assert not any("fresh patients" in each and "this release" in each for each in tables(at))


def test_what_auto_chose_is_told_with_all_that_was_tried(app, golden, tables):
    figures = dict.fromkeys(("real", "low", "high", "excess", "excess_low", "excess_high", "p"))
    tried = [
        {**figures, "generator": name, "use": 0.7, "told": False, "failure": ""}
        for name in ("trees", "forest")
    ]
    path = golden / "evidence" / "trees.json"
    chosen = [
        {"generator": "forest", "options": {}, "why": "forest: the highest.", "metric": None, "tried": tried}
    ]
    path.write_text(json.dumps({**json.loads(path.read_text()), "chosen": chosen}))
    at = app(CANDIDATE, run=golden.name, candidate="trees")
    assert "Why this generator" in said(at)
    assert "the highest." in said(at)
    table = next(each for each in tables(at) if "told from others" in each)
    assert list(table["generator"]) == ["trees", "forest"]


def test_a_candidate_that_failed_says_why_and_what_to_do(app, golden):
    at = app(CANDIDATE, run=golden.name, candidate="ctgan")
    assert "Loosen the rule, or raise steps." in at.error[0].value
    assert "failed, no release was made" in said(at)
    assert not at.get("plotly_chart")


@pytest.mark.parametrize(
    ("candidate", "offered"), [("trees", 1), ("gaussian_copula", 0), ("copy", 0), ("ctgan", 0)]
)
def test_only_a_requested_release_that_exists_can_be_downloaded(app, golden, candidate, offered):
    # A reference point is evidence and never data, whatever lies in the folder.
    (golden / "releases" / "copy").mkdir()
    (golden / "releases" / "copy" / "data.csv").write_text("age\n61\n")
    at = app(CANDIDATE, run=golden.name, candidate=candidate)
    assert len(at.get("download_button")) == offered
    assert ("a person must decide first" in said(at)) is bool(offered)


def test_an_address_that_names_nothing_known_opens_the_newest_run(app, golden):
    at = app(CANDIDATE, run="../../etc", candidate="<script>")
    assert at.title[0].value == "trees"
    assert address(at) == {"run": golden.name, "candidate": "trees"}


@pytest.mark.parametrize("broken", ["run.json", "frontier.json", "evidence/trees.json"])
def test_a_broken_run_says_so_and_hides_no_other(app, golden, another_run, broken):
    another_run(name="older", started="2026-11-20T06:12:00+00:00")
    (golden / broken).write_text("{")
    at = app(FRONTIER, run=golden.name)
    assert "is not a finished run" in at.error[0].value
    assert "Traceback" not in said(at)
    chosen = selectbox(at, "Run")
    chosen.select_index(next(i for i, label in enumerate(chosen.options) if label.startswith("older"))).run()
    assert not at.error
    assert len(at.get("plotly_chart")) == 1


def test_an_unforeseen_fault_shows_no_value_and_no_traceback(app, golden, monkeypatch):
    frontier = json.loads((golden / "frontier.json").read_text())
    frontier["points"] = [{"candidate": "Jane Doe, 61"}]
    (golden / "frontier.json").write_text(json.dumps(frontier))
    at = app(FRONTIER)
    assert "This page could not be drawn (KeyError)" in at.error[0].value
    assert "Jane" not in said(at)


def test_a_run_that_measured_no_risk_says_why_there_is_no_picture(app, golden, tables):
    frontier = json.loads((golden / "frontier.json").read_text())
    frontier["points"] = [{**point, "risk": None} for point in frontier["points"]]
    (golden / "frontier.json").write_text(json.dumps(frontier))
    at = app(FRONTIER)
    assert "There is no picture" in said(at)
    assert len(tables(at)) == 1


def test_the_bundled_configs_are_offered_the_demo_first(app):
    at = by_file(app(START))
    offered = selectbox(at, "Config").options
    assert offered[0] == "demo"
    assert offered[-1] == "another file…"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("such.yaml", "There is no file"),
        ("notes.txt", "is no config"),
        (str(APP), "may not be named here"),
        ("../elsewhere.yaml", "may not be named here"),
        ("state/hash.key", "may not be named here"),
    ],
)
def test_a_typed_path_that_is_no_config_says_so_and_starts_nothing(app, tmp_path, typed, told):
    (tmp_path / "notes.txt").write_text("no config")
    at = by_file(app(START))
    selectbox(at, "Config").select("another file…").run()
    at.text_input[0].input(typed).run()
    assert told in at.error[0].value
    assert not at.button


def test_start_runs_the_command_line_and_shows_how_far_it_is(app, runs, tmp_path, monkeypatch):
    config = tmp_path / "my study.yaml"
    config.write_text("cohort: {demo: diabetes}\n")
    asked = []

    def fake(argv, *, runs, only_under):
        asked.append((argv, runs, only_under))
        return [sys.executable, "-c", "import time; time.sleep(30)"]

    monkeypatch.setattr(jobs, "run_argv", fake)
    at = by_file(app(START))
    selectbox(at, "Config").select("another file…").run()
    at.text_input[0].input(str(config)).run()
    button(at, "Start the run").click().run()
    assert not at.exception
    assert asked == [(config, runs.resolve(), tmp_path)]
    (job,) = jobs.jobs()
    tell(runs, job, stage="trees", share=0.4, seconds_left=75.0)
    at.run()
    assert "**my study** · ● running" in said(at)
    (bar,) = at.get("progress")
    assert bar.proto.text == "working on trees, about 75 s left"
    assert bar.proto.value == 40
    button(at, "Stop").click().run()
    assert wait(job) in (State.STOPPED, State.RUNNING)
    if job.state is State.RUNNING:
        button(at, "Stop at once").click().run()
    assert wait(job) is State.STOPPED
    at.run()
    assert "■ stopped" in said(at)


def test_a_finished_job_leads_to_its_run(app, golden, runs):
    job = jobs.start([sys.executable, "-c", f"print({json.dumps(json.dumps({'run': str(golden)}))})"],
                     title="quick", runs=runs)  # fmt: skip
    assert wait(job) is State.FINISHED
    at = app(START)
    assert "✓ finished" in said(at)
    links = [each.proto for each in at.get("page_link")]
    assert [(link.label, golden.name in link.query_string) for link in links] == [("Open the result", True)]


def test_a_failed_job_shows_its_last_words(app, runs):
    code = "import sys; sys.stderr.write('config: unknown key. Known keys: name.'); sys.exit(2)"
    job = jobs.start([sys.executable, "-c", code], title="bad", runs=runs)
    assert wait(job) is State.FAILED
    at = app(START)
    assert "! failed" in said(at)
    assert at.code[-1].value == "config: unknown key. Known keys: name."


def test_a_lost_job_is_called_lost(app, runs):
    job = jobs.start([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], title="gone", runs=runs)
    assert wait(job) is State.LOST
    assert "? lost" in said(app(START))


def test_jobs_of_another_folder_of_runs_are_not_shown(app, tmp_path):
    job = jobs.start([sys.executable, "-c", "pass"], title="elsewhere", runs=tmp_path)
    wait(job)
    assert "elsewhere" not in said(app(START))


def by_file(at):
    """Take a config that is there, instead of the form."""
    at.radio[0].set_value("Take a config that is there").run()
    return at


def tell(runs, job, **progress):
    folder = runs / PARTIAL / "0a1b"
    folder.mkdir(parents=True)
    content = {"pid": job.pid, "name": "x", **progress}
    (folder / "progress.json").write_text(json.dumps(content))


def wait(job, *, seconds=5):
    until = time.monotonic() + seconds
    while job.state is State.RUNNING and time.monotonic() < until:
        time.sleep(0.05)
    return job.state

"""The page of linkage risk, driven by Streamlit's AppTest on looks that the engine wrote."""

import json
import re
import sys
import time

import pytest

from dashboard import jobs
from dashboard.jobs import State
from synthassay.runs import list_runs
from synthassay.store import write_json

FRONTIER, RISK, START = "views/frontier.py", "views/risk.py", "views/start.py"


def said(at):
    """All text of a page."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "code")
    return "\n".join(str(each.value) for kind in kinds for each in getattr(at, kind))


def address(at):
    return {k: v if isinstance(v, str) else v[0] for k, v in at.query_params.items()}


def button(at, label):
    return next(each for each in at.button if each.label == label)


def selectbox(at, label):
    return next(each for each in at.selectbox if each.label.startswith(label))


def wait(job, *, seconds=20):
    until = time.monotonic() + seconds
    while job.state is State.RUNNING and time.monotonic() < until:
        time.sleep(0.05)
    return job.state


def python(code):
    return [sys.executable, "-c", code]


def printing(folder):
    return python(f"print({json.dumps(json.dumps({'run': str(folder)}))})")


@pytest.fixture
def asked(monkeypatch):
    """What the page asked the command line for; what runs instead stands under ``instead``."""
    calls = []

    def fake(config, *, runs, drop=(), coarsen=None, only_under=None):
        calls.append((config, runs, tuple(drop), dict(coarsen or {})))
        return fake.instead

    fake.calls, fake.instead = calls, python("import time; time.sleep(30)")
    monkeypatch.setattr(jobs, "risk_argv", fake)
    return fake


def test_the_first_visit_says_what_a_look_is_and_offers_the_demo(app, asked):
    at = app(RISK)
    assert "Nobody has looked at linkage risk" in said(at)
    asked.instead = python("pass")
    button(at, "Look at the demo").click().run()
    assert not at.exception
    ((config, *_, drop, coarsen),) = asked.calls
    assert (config.name, drop, coarsen) == ("demo.yaml", (), {})


def test_the_page_tells_who_is_alone_with_a_table_behind_each_picture(app, look):
    folder = look()
    at = app(RISK)
    text = said(at)
    assert address(at) == {"run": folder.name}
    assert re.search(r"Stand alone  \n\*\*\d+ of 120\*\*", text)
    assert "share their age, sex and town with nobody else" in text
    assert "reckons with the worst" in text
    assert len(at.get("plotly_chart")) == 3
    assert [each.label for each in at.expander] == ["The numbers behind the picture"] * 3
    assert all(chart.proto.alt for chart in at.get("plotly_chart"))
    assert "a stand-in (a proxy) for use" in text


def test_the_browser_is_sent_no_count_of_few_patients(app, look, golden_risk, tables):
    look()
    at = app(RISK)
    few = {each["uniques"] for each in golden_risk["column_sets"]} & set(range(1, 11))
    assert few
    for chart in at.get("plotly_chart"):
        for trace in json.loads(chart.proto.spec)["data"]:
            texts = trace.get("text", [])
            assert not [text for text in texts if text.strip().isdigit() and 0 < int(text) < 11]
    counted = ("patients", "patients alone", "patients left out")
    cells = [str(v) for each in tables(at) for name in counted if name in each for v in each[name]]
    assert cells
    assert not [cell for cell in cells if cell.isdigit() and 0 < int(cell) < 11]


def test_a_click_on_the_map_tells_the_class_in_words(app, look, golden_risk):
    folder = look()
    at = app(RISK)
    crossed = golden_risk["maps"][0]
    name = " and ".join(crossed["columns"])
    assert selectbox(at, "Columns").value == name
    small = next(i for i, each in enumerate(crossed["cells"]) if each["band"] == 0)
    selection = {"points": [{"customdata": small}], "point_indices": [small], "box": [], "lasso": []}
    at.session_state[f"map {folder.name} {name}"] = {"selection": selection}
    at.run()
    assert not at.exception
    assert "fewer than 11 patients share these two values" in at.info[0].value
    assert "at least 10 of 100 tries" in at.info[0].value


def test_another_pair_of_columns_can_be_chosen(app, look):
    look()
    at = app(RISK)
    pairs = selectbox(at, "Columns")
    assert len(pairs.options) == 3
    pairs.select_index(2).run()
    assert not at.exception
    layout = json.loads(at.get("plotly_chart")[0].proto.spec)["layout"]
    titles = [layout[axis]["title"]["text"] for axis in ("xaxis", "yaxis")]
    assert " and ".join(titles) == pairs.options[2]


def test_looks_are_grouped_by_cohort_newest_first(app, look):
    look(started="2026-11-20T07:00:00+00:00")
    newest = look("after", started="2026-11-22T07:00:00+00:00")
    other = look(started="2026-11-21T07:00:00+00:00", name="elsewhere")
    at = app(RISK)
    assert selectbox(at, "Cohort").options == ["registry", "elsewhere"]
    looks = selectbox(at, "Look")
    assert address(at) == {"run": newest.name}
    assert ["20 years" in label for label in looks.options] == [True, False]
    assert "town left out and age in bands of 20 years" in looks.options[0]
    selectbox(at, "Cohort").select("elsewhere").run()
    assert address(at) == {"run": other.name}


def test_what_if_asks_the_command_line_and_shows_before_and_after(app, look, asked, runs, tables):
    before = look()
    after = look("after", started="2026-11-24T08:00:00+00:00")
    asked.instead = printing(after)
    at = app(RISK, run=before.name)
    bands = [f"in bands of {years} years" for years in (5, 10, 20)]
    assert selectbox(at, "age").options == ["as it stands (now)", *bands, "leave out"]
    selectbox(at, "age").select_index(3)
    selectbox(at, "town").select_index(1)
    button(at, "Show what that would do").click().run()
    assert not at.exception
    assert asked.calls == [(before / "config.yaml", runs.resolve(), ("town",), {"age": "20"})]
    assert wait(jobs.jobs()[0]) is State.FINISHED
    at.run()
    assert address(at) == {"run": before.name, "after": after.name}
    table = next(each for each in tables(at) if "before" in each)
    told = dict(zip(table.iloc[:, 0], zip(table["before"], table["after"], strict=True), strict=True))
    assert told["The table"] == ("as the table stands", "town left out and age in bands of 20 years")
    assert told["Patients alone"][1] == "0 of 120"
    assert told["Smallest group alike (k)"][0] == "1"
    assert told["Price: ARX’s Loss, a proxy for use"][0] == "0.0 %"
    assert float(told["Price: ARX’s Loss, a proxy for use"][1].split()[0]) > 0
    assert "nobody stands alone instead of" in said(at)
    assert len(at.get("plotly_chart")) == 4
    button(at, "Open the new look").click().run()
    assert not at.exception
    assert address(at) == {"run": after.name}
    assert selectbox(at, "age").value == 3


def test_a_what_if_can_be_stopped_and_says_so(app, look, asked):
    look()
    at = app(RISK)
    selectbox(at, "age").select_index(1)
    button(at, "Show what that would do").click().run()
    assert "counting who would look alike" in said(at)
    button(at, "Stop").click().run()
    (job,) = jobs.jobs()
    if wait(job, seconds=3) is State.RUNNING:
        button(at, "Stop at once").click().run()
    assert wait(job) is State.STOPPED
    at.run()
    assert "It was stopped" in said(at)


def test_a_what_if_that_fails_shows_its_last_words(app, look, asked):
    asked.instead = python("import sys; sys.stderr.write('population: no such value.'); sys.exit(2)")
    look()
    at = app(RISK)
    selectbox(at, "age").select_index(1)
    button(at, "Show what that would do").click().run()
    wait(jobs.jobs()[0])
    at.run()
    assert at.code[0].value == "population: no such value."


def test_nothing_is_asked_where_nothing_was_changed(app, look, asked):
    look()
    at = app(RISK)
    button(at, "Show what that would do").click().run()
    assert "Nothing has been changed" in at.warning[0].value
    for name in ("age", "sex", "town"):
        box = selectbox(at, name)
        box.select_index(len(box.options) - 1)
    button(at, "Show what that would do").click().run()
    assert "keep at least one" in at.warning[0].value
    assert asked.calls == []


def test_an_address_that_names_nothing_known_opens_the_newest_look(app, look):
    folder = look()
    at = app(RISK, run="../../etc", after="<script>", job="../..")
    assert address(at) == {"run": folder.name}
    assert not at.error


@pytest.mark.parametrize(
    ("content", "told"), [("{", "holds no linkage risk"), ("{}", "another version of SynthAssay")]
)
def test_a_look_that_cannot_be_read_says_so_and_hides_no_other(app, look, content, told):
    broken = look(started="2026-11-24T09:00:00+00:00")
    whole = look()
    (broken / "risk.json").write_text(content)
    at = app(RISK, run=broken.name)
    assert told in at.error[0].value
    label = "Cohort" if any(each.label == "Cohort" for each in at.selectbox) else "Look"
    box = selectbox(at, label)
    box.select_index(1).run()
    assert not at.error
    assert address(at)["run"] == whole.name


def test_looks_and_later_kinds_are_no_runs(app, golden, look, runs):
    look(started="2026-11-25T07:00:00+00:00")
    (runs / "top-1").mkdir()
    about = {"name": "top", "kind": "augment", "started": "2026-11-26T07:00:00+00:00"}
    write_json(runs / "top-1" / "run.json", about)
    assert list_runs(runs) == [golden]
    at = app("views/frontier.py")
    assert [label.split(" · ")[0] for label in selectbox(at, "Run").options] == ["golden"]
    assert "cannot be read" not in str(selectbox(at, "Run").options)


@pytest.mark.parametrize(("kind", "told"), [("risk", "Open the result"), ("later", "No page here shows it")])
def test_a_finished_job_leads_to_the_page_of_its_kind(app, look, runs, kind, told):
    folder = look()
    if kind != "risk":
        write_json(folder / "run.json", {"name": "top", "kind": kind, "started": "2026-11-26"})
    assert wait(jobs.start(printing(folder), title="quick", runs=runs)) is State.FINISHED
    at = app(START)
    links = [(each.proto.label, each.proto.page) for each in at.get("page_link")]
    assert told in said(at) or links == [(told, "risk")]


def test_a_look_can_be_started_from_the_start_page(app, asked):
    asked.instead = python("pass")
    at = app(START)
    at.radio[0].set_value("Take a config that is there").run()
    button(at, "Only ask who can be found").click().run()
    assert not at.exception
    assert asked.calls[0][0].name == "demo.yaml"
    assert "demo\\: who can be found" in said(at)

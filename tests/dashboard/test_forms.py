import sys

import pandas as pd
import pytest
import yaml

from dashboard import drafts, jobs, pages

TABLE = pd.DataFrame({"id": range(80), "age": range(20, 100), "sex": ["f", "m"] * 40, "x": [1.5, 2.5] * 40})


@pytest.fixture
def patients(tmp_path):
    TABLE.to_csv(tmp_path / "patients.csv", index=False)
    return tmp_path / "patients.csv"


@pytest.fixture
def started(monkeypatch):
    """The command lines of runs; none is carried out."""
    calls = []

    def fake(config, *, runs, only_under):
        calls.append((config, only_under))
        return [sys.executable, "-c", "pass"]

    monkeypatch.setattr(jobs, "run_argv", fake)
    return calls


def checked(monkeypatch, *, problems=""):
    """Instead of the command line's own check, which takes seconds."""
    code = f"import sys; sys.stderr.write({problems!r}); sys.exit({2 if problems else 0})"
    monkeypatch.setattr(jobs, "check_argv", lambda config, *, only_under: [sys.executable, "-c", code])


def config_shown(at):
    return yaml.safe_load(at.code[0].value)


def pick(at, key, value):
    at.selectbox(key=key).set_value(value).run()


def button(at, label):
    return next(each for each in at.button if each.label == label)


def test_the_form_begins_with_the_embedded_demo_and_shows_its_config(app):
    at = app(pages.START)
    assert config_shown(at)["cohort"] == {"demo": "registry"}
    at.multiselect(key="form generators").set_value(["dp_mst", "kanonymity"]).run()
    at.text_input(key="form dp_mst epsilon").set_value("1 3").run()
    at.number_input(key="form kanonymity k").set_value(7).run()
    pick(at, "form holdout", 0.0)
    shown = config_shown(at)
    assert [each.get("name") for each in shown["candidates"]] == ["dp_mst_1", "dp_mst_3", None]
    assert shown["candidates"][2] == {"synth": "kanonymity", "k": 7}
    assert shown["split"] == {"folds": 2}
    assert shown["budget"] == {"epsilon": 10.0, "delta": 1e-4}


def test_a_table_of_the_folder_is_offered_with_a_drafted_schema_until_there_is_one(app, patients):
    at = app(pages.START)
    pick(at, "form cohort", "patients.csv")
    assert "Nobody has confirmed a drafted schema" in at.warning[0].value
    drafted = config_shown(at)["cohort"]["schema"]["columns"]
    assert drafted["age"]["role"] == "quasi_identifier"
    patients.with_suffix(".yaml").write_text("columns: {}")
    at = app(pages.START)
    pick(at, "form cohort", "patients.csv")
    assert config_shown(at)["cohort"] == {"data": str(patients), "schema": str(patients.with_suffix(".yaml"))}


def test_a_file_elsewhere_is_refused_in_place(app):
    at = app(pages.START)
    pick(at, "form cohort", "another")
    at.text_input(key="form file").set_value("/etc/passwd").run()
    assert "may not be named here" in at.error[0].value
    assert not at.code


def test_an_epsilon_that_is_none_says_so_beside_it_and_nothing_can_be_started(app):
    at = app(pages.START)
    at.multiselect(key="form generators").set_value(["dp_mst"]).run()
    at.text_input(key="form dp_mst epsilon").set_value("a lot").run()
    assert "Write numbers from 0.01 to 100" in at.error[0].value
    assert not at.code


def test_what_the_check_refuses_is_said_in_place_and_starts_nothing(app, started, monkeypatch):
    at = app(pages.START)
    checked(monkeypatch, problems="diabetes: there are too few persons. Take more.")
    button(at, "Check and start the run").click().run()
    assert "too few persons" in at.error[0].value
    assert not started


def test_a_run_is_started_from_the_file_that_was_shown_and_may_name_no_other(
    app, started, tmp_path, monkeypatch
):
    at = app(pages.START)
    text = at.code[0].value
    checked(monkeypatch)
    button(at, "Only check it").click().run()
    assert "It can be run." in at.success[0].value
    assert not started
    button(at, "Check and start the run").click().run()
    assert not at.exception
    ((config, under),) = started
    assert config.parent == drafts.made_folder()
    assert config.read_text(encoding="utf-8") == f"{text}\n"
    assert under == tmp_path


def test_whoever_may_not_start_runs_reads_no_name_of_a_file(app, patients, monkeypatch):
    from dashboard import roles
    from dashboard.roles import Person, Role

    board = Person(email="ben@hospital.example", roles=frozenset({Role.BOARD}))
    monkeypatch.setattr(roles, "person", lambda: board)
    at = app(pages.START)
    assert "may not start and stop work" in at.error[0].value
    assert "patients.csv" not in str(at)

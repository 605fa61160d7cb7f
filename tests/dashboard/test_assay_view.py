"""Hand in a release, confirm its columns, and have it assayed."""

import sys

import numpy as np
import pytest

from dashboard import hand_in, jobs, pages, roles
from dashboard.hand_in import Origin, Upload


def table(n, seed):
    rng = np.random.default_rng(seed)
    rows = [f"{rng.integers(20, 80)},{'fm'[i % 2]}" for i in range(n)]
    return "\n".join(["age,sex", *rows]).encode()


@pytest.fixture
def handed(state):
    files = [Upload(name=f"{name}.csv", content=table(60, seed)) for seed, name in enumerate("ab")]
    return hand_in.save(name="tiny", real=files[0], synthetic=files[1], origin=Origin.ALL)


@pytest.fixture
def launched(monkeypatch):
    """What would have been started."""
    found = []

    def start(argv, *, title, runs, by):
        found.append((argv, title))

    monkeypatch.setattr(jobs, "start", start)
    return found


def button(at, label):
    return next(each for each in at.button if each.label == label)


def test_a_first_visit_asks_for_two_files_and_checks_them(app, state):
    at = app(pages.ASSAY)
    assert [each.label for each in at.get("file_uploader")] == [
        "The patients' file (real)", "The release (synthetic)", "That other file",
    ]  # fmt: skip
    button(at, "Check the files").click().run()
    assert "Choose the patients' file and the release first." in at.warning[-1].value
    for place, (name, seed) in enumerate((("real.csv", 0), ("s.csv", 1))):
        at.get("file_uploader")[place].set_value((name, table(60, seed), "text/csv"))
    at.radio[0].set_value(Origin.ALL)
    at.text_input[0].input("tiny")
    button(at, "Check the files").click().run()
    assert not at.exception
    assert [each.name for each in hand_in.hand_ins()] == ["tiny"]
    assert "2. The columns" in [each.value for each in at.header]


def test_a_file_that_is_no_table_is_refused_in_words(app):
    at = app(pages.ASSAY)
    at.radio[0].set_value(Origin.UNKNOWN)
    at.text_input[0].input("tiny")
    for place in (0, 1):
        at.get("file_uploader")[place].set_value(("x.xlsx", b"no workbook", "text/plain"))
    button(at, "Check the files").click().run()
    assert not at.exception
    assert "real.xlsx" in at.error[0].value
    assert hand_in.hand_ins() == []


def test_nothing_is_started_before_each_column_is_confirmed(app, handed, launched):
    at = app(pages.ASSAY, hand_in=handed.folder.name)
    at.checkbox[0].check()
    button(at, "Confirm and assay").click().run()
    assert "Not yet confirmed: sex." in at.warning[-1].value
    assert launched == []


def test_confirmed_columns_start_the_assay_and_a_look_at_who_can_be_found(app, handed, launched):
    at = app(pages.ASSAY, hand_in=handed.folder.name)
    for each in at.checkbox:
        each.check()
    at.number_input[0].set_value(240)
    button(at, "Confirm and assay").click().run()
    assert not at.exception
    (assay, title), (look, _) = launched
    assert title == "tiny: assay"
    assert assay[:4] == [sys.executable, "-m", "synthassay", "assay"]
    assert f"--release={handed.folder / 'synthetic.csv'}" in assay
    assert look[3] == "risk"
    assert "fraction: 0.25" in (handed.folder / "config.yaml").read_text()


def test_a_correction_that_does_not_fit_is_told_and_starts_nothing(app, handed, launched):
    at = app(pages.ASSAY, hand_in=handed.folder.name)
    for each in at.checkbox:
        each.check()
    next(each for each in at.selectbox if each.label == "What sex holds").set_value("number")
    button(at, "Confirm and assay").click().run()
    assert "sex" in at.error[0].value
    assert launched == []


def test_files_are_deleted_from_the_page(app, handed):
    at = app(pages.ASSAY)
    button(at, "Delete its files").click().run()
    assert not at.exception
    assert not handed.folder.exists()


def test_a_modeler_finds_nothing_there_and_no_name_of_a_study(app, handed, monkeypatch, state):
    (state / "roles.yaml").write_text("a@b.example: modeler\n", encoding="utf-8")
    monkeypatch.setattr(roles, "signed_in", lambda: {"is_logged_in": True, "email": "a@b.example"})
    at = app(pages.ASSAY, hand_in=handed.folder.name)
    assert "may not hand in patients' files" in at.error[0].value
    assert "tiny" not in str(at)
    assert not at.get("file_uploader")

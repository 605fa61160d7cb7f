import sys

import pytest

from cohort.errors import InputError
from dashboard import allowed


@pytest.fixture
def folder(tmp_path, monkeypatch):
    folder = tmp_path / "study"
    (folder / "deep" / "er" / "still").mkdir(parents=True)
    monkeypatch.setattr(sys, "argv", ["app.py", "runs", str(folder)])
    for name in ("pbc.csv", "notes.txt", "deep/er/more.xlsx", "deep/er/still/far.csv", ".hidden.csv"):
        (folder / name).write_text("x")
    (tmp_path / "secret.csv").write_text("x")
    return folder


def test_tables_near_the_top_are_listed_and_nothing_that_is_hidden_or_elsewhere(folder):
    (folder / ".git").mkdir()
    (folder / ".git" / "x.csv").write_text("x")
    (folder / "away").symlink_to(folder.parent)
    assert allowed.tables() == ["pbc.csv", "deep/er/more.xlsx"]


@pytest.mark.parametrize(
    "typed", ["../secret.csv", "/etc/passwd", "away/secret.csv", "deep/../../secret.csv"]
)
def test_no_other_file_of_this_account_can_be_named(folder, typed):
    (folder / "away").symlink_to(folder.parent)
    with pytest.raises(InputError, match="may not be named here"):
        allowed.named(typed)


def test_neither_our_own_state_nor_what_a_run_keeps_private_can_be_named(folder, monkeypatch):
    monkeypatch.setenv("SYNTHASSAY_STATE", str(folder / "state"))
    for name in ("state/configs/real.csv", "runs/pbc/private/trees.csv"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("x")
        with pytest.raises(InputError, match="may not be named here"):
            allowed.named(name)


def test_a_file_of_the_folder_can_be_named_either_way(folder):
    assert allowed.named(" pbc.csv ") == allowed.named(str(folder / "pbc.csv")) == folder / "pbc.csv"
    with pytest.raises(InputError, match="There is no file"):
        allowed.named("pbx.csv")


def test_without_a_folder_of_its_own_it_is_where_the_dashboard_was_started(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "argv", ["app.py", "runs"])
    monkeypatch.chdir(tmp_path)
    assert allowed.data_folder() == tmp_path

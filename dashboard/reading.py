"""Runs as the pages read them: each parsed once, and again when its folder changes."""

import sys
from pathlib import Path

import streamlit as st

from cohort.errors import InputError
from dashboard import words
from synthassay.runs import Run, list_runs, read_run

FRONTIER, CANDIDATE, START = "views/frontier.py", "views/candidate.py", "views/start.py"


def runs_folder() -> Path:
    """The folder named after ``--`` on the command line, else ``./runs``."""
    return Path(sys.argv[1] if len(sys.argv) > 1 else "runs").resolve()


def folders() -> list[Path]:
    """The finished runs, newest first."""
    return list_runs(runs_folder())


def read(folder: Path) -> Run:
    """A run; raises `InputError` where its folder is broken."""
    return _read(str(folder), _changed(folder))


def label(folder: Path) -> str:
    """A run in a list."""
    return _label(str(folder), _changed(folder))


def chosen_candidate() -> tuple[str | None, str | None]:
    """The run and the candidate that the page's address names."""
    return st.query_params.get("run"), st.query_params.get("candidate")


def open_candidate(run: str, candidate: str) -> None:
    """Go to a candidate's page, under an address that can be kept."""
    st.switch_page(CANDIDATE, query_params={"run": run, "candidate": candidate})


@st.cache_data(max_entries=8, show_spinner=False)
def _read(folder: str, changed: int) -> Run:  # noqa: ARG001 - part of the cache's key
    return read_run(Path(folder))


@st.cache_data(max_entries=500, show_spinner=False)
def _label(folder: str, changed: int) -> str:  # noqa: ARG001 - part of the cache's key
    try:
        return words.run_label(read_run(Path(folder)))
    except (InputError, KeyError):
        return f"{Path(folder).name} · cannot be read"


def _changed(folder: Path) -> int:
    try:
        return (folder / "run.json").stat().st_mtime_ns
    except OSError:
        return 0

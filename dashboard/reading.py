"""Run folders as the pages read them: each parsed once, and again when its folder changes."""

import sys
from pathlib import Path
from typing import Any

import streamlit as st

from cohort.errors import InputError, Problem
from dashboard import risk_words, words
from dashboard.hiding import hidden
from synthassay.runs import RiskRun, Run, list_risks, list_runs, read_risk, read_run

FRONTIER, CANDIDATE, RISK, START = (f"views/{name}.py" for name in ("frontier", "candidate", "risk", "start"))


def runs_folder() -> Path:
    """The folder named after ``--`` on the command line, else ``./runs``."""
    return Path(sys.argv[1] if len(sys.argv) > 1 else "runs").resolve()


def folders() -> list[Path]:
    """The finished runs, newest first."""
    return list_runs(runs_folder())


def read(folder: Path) -> Run:
    """A run; raises `InputError` where its folder is broken."""
    return _read(str(folder), _changed(folder))


def looks() -> list[Path]:
    """The folders that tell a cohort's linkage risk, newest first."""
    return list_risks(runs_folder())


def read_look(folder: Path) -> tuple[RiskRun, dict[str, Any]]:
    """A look at linkage risk, and what of it a page may show."""
    return _read_look(str(folder), _changed(folder))


def cohort_of(folder: Path) -> str:
    """The name of the config of a look, by which looks are grouped."""
    return _cohort_of(str(folder), _changed(folder))


def look_label(folder: Path) -> str:
    """A look in a list."""
    return _look_label(str(folder), _changed(folder))


def page_of(folder: Path) -> str | None:
    """The page that shows a finished folder; None where none does."""
    if folder in looks():
        return RISK
    return FRONTIER if folder in folders() else None


def label(folder: Path) -> str:
    """A run in a list."""
    return _label(str(folder), _changed(folder))


def open_candidate(run: str, candidate: str) -> None:
    """Go to a candidate's page, under an address that can be kept."""
    st.switch_page(CANDIDATE, query_params={"run": run, "candidate": candidate})


@st.cache_data(max_entries=8, show_spinner=False)
def _read(folder: str, changed: int) -> Run:  # noqa: ARG001 - part of the cache's key
    return read_run(Path(folder))


@st.cache_data(max_entries=8, show_spinner=False)
def _read_look(folder: str, changed: int) -> tuple[RiskRun, dict[str, Any]]:  # noqa: ARG001 - as above
    run = read_risk(Path(folder))
    try:
        return run, hidden(run.risk, minimum=run.about["minimum_count"])
    except KeyError:
        what = "was written by another version of SynthAssay, and lacks what this page shows."
        remedy = "Repeat the look: `synthassay risk` with the folder's config.yaml."
        raise InputError(Problem(what=what, where=folder, remedy=remedy)) from None


@st.cache_data(max_entries=500, show_spinner=False)
def _look_label(folder: str, changed: int) -> str:
    try:
        return risk_words.label(*_read_look(folder, changed))
    except (InputError, KeyError):
        return f"{Path(folder).name} · cannot be read"


@st.cache_data(max_entries=500, show_spinner=False)
def _cohort_of(folder: str, changed: int) -> str:  # noqa: ARG001 - as above
    try:
        return str(read_risk(Path(folder)).about["name"])
    except (InputError, KeyError):
        return Path(folder).name


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

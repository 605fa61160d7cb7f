"""Run folders as the pages read them: each parsed once, and again when its folder changes."""

import csv
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from cohort.errors import InputError, Problem
from dashboard import pages, risk_words, roles, words
from dashboard.cases import Told, told
from dashboard.hiding import Band, Groups, hidden, histogram, strata
from dashboard.roles import Right
from synthassay.images import sheet
from synthassay.images.sheet import Strip
from synthassay.language import in_language, say, spoken
from synthassay.ledger.records import LEDGER, Decision, Entry, decisions, read_entries
from synthassay.runs import (
    RiskRun,
    Run,
    list_augments,
    list_risks,
    list_runs,
    read_augment,
    read_risk,
    read_run,
)
from synthassay.seeds import same_but_seed


def runs_folder() -> Path:
    """The folder named after ``--`` on the command line, else ``./runs``."""
    return Path(sys.argv[1] if len(sys.argv) > 1 else "runs").resolve()


def folders() -> list[Path]:
    """The finished runs, newest first."""
    return list_runs(runs_folder())


def read(folder: Path) -> Run:
    """A run without what is known of single patients; raises `InputError` where its folder is broken."""
    run = _read(str(folder), _changed(folder))
    return replace(run, evidence=tuple(replace(each, exposure={}, targeted={}) for each in run.evidence))


def read_told(folder: Path) -> Told | None:
    """A run in a list of cases; None where its folder is broken."""
    return _told(str(folder), _changed(folder), spoken())


def read_strata(folder: Path, candidate: str) -> Groups:
    """How exposed the rare groups of a candidate's patients are; for who may see single patients."""
    roles.require(Right.PERSONS)
    run = _read(str(folder), _changed(folder))
    return strata(run.of(candidate).exposure.get("strata", ()), minimum=run.about["minimum_count"])


def read_exposed(folder: Path, candidate: str) -> list[Band]:
    """How exposed single patients are, without saying who; for who may see single patients."""
    roles.require(Right.PERSONS)
    run = _read(str(folder), _changed(folder))
    return histogram(_exposed(str(folder), run.of(candidate).candidate), minimum=run.about["minimum_count"])


def read_report(folder: Path, *, public: bool) -> bytes | None:
    """A finished run's report, which names the most exposed patients unless it is the public one."""
    if not public:
        roles.require(Right.PERSONS)
    name = "report.public.html" if public else "report.html"
    here = (folder / each for each in (in_language(name), name))
    return next((path.read_bytes() for path in here if path.is_file()), None)


def read_release(folder: Path, candidate: str) -> bytes:
    """A release's file, which nobody has released."""
    roles.require(Right.RELEASES)
    return (folder / "releases" / candidate / "data.csv").read_bytes()


def looks() -> list[Path]:
    """The folders that tell a cohort's linkage risk, newest first."""
    return list_risks(runs_folder())


def read_look(folder: Path) -> tuple[RiskRun, dict[str, Any]]:
    """A look at linkage risk, and what of it a page may show."""
    return _read_look(str(folder), _changed(folder), spoken())


def cohort_of(folder: Path) -> str:
    """The name of the config of a look, by which looks are grouped."""
    return _cohort_of(str(folder), _changed(folder))


def look_label(folder: Path) -> str:
    """A look in a list."""
    return _look_label(str(folder), _changed(folder), spoken())


def page_of(folder: Path) -> str | None:
    """The page that shows a finished folder; None where none does."""
    if folder in looks():
        return pages.RISK
    if folder in augments():
        return pages.HELPED
    return pages.FRONTIER if folder in folders() else None


def augments() -> list[Path]:
    """The folders with rows for a scarce class, newest first."""
    return list_augments(runs_folder())


def read_augment_told(folder: Path) -> dict[str, Any]:
    """What was minted for a scarce class, and whether it helped; it counts single patients."""
    roles.require(Right.RUN)
    return read_augment(folder).augment


def augment_label(folder: Path) -> str:
    """A topped-up class in a list."""
    about = read_augment(folder).about
    return say("{name} · {when}", name=about["name"], when=words.moment(str(about["started"])))


def contact_sheet(folder: Path, candidate: str) -> list[Strip]:
    """Some of the pictures that a candidate minted."""
    return _contact_sheet(str(folder), candidate)


def all_decisions() -> tuple[Decision, ...]:
    """What was decided, the oldest first; raises `InputError` where the ledger was altered."""
    return _decisions(str(runs_folder()), _written(runs_folder() / LEDGER))


def all_entries() -> tuple[Entry, ...]:
    """Every line of the ledger, the oldest first; raises `InputError` where it was altered."""
    return _entries(str(runs_folder()), _written(runs_folder() / LEDGER))


def looks_by_name() -> dict[str, int]:
    """How many looks there are of each cohort, the newest first."""
    return dict(Counter(cohort_of(folder) for folder in looks()))


def seeds(folder: Path) -> dict[int, list[dict[str, Any]]]:
    """The points of each run that differs from one in nothing but its seed, that one among them."""
    return _seeds(str(folder), tuple((each.name, _changed(each)) for each in folders()))


def label(folder: Path) -> str:
    """A run in a list."""
    return _label(str(folder), _changed(folder), spoken())


def open_candidate(run: str, candidate: str) -> None:
    """Go to a candidate's page, under an address that can be kept."""
    st.switch_page(pages.CANDIDATE, query_params={"run": run, "candidate": candidate})


@st.cache_data(max_entries=8, show_spinner=False)
def _read(folder: str, changed: int) -> Run:  # noqa: ARG001 - part of the cache's key
    return read_run(Path(folder))


@st.cache_data(max_entries=64, show_spinner=False)
def _seeds(folder: str, known: tuple[tuple[str, int], ...]) -> dict[int, list[dict[str, Any]]]:  # noqa: ARG001
    return {seed: frontier["points"] for seed, frontier in same_but_seed(Path(folder)).items()}


@st.cache_data(max_entries=8, show_spinner=False)
def _contact_sheet(folder: str, candidate: str) -> list[Strip]:
    return sheet.contact_sheet(Path(folder) / "releases" / candidate)


@st.cache_data(max_entries=64, show_spinner=False)
def _exposed(folder: str, candidate: str) -> list[float]:
    path = Path(folder) / "private" / f"{candidate}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return [float(row["exposed"]) for row in csv.DictReader(lines)]


@st.cache_data(max_entries=8, show_spinner=False)
def _read_look(folder: str, changed: int, language: str) -> tuple[RiskRun, dict[str, Any]]:  # noqa: ARG001 - as above
    run = read_risk(Path(folder))
    try:
        return run, hidden(run.risk, minimum=run.about["minimum_count"])
    except KeyError:
        what = say("was written by another version of SynthAssay, and lacks what this page shows.")
        remedy = say("Repeat the look: `synthassay risk` with the folder's config.yaml.")
        raise InputError(Problem(what=what, where=folder, remedy=remedy)) from None


@st.cache_data(max_entries=500, show_spinner=False)
def _look_label(folder: str, changed: int, language: str) -> str:
    try:
        return risk_words.label(*_read_look(folder, changed, language))
    except (InputError, KeyError):
        return say("{name} · cannot be read", name=Path(folder).name)


@st.cache_data(max_entries=500, show_spinner=False)
def _cohort_of(folder: str, changed: int) -> str:  # noqa: ARG001 - as above
    try:
        return str(read_risk(Path(folder)).about["name"])
    except (InputError, KeyError):
        return Path(folder).name


@st.cache_data(max_entries=500, show_spinner=False)
def _told(folder: str, changed: int, language: str) -> Told | None:  # noqa: ARG001 - as above
    try:
        return told(read_run(Path(folder)))
    except (InputError, KeyError):
        return None


@st.cache_data(max_entries=500, show_spinner=False)
def _label(folder: str, changed: int, language: str) -> str:
    found = _told(folder, changed, language)
    return say("{name} · cannot be read", name=Path(folder).name) if found is None else found.label


@st.cache_data(max_entries=4, ttl=30, show_spinner=False)
def _decisions(runs: str, changed: int) -> tuple[Decision, ...]:  # noqa: ARG001 - as above
    return decisions(Path(runs))  # hashes what they stand on, which is why it is kept for a while


@st.cache_data(max_entries=4, show_spinner=False)
def _entries(runs: str, changed: int) -> tuple[Entry, ...]:  # noqa: ARG001 - as above
    return read_entries(Path(runs))


def _changed(folder: Path) -> int:
    return _written(folder / "run.json")


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0

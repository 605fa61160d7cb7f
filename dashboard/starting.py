"""Start work from a page, and stop it: by command lines, and only for who may."""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import streamlit as st

from dashboard import jobs, pages, reading, roles
from dashboard.jobs import Job
from dashboard.roles import Right
from synthassay.language import say

DEMO = "demo"


def bundled() -> dict[str, Path]:
    """The configs that come with SynthAssay, the demo first."""
    folder = Path(str(resources.files("configs")))
    found = sorted(folder.glob("*.yaml"), key=lambda path: (path.stem != DEMO, path.stem))
    return {path.stem: path for path in found}


def problem_of(path: Path) -> str:
    """Why a typed path cannot be a config; "" where it can."""
    if not path.is_file():
        return f"There is no file {path}. Type the path of a YAML file on this machine."
    if path.suffix.lower() not in (".yaml", ".yml"):
        return f"{path.name} is no config: its name should end in .yaml."
    return ""


def begin_look(config: str | Path) -> None:
    """Start a look at the linkage risk of a config's cohort, as `begin` starts a run."""
    path = _path(config)
    title = say("{config}: who can be found", config=path.stem)
    launch(jobs.risk_argv(path, runs=reading.runs_folder()), title=title)
    st.switch_page(pages.START)


def begin(config: str | Path, *, watched_at: str = pages.START) -> None:
    """Start a run of a bundled config or a file, and go to a page that shows how far it is."""
    path = _path(config)
    launch(jobs.run_argv(path, runs=reading.runs_folder()), title=path.stem)
    st.switch_page(watched_at)


def launch(argv: Sequence[str], *, title: str, right: Right = Right.RUN) -> Job:
    """Start a command line for whoever may; no page starts work in another way."""
    roles.require(right)
    somebody = roles.person()
    by = "" if somebody is None else somebody.email
    return jobs.start(argv, title=title, runs=reading.runs_folder(), by=by)


def stop(job: Job) -> None:
    """Stop a job, if whoever is looking may."""
    roles.require(Right.RUN)
    jobs.cancel(job)


def _path(config: str | Path) -> Path:
    return bundled()[config] if isinstance(config, str) else config.resolve()

"""Start work from a page, and stop it: by command lines, and only for who may."""

import subprocess
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import streamlit as st

from dashboard import allowed, drafts, jobs, pages, reading, roles
from dashboard.jobs import Job
from dashboard.roles import Right
from synthassay.language import say

DEMO = "demo"
_PATIENCE = 120  # seconds


def bundled() -> dict[str, Path]:
    """The configs that come with SynthAssay, the demo first."""
    folder = Path(str(resources.files("configs")))
    found = sorted(folder.glob("*.yaml"), key=lambda path: (path.stem != DEMO, path.stem))
    return {path.stem: path for path in found}


def begin_look(config: str | Path) -> None:
    """Start a look at the linkage risk of a config's cohort, as `begin` starts a run."""
    path, under = _path(config)
    title = say("{config}: who can be found", config=path.stem)
    launch(jobs.risk_argv(path, runs=reading.runs_folder(), only_under=under), title=title)
    st.switch_page(pages.START)


def begin(config: str | Path, *, watched_at: str = pages.START) -> None:
    """Start a run of a bundled config or a file, and go to a page that shows how far it is."""
    path, under = _path(config)
    launch(jobs.run_argv(path, runs=reading.runs_folder(), only_under=under), title=path.stem)
    st.switch_page(watched_at)


def launch(argv: Sequence[str], *, title: str, right: Right = Right.RUN) -> Job:
    """Start a command line for whoever may; no page starts work in another way."""
    roles.require(right)
    if right is Right.DECIDE:
        roles.require_fresh_login()
    somebody = roles.person()
    by = "" if somebody is None else somebody.email
    return jobs.start(argv, title=title, runs=reading.runs_folder(), by=by)


def stop(job: Job) -> None:
    """Stop a job, if whoever is looking may."""
    roles.require(Right.RUN)
    jobs.cancel(job)


def problems_of(path: Path) -> str:
    """What the run of a config would refuse, as the command line says it; "" where it could begin."""
    roles.require(Right.RUN)
    argv = jobs.check_argv(path, only_under=allowed.data_folder())
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=_PATIENCE, check=False)  # noqa: S603 - our own command line
    except subprocess.TimeoutExpired:
        return ""  # the run asks all this again
    return "" if done.returncode == 0 else done.stderr.strip()


def _path(config: str | Path) -> tuple[Path, Path | None]:
    """A config, and the folder outside which it may name nothing; ours may."""
    if isinstance(config, str) or config in bundled().values():
        return bundled()[config] if isinstance(config, str) else config, None
    own = config.resolve().parent == drafts.made_folder().resolve()
    return config.resolve() if own else allowed.named(str(config)), allowed.data_folder()

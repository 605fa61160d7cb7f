"""Start a run from a page."""

from importlib import resources
from pathlib import Path

import streamlit as st

from dashboard import jobs, reading

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
    path = bundled()[config] if isinstance(config, str) else config.resolve()
    runs = reading.runs_folder()
    jobs.start(jobs.risk_argv(path, runs=runs), title=f"{path.stem}: who can be found", runs=runs)
    st.switch_page(reading.START)


def begin(config: str | Path) -> None:
    """Start a run of a bundled config or a file, and go to the page that shows how far it is."""
    path = bundled()[config] if isinstance(config, str) else config.resolve()
    runs = reading.runs_folder()
    jobs.start(jobs.run_argv(path, runs=runs), title=path.stem, runs=runs)
    st.switch_page(reading.START)

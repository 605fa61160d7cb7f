"""The house itself: rooms, doors and the traps of its layout."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("cohort", "synth", "gan_images", "utility", "privacy", "dashboard", "configs")


def test_no_page_of_the_dashboard_bears_a_rooms_name():
    names = {path.stem for path in (ROOT / "dashboard").rglob("*.py")}
    assert not names & {*ROOMS, "synthassay"}


def test_tests_are_no_package():
    assert not list((ROOT / "tests").rglob("__init__.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_importing_a_room_imports_nothing(room):
    assert (ROOT / room / "__init__.py").read_text() == ""


def test_no_file_is_longer_than_400_lines():
    long = {
        str(path.relative_to(ROOT)): lines
        for room in (*ROOMS, "synthassay", "tests", "benchmarks")
        for path in (ROOT / room).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_a_file_that_hides_a_room_is_named(tmp_path):
    (tmp_path / "privacy.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", "import synthassay"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"{tmp_path / 'privacy.py'} hides SynthAssay's package 'privacy': rename it" in done.stderr


_LIGHT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "sdv", "ctgan"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from pathlib import Path
from synthassay import pipeline
from synthassay.config_reader import config_from_dict
content = {"cohort": {"demo": "diabetes"}, "candidates": ["trees", "ctgan"], "references": [],
           "attacks": ["exact_copies"]}
folder = pipeline.run(config_from_dict(content, folder=Path()), out=Path(sys.argv[1]))
from synthassay.runs import read_run
run = read_run(folder)
assert run.of("trees").verdict is not None
assert "synthassay[sdv]" in run.of("ctgan").failure, run.of("ctgan").failure
assert (folder / "report.html").is_file()
"""


def test_the_core_runs_without_torch_sdv_and_ctgan(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _LIGHT, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_dependency_is_pinned_once():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = {*project["dependencies"], *extras["sdv"], *extras["dev"], *extras["docs"]}
    lines = (ROOT / "constraints.txt").read_text().split()
    pinned = [line.partition("==")[0].lower().replace("_", "-") for line in lines if "==" in line]
    assert len(pinned) == len(set(pinned))
    assert {name.lower() for name in wanted} <= set(pinned)

"""CONTRIBUTING followed to the letter in a copy: an attack and a generator, each a file, a line, a test."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ASKED = re.compile(
    r"\*\*One (file|line|test)\*\*, (?:in `(?P<table>\w+)` of )?`(?P<path>[\w/.]+)`:\n\n"
    r"```python\n(?P<code>.*?)^```",
    flags=re.DOTALL | re.MULTILINE,
)


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A copy in which every step was done, and the tests that were written."""
    house = tmp_path_factory.mktemp("house")
    for part in ("cohort", "privacy", "synth"):
        shutil.copytree(ROOT / part, house / part, ignore=shutil.ignore_patterns("__pycache__"))
    for shared in ("conftest.py", "privacy/conftest.py", "privacy/attacks/conftest.py", "synth/conftest.py"):
        (house / "tests" / shared).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / shared, house / "tests" / shared)
    return house, [path for step in ASKED.finditer(PAGE) if (path := _done(step, house)).name[:5] == "test_"]


def _done(step, house):
    path = house / step["path"]
    if step["table"] is None:
        assert not path.exists()
        path.write_text(step["code"], encoding="utf-8")
        return path
    before, start, after = path.read_text(encoding="utf-8").partition(f"\n{step['table']}")
    head, opened, rest = after.partition("\n")  # the table opens on the line that names it
    assert start
    path.write_text(before + start + head + opened + step["code"] + rest, encoding="utf-8")
    return path


def test_each_is_one_file_one_line_and_one_test():
    assert [step[1] for step in ASKED.finditer(PAGE)] == ["file", "line", "test"] * 2
    assert [step["code"].count("\n") for step in ASKED.finditer(PAGE) if step["table"]] == [1, 1]


def test_what_was_written_passes_its_tests(followed):
    house, tests = followed
    assert len(tests) == 2
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--import-mode=importlib",
            "-p",
            "no:cacheprovider",
            *map(str, tests),
        ],
        cwd=house,
        env={"PYTHONPATH": str(house), "PATH": "", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_what_was_written_is_formatted_and_linted(followed):
    house, _ = followed
    steps = [str(house / step["path"]) for step in ASKED.finditer(PAGE)]
    for arguments in (("format", "--check"), ("check",)):
        ruff = [
            sys.executable,
            "-m",
            "ruff",
            *arguments,
            "--no-cache",
            "--config",
            str(ROOT / "pyproject.toml"),
        ]
        done = subprocess.run([*ruff, *steps], cwd=house, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout

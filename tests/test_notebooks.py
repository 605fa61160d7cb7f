"""The notebooks run as plain scripts, at smoke size and without Jupyter."""

import re
import runpy
from importlib.util import find_spec
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NEEDS = {"assay_sdv": "sdv", "seventy_lesions": "torch"}


def test_there_are_four():
    assert sorted(path.stem for path in FOLDER.iterdir() if path.suffix != ".md" and path.is_file()) == [
        "assay_sdv",
        "own_attack",
        "rare_class",
        "seventy_lesions",
    ]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_something(path, monkeypatch, tmp_path):
    if find_spec(NEEDS.get(path.stem, "numpy")) is None:
        pytest.skip(f"{path.stem} needs {NEEDS[path.stem]}, which is not installed")
    monkeypatch.setenv("SYNTHASSAY_SMOKE", "1")
    monkeypatch.chdir(tmp_path)
    found = runpy.run_path(str(path))
    assert FOUND[path.stem](found)
    assert list(tmp_path.iterdir()) == []  # nothing is written beside it
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ---\n# jupyter:\n#   jupytext: {text_representation: {extension: .py")
    assert len(re.findall(r"^# %%", text, flags=re.MULTILINE)) >= 8


FOUND = {
    "assay_sdv": lambda names: names["report"].verdict.judgement in ("accept", "reject", "inconclusive"),
    "rare_class": lambda names: names["scores"].shape == (2, 3) and names["augment"].manifest_["kept"].any(),
    "seventy_lesions": lambda names: names["cohort"].n_groups == 56 and len(names["found"].risks) == 1,
    "own_attack": lambda names: min(names["quiet"]) > 0.05 and names["loud"].p <= 0.01,
}

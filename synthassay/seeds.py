"""Runs that differ in nothing but their seed: how far that alone moves a frontier."""

import json
from pathlib import Path
from typing import Any

from synthassay.runs import list_runs


def same_but_seed(folder: Path) -> dict[int, dict[str, Any]]:
    """The frontiers of the finished runs beside one whose configs differ from its own in the seed alone.

    Parameters
    ----------
    folder : Path
        A finished run.

    Returns
    -------
    dict of int to dict
        ``frontier.json`` by seed, the run's own among them; of two runs under one seed the newer.
    """
    found: dict[int, dict[str, Any]] = {}
    wanted = _without_seed(folder)
    if wanted is None:
        return found
    for each in reversed(list_runs(folder.parent)):
        try:
            if _without_seed(each) == wanted:
                found[int(_json(each / "run.json")["seed"])] = _json(each / "frontier.json")
        except (OSError, KeyError, ValueError):
            continue  # it is told where it is read itself
    return dict(sorted(found.items()))


def _without_seed(folder: Path) -> list[str] | None:
    """A config as it was resolved, without its name, which may say the seed too; None where it is gone."""
    try:
        lines = (folder / "config.yaml").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return [line for line in lines if not line.startswith(("seed:", "name:"))]


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content

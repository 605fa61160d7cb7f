"""The state of an interrupted training in a file: numpy's npz, without pickle, whole or not at all."""

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cohort.errors import GenerationError

Arrays = dict[str, npt.NDArray[Any]]
_KEY = "key"


def write_checkpoint(path: Path, key: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write arrays by name, and ``key``, which says whose state they are."""
    beside = path.with_name(path.name + ".partial")
    with beside.open("wb") as file:
        np.savez(file, **{_KEY: np.array(key)}, **arrays)
    os.replace(beside, path)


def read_checkpoint(path: Path, key: str, *, made_by: str) -> Arrays:
    """Read what `write_checkpoint` wrote.

    Raises
    ------
    GenerationError
        Where the file cannot be read, or has another key.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        what = f"no checkpoint of {made_by}; remove the file or name another."
        raise GenerationError(f"{path}: {what}") from None
    if str(found.pop(_KEY, "")) != key:
        what = "a checkpoint of other data, settings or another seed; remove it or name another."
        raise GenerationError(f"{path}: {what}")
    return found

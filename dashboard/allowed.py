"""Which files whoever starts runs may name: those under one folder, and no others this account can read."""

import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from cohort.errors import InputError, Problem
from dashboard import roles
from dashboard.roles import Right
from synthassay.language import say
from synthassay.state import may_be_named

_DEEPEST, _MOST, _MOST_SEEN = 2, 100, 5000
_TABLES = (".csv", ".tsv", ".parquet", ".xlsx")
_NOT_ENTERED = ("private", "releases", "node_modules", "__pycache__")


def data_folder() -> Path:
    """The folder of `synthassay dashboard --data`, else the one in which the dashboard was started."""
    return Path(sys.argv[2] if len(sys.argv) > 2 else ".").resolve()


def named(typed: str) -> Path:
    """A file that somebody typed, relative to the folder; raises `InputError` outside it."""
    roles.require(Right.RUN)
    path = (data_folder() / Path(typed.strip()).expanduser()).resolve()
    if not may_be_named(path, under=data_folder()):
        what = say(
            "{path} may not be named here: it does not lie under {folder}.", path=path, folder=data_folder()
        )
        remedy = say("Put the file there, or start the dashboard with --data FOLDER.")
        raise InputError(Problem(what=what, remedy=remedy))
    if not path.is_file():
        what = say("There is no file {path}.", path=path)
        raise InputError(Problem(what=what, remedy=say("Look at how it is spelled.")))
    return path


def config(typed: str) -> Path:
    """The same for a config."""
    path = named(typed)
    if path.suffix.lower() not in (".yaml", ".yml"):
        what = say("{name} is no config: its name should end in .yaml.", name=path.name)
        raise InputError(Problem(what=what))
    return path


def tables() -> list[str]:
    """The tables in and just below the folder, relative to it, as far as a short look finds them."""
    roles.require(Right.RUN)
    seen = islice(_files(data_folder(), depth=_DEEPEST), _MOST_SEEN)
    tabular = (path for path in seen if path.suffix.lower() in _TABLES and path.name[0] != ".")
    found = [path.relative_to(data_folder()) for path in tabular]
    return [str(each) for each in sorted(found, key=lambda each: (len(each.parts), each))][:_MOST]


def _files(folder: Path, *, depth: int) -> Iterator[Path]:
    """Files, those near the top first; no link is followed and nothing hidden is entered."""
    try:
        inside = sorted(os.scandir(folder), key=lambda each: each.name)
    except OSError:
        return
    yield from (Path(each.path) for each in inside if each.is_file(follow_symlinks=False))
    for each in inside:
        enters = each.name[0] != "." and each.name not in _NOT_ENTERED
        if depth > 0 and enters and each.is_dir(follow_symlinks=False):
            yield from _files(Path(each.path), depth=depth - 1)

"""The formats of what is written to stay, by number, and what is said of a later one.

A program reads every format up to its own. Whoever changes what is written raises the number, writes
the step from the one before where it is read, and keeps a golden run of the old one in the tests.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cohort.errors import InputError, Problem

RUN = 1
"""Everything in a run's folder: ``run.json`` bears it as ``format``; a run without one is of the first."""
LEDGER = 1
"""A line of the ledger; a line without a ``format`` is of the first."""

_FIRST = 1


def refuse_later(about: Mapping[str, Any], folder: Path) -> None:
    """Refuse a run's folder that a later program wrote.

    Parameters
    ----------
    about : mapping
        ``run.json``.
    folder : Path
        Where it stands.

    Raises
    ------
    InputError
        Naming both formats.
    """
    found = about.get("format", _FIRST)
    if type(found) is not int or not _FIRST <= found <= RUN:
        raise InputError(later(found, RUN, where=str(folder), version=str(_version(about))))


def later_line(line: bytes) -> int | None:
    """The format of a ledger's line, where it is later than ours."""
    try:
        found = json.loads(line).get("format", _FIRST)
    except (AttributeError, ValueError, RecursionError):
        return None
    return found if type(found) is int and found > LEDGER else None


def later(found: object, known: int, *, where: str, version: str = "") -> Problem:
    """What to say of a format that is not known here."""
    by = f" (SynthAssay {version})" if version else ""
    return Problem(
        what=f"is of format {found}{by}; this SynthAssay reads formats up to {known}.",
        where=where,
        remedy="Open it with the version that wrote it, or install a later one.",
    )


def _version(about: Mapping[str, Any]) -> object:
    versions = about.get("versions")
    return versions.get("synthassay", "") if isinstance(versions, Mapping) else ""

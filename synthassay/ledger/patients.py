"""Whose data a run was made from, and what was tried on them before, in whatever folder of runs.

A folder's ledger knows its own runs. This installation remembers besides, in ``$SYNTHASSAY_STATE``, each
data set that it has judged releases of, so that another ``--out``, a changed cell or a few patients more do
not begin the count anew. A data set is recognised by a sketch: the smallest 64 keyed hashes of its rows
(Broder 1997, doi:10.1109/SEQUEN.1997.666900), and one of each column. No value can be read from it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import filelock
import pandas as pd

from cohort.durable import add_durably
from synthassay.ledger.canonical import canonical
from synthassay.state import secret, state_folder

_KNOWN, _TRIED = "patients.jsonl", "attempts.jsonl"
_SMALLEST = 64
_ALIKE = 0.5  # of the rows, or of the columns
_TELLING = 10  # different values; a column with fewer is alike in many data sets
_DIGEST = 8


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """What a data set is recognised by.

    Parameters
    ----------
    rows : tuple of str
        The smallest keyed hashes of its rows, sorted.
    columns : tuple of str
        A keyed hash of the values of each column that has enough different ones.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...] = ()

    def is_like(self, other: Self) -> bool:
        """Whether at least about half of the rows, or of the columns, are the same."""
        return _shared_rows(self.rows, other.rows) >= _ALIKE or _shared(self.columns, other.columns) >= _ALIKE


def sketch_table(table: pd.DataFrame) -> Sketch:
    """Of a table; neither the order of its rows nor the names of its columns matter."""
    cells = [_texts(table.iloc[:, place]) for place in range(table.shape[1])]
    telling = [each for each in cells if len(set(each)) >= _TELLING]
    columns = {_keyed("\x1f".join(sorted(each)).encode()) for each in telling}
    rows = sketch("\x1f".join(row).encode() for row in zip(*cells, strict=True)).rows
    return Sketch(rows=rows, columns=tuple(sorted(columns)))


def sketch(rows: Iterable[bytes]) -> Sketch:
    """Of anything that comes in pieces, such as pictures."""
    return Sketch(rows=tuple(sorted({_keyed(row) for row in rows})[:_SMALLEST]))


def recognise(found: Sketch, *, name: str) -> str:
    """The name under which a data set was known before, else ``name``, by which it is known from now on."""
    path = state_folder() / _KNOWN
    with filelock.FileLock(path.with_suffix(".lock")):
        for each in _lines(path):
            known = Sketch(rows=tuple(each["rows"]), columns=tuple(each["columns"]))
            if found.is_like(known):
                return str(each["patients"])
        told = {"patients": name, "rows": list(found.rows), "columns": list(found.columns)}
        add_durably(path, canonical(told) + b"\n", private=True)
    return name


def tried_elsewhere(
    patients: str, judged: Sequence[Mapping[str, str]], *, here: Iterable[str]
) -> dict[str, int]:
    """What ended how on these patients outside one ledger, and note what has just been judged.

    Parameters
    ----------
    patients : str
        As `recognise` calls them.
    judged : sequence of mapping
        This run's candidates: ``same``, a keyed hash of the release, and ``verdict``.
    here : iterable of str
        The releases of these patients that the ledger knows: they are not counted again.

    Returns
    -------
    dict of str to int
        How many releases ended in each verdict.
    """
    path = state_folder() / _TRIED
    with filelock.FileLock(path.with_suffix(".lock")):
        tried = {each["same"]: each["verdict"] for each in _lines(path) if each["patients"] == patients}
        new = [each for each in judged if each["same"] not in tried]
        for each in new:
            told = {"patients": patients, "same": each["same"], "verdict": each["verdict"]}
            add_durably(path, canonical(told) + b"\n", private=True)
    known = {*here, *(each["same"] for each in judged)}
    return dict(sorted(Counter(verdict for same, verdict in tried.items() if same not in known).items()))


def _texts(column: pd.Series) -> list[str]:
    """Cells as text; a whole number stays the same where another cell of its column went missing."""
    if pd.api.types.is_numeric_dtype(column):
        return [f"{value:.12g}" for value in column.astype(float)]
    return [str(value) for value in column]


def _keyed(content: bytes) -> str:
    return hashlib.blake2b(content, key=secret("hash.key"), digest_size=_DIGEST).hexdigest()


def _shared_rows(one: Sequence[str], other: Sequence[str]) -> float:
    """The share of rows in both, among the smallest hashes of all."""
    smallest = sorted({*one, *other})[:_SMALLEST]
    both = set(one) & set(other)
    return sum(each in both for each in smallest) / len(smallest) if smallest else 0.0


def _shared(one: Sequence[str], other: Sequence[str]) -> float:
    every = {*one, *other}
    return len(set(one) & set(other)) / len(every) if every else 0.0


def _lines(path: Path) -> list[dict[str, Any]]:
    """What was noted; a line that a stopped process left half written is none."""
    content = path.read_bytes() if path.is_file() else b""
    return [json.loads(line) for line in content.split(b"\n")[:-1]]

"""Add to the ledger: one line at a time, under a lock, signed, and on disk before anybody is told."""

import hashlib
import os
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import filelock
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cohort.durable import add_durably
from cohort.errors import InputError, Problem
from synthassay.ledger.keys import is_genuine, public_key, signing_key
from synthassay.ledger.records import LEDGER, MENDED, NOTHING_BEFORE, Entry

_LOCK = ".ledger.lock"
_PATIENCE = 60.0  # seconds; an entry takes milliseconds


def append(runs: Path, kind: str, body: dict[str, Any]) -> Entry:
    """Sign an entry after the last one; it is on disk when this returns.

    What a stopped process left half written was told to nobody: it is cut off first, and an entry
    says so. A line that lacks its end alone is an entry, and stays.

    Parameters
    ----------
    runs : Path
        The folder of runs; made when absent.
    kind : str
        What happened.
    body : dict
        What is told of it: nothing that was computed from patients without a secret key.

    Raises
    ------
    InputError
        Where the last line is not as it was written, or another process keeps the ledger locked.
    """
    key = signing_key()
    runs.mkdir(parents=True, exist_ok=True)
    path = runs / LEDGER
    try:
        with filelock.FileLock(runs / _LOCK, timeout=_PATIENCE):
            return _add(path, key, _whole(path, key), kind, body)
    except filelock.Timeout:
        remedy = "Wait for it, and try again."
        raise InputError(
            Problem(what="another process keeps the ledger locked.", where=str(path), remedy=remedy)
        ) from None


def _whole(path: Path, key: Ed25519PrivateKey) -> Entry | None:
    """The last entry, after whatever was left half written behind it is mended."""
    content = path.read_bytes() if path.is_file() else b""
    whole, _, torn = content.rpartition(b"\n")
    last = _read(path, whole.rpartition(b"\n")[2]) if whole else None
    if not torn:
        return last
    finished = _finished(torn, after=last)
    if finished is not None:
        add_durably(path, b"\n", private=False)
        return finished
    os.truncate(path, len(content) - len(torn))
    return _add(path, key, last, MENDED, {"bytes": len(torn), "sha256": hashlib.sha256(torn).hexdigest()})


def _finished(torn: bytes, *, after: Entry | None) -> Entry | None:
    """A line that lacks nothing but its end, as an entry."""
    with suppress(ValueError):
        entry = Entry.from_line(torn)
        if is_genuine(entry) and entry.previous == _hash(after):
            return entry
    return None


def _read(path: Path, line: bytes) -> Entry:
    try:
        return Entry.from_line(line)
    except ValueError:
        what = "the last line is not as it was written, and nothing is added to it."
        remedy = "`synthassay verify` says what was changed; restore the ledger from a backup."
        raise InputError(Problem(what=what, where=str(path), remedy=remedy)) from None


def _add(path: Path, key: Ed25519PrivateKey, last: Entry | None, kind: str, body: dict[str, Any]) -> Entry:
    entry = Entry(
        seq=1 if last is None else last.seq + 1,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        kind=kind,
        body=body,
        previous=_hash(last),
        signer=public_key(key),
    )
    signed = replace(entry, signature=key.sign(entry.signed).hex())
    add_durably(path, signed.line + b"\n", private=False)
    return signed


def _hash(entry: Entry | None) -> str:
    return NOTHING_BEFORE if entry is None else entry.hash

"""What belongs to this installation and not to a run: its secret key and its jobs."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import filelock
import pandas as pd
import platformdirs

from cohort.cohort import Cohort
from cohort.durable import add_durably, sync_folder


def state_folder() -> Path:
    """``$SYNTHASSAY_STATE``, or the platform's folder for a user's state; made when absent."""
    chosen = os.environ.get("SYNTHASSAY_STATE") or platformdirs.user_state_dir("synthassay")
    folder = Path(chosen)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def may_be_named(path: Path, *, under: Path) -> bool:
    """Whether a file lies under a folder, and is neither our own state nor what a run keeps private."""
    found = path.resolve()
    inside = found.is_relative_to(under.resolve()) and not found.is_relative_to(state_folder().resolve())
    return inside and "private" not in found.relative_to(under.resolve()).parts


def keyed_hash(content: bytes) -> str:
    """HMAC-SHA256 under this installation's key, 64 hex digits.

    A plain hash of a small cohort would let somebody who knows all rows but one confirm the last.
    """
    return hmac.new(secret("hash.key"), content, hashlib.sha256).hexdigest()


def cohort_hash(*cohorts: Cohort) -> str:
    """The keyed hash of the cohorts' tables, cell by cell."""
    return keyed_hash("\x1e".join(_text(cohort.table) for cohort in cohorts).encode())


def _text(table: pd.DataFrame) -> str:
    return str(table.to_csv(index=False, na_rep="\x1f"))


def secret(name: str) -> bytes:
    """32 random bytes of this installation, made once; only their owner may read the file (0600)."""
    path = state_folder() / name
    if not path.exists():
        with filelock.FileLock(path.with_suffix(".lock")):
            if not path.exists():
                _make(path, secrets.token_bytes(32))
    return path.read_bytes()


def _make(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}")
    draft.unlink(missing_ok=True)
    add_durably(draft, content, private=True)
    draft.replace(path)
    sync_folder(path.parent)

"""Files that are on disk before anybody is told, and for their owner alone where they hold secrets."""

import os
from contextlib import suppress
from pathlib import Path


def add_durably(path: Path, content: bytes, *, private: bool) -> None:
    """Add to a file, made when absent; on disk when this returns.

    Parameters
    ----------
    path : Path
        In a folder that exists.
    content : bytes
        What to add.
    private : bool
        Whether a file that is made is for its owner's eyes alone (0600).
    """
    new = not path.exists()
    with open(path, "ab", opener=_owner_only if private else None) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if new:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder last; Windows knows no such thing."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

"""Check a released package: every file is as it was packed, and the house that packed it signed for it."""

import hashlib
from pathlib import Path

from synthassay.ledger.keys import is_genuine, known_keys
from synthassay.ledger.records import RELEASE, Entry

CHECKSUMS, SIGNATURE = "checksums.sha256", "signature.json"


def is_package(folder: Path) -> bool:
    """Whether a folder is a package, or what is left of one."""
    return (folder / CHECKSUMS).is_file() or (folder / SIGNATURE).is_file()


def check_package(folder: Path) -> tuple[list[str], str]:
    """What is wrong with a package, a sentence each, and the hash of the entry that signs for it."""
    try:
        content = (folder / SIGNATURE).read_bytes()
        entry = Entry.from_line(content.removesuffix(b"\n"))
        genuine = entry.kind == RELEASE and is_genuine(entry) and content == entry.line + b"\n"
    except (OSError, AttributeError, TypeError, ValueError, RecursionError):
        genuine = False
    if not genuine:
        return [f"{SIGNATURE} is missing or was altered: nobody signs for this package."], ""
    faults = []
    if entry.signer not in known_keys():
        faults.append(
            f"It is signed by the key {entry.signer}, which is not known here. Where the house that made it "
            f"tells you the same key: `synthassay keys --trust {entry.signer} --holder NAME`."
        )
    return [*faults, *_files(folder, str(entry.body.get("checksums")))], entry.hash


def _files(folder: Path, checksums: str) -> list[str]:
    path = folder / CHECKSUMS
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != checksums:
        return [f"{CHECKSUMS} is missing or was altered."]
    lines = [line for line in content.decode().splitlines() if not line.startswith("#")]
    packed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    found = {each.relative_to(folder).as_posix(): each for each in folder.rglob("*") if not each.is_dir()}
    here = {name: each for name, each in found.items() if name not in (CHECKSUMS, SIGNATURE)}
    return [
        *(f"{name} is gone." for name in packed if name not in here),
        *(f"{name} was added." for name in sorted(here) if name not in packed),
        *(
            f"{name} was changed."
            for name, digest in packed.items()
            if name in here and _sha256(here[name]) != digest
        ),
    ]


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""

"""A run's folder sealed: one keyed hash a file, so that any later change can be named.

The key is a salt that lies in the folder and never leaves the house. A plain hash of a config or of
a release that stayed inside would let somebody who knows all patients but one, and tries seeds and
guesses of the last, confirm the right one.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cohort.yaml_text import load_yaml
from synthassay.ledger.canonical import canonical

HASHES = "hashes.json"
CONFIG = "config.yaml"
_WHOLE_RUN = (CONFIG, "run.json", "cohort.json", "frontier.json")
_INPUTS = ("data", "holdout", "trained_on", "metadata")


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What a run's folder held when the run ended.

    Parameters
    ----------
    salt : str
        The key of all hashes, 64 hex digits.
    inputs : dict of str to str
        The files of patients that the run read, by their key in the config, as they were when it started.
    files : dict of str to str
        Every file that a decision stands on, by its path in the folder.
    """

    salt: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Of everything sealed, 64 hex digits; the salt inside keeps it from being guessed."""
        return _sha256({"salt": self.salt, "inputs": self.inputs, "files": self.files})

    def evidence(self, candidate: str) -> str | None:
        """The hash of a candidate's evidence."""
        return self.files.get(f"evidence/{candidate}.json")

    def release(self, candidate: str) -> str | None:
        """The hash of everything in a candidate's release; None where it has none."""
        inside = {path: each for path, each in self.files.items() if _is_release(path, candidate)}
        return _sha256(inside) if inside else None

    def hash_file(self, path: Path, *, name: str) -> str:
        """The keyed hash of a file under its name."""
        keyed = hmac.new(bytes.fromhex(self.salt), f"{name}\0".encode(), hashlib.sha256)
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                keyed.update(block)
        return keyed.hexdigest()


def begin_seal(folder: Path, cohort: Mapping[str, Any]) -> None:
    """Note, as a run starts, the files of patients that it reads; ``cohort`` as in the resolved config."""
    open_seal = Seal(salt=secrets.token_hex(32))
    inputs = {key: open_seal.hash_file(path, name=key) for key, path in _inputs(cohort).items()}
    _write(folder, Seal(salt=open_seal.salt, inputs=inputs))


def close_seal(folder: Path) -> Seal:
    """Hash what stands in the folder now that the run has ended."""
    started = read_seal(folder)
    files = {name: started.hash_file(folder / name, name=name) for name in _sealed(folder)}
    seal = Seal(salt=started.salt, inputs=started.inputs, files=files)
    _write(folder, seal)
    return seal


def read_seal(folder: Path) -> Seal:
    """Read a folder's seal; raises `OSError` or `ValueError` where there is none."""
    content = json.loads((folder / HASHES).read_text(encoding="utf-8"))
    try:
        return Seal(**content)
    except TypeError:
        raise ValueError(f"{HASHES} is not as it was written") from None


def changes(folder: Path, seal: Seal, *, candidate: str | None = None) -> list[str]:
    """What is no longer as it was sealed, a sentence each; of one candidate, only what it stands on."""
    now = [name for name in _sealed(folder) if candidate is None or _concerns(name, candidate)]
    then = [name for name in seal.files if candidate is None or _concerns(name, candidate)]
    gone = [f"{name} is gone." for name in then if name not in now]
    added = [f"{name} was added." for name in now if name not in seal.files]
    altered = [
        f"{name} was changed."
        for name in now
        if name in seal.files and seal.hash_file(folder / name, name=name) != seal.files[name]
    ]
    return [*gone, *added, *altered]


def changed_inputs(folder: Path, seal: Seal) -> list[str]:
    """The files of patients that changed since; one that is not here any more cannot be compared."""
    try:
        cohort = load_yaml((folder / CONFIG).read_text(encoding="utf-8"))["cohort"]
        found = _inputs(cohort)
    except (OSError, TypeError, KeyError, ValueError, yaml.YAMLError):
        return []  # a config that cannot be read is named as changed
    return [
        f"the patients' file ({key}) was changed since the run."
        for key, path in found.items()
        if key in seal.inputs and seal.hash_file(path, name=key) != seal.inputs[key]
    ]


def _inputs(cohort: Mapping[str, Any]) -> dict[str, Path]:
    named = {key: Path(str(cohort[key])) for key in _INPUTS if cohort.get(key) is not None}
    return {key: path for key, path in named.items() if path.is_file()}


def _sealed(folder: Path) -> list[str]:
    """Files that a decision stands on: not the reports, which can be written again, nor ``private/``."""
    return sorted(path.relative_to(folder).as_posix() for path in _walk(folder) if path.is_file())


def _walk(folder: Path) -> Iterator[Path]:
    yield from (folder / name for name in _WHOLE_RUN)
    yield from (folder / "evidence").rglob("*")
    yield from (folder / "releases").rglob("*")


def _concerns(name: str, candidate: str) -> bool:
    return name in _WHOLE_RUN or name == f"evidence/{candidate}.json" or _is_release(name, candidate)


def _is_release(name: str, candidate: str) -> bool:
    return name.startswith(f"releases/{candidate}/")


def _write(folder: Path, seal: Seal) -> None:
    (folder / HASHES).write_bytes(canonical(vars(seal)) + b"\n")


def _sha256(content: Any) -> str:
    return hashlib.sha256(canonical(content)).hexdigest()

"""A release that another tool made, handed in from a page: its files, its schema and its config.

Everything lies in ``$SYNTHASSAY_STATE/configs/<id>/``, under names of our own and for the owner's eyes
alone, until somebody deletes it. Without Streamlit: bytes in, files out.
"""

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml

from cohort.cohort import Cohort
from cohort.draft import draft_schema, reasons, schema_yaml
from cohort.errors import InputError, Problem
from cohort.readers import read_cohort, read_release, read_table
from cohort.schema import Column, Kind, Role, Schema
from synthassay.language import say
from synthassay.state import state_folder

LIMIT_MB = 50
ENDINGS = ("csv", "tsv", "txt", "parquet", "xlsx")
_UNPACKED_MB = 500
_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


class Origin(StrEnum):
    """Which rows a release was made from."""

    ALL = "all"
    THESE = "these"
    OTHERS = "others"
    UNKNOWN = "unknown"

    @property
    def needs_file(self) -> bool:
        """Whether a third file has to tell them apart."""
        return self in (Origin.THESE, Origin.OTHERS)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as the browser sent it; of its name only the ending is used."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class HandIn:
    """What was handed in.

    Parameters
    ----------
    folder : Path
        Where it lies; its name is the id.
    name : str
        Of the study.
    begun : str
        When, in UTC.
    origin : Origin
        Which rows the release was made from.
    files : dict of str to str
        ``real``, ``synthetic`` and perhaps ``rows``, each with its file's name in the folder.
    rows, persons : int
        Of the patients' file.
    draft : Schema
        As guessed.
    reasons : dict of str to str
        Why each column was guessed to be what it is.
    """

    folder: Path
    name: str
    begun: str
    origin: Origin
    files: Mapping[str, str]
    rows: int
    persons: int
    draft: Schema
    reasons: Mapping[str, str]


def save(*, name: str, real: Upload, synthetic: Upload, origin: Origin, rows: Upload | None = None) -> HandIn:
    """Check what was sent and keep it; whatever is refused leaves nothing behind.

    Raises
    ------
    InputError
        With every problem found, and no value of a cell.
    """
    sent = {"real": real, "synthetic": synthetic, **({"rows": rows} if rows and origin.needs_file else {})}
    problems = [
        *_unnamed(name),
        *_missing(origin, rows),
        *(p for each in sent.values() for p in _refused(each)),
    ]
    if problems:
        raise InputError(problems)
    begun = datetime.now(UTC)
    folder = _folder() / f"{begun:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"
    folder.mkdir(mode=0o700)
    try:
        files = {what: _keep(folder, what, each) for what, each in sent.items()}
        return _drafted(folder, name=safe_name(name), begun=begun, origin=origin, files=files)
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def hand_ins() -> list[HandIn]:
    """What lies there, the newest first; a folder that cannot be read is left out."""
    names = sorted((each.name for each in _folder().iterdir() if _ID.fullmatch(each.name)), reverse=True)
    return [found for name in names if (found := find(name)) is not None]


def find(identifier: str) -> HandIn | None:
    """One of them by its id; None where there is none."""
    if not _ID.fullmatch(identifier):
        return None
    try:
        told = json.loads((_folder() / identifier / "hand_in.json").read_text(encoding="utf-8"))
        draft = Schema.from_dict(told.pop("draft"))
        origin = Origin(told.pop("origin"))
        return HandIn(folder=_folder() / identifier, draft=draft, origin=origin, **told)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def delete(found: HandIn) -> None:
    """Remove its files; what was found in a run stays."""
    shutil.rmtree(found.folder)


def confirmed(draft: Schema, chosen: Mapping[str, tuple[Role, Kind]], *, person: str | None) -> Schema:
    """The drafted schema as a person has corrected it; raises `InputError` where it contradicts itself."""
    columns = tuple(_as_said(column, *chosen[column.name]) for column in draft.columns)
    visit = draft.visit if person is not None and person == draft.person else None
    return replace(draft, columns=columns, person=person, visit=visit)


def check(found: HandIn, schema: Schema) -> Cohort:
    """Read all files under a schema, before anybody waits; raises `InputError` with every problem."""
    cohort = read_cohort(found.folder / found.files["real"], schema, name=found.name)
    read_release(found.folder / found.files["synthetic"], schema)
    if "rows" in found.files:
        read_cohort(found.folder / found.files["rows"], schema, name=found.name)
    return cohort


def write(found: HandIn, schema: Schema, *, policy: str, population: int, persons: int) -> Path:
    """Write schema and config beside the files, and return the config's path.

    Parameters
    ----------
    found : HandIn
        What was handed in.
    schema : Schema
        Confirmed.
    policy : str
        A bundled profile.
    population : int
        About how many people in the area have the disease; 0 where nobody knows.
    persons : int
        In the patients' file.
    """
    _write(found.folder / "schema.yaml", schema_yaml(schema).encode())
    content = {
        "name": found.name,
        "cohort": {"data": found.files["real"], "schema": "schema.yaml", **_origin(found)},
        "policy": policy,
        **_population(population, persons),
    }
    path = found.folder / "config.yaml"
    _write(path, yaml.safe_dump(content, sort_keys=False, allow_unicode=True).encode())
    return path


def policies() -> list[str]:
    """The bundled profiles of thresholds, *registered* first."""
    folder = resources.files("configs") / "policies"
    names = [each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml")]
    return sorted(names, key=lambda name: (name != "registered", name))


def safe_name(name: str) -> str:
    """A study's name as part of a path on every platform."""
    return _UNSAFE.sub("-", name).strip("-_")[:60]


def _as_said(column: Column, role: Role, kind: Kind) -> Column:
    """A column under the role and kind that a person gave it; what was guessed for others falls away."""
    if (role, kind) == (column.role, column.kind):
        return replace(column, confirmed=True)
    return Column(
        name=column.name,
        role=role,
        kind=kind,
        missing=column.missing,
        format=column.format if kind is Kind.DATE else None,
        occurred=column.occurred if role is Role.EVENT else (),
    )


def _origin(found: HandIn) -> dict[str, str]:
    if found.origin is Origin.THESE:
        return {"trained_on": found.files["rows"]}
    if found.origin is Origin.OTHERS:
        return {"holdout": found.files["rows"], "trained_on": "all"}
    return {"trained_on": found.origin.value}


def _population(people: int, persons: int) -> dict[str, Any]:
    if not people:
        return {}
    told = f"a steward's estimate: about {people} people with the disease in the area"
    return {"population": {"fraction": min(persons / people, 1.0), "source": told}}


def _drafted(folder: Path, *, name: str, begun: datetime, origin: Origin, files: dict[str, str]) -> HandIn:
    raw = read_table(folder / files["real"]).table
    for what in ("synthetic", "rows"):
        if what in files:
            read_table(folder / files[what], at_least=1)
    draft = draft_schema(raw)
    persons = len(raw) if draft.person is None else int(raw[draft.person].nunique())
    found = HandIn(
        folder=folder,
        name=name,
        begun=begun.isoformat(timespec="seconds"),
        origin=origin,
        files=files,
        rows=len(raw),
        persons=persons,
        draft=draft,
        reasons=reasons(raw),
    )
    told = {key: value for key, value in vars(found).items() if key != "folder"}
    content = {**told, "origin": origin.value, "draft": draft.to_dict(), "reasons": dict(found.reasons)}
    _write(folder / "hand_in.json", json.dumps(content, indent=1, ensure_ascii=False).encode())
    return found


def _unnamed(name: str) -> Iterator[Problem]:
    if not safe_name(name):
        yield Problem(
            what=say("the study has no name."), remedy=say("Give it one, with at least one letter or digit.")
        )


def _missing(origin: Origin, rows: Upload | None) -> Iterator[Problem]:
    if origin.needs_file and rows is None:
        remedy = say("Add that file, or choose another answer to which rows the release was made from.")
        yield Problem(what=say("the file that tells the rows apart is missing."), remedy=remedy)


def _refused(sent: Upload) -> Iterator[Problem]:
    """What of a file can be seen without reading it as a table."""
    ending = _ending(sent)
    if ending not in ENDINGS:
        remedy = say("Save it as one of: {ENDINGS}.", ENDINGS=", ".join(ENDINGS))
        yield Problem(what=say("a file is of a kind that cannot be read."), remedy=remedy)
    if len(sent.content) > LIMIT_MB * 2**20:
        remedy = say("Use `synthassay assay` on the command line, which takes larger files.")
        yield Problem(what=say("a file is larger than {LIMIT_MB} MB.", LIMIT_MB=LIMIT_MB), remedy=remedy)
    elif ending == "xlsx" and _unpacked(sent.content) > _UNPACKED_MB * 2**20:
        remedy = say("Save it as CSV.")
        yield Problem(
            what=say("a workbook would unpack to more than {UNPACKED_MB} MB.", UNPACKED_MB=_UNPACKED_MB),
            remedy=remedy,
        )


def _ending(sent: Upload) -> str:
    return Path(sent.name).suffix.lower().removeprefix(".")


def _unpacked(content: bytes) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(each.file_size for each in archive.infolist())
    except zipfile.BadZipFile:
        return 0  # the reader says in better words that it is none


def _keep(folder: Path, what: str, sent: Upload) -> str:
    name = f"{what}.{_ending(sent)}"
    _write(folder / name, sent.content)
    return name


def _write(path: Path, content: bytes) -> None:
    """For the owner's eyes alone, from the first byte on."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)


def _folder() -> Path:
    folder = state_folder() / "configs"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder

"""Write a run folder: one finished candidate at a time, and the whole by one rename."""

import json
import math
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import filelock
import pandas as pd
import yaml

from cohort.errors import GenerationError, InputError, Problem
from cohort.release import Release
from cohort.writers import write_release
from privacy.exposure import Exposure
from synth.model_files import save_model
from synth.protocols import FittedSynthesizer
from synthassay.runs import PARTIAL, Evidence, Progress

_LABEL = "Synthetic data: no row is a patient. It was made by a program, and must be labelled so."
_KEPT = "kept in model/, for inside the house alone: it tells more of the patients than the rows do"
_COARSENED = (
    "Coarsened patient records: each row is a patient's. It is not synthetic, and must not be so called."
)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A run in progress, under ``.partial/<hash>/``; used as a context that holds its lock.

    Parameters
    ----------
    out : Path
        The folder of runs.
    name : str
        The run's name.
    key : str
        The hash of the resolved config and the data.
    """

    out: Path
    name: str
    key: str
    lock: filelock.FileLock

    @classmethod
    def open(cls, out: Path, *, name: str, key: str, resume: bool, once: bool = False) -> Self:
        """Begin a run; with ``resume`` go on with one that was stopped, with ``once`` do either.

        Raises
        ------
        InputError
            Where the same run is in progress, or there is none to resume.
        """
        folder = out / PARTIAL / key
        if resume and not folder.is_dir():
            remedy = "Run it without --resume; a changed config or data set is another run."
            raise InputError(Problem(what="there is no stopped run of this config.", remedy=remedy))
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder.with_suffix(".lock"))
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            what = "this very run is already in progress."
            raise InputError(Problem(what=what, remedy="Wait for it, or stop it first.")) from None
        if folder.is_dir() and not (resume or once):
            shutil.rmtree(folder)
        folder.mkdir(exist_ok=True)
        return cls(out=out, name=name, key=key, lock=lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and not self.finished():
            shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.release()
        if not self.folder.is_dir():
            Path(self.lock.lock_file).unlink(missing_ok=True)
            _remove_if_empty(self.out / PARTIAL)

    @property
    def folder(self) -> Path:
        """Where the run is being written."""
        return self.out / PARTIAL / self.key

    def finished(self) -> dict[str, Evidence]:
        """The candidates that need no second run: their evidence is written last, in one rename."""
        paths = sorted((self.folder / "evidence").glob("*.json"))
        return {path.stem: Evidence.from_dict(json.loads(path.read_text("utf-8"))) for path in paths}

    def write_release(self, release: Release, candidate: str, *, file_format: str) -> Path:
        """Write what would leave, and return the very file that is then assayed."""
        folder = self.folder / "releases" / candidate
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write_release(release.table, release.schema, folder, file_format=file_format)
        write_json(folder / "card.json", _card(release))
        return folder / "data.csv"

    def write_models(self, models: Sequence[FittedSynthesizer], candidate: str) -> None:
        """Write a candidate's fitted generators beside its release; the card says that they are there.

        Cross-fitted there is one for each half. Of a generator whose model is never written the card
        says why.
        """
        folder, told = self.folder / "releases" / candidate, _KEPT
        try:
            for place, fitted in enumerate(models, start=1):
                half = "" if len(models) == 1 else f"half_{place}"
                save_model(fitted, folder / "model" / half)
        except GenerationError as error:
            shutil.rmtree(folder / "model", ignore_errors=True)
            told = f"not kept: {error}"
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        write_json(folder / "card.json", {**card, "model": told})

    def write_evidence(self, evidence: Evidence, exposure: Exposure | None) -> None:
        """Write a candidate's evidence; it counts as finished from the rename on."""
        if exposure is not None:
            self.write_private(evidence.candidate, exposure.most_exposed(len(exposure.persons)))
        (self.folder / "evidence").mkdir(exist_ok=True)
        write_json(self.folder / "evidence" / f"{evidence.candidate}.json", evidence.to_dict())

    def write_private(self, name: str, persons: pd.DataFrame) -> None:
        """Write what is known of single persons, where only the owner of the folder can read it."""
        private = self.folder / "private"
        private.mkdir(mode=0o700, exist_ok=True)
        persons.to_csv(private / f"{name}.csv", index=False)

    def write_progress(self, progress: Progress) -> None:
        """Say how far the run is, for whoever watches from another process."""
        write_json(self.folder / "progress.json", vars(progress))

    def write_config(self, resolved: Mapping[str, Any]) -> None:
        """Write the config as resolved, which repeats the run."""
        text = yaml.safe_dump(dict(resolved), sort_keys=False, allow_unicode=True)
        write_text(self.folder / "config.yaml", text)

    def final(self, started: datetime) -> Path:
        """Where the finished run will stand."""
        return self.out / f"{self.name}-{started:%Y%m%dT%H%M%SZ}-{self.key[:8]}"

    def publish(self, started: datetime) -> Path:
        """Turn the draft into a finished run, by one rename."""
        (self.folder / "progress.json").unlink(missing_ok=True)
        final = self.final(started)
        if final.exists():
            shutil.rmtree(final)
        self.folder.rename(final)
        return final


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON whole or not at all; what is not a number becomes null."""
    write_text(path, json.dumps(_plain(content), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def now() -> datetime:
    """The time, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def _card(release: Release) -> dict[str, Any]:
    guarantee = release.guarantee
    return {
        "label": _COARSENED if release.levels else _LABEL,
        "made_by": release.made_by,
        "rows": len(release),
        **({"rows_from_each_half": list(release.parts)} if release.parts else {}),
        "columns": {column.name: column.kind.value for column in release.schema.carried(release.table)},
        **({"levels": dict(release.levels)} if release.levels else {}),
        "guarantee": None if guarantee is None else vars(guarantee),
        "model": "not kept",
    }


def _plain(content: Any) -> Any:
    """Numpy scalars, tuples and not-a-numbers as JSON knows them."""
    if isinstance(content, Mapping):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if hasattr(content, "item"):
        content = content.item()
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()

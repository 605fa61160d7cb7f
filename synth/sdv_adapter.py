"""SDV behind our protocol, with a guard for each fault listed in DESIGN.md.

SDV sees neutral column names and category codes only, so that neither its metadata nor its
messages can hold a value; its model is never written to a file.
"""

import logging
import random
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any
from unittest import mock

import joblib
import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import GenerationError
from cohort.release import Release
from cohort.schema import Schema
from synth.complete import Part, Preparation, fit_preparation
from synth.protocols import Conditions, Progress
from synth.rejection import Allowed, allowed_values, sample_release

_TABLE = "train"
_LOGGERS = ("SingleTableSynthesizer", "copulas", "ctgan", "rdt", "sdv")
_MOST_SEED = 2**32

Make = Callable[[Any, Any], Any]
"""From SDV's module of single-table synthesizers and a metadata, an unfitted synthesizer."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedSdv:
    """A fitted SDV synthesizer that cannot be told from our own."""

    model: Any
    preparation: Preparation
    schema: Schema
    allowed: dict[str, Allowed]
    made_by: str

    def sample(self, n: int, *, conditions: Conditions | None = None, seed: int) -> Release:
        """Draw ``n`` rows that fulfil the schema's rules and ``conditions``.

        Conditions are met by rejection: SDV's own conditioning of CTGAN conditions the wrong
        column.

        Raises
        ------
        GenerationError
            Where too few such rows come up.
        """
        return sample_release(
            self._draw,
            n,
            schema=self.schema,
            allowed=self.allowed,
            conditions=conditions,
            seed=seed,
            made_by=self.made_by,
        )

    def _draw(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        parts = self.preparation.parts
        if not parts:
            return self.preparation.decode(pd.DataFrame(index=range(n)))
        seed = int(rng.integers(_MOST_SEED))
        with guarded(seed):
            # Without these two every model gives the same rows after a fit, and other rows
            # at each call after that.
            self.model.reset_sampling()
            self.model._set_random_state(seed)
            drawn = _told(lambda: self.model.sample(n)[_TABLE], self.made_by, "draw rows")
        return self.preparation.decode(_from_sdv(drawn, parts))


def fit_sdv(train: Cohort, *, made_by: str, seed: int, make: Make) -> FittedSdv:
    """Fit the SDV synthesizer that ``make`` gives on the train persons alone.

    Raises
    ------
    GenerationError
        Where SDV is not installed or cannot learn from these rows.
    """
    preparation = fit_preparation(train)
    frame = preparation.encode(train.released, np.random.default_rng(seed))
    single_table, metadata = load_sdv()
    model: Any = None
    if preparation.parts:
        with guarded(seed):
            model = make(single_table, metadata.load_from_dict(_metadata(preparation.parts)))
            shown = {_TABLE: _to_sdv(frame, preparation.parts)}
            _told(lambda: model.fit(shown), made_by, "learn from these rows")
    return FittedSdv(
        model=model,
        preparation=preparation,
        schema=train.schema,
        allowed=allowed_values(train),
        made_by=made_by,
    )


@contextmanager
def guarded(seed: int) -> Iterator[None]:
    """Seed the global generators, use one thread, keep still, and leave all as it was.

    numpy's, torch's and Python's global generators and torch's number of threads are restored.
    joblib runs in this thread: ctgan would start processes at 500 rows, and threads would race
    for the global generator.
    """
    import torch  # noqa: PLC0415 - an extra

    numpy_state, torch_state, python_state = np.random.get_state(), torch.get_rng_state(), random.getstate()  # noqa: NPY002
    threads = torch.get_num_threads()
    try:
        np.random.seed(seed % _MOST_SEED)  # noqa: NPY002
        torch.manual_seed(seed)
        random.seed(seed)
        torch.set_num_threads(1)
        with warnings.catch_warnings(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            warnings.simplefilter("ignore")
            with joblib.parallel_config(backend="sequential"), np.errstate(all="ignore"):
                yield
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        torch.set_rng_state(torch_state)
        random.setstate(python_state)
        torch.set_num_threads(threads)


def load_sdv() -> tuple[Any, Any]:
    """SDV's single-table synthesizers and its metadata class.

    While it is imported, SDV copies a logging configuration into the user's home, and follows
    one that it finds there; it is given an empty folder instead.

    Raises
    ------
    GenerationError
        Where sdv, ctgan or torch is not installed.
    """
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            mock.patch("platformdirs.user_data_dir", return_value=folder),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            import ctgan  # noqa: F401, PLC0415 - extras, and slow to import
            import torch  # noqa: F401, PLC0415
            from sdv import single_table  # noqa: PLC0415
            from sdv.metadata import Metadata  # noqa: PLC0415
    except ImportError:
        raise GenerationError("SDV cannot be imported: install synthassay[sdv].") from None
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    return single_table, Metadata


@contextmanager
def epochs_told(module: str, epochs: int, progress: Progress) -> Iterator[None]:
    """Tell ``progress`` after each epoch of a ctgan module, whose only word on it is its bar."""

    def told(rounds: Iterable[int], **_: object) -> Iterator[int]:
        for epoch in rounds:
            yield epoch
            progress((epoch + 1) / epochs)

    load_sdv()
    with mock.patch(f"ctgan.synthesizers.{module}.tqdm", told):
        yield


def _told(do: Callable[[], Any], made_by: str, what: str) -> Any:
    """What ``do`` gives; SDV's own complaint, which may quote values, is left out."""
    try:
        return do()
    except (ArithmeticError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise GenerationError(
            f"{made_by}: SDV could not {what} ({type(error).__name__}). Take another, such as trees."
        ) from None


def _metadata(parts: tuple[Part, ...]) -> Mapping[str, Any]:
    """Kinds only: what SDV would detect itself holds every category and both extremes."""
    kinds = {
        label: {"sdtype": "numerical" if part.is_numeric else "categorical"}
        for label, part in _labelled(parts).items()
    }
    return {"tables": {_TABLE: {"columns": kinds}}}


def _to_sdv(frame: pd.DataFrame, parts: tuple[Part, ...]) -> pd.DataFrame:
    shown = {
        label: frame[part.name] if part.is_numeric else frame[part.name].astype(str)
        for label, part in _labelled(parts).items()
    }
    return pd.DataFrame(shown)


def _from_sdv(drawn: pd.DataFrame, parts: tuple[Part, ...]) -> pd.DataFrame:
    """A complete frame; rows in which SDV drew no finite number or no category are left out."""
    read = {part.name: pd.to_numeric(drawn[label]) for label, part in _labelled(parts).items()}
    frame = pd.DataFrame(read).replace([np.inf, -np.inf], np.nan).dropna().reset_index(drop=True)
    return frame.astype({part.name: np.float64 if part.is_numeric else np.int64 for part in parts})


def _labelled(parts: tuple[Part, ...]) -> dict[str, Part]:
    return {f"c{place}": part for place, part in enumerate(parts)}

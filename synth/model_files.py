"""A fitted generator in two files, without pickle: ``model.json`` and ``arrays.npz``.

What is read is data: classes come from a list in this file, arrays hold numbers only, and sizes are
bounded before anything is unpacked. A loaded model draws the very rows that the fitted one draws.
"""

import hashlib
import io
import json
import math
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any, cast

import numpy as np

from cohort.errors import GenerationError, InputError, Problem
from synth.plain import KINDS, Array, Node, name_of, restored, written
from synth.protocols import FittedSynthesizer

MODEL, ARRAYS = "model.json", "arrays.npz"

_FORMAT = "synthassay model"
_VERSION = 1
_MOST_BYTES = 2**29  # of either file, and of all arrays unpacked

_FITTED = {
    "trees": "synth.trees:FittedTrees",
    "forest": "synth.forest:FittedForest",
    "visits": "synth.visits:FittedVisits",
    "cgan": "synth.cgan.model:FittedCgan",
    "dp_mst": "synth.dp.model:FittedDp",
    "dp_aim": "synth.dp.model:FittedDp",
}
_PARTS = {
    "cohort.release": ("Guarantee",),
    "cohort.schema": ("Column", "Kind", "Role", "Schema"),
    "synth.boosting": ("Boosted",),
    "synth.cgan.encode": ("Coding",),
    "synth.cgan.weights": ("Weights",),
    "synth.complete": ("Part", "Preparation", "_Categories", "_Numbers"),
    "synth.course": ("Course",),
    "synth.cuts": ("Cuts",),
    "synth.dp.descent": ("Model",),
    "synth.dp.domain": ("Bins", "Grid", "Values"),
    "synth.dp.junction": ("JunctionTree",),
    "synth.dp.marginals": ("Measurement",),
    "synth.dp.pooling": ("Pooling",),
    "synth.forest": ("_Cells", "_Levels"),
    "synth.laws": ("Classes", "Spread"),
    "synth.leaves": ("Leaves", "Quantiles"),
    "synth.persistence": ("Persistence",),
    "synth.rejection": ("Allowed",),
    "synth.trees": ("Step",),
    "synth.views": ("View",),
}
ALLOWED = frozenset(_FITTED.values()) | {
    f"{module}:{name}" for module, names in _PARTS.items() for name in names
}
"""All that a model file can be made of; a new fitted record is added here."""

NOT_WRITTEN = {
    "synth.sdv_adapter:FittedSdv": "SDV's models can only be pickled, and hold train's values and, "
    "CTGAN's, which rows have which category",
    "synth.hierarchical.model:FittedHierarchical": "the sums of products that it keeps of each stratum give "
    "back the rows of a stratum with few persons",
    "synth.kanonymity:FittedKAnonymity": "it has none: what it keeps are the coarsened rows themselves",
    "synth.references:FittedCopy": "it is the train rows",
    "synth.references:FittedIndependent": "it is the train columns",
}
"""Fitted generators that are never written, and why."""
_UNSAID = "nobody has said what it tells of the patients, and what is unknown is not written"


def why_not_written(fitted: FittedSynthesizer) -> str | None:
    """Why a fitted generator's model is never written to a file; None where it may be."""
    name = name_of(type(fitted))
    return None if name in _FITTED.values() else NOT_WRITTEN.get(name, _UNSAID)


def save_model(fitted: FittedSynthesizer, folder: str | Path) -> None:
    """Write a fitted generator; equal models give equal files.

    Parameters
    ----------
    fitted : FittedSynthesizer
        Of `trees`, `forest`, `cgan`, `dp_mst` or `dp_aim`.
    folder : str or Path
        Made where absent, for its owner alone; holds ``model.json`` and ``arrays.npz``.

    Raises
    ------
    GenerationError
        For a generator whose model is not written; the message says why.
    """
    reason = why_not_written(fitted)
    if reason is not None:
        raise GenerationError(f"the model is not written to a file: {reason}. Keep its release.")
    node, arrays = written(fitted, allowed=ALLOWED)
    packed = _packed(arrays)
    content = {"format": _FORMAT, "version": _VERSION, "sha256": _digest(node, packed), "model": node}
    folder = Path(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(folder / ARRAYS, packed)
    _write(folder / MODEL, json.dumps(content, ensure_ascii=False, allow_nan=False).encode())


def load_model(folder: str | Path) -> FittedSynthesizer:
    """Read a fitted generator; it draws the very rows that the written one draws.

    Parameters
    ----------
    folder : str or Path
        Which `save_model` wrote, whoever sent it: nothing in it is run.

    Raises
    ------
    InputError
        Where it holds no model, a damaged one, or one of another version.
    GenerationError
        Where torch is needed and not installed.
    """
    folder = Path(folder)
    try:
        content, packed = json.loads(_bytes(folder / MODEL)), _bytes(folder / ARRAYS)
        _check(content, packed)
        fitted = restored(content["model"], _unpacked(packed), allowed=ALLOWED)
        if name_of(type(fitted)) not in _FITTED.values():
            raise ValueError("no fitted generator")
        fitted.sample(0, seed=0)  # draws a row: what does not fit together comes out here
    except ModuleNotFoundError:
        raise GenerationError(f"{folder}: this model needs torch: install synthassay[gan].") from None
    except OSError as error:
        raise _unreadable(folder, f"cannot be read ({error.strerror or type(error).__name__})") from None
    except _BROKEN as error:
        raise _unreadable(folder, f"is no model that can be read ({_reason(error)})") from None
    return cast(FittedSynthesizer, fitted)


# InputError and its kin are ValueErrors, as are JSON's and zip's own complaints about content.
_BROKEN = (ArithmeticError, AttributeError, LookupError, MemoryError, NotImplementedError, RecursionError,
           RuntimeError, SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error)  # fmt: skip


def _reason(error: Exception) -> str:
    return str(error) if type(error) is ValueError else "it is damaged"


def _check(content: Any, packed: bytes) -> None:
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ValueError("it is no model of SynthAssay")
    if content.get("version") != _VERSION:
        raise ValueError(f"it is of another version than {_VERSION}")
    if content.get("sha256") != _digest(content["model"], packed):
        raise ValueError("it is damaged: its two files do not belong together")


def _digest(node: Node, packed: bytes) -> str:
    text = json.dumps(node, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode() + packed).hexdigest()


def _packed(arrays: list[Array]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **{str(place): array for place, array in enumerate(arrays)})
    return file.getvalue()


def _unpacked(packed: bytes) -> list[Array]:
    """The arrays of an npz, read by hand: `numpy.load` makes room for whatever a header claims."""
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        members = file.infolist()
        if sum(member.file_size for member in members) > _MOST_BYTES:
            raise ValueError("its arrays are too large")
        if [member.filename for member in members] != [f"{place}.npy" for place in range(len(members))]:
            raise ValueError("its arrays have other names")
        return [_unpacked_one(file.read(member)) for member in members]


def _unpacked_one(raw: bytes) -> Array:
    head = io.BytesIO(raw)
    version = np.lib.format.read_magic(head)  # type: ignore[no-untyped-call]
    if version != (1, 0):
        raise ValueError("its arrays are in another format")
    shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(head)  # type: ignore[no-untyped-call]
    if dtype.kind not in KINDS or math.prod(shape) * dtype.itemsize != len(raw) - head.tell():
        raise ValueError("it holds something else than arrays of numbers")
    flat = np.frombuffer(raw, dtype=dtype, offset=head.tell())
    return flat.reshape(shape, order="F" if is_fortran else "C").copy(order="K")


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("it is too large")
    return path.read_bytes()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def _unreadable(folder: Path, what: str) -> InputError:
    remedy = "Name a folder that save_model or `keep_models: true` wrote, or fit the generator again."
    return InputError(Problem(what=f"{what}.", where=str(folder), remedy=remedy))

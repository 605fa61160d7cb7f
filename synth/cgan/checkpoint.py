"""Training that is interrupted goes on later as if nothing had happened: its state in a file.

The file is numpy's npz, without pickle. It holds weights, moments, counters and random state, no
row; it is as private as the model, and is removed when training ends.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from cohort.checkpoints import read_checkpoint, write_checkpoint
from synth.cgan.train import Score, Training
from synth.protocols import Progress


def run(
    training: Training, *, progress: Progress, score: Score | None, path: Path | None, lasting: bool = False
) -> None:
    """Train, from the state at ``path`` where there is one, and leave it there where interrupted.

    The file goes when training ends, unless it is ``lasting``: a training that is only the first of
    two would else be done again.

    Raises
    ------
    GenerationError
        Where the file cannot be read, or is another training's.
    """
    if path is None:
        training.run(progress=progress, score=score)
        return
    key = _key(training)
    if path.exists():
        training.restore(_read(path, key))
    training.run(progress=progress, score=score, keep=lambda state: _write(path, key, state))
    if lasting:
        _write(path, key, training.state())
    else:
        path.unlink(missing_ok=True)


def _key(training: Training) -> str:
    """Of plan, rows, seed and first weights, which stand for an earlier training too."""
    told = hashlib.sha256(repr(training.plan).encode())
    first = training.generator.state_dict().values()
    for tensor in (training.rng.get_state(), training.rows.codes, training.rows.scalars, *first):
        told.update(tensor.numpy().tobytes())
    return told.hexdigest()


def _write(path: Path, key: str, state: Mapping[str, Tensor]) -> None:
    write_checkpoint(path, key, {name: value.numpy() for name, value in state.items()})


def _read(path: Path, key: str) -> dict[str, Tensor]:
    found = read_checkpoint(path, key, made_by="cgan")
    return {name: torch.from_numpy(value) for name, value in found.items()}

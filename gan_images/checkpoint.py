"""Training that is interrupted goes on later as if nothing had happened: its state in a file.

The file is numpy's npz, without pickle. It holds weights, moments, counters and random state, no
picture; it is as private as the model, and is removed when training ends.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from cohort.checkpoints import read_checkpoint, write_checkpoint
from gan_images.train import Score, Training, Watch


def run(training: Training, *, watch: Watch, score: Score, path: Path | None) -> None:
    """Train, from the state at ``path`` where there is one, and leave it there where interrupted.

    Raises
    ------
    GenerationError
        Where the file cannot be read, or is another training's.
    """
    if path is None:
        training.run(watch=watch, score=score)
        return
    key = _key(training)
    if path.exists():
        training.restore(_read(path, key))
    training.run(watch=watch, score=score, keep=lambda state: _write(path, key, state))
    path.unlink(missing_ok=True)


def _key(training: Training) -> str:
    """Of plan, random state, which stands for the seed, and pictures."""
    told = hashlib.sha256(repr(training.plan).encode())
    for tensor in (training.rng.get_state(), training.pictures.pictures, training.pictures.labels):
        told.update(tensor.cpu().contiguous().numpy().tobytes())
    return told.hexdigest()


def _write(path: Path, key: str, state: Mapping[str, Tensor]) -> None:
    write_checkpoint(path, key, {name: value.numpy() for name, value in state.items()})


def _read(path: Path, key: str) -> dict[str, Tensor]:
    found = read_checkpoint(path, key, made_by="gan")
    return {name: torch.from_numpy(value) for name, value in found.items()}

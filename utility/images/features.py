"""Spaces in which pictures are compared, each with a name and a hash: a distance is of one space."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from cohort.images import Pixels

Floats = npt.NDArray[np.float64]
_BATCH = 256
_LEAST = 0.1
_RANDOM_SEED = 20_241_124
_WIDTHS = (32, 48, 64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Space:
    """A way to describe a picture by numbers.

    Parameters
    ----------
    name : str
        What it is.
    fingerprint : str
        Of its weights, 12 hex digits: figures of two spaces are never compared.
    describe : callable
        From pixels (images, size, size, 3), uint8, to features (images, features), with mean 0 and
        standard deviation 1 over the pictures that it was fitted on; less where one hardly varies.
    """

    name: str
    fingerprint: str
    describe: Callable[[Pixels], Floats]


@contextmanager
def one_thread() -> Iterator[None]:
    """One torch thread inside, as many as before outside: two on a shared machine wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def random_convolutions(fitted_on: Pixels) -> Space:
    """Features of a small network with fixed random weights, which has learnt from nobody.

    Parameters
    ----------
    fitted_on : ndarray, (images, size, size, 3), uint8
        Only their means and spreads are used.
    """
    rng = torch.Generator().manual_seed(_RANDOM_SEED)
    weights, before = [], 3
    for width in _WIDTHS:
        weights.append(torch.randn((width, before, 3, 3), generator=rng) * (2.0 / (9 * before)) ** 0.5)
        before = width

    def seen(pictures: Tensor) -> Tensor:
        found = []
        for weight in weights:
            pictures = functional.relu(functional.conv2d(pictures, weight, stride=2, padding=1))
            found += [pictures.mean(dim=(2, 3)), pictures.std(dim=(2, 3))]
        return torch.cat(found, dim=1)

    return _space("random convolutions", seen, weights, fitted_on)


def network_space(name: str, network: nn.Module, fitted_on: Pixels) -> Space:
    """The features that a trained network calls ``features``, such as `utility.images.classifier.Small`."""
    network.eval()
    return _space(name, network.features, list(network.state_dict().values()), fitted_on)


def as_tensor(pixels: Pixels) -> Tensor:
    """Pictures for a network: (images, 3, size, size), in [-1, 1], channels last in memory."""
    shown = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).float() / 127.5 - 1.0
    return shown.contiguous(memory_format=torch.channels_last)


def _space(name: str, seen: Callable[[Tensor], Tensor], weights: list[Tensor], fitted_on: Pixels) -> Space:
    raw = in_batches(seen, fitted_on)
    middle, spread = raw.mean(axis=0), raw.std(axis=0)
    spread = np.maximum(spread, _LEAST * np.median(spread))  # what hardly varies is not blown up
    told = hashlib.sha256(name.encode())
    for weight in weights:
        told.update(np.ascontiguousarray(weight.numpy()).tobytes())
    return Space(
        name=name,
        fingerprint=told.hexdigest()[:12],
        describe=lambda pixels: (in_batches(seen, pixels) - middle) / spread,
    )


def in_batches(seen: Callable[[Tensor], Tensor], pixels: Pixels) -> Floats:
    """What a network says of pictures, (images, ...), a few at a time."""
    with torch.no_grad():
        found = [
            seen(as_tensor(pixels[start : start + _BATCH])).double().numpy()
            for start in range(0, len(pixels), _BATCH)
        ]
    return np.concatenate(found)

"""A small convolutional classifier: what a modeler with few pictures would train."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from cohort.images import Ints, Pixels
from cohort.orbits import dihedral
from utility.images.features import as_tensor, in_batches

Floats = npt.NDArray[np.float64]
Batches = Callable[[int, np.random.Generator], tuple[Pixels, npt.NDArray[np.float64]]]
Network = Callable[[int], nn.Module]
_BATCH = 64


class Small(nn.Module):  # type: ignore[misc]
    """Four convolutions and a linear layer.

    Parameters
    ----------
    classes : int
        How many there are.
    """

    def __init__(self, *, classes: int, width: int = 24) -> None:
        super().__init__()
        widths = (3, width, 2 * width, 2 * width, 2 * width)
        self.layers = nn.ModuleList(
            nn.Conv2d(widths[i], widths[i + 1], 3, 1 if i == 0 else 2, 1) for i in range(4)
        )
        self.norms = nn.ModuleList(nn.GroupNorm(4, each) for each in widths[1:])
        self.head = nn.Linear(widths[-1], classes)

    def features(self, pictures: Tensor) -> Tensor:
        """What the last layer sees, (images, features)."""
        seen = pictures
        for layer, norm in zip(self.layers, self.norms, strict=True):
            seen = functional.relu(norm(layer(seen)))
        return seen.mean(dim=(2, 3))

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits, (images, classes), of pictures (images, 3, size, size) in [-1, 1]."""
        return self.head(self.features(pictures))


def small(classes: int) -> nn.Module:
    """The classifier that is used where the user gives none."""
    return Small(classes=classes)


@dataclass(frozen=True, kw_only=True)
class Effort:
    """What is spent on a classifier: the same for every arm of a comparison.

    Parameters
    ----------
    steps : int
        Of the optimiser.
    rate : float
        Highest of a cosine schedule.
    """

    steps: int = 700
    rate: float = 2e-3


def train_classifier(
    draw: Batches,
    *,
    classes: int,
    effort: Effort,
    seed: int,
    network: Network = small,
) -> nn.Module:
    """Train a classifier on batches.

    Parameters
    ----------
    draw : callable
        From a batch's size and a random source to pixels (batch, size, size, 3), uint8, and
        how much of each class is in each, (batch, classes).
    classes : int
        How many there are.
    effort : Effort
        Steps and rate.
    seed : int
        Of first weights, batches and disturbances.
    network : callable
        From the number of classes to a module that maps pictures to logits; the user's own may stand here.
    """
    rng = np.random.default_rng(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = network(classes).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), lr=effort.rate, weight_decay=1e-3)
    model.train()
    for step in range(effort.steps):
        pixels, shares = draw(_BATCH, rng)
        for group in optimiser.param_groups:
            group["lr"] = effort.rate * (0.5 + 0.5 * np.cos(np.pi * step / effort.steps))
        logits = model(as_tensor(_jittered(pixels, rng)))
        loss = functional.cross_entropy(logits, torch.from_numpy(shares).float())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    model.eval()
    return model


def balanced(pixels: Pixels, labels: Ints, *, classes: int) -> Batches:
    """Batches in which each class that there is comes as often as any other."""
    return capped(pixels, labels, np.zeros(len(labels), dtype=bool), classes=classes, share=0.0)


def capped(
    pixels: Pixels, labels: Ints, minted: npt.NDArray[np.bool_], *, classes: int, share: float
) -> Batches:
    """Balanced batches with a fixed share of minted pictures.

    Parameters
    ----------
    pixels : ndarray, (images, size, size, 3), uint8
    labels : ndarray, (images,), int
    minted : ndarray, (images,), bool
        Which pictures are minted.
    classes : int
        How many there are.
    share : float, in [0, 1]
        Of the draws of each class, where both kinds of it are there.
    """
    real = [np.flatnonzero((labels == each) & ~minted) for each in range(classes)]
    extra = [np.flatnonzero((labels == each) & minted) for each in range(classes)]
    present = np.flatnonzero([len(a) + len(b) for a, b in zip(real, extra, strict=True)])
    exact = np.eye(classes)

    def place(kind: int, rng: np.random.Generator) -> int:
        some = extra[kind] if rng.random() < share else real[kind]
        some = some if len(some) else np.concatenate([real[kind], extra[kind]])
        return int(some[rng.integers(len(some))])

    def draw(many: int, rng: np.random.Generator) -> tuple[Pixels, Floats]:
        chosen = np.array([place(kind, rng) for kind in rng.choice(present, size=many)])
        return pixels[chosen], exact[labels[chosen]]

    return draw


def probabilities(model: nn.Module, pixels: Pixels) -> Floats:
    """What a classifier says of each picture, (images, classes), averaged over its eight turns."""

    def said(pictures: Tensor) -> Tensor:
        return functional.softmax(model(pictures), dim=1)

    return np.asarray(np.mean([in_batches(said, each) for each in dihedral(pixels)], axis=0))


def _jittered(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Turned, mirrored and toned, each picture by itself."""
    shown = pixels.astype(np.float32)
    how = rng.integers(8, size=len(shown))
    for each in np.unique(how):
        some = np.rot90(shown[how == each], each % 4, axes=(1, 2))
        shown[how == each] = some[:, :, ::-1] if each >= 4 else some
    tone = rng.normal(1.0, 0.08, (len(shown), 1, 1, 3)) * rng.normal(1.0, 0.08, (len(shown), 1, 1, 1))
    return np.asarray(np.clip(shown * tone, 0, 255), dtype=np.uint8)

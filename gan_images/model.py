"""A conditional GAN for a few hundred small pictures: settings in, a fitted generator out."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cohort.errors import ConfigError, GenerationError, Problem
from cohort.images import ImageCohort, ImageRelease, Ints, Pixels
from gan_images.checkpoint import run
from gan_images.network import SIZES, Generator
from gan_images.train import Pictures, Plan, Training
from gan_images.wanted import labels_wanted
from utility.images.distances import kid
from utility.images.features import one_thread, random_convolutions

Progress = Callable[[float], None]
FEWEST = 20
"""Pictures of a class below which none are minted: its pictures would be its patients'."""

_VALIDATION = 0.2
_DRAWN = 512
_ENOUGH_STEPS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Gan:
    """A conditional GAN with the relativistic loss, for 32, 64 or 128 pixels.

    Parameters
    ----------
    minutes : float, > 0, optional
        Of training; None trains for ``steps``.
    steps : int, >= 1, optional
        Of training; a run that is to be repeated to the last digit names these.
    batch : int, >= 2
        Pictures a step.
    adapt : sequence of str
        Rare classes that training turns to in its last fifth, after it has learnt from all.
    checkpoint : str, optional
        A file that interrupted training goes on from.
    """

    minutes: float | None = 4.0
    steps: int | None = None
    batch: int = 64
    adapt: Sequence[str] = ()
    checkpoint: str | None = None

    def __post_init__(self) -> None:
        wrong = {
            "minutes is not a number above 0.": self.minutes is not None and not self.minutes > 0,
            "steps is not a whole number of at least 1.": self.steps is not None and self.steps < 1,
            "gan needs minutes or steps.": self.minutes is None and self.steps is None,
            "batch is not a whole number of at least 2.": self.batch < 2,
        }
        problems = [Problem(what=what, where="gan") for what, is_wrong in wrong.items() if is_wrong]
        if problems:
            raise ConfigError(problems)

    def fit(self, train: ImageCohort, *, seed: int, progress: Progress = lambda share: None) -> "FittedGan":
        """Train on four fifths of the lesions; the others choose the snapshot that is kept.

        Raises
        ------
        GenerationError
            For a size that the networks do not come in, a class with fewer than `FEWEST` pictures, or
            one to adapt to that is not there.
        """
        _refuse(train, self.adapt)
        learnt, validation = _divided(train, seed=seed)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        plan = Plan(
            steps=self.steps or _ENOUGH_STEPS,
            minutes=self.minutes,
            batch=self.batch,
            adapt=tuple(train.classes.index(name) for name in self.adapt),
        )
        with one_thread():
            pictures = Pictures(learnt.pixels, learnt.labels, plan, device=device)
            training = Training(
                pictures, plan, classes=len(train.classes), size=train.size, seed=seed % 2**31
            )
            path = None if self.checkpoint is None else Path(self.checkpoint)
            run(training, watch=progress, score=_score(validation), path=path)
        return FittedGan(
            generator=training.average.cpu(),
            classes=train.classes,
            shares=train.counts() / len(train),
            scores=tuple(training.scores),
        )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedGan:
    """The averaged generator of the best snapshot; the critic, which knows its pictures, is gone.

    Parameters
    ----------
    generator : Generator
        On the CPU.
    classes : tuple of str
        That it can draw.
    shares : ndarray, (classes,)
        Of each class among train.
    scores : tuple of pairs
        Steps, and the kernel distance to the validation pictures.
    """

    generator: Generator
    classes: tuple[str, ...]
    shares: npt.NDArray[np.float64]
    scores: tuple[tuple[int, float], ...]

    @property
    def fingerprint(self) -> str:
        """Of the weights, 12 hex digits."""
        told = hashlib.sha256()
        for weight in self.generator.state_dict().values():
            told.update(weight.contiguous().numpy().tobytes())
        return told.hexdigest()[:12]

    def sample(self, n: int, *, conditions: Mapping[str, object] | None = None, seed: int) -> ImageRelease:
        """Draw ``n`` pictures, in train's shares of the classes or all of ``conditions["class"]``.

        Raises
        ------
        GenerationError
            For a condition that is no class.
        """
        labels = labels_wanted(n, self.classes, self.shares, conditions, np.random.default_rng(seed))
        return self.pictures_of(labels, seed=seed)

    def pictures_of(self, labels: Ints, *, seed: int) -> ImageRelease:
        """Draw a picture for each label, a place in ``classes``, (images,)."""
        rng = np.random.default_rng([seed, len(labels)])  # apart from what drew the labels
        return ImageRelease(
            pixels=draw(self.generator, labels, rng),
            labels=labels,
            classes=self.classes,
            made_by="gan",
            seed=seed,
        )


def draw(generator: Generator, labels: Ints, rng: np.random.Generator) -> Pixels:
    """A picture for each label, (images, size, size, 3), uint8."""
    noise = rng.standard_normal((len(labels), generator.noise)).astype(np.float32)
    drawn = []
    with torch.no_grad(), one_thread():
        for start in range(0, len(labels), _DRAWN):
            part = slice(start, start + _DRAWN)
            shown = generator(torch.from_numpy(noise[part]), torch.from_numpy(labels[part]))
            drawn.append(((shown.permute(0, 2, 3, 1) + 1.0) * 127.5).round().clamp(0, 255).byte().numpy())
    return np.concatenate(drawn)


def _score(validation: ImageCohort) -> Callable[[Generator], float]:
    """The kernel distance of as many pictures of each class as validation has."""
    space = random_convolutions(validation.pixels)
    real = space.describe(validation.pixels)
    labels = np.tile(validation.labels, max(1, _DRAWN // len(validation)))

    def score(generator: Generator) -> float:
        device = next(generator.parameters()).device
        minted = draw(generator.cpu(), labels, np.random.default_rng(0))
        generator.to(device)
        return kid(real, space.describe(minted))

    return score


def _divided(train: ImageCohort, *, seed: int) -> tuple[ImageCohort, ImageCohort]:
    split = train.split(holdout=_VALIDATION, seed=seed)
    return split.train, split.holdout


def _refuse(train: ImageCohort, adapt: Sequence[str]) -> None:
    if train.size not in SIZES:
        known = ", ".join(str(size) for size in SIZES)
        raise GenerationError(f"gan draws pictures of {known} pixels, not {train.size}: give such a size.")
    few = [name for name, count in zip(train.classes, train.counts(), strict=True) if count < FEWEST]
    if few:
        what = f"fewer than {FEWEST} pictures of {', '.join(few)} are in train"
        raise GenerationError(f"{what}: leave the class out, or join it with a related one.")
    if unknown := [name for name in adapt if name not in train.classes]:
        known = ", ".join(train.classes)
        raise GenerationError(
            f"gan is to adapt to {', '.join(unknown)}, which train has not: name of {known}."
        )

"""cgan, our own conditional tabular GAN: settings and doors; torch is loaded when it is fitted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.release import Release
from cohort.schema import Schema
from synth.cgan.encode import Coding
from synth.cgan.stop import Validation
from synth.cgan.warm import Encoded, encoded
from synth.complete import Preparation
from synth.options import is_number, not_whole, refuse
from synth.protocols import Conditions, Progress, silent
from synth.rejection import Allowed, allowed_values, sample_release

if TYPE_CHECKING:
    from synth.cgan.sample import Sampler
    from synth.cgan.train import Plan, Rows, Score, Training

Codes = npt.NDArray[np.int64]
Scalars = npt.NDArray[np.float64]

_VALIDATION = 0.2
_FEWEST_VALIDATED = 20
_SCORED = 500
_AFTERWARDS = 0.25  # of the steps, on train's own rows after a warm start
_EARLIER = ".related"  # beside the checkpoint: the training on the related rows


@dataclass(frozen=True, kw_only=True)
class Cgan:
    """A conditional GAN that is trained for a budget and stops where it no longer learns.

    Parameters
    ----------
    steps : int, >= 1
        Gradient steps at most.
    minutes : float, > 0, optional
        Wall-clock minutes at most. How many steps they hold depends on the machine, so that
        equal seeds give equal models only where the steps end first.
    batch_size : int, >= 2
        Rows a step, at most a third of train's.
    width : int, >= 1
        Units in each hidden layer of both networks.
    early_stopping : bool
        Keep a fifth of the train persons for validation and take the weights that are best on
        them. Off where that is fewer than 20 persons.
    checkpoint : str, optional
        A file: training that is interrupted leaves its state there, and a fit of the same rows
        with the same settings and seed goes on from it to the model that it would have become.
    related : Cohort, optional
        A larger cohort with train's columns to learn from first, for ``steps``; train's own rows then
        take a quarter as many. Its persons are learnt from as train's are, and nothing here tells
        what a release gives away of them.
    """

    steps: int = 2000
    minutes: float | None = None
    batch_size: int = 500
    width: int = 256
    early_stopping: bool = True
    checkpoint: str | None = None
    related: Cohort | Path | None = None

    def __post_init__(self) -> None:
        never = self.minutes is not None and not (is_number(self.minutes) and self.minutes > 0)
        refuse(
            "cgan",
            not_whole(1, steps=self.steps, width=self.width)
            | not_whole(2, batch_size=self.batch_size)
            | {
                "minutes is not a number above 0.": never,
                "early_stopping is neither true nor false.": not isinstance(self.early_stopping, bool),
                "checkpoint is not a file's name.": not isinstance(self.checkpoint, str | None),
                "related is no cohort.": not isinstance(self.related, Cohort | Path | None),
            },
        )

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> "FittedCgan":
        """Train on the train persons alone; ``progress`` is told after each 50 steps.

        Raises
        ------
        GenerationError
            Where the train table has fewer than two rows or no released column, the related cohort
            has other columns, or the checkpoint cannot be read.
        """
        progress(0.0)
        rows = encoded(train, self.related, seed=seed)
        sampler = self._train(rows, train, seed, progress) if rows.codings else None
        progress(1.0)
        return FittedCgan(
            preparation=rows.prepared.preparation,
            codings=rows.codings,
            sampler=sampler,
            schema=train.schema,
            allowed=allowed_values(train),
        )

    def _train(self, known: Encoded, train: Cohort, seed: int, progress: Progress) -> "Sampler":
        from synth.cgan import checkpoint, sample  # noqa: PLC0415 - torch is an extra
        from synth.cgan import train as training_loop  # noqa: PLC0415

        codings, rng = known.codings, np.random.default_rng(seed)
        codes, scalars = encode(codings, known.prepared.own, rng)
        validated = self._validated(train, codes, _categories(codings), rng)
        rows = _rows(codings, codes[~validated], scalars[~validated])
        plan = self._plan(rows, share=1.0 if known.prepared.related is None else _AFTERWARDS)
        training = training_loop.Training(rows, plan, seed=seed)

        def at_rest(generator: Any) -> "Sampler":
            return sample.Sampler(
                generator=generator,
                spans=rows.spans,
                shares=shares(codings, codes),
                categories=rows.categories,
                shift=sample.no_shift(rows.spans),
            )

        score = None
        if validated.any():
            parts = [coding.part for coding in codings]
            validation = Validation(known.prepared.own[validated].reset_index(drop=True), parts)

            def score(generator: Any) -> float:
                same = np.random.default_rng(seed)
                drawn = at_rest(generator).draw(_SCORED, {}, same)
                return validation.score(decode(codings, drawn, same))

        with training_loop.one_thread():
            if known.prepared.related is not None:
                related = _rows(codings, *encode(codings, known.prepared.related, rng))
                first = self._first(related, score, seed, progress)
                training.start_from(first, score=score)
                progress = _second_half(progress)
            checkpoint.run(training, progress=progress, score=score, path=self._path())
            if (kept := self._path(_EARLIER)) is not None:
                kept.unlink(missing_ok=True)
            training.average.load_state_dict(training.best)
            return at_rest(training.average).calibrated(seed=seed)

    def _validated(
        self, train: Cohort, codes: Codes, categories: int, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Which rows are kept for validation, (rows,); all rows of a person or none."""
        many = int(_VALIDATION * train.n_persons)
        if not self.early_stopping or many < _FEWEST_VALIDATED:
            return np.zeros(len(train), dtype=bool)
        validated = np.isin(train.persons, rng.permutation(train.n_persons)[:many])
        # A category that only they have could never be learnt: they train, all their rows.
        lacking = np.zeros(len(train), dtype=bool)
        for group in range(categories):
            lacking |= ~np.isin(codes[:, group], codes[~validated, group])
        return validated & ~np.isin(train.persons, train.persons[lacking])

    def _first(self, rows: "Rows", score: "Score | None", seed: int, progress: Progress) -> "Training":
        """Training on the related rows; what is best is told by train's own validation rows."""
        from synth.cgan import checkpoint  # noqa: PLC0415
        from synth.cgan.train import Training  # noqa: PLC0415

        training = Training(rows, self._plan(rows, share=1.0), seed=seed + 1)
        path = self._path(_EARLIER)
        checkpoint.run(
            training, progress=lambda share: progress(share / 2), score=score, path=path, lasting=True
        )
        return training

    def _plan(self, rows: "Rows", *, share: float) -> "Plan":
        """The budget, or a share of its steps."""
        from synth.cgan.train import Plan  # noqa: PLC0415

        return Plan(
            steps=math.ceil(self.steps * share),
            minutes=self.minutes if self.related is None or self.minutes is None else self.minutes / 2,
            batch=min(self.batch_size, max(len(rows.codes) // 3, 2)),
            width=self.width,
        )

    def _path(self, suffix: str = "") -> Path | None:
        return None if self.checkpoint is None else Path(self.checkpoint + suffix)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedCgan:
    """A trained generator that draws whatever categories it is asked for."""

    preparation: Preparation
    codings: tuple[Coding, ...]
    sampler: "Sampler | None"
    schema: Schema
    allowed: dict[str, Allowed]

    def sample(self, n: int, *, conditions: Conditions | None = None, seed: int) -> Release:
        """Draw ``n`` rows that fulfil the schema's rules and ``conditions``.

        The network is asked for the categories, missing among them, and rows that miss one of
        them or a rule are drawn again.

        Raises
        ------
        GenerationError
            Where too few such rows come up.
        """
        asked = self.asked(conditions or {})
        return sample_release(
            lambda many, rng: self.draw(many, asked, rng),
            n,
            schema=self.schema,
            allowed=self.allowed,
            conditions=conditions,
            seed=seed,
            made_by="cgan",
        )

    def draw(self, n: int, asked: Mapping[int, int], rng: np.random.Generator) -> pd.DataFrame:
        """Rows as the network gives them, before anything is drawn again.

        Parameters
        ----------
        n : int
            Rows.
        asked : mapping of int to int
            From `asked`.
        rng : numpy Generator
            Equal states give equal rows.
        """
        if self.sampler is None:
            return self.preparation.decode(pd.DataFrame(index=range(n)))
        return self.preparation.decode(decode(self.codings, self.sampler.draw(n, asked, rng), rng))

    def asked(self, conditions: Conditions) -> dict[int, int]:
        """The groups and codes that conditions come to; what a network cannot be asked for is left out."""
        levels = self.preparation.codes(conditions)
        nothing = np.random.default_rng(0)
        return {
            group: int(coding.encode(np.array([levels[coding.part.name]]), nothing)[0][0])
            for group, coding in enumerate(self.codings)
            if coding.part.name in levels
        }


def encode(
    codings: tuple[Coding, ...], frame: pd.DataFrame, rng: np.random.Generator
) -> tuple[Codes, Scalars]:
    """Codes (rows, groups) and scalars (rows, numbers) of a complete frame."""
    pairs = [coding.encode(frame[coding.part.name].to_numpy(), rng) for coding in codings]
    numbers = [scalars for _, scalars in pairs[_categories(codings) :]]
    empty = np.zeros((len(frame), 0))
    return np.stack([codes for codes, _ in pairs], axis=1), np.stack(numbers, axis=1) if numbers else empty


def decode(
    codings: tuple[Coding, ...], drawn: tuple[Codes, Scalars], rng: np.random.Generator
) -> pd.DataFrame:
    """The complete frame of codes and scalars."""
    codes, scalars = drawn
    first = _categories(codings)
    none = np.zeros(len(codes))
    columns = {
        coding.part.name: coding.decode(codes[:, at], scalars[:, at - first] if at >= first else none, rng)
        for at, coding in enumerate(codings)
    }
    return pd.DataFrame(columns, index=range(len(codes)))


def shares(codings: tuple[Coding, ...], codes: Codes) -> tuple[npt.NDArray[np.float64], ...]:
    """Each group's codes' shares of the train rows."""
    return tuple(
        np.bincount(codes[:, at], minlength=coding.width) / len(codes) for at, coding in enumerate(codings)
    )


def _rows(codings: tuple[Coding, ...], codes: Codes, scalars: Scalars) -> "Rows":
    from synth.cgan.train import Rows  # noqa: PLC0415

    return Rows(codes, scalars, widths=[coding.width for coding in codings], categories=_categories(codings))


def _second_half(progress: Progress) -> Progress:
    return lambda share: progress((1 + share) / 2)


def _categories(codings: tuple[Coding, ...]) -> int:
    return sum(not coding.part.is_numeric for coding in codings)

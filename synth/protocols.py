"""What every table generator promises."""

from collections.abc import Callable, Mapping
from typing import Protocol

from cohort.cohort import Cohort
from cohort.release import Release

Progress = Callable[[float], None]
"""Called with the share done, in [0, 1]."""

Conditions = Mapping[str, object]
"""Column names and the value that each sampled row must have there."""


def silent(share: float) -> None:
    """Report progress to nobody."""


class FittedSynthesizer(Protocol):
    """A generator that has seen its train persons."""

    def sample(self, n: int, *, conditions: Conditions | None = None, seed: int) -> Release:
        """Draw ``n`` rows, fulfilling the schema's rules and ``conditions``.

        Raises
        ------
        GenerationError
            Where too few such rows come up; the message says what to loosen.
        """
        ...


class Synthesizer(Protocol):
    """A generator's settings; `fit` leaves them as they are."""

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> FittedSynthesizer:
        """Learn from the train persons alone.

        Raises
        ------
        GenerationError
            Where the generator cannot learn from these rows; the message says why.
        """
        ...

"""A conditional generative adversarial network, CTGAN, by SDV (https://doi.org/10.48550/arXiv.1907.00503)."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

from cohort.cohort import Cohort
from cohort.errors import ConfigError, Problem
from synth.protocols import Progress, silent
from synth.sdv_adapter import FittedSdv, fit_sdv, load_sdv

_PAC = 10


@dataclass(frozen=True, kw_only=True)
class Ctgan:
    """SDV's CTGANSynthesizer, with its budget in steps.

    Parameters
    ----------
    steps : int, >= 1
        Gradient steps. ctgan counts epochs of ``max(rows // batch, 1)`` steps, so that its
        default of 300 epochs is 300 steps for a small cohort, and then little is learnt.
    batch_size : int, a multiple of 10
        Rows a step, at most a third of train's.
    """

    steps: int = 2000
    batch_size: int = 500

    def __post_init__(self) -> None:
        problems = [
            Problem(what=f"{name} is not a whole number of at least {least}.", where="ctgan", remedy=remedy)
            for name, least, remedy in (
                ("steps", 1, "Leave it out for 2000."),
                ("batch_size", _PAC, "Leave it out for 500."),
            )
            if not _whole(getattr(self, name), least)
        ]
        if not problems and self.batch_size % _PAC:
            what = f"batch_size is not a multiple of {_PAC}."
            problems = [Problem(what=what, where="ctgan", remedy="Leave it out for 500.")]
        if problems:
            raise ConfigError(problems)

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> FittedSdv:
        """Train the network; ``progress`` is told after each epoch.

        Raises
        ------
        GenerationError
            Where SDV is not installed or cannot learn from these rows.
        """
        progress(0.0)
        batch = self.batch_for(len(train))
        epochs = math.ceil(self.steps / max(len(train) // batch, 1))

        def make(single_table: Any, metadata: Any) -> Any:
            return single_table.CTGANSynthesizer(
                metadata,
                enforce_min_max_values=False,
                enforce_rounding=False,
                batch_size=batch,
                epochs=epochs,
                pac=_PAC,
                enable_gpu=False,
            )

        def told(rounds: Iterable[int], **_: object) -> Iterator[int]:
            for epoch in rounds:
                yield epoch
                progress((epoch + 1) / epochs)

        load_sdv()
        # ctgan's only word on its progress is its bar.
        with mock.patch("ctgan.synthesizers.ctgan.tqdm", told):
            fitted = fit_sdv(train, made_by="ctgan", seed=seed, make=make)
        progress(1.0)
        return fitted

    def batch_for(self, rows: int) -> int:
        """The batch size for so many rows: a multiple of 10, at least 20."""
        return min(self.batch_size, max(rows // 3 // _PAC * _PAC, 2 * _PAC))


def _whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least

"""A conditional generative adversarial network, CTGAN, by SDV (https://doi.org/10.48550/arXiv.1907.00503)."""

import math
from dataclasses import dataclass
from typing import Any

from cohort.cohort import Cohort
from synth.options import not_whole, refuse
from synth.protocols import Progress, silent
from synth.sdv_adapter import FittedSdv, epochs_told, fit_sdv

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
        check_gan("ctgan", steps=self.steps, batch_size=self.batch_size)

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> FittedSdv:
        """Train the network; ``progress`` is told after each epoch.

        Raises
        ------
        GenerationError
            Where SDV is not installed or cannot learn from these rows.
        """
        return fit_gan(
            train,
            made_by="ctgan",
            kind="CTGANSynthesizer",
            steps=self.steps,
            batch=self.batch_for(len(train)),
            seed=seed,
            progress=progress,
        )

    def batch_for(self, rows: int) -> int:
        """The batch size for so many rows: a multiple of 10, at least 20."""
        return batch_for(rows, wished=self.batch_size)


def fit_gan(
    train: Cohort, *, made_by: str, kind: str, steps: int, batch: int, seed: int, progress: Progress
) -> FittedSdv:
    """Train SDV's synthesizer ``kind`` for so many steps of ctgan's network.

    Raises
    ------
    GenerationError
        Where SDV is not installed or cannot learn from these rows.
    """
    progress(0.0)
    epochs = math.ceil(steps / max(len(train) // batch, 1))

    def make(single_table: Any, metadata: Any) -> Any:
        return getattr(single_table, kind)(
            metadata,
            enforce_min_max_values=False,
            enforce_rounding=False,
            batch_size=batch,
            epochs=epochs,
            pac=_PAC,
            enable_gpu=False,
        )

    with epochs_told("ctgan", epochs, progress):
        fitted = fit_sdv(train, made_by=made_by, seed=seed, make=make)
    progress(1.0)
    return fitted


def batch_for(rows: int, *, wished: int) -> int:
    """The batch size for so many rows: a multiple of 10, at least 20, at most a third of them."""
    return min(wished, max(rows // 3 // _PAC * _PAC, 2 * _PAC))


def check_gan(where: str, *, steps: int, batch_size: int) -> None:
    """Refuse a budget that ctgan could not keep.

    Raises
    ------
    ConfigError
        Naming each bad option.
    """
    refuse(where, not_whole(1, steps=steps) | not_whole(_PAC, batch_size=batch_size))
    refuse(where, {f"batch_size is not a multiple of {_PAC}.": batch_size % _PAC > 0})

"""A variational autoencoder for tables, TVAE, by SDV (https://doi.org/10.48550/arXiv.1907.00503)."""

import math
from dataclasses import dataclass
from typing import Any

from cohort.cohort import Cohort
from synth.options import not_whole, refuse
from synth.protocols import Progress, silent
from synth.sdv_adapter import FittedSdv, epochs_told, fit_sdv


@dataclass(frozen=True, kw_only=True)
class Tvae:
    """SDV's TVAESynthesizer, with its budget in steps.

    Parameters
    ----------
    steps : int, >= 1
        Gradient steps.
    batch_size : int, >= 1
        Rows a step, at most a third of train's.
    """

    steps: int = 3000
    batch_size: int = 500

    def __post_init__(self) -> None:
        refuse("tvae", not_whole(1, steps=self.steps, batch_size=self.batch_size))

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> FittedSdv:
        """Train encoder and decoder; ``progress`` is told after each epoch.

        Raises
        ------
        GenerationError
            Where SDV is not installed or cannot learn from these rows.
        """
        progress(0.0)
        batch = min(self.batch_size, max(len(train) // 3, 1))
        epochs = math.ceil(self.steps / math.ceil(max(len(train), 1) / batch))

        def make(single_table: Any, metadata: Any) -> Any:
            return single_table.TVAESynthesizer(
                metadata,
                enforce_min_max_values=False,
                enforce_rounding=False,
                batch_size=batch,
                epochs=epochs,
                enable_gpu=False,
            )

        with epochs_told("tvae", epochs, progress):
            fitted = fit_sdv(train, made_by="tvae", seed=seed, make=make)
        progress(1.0)
        return fitted

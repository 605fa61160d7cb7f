"""CTGAN on normal scores of the numbers, CopulaGAN, by SDV (https://doi.org/10.48550/arXiv.1907.00503)."""

from dataclasses import dataclass

from cohort.cohort import Cohort
from synth.ctgan import batch_for, check_gan, fit_gan
from synth.protocols import Progress, silent
from synth.sdv_adapter import FittedSdv


@dataclass(frozen=True, kw_only=True)
class CopulaGan:
    """SDV's CopulaGANSynthesizer, with its budget in steps.

    Parameters
    ----------
    steps : int, >= 1
        Gradient steps.
    batch_size : int, a multiple of 10
        Rows a step, at most a third of train's.
    """

    steps: int = 2000
    batch_size: int = 500

    def __post_init__(self) -> None:
        check_gan("copulagan", steps=self.steps, batch_size=self.batch_size)

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> FittedSdv:
        """Learn each number's beta marginal, then train the network; told after each epoch.

        Raises
        ------
        GenerationError
            Where SDV is not installed or cannot learn from these rows.
        """
        return fit_gan(
            train,
            made_by="copulagan",
            kind="CopulaGANSynthesizer",
            steps=self.steps,
            batch=batch_for(len(train), wished=self.batch_size),
            seed=seed,
            progress=progress,
        )

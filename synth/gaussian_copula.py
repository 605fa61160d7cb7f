"""A Gaussian copula with parametric marginals, by SDV (https://doi.org/10.1109/DSAA.2016.49)."""

from dataclasses import dataclass
from typing import Any

from cohort.cohort import Cohort
from cohort.errors import ConfigError, Problem
from synth.protocols import Progress, silent
from synth.sdv_adapter import FittedSdv, fit_sdv

_DISTRIBUTIONS = ("beta", "norm", "truncnorm", "uniform", "gamma", "gaussian_kde")


@dataclass(frozen=True, kw_only=True)
class GaussianCopula:
    """SDV's GaussianCopulaSynthesizer.

    Parameters
    ----------
    distribution : str
        The family of each number's marginal, one of SDV's: beta, norm, truncnorm, uniform,
        gamma, gaussian_kde.
    """

    distribution: str = "beta"

    def __post_init__(self) -> None:
        if self.distribution not in _DISTRIBUTIONS:
            remedy = f"Use one of: {', '.join(_DISTRIBUTIONS)}."
            raise ConfigError(Problem(what="unknown distribution.", where="gaussian_copula", remedy=remedy))

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> FittedSdv:
        """Learn each column's marginal and the correlation of their normal scores.

        Raises
        ------
        GenerationError
            Where SDV is not installed or cannot learn from these rows.
        """
        progress(0.0)
        fitted = fit_sdv(train, made_by="gaussian_copula", seed=seed, make=self._make)
        progress(1.0)
        return fitted

    def _make(self, single_table: Any, metadata: Any) -> Any:
        return single_table.GaussianCopulaSynthesizer(
            metadata,
            enforce_min_max_values=False,
            enforce_rounding=False,
            default_distribution=self.distribution,
        )

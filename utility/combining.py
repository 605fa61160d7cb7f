"""Estimates from several synthetic tables as one, with a standard error that can be believed.

A standard error computed from a synthetic table as if its rows were patients counts the rows that were
drawn, and forgets that they were drawn from a model of other rows. Which rule puts that right depends on
how the tables were made, and all rules need a generator whose expected estimate is the patients' own: no
rule mends bias.
"""

from dataclasses import dataclass

import numpy as np
import scipy.stats

from utility.resample import Floats

FEWEST_RELEASES = 5
"""Below which the variance between releases is hardly known."""

_LEVEL = 0.95


@dataclass(frozen=True, kw_only=True, eq=False)
class Combined:
    """What m releases say together.

    Parameters
    ----------
    estimate, variance : ndarray, (coefficients,)
        In the estimates' unit, and its square.
    df : ndarray, (coefficients,)
        Degrees of freedom of Student's t; infinite for the normal law.
    """

    estimate: Floats
    variance: Floats
    df: Floats

    @property
    def error(self) -> Floats:
        """Standard errors, (coefficients,)."""
        return np.sqrt(self.variance)

    @property
    def interval(self) -> tuple[Floats, Floats]:
        """Ends of the two-sided 95 % intervals, (coefficients,) each."""
        half = scipy.stats.t.ppf((1 + _LEVEL) / 2, self.df) * self.error
        return self.estimate - half, self.estimate + half


def simple_synthesis(estimates: Floats, variances: Floats, *, ratio: float) -> Combined:
    """For whole tables drawn from a model fitted to the patients, its parameters not drawn first.

    So are made all tables of this package's generators. The variance is ``u (ratio + 1 / m)``: the
    first part is that of the patients' own estimate, the second that of the synthetic rows. It is the
    only rule that holds for a single release.

    Parameters
    ----------
    estimates, variances : ndarray, (releases, coefficients)
        Of each release, computed as if its rows were patients.
    ratio : float, > 0
        Rows of a release for each row that it was made from.

    References
    ----------
    Raab, Nowok and Dibben 2016, https://doi.org/10.29012/jpc.v7i3.407
    """
    _checked(estimates, variances, fewest=1)
    variance = variances.mean(axis=0) * (ratio + 1 / len(estimates))
    return Combined(estimate=estimates.mean(axis=0), variance=variance, df=np.full(len(variance), np.inf))


def partially_synthetic(estimates: Floats, variances: Floats) -> Combined:
    """For tables of the patients' own rows with some cells replaced: ``u + b / m``.

    It also holds for whole tables from a model whose parameters were not drawn, where a release has as
    many rows as it was made from.

    Parameters
    ----------
    estimates, variances : ndarray, (releases, coefficients)
        Of two releases or more.

    References
    ----------
    Reiter 2003, Survey Methodology 29, 181–188; Reiter and Raghunathan 2007, section 3.3,
    https://doi.org/10.1198/016214507000000932
    """
    _checked(estimates, variances, fewest=2)
    m, within = len(estimates), variances.mean(axis=0)
    added = estimates.var(axis=0, ddof=1) / m
    with np.errstate(divide="ignore"):
        df = (m - 1) * (1 + within / added) ** 2
    return Combined(estimate=estimates.mean(axis=0), variance=within + added, df=df)


def fully_synthetic(estimates: Floats, variances: Floats, *, ratio: float) -> Combined:
    """For whole tables, each from parameters drawn anew from their posterior: ``(1 + 1/m) b - u``.

    A variance that comes out negative is replaced by ``ratio u`` under the normal law. For models whose
    parameters are not drawn, as this package's, the rule does *not* hold: ``b`` then says nothing of the
    patients' sampling.

    Parameters
    ----------
    estimates, variances : ndarray, (releases, coefficients)
        Of two releases or more.
    ratio : float, > 0
        Rows of a release for each row that it was made from.

    References
    ----------
    Raghunathan, Reiter and Rubin 2003, Journal of Official Statistics 19, 1–16; the adjustment: Reiter
    2002, ibid. 18, 531–543; both: Reiter and Raghunathan 2007, https://doi.org/10.1198/016214507000000932
    """
    _checked(estimates, variances, fewest=2)
    m, within = len(estimates), variances.mean(axis=0)
    between = (1 + 1 / m) * estimates.var(axis=0, ddof=1)
    plain = between - within
    negative = plain <= 0
    with np.errstate(divide="ignore", invalid="ignore"):
        df = (m - 1) * (1 - within / between) ** 2
    return Combined(
        estimate=estimates.mean(axis=0),
        variance=np.where(negative, ratio * within, plain),
        df=np.where(negative, np.inf, df),
    )


def _checked(estimates: Floats, variances: Floats, *, fewest: int) -> None:
    if estimates.shape != variances.shape or estimates.ndim != 2:
        raise ValueError("estimates and variances must both be (releases, coefficients)")
    if len(estimates) < fewest:
        raise ValueError(f"this rule needs {fewest} releases or more, not {len(estimates)}")

"""Is inference valid? A cohort's own regressions on releases, beside the patients' own estimates."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from cohort.cohort import Cohort
from cohort.errors import NotApplicable
from cohort.release import Release
from utility.combining import FEWEST_RELEASES, simple_synthesis
from utility.regression import Fit, Regression, regressions
from utility.resample import Floats

COVERED = 0.90
"""What a nominal 95 % interval must cover for its coefficient to be analysed."""

MAY, MAY_NOT, CANNOT_TELL = "may", "may_not", "cannot_tell"

_LEVEL = 0.05
_Z = float(norm.ppf(0.975))

Mint = Callable[[Cohort, int], Release]
"""(train, seed) -> a release."""


@dataclass(frozen=True, kw_only=True)
class Coefficient:
    """One coefficient, of the patients and of their releases; per standard deviation of its covariate.

    Parameters
    ----------
    term : str
        The covariate.
    train, train_error : float
        The patients' own estimate and standard error.
    release, naive_error, error : float
        The one release's estimate; its standard error as if rows were patients, and by the rule.
    combined, combined_error : float
        All releases together, by the rule.
    bias : float
        The mean estimate of the releases less the patients', in the patients' standard errors.
    overlap : float
        Of the combined interval with the patients', 1 where they are the same; negative where apart.
    naive_width, width : float
        Width of the naive and of the combined interval, relative to the patients'.
    naive_coverage, coverage : float
        What nominal 95 % intervals of the one release are expected to cover, naive and by the rule.
    least, most : float
        Bounds of ``coverage``, for the noise of so few releases.
    """

    term: str
    train: float
    train_error: float
    release: float
    naive_error: float
    error: float
    combined: float
    combined_error: float
    bias: float
    overlap: float
    naive_width: float
    width: float
    naive_coverage: float
    coverage: float
    least: float
    most: float


@dataclass(frozen=True, kw_only=True)
class Inference:
    """What one regression found.

    Parameters
    ----------
    model, outcome, analysis : str
        What was fitted, to what, and in words.
    releases, rows, persons : int
        Releases, complete rows of the first, and complete cases of train.
    factor : float
        By which naive standard errors of the one release are to be multiplied.
    answer : {"may", "may_not", "cannot_tell"}
        Whether its coefficients may be analysed so.
    coefficients : tuple of Coefficient
        In the regression's order.
    """

    model: str
    outcome: str
    analysis: str
    releases: int
    rows: int
    persons: int
    factor: float
    answer: str
    coefficients: tuple[Coefficient, ...]

    @property
    def sentence(self) -> str:
        """The plain answer."""
        rule = (
            f"Multiply its standard errors by {self.factor:.2f} "
            "(Raab, Nowok and Dibben 2016); as printed by software they are too small."
        )
        worst = min(self.coefficients, key=lambda each: each.coverage)
        told = f"{worst.term} is off by {worst.bias:+.1f} standard errors of the patients' own estimate"
        expected = f"a 95 % interval is expected to cover about {100 * worst.coverage:.0f} %"
        if self.answer == MAY:
            return f"Coefficients from this release may be analysed. {rule} At worst, {told}: {expected}."
        if self.answer == MAY_NOT:
            return (
                f"Coefficients from this release may not be analysed: {told}, and {expected} even by the "
                "combining rules. They widen an interval; none moves it."
            )
        return (
            f"Whether coefficients from this release may be analysed cannot be told from {self.releases} "
            f"releases, so they may not. At worst, {told}. {rule}"
        )

    @property
    def short(self) -> str:
        """The answer without a figure of the patients', for everybody."""
        if self.answer == MAY:
            return f"Coefficients may be analysed, if standard errors are multiplied by {self.factor:.2f}."
        return "Coefficients may not be analysed."

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return {**asdict(self), "sentence": self.sentence, "short": self.short}


def inference_study(
    first: pd.DataFrame,
    train: Cohort,
    mint: Mint,
    *,
    releases: int,
    seed: int = 0,
    progress: Callable[[float], None] = lambda share: None,
) -> list[Inference]:
    """Compare the regressions of a cohort with those of m releases of one generator.

    The other releases are minted, analysed and forgotten: only ``first`` leaves, and only it was assayed.
    They show how far the generator moves a coefficient, and how much releases differ. From both follows
    what an analyst's interval from ``first`` covers, its centre being that of `simple_synthesis`.

    Parameters
    ----------
    first : DataFrame, (rows, released columns)
        The release that leaves.
    train : Cohort
        Who it was made from; one row a person.
    mint : callable
        Fits anew and draws, from a seed.
    releases : int, >= 5
        ``first`` among them.
    seed : int
        Equal seeds give equal studies, if ``mint`` does.
    progress : callable
        Told the share done.

    Raises
    ------
    NotApplicable
        Where nothing can be regressed, on train or on a release.

    References
    ----------
    Raab, Nowok and Dibben 2016, https://doi.org/10.29012/jpc.v7i3.407
    """
    if releases < FEWEST_RELEASES:
        raise ValueError(f"a study needs {FEWEST_RELEASES} releases or more")
    analyses = regressions(train)
    own = [each.fit(train.table) for each in analyses]
    fits: list[list[Fit]] = [[] for _ in analyses]
    seeds = np.random.SeedSequence(seed).generate_state(releases - 1)
    for place in range(releases):
        table = first if place == 0 else mint(train, int(seeds[place - 1])).table
        for regression, found in zip(analyses, fits, strict=True):
            found.append(_of_release(regression, table, place=place))
        progress((place + 1) / releases)
    return [
        _compared(regression, whole, found, first=first, train=train.table)
        for regression, whole, found in zip(analyses, own, fits, strict=True)
    ]


def overlap(low: Floats, high: Floats, other_low: Floats, other_high: Floats) -> Floats:
    """How much two intervals share, as the mean share of each; negative where they are apart.

    References
    ----------
    Karr, Kohnen, Oganian, Reiter and Sanil 2006, https://doi.org/10.1198/000313006X124640
    """
    shared = np.minimum(high, other_high) - np.maximum(low, other_low)
    mean: Floats = (shared / (high - low) + shared / (other_high - other_low)) / 2
    return mean


def expected_coverage(bias: Floats, error: Floats, spread: Floats) -> Floats:
    """What a nominal 95 % interval covers, its estimate off by ``bias`` with a deviation of ``spread``."""
    covered: Floats = norm.cdf((_Z * error - bias) / spread) - norm.cdf((-_Z * error - bias) / spread)
    return covered


def _of_release(regression: Regression, table: pd.DataFrame, *, place: int) -> Fit:
    try:
        return regression.fit(table)
    except NotApplicable as reason:
        which = "the release" if place == 0 else f"release {place + 1} of the study"
        raise NotApplicable(f"on {which} {reason}") from None


def _compared(
    regression: Regression, own: Fit, found: list[Fit], *, first: pd.DataFrame, train: pd.DataFrame
) -> Inference:
    estimates, variances = (np.stack(each) for each in zip(*found, strict=True))
    rows, persons = len(regression.usable(first)[0]), len(regression.usable(train)[0])
    ratio, m, p = rows / persons, len(found), len(regression.terms)
    combined = simple_synthesis(estimates, variances, ratio=ratio)
    one = simple_synthesis(estimates[:1], variances[:1], ratio=ratio)
    naive = np.sqrt(variances[0])
    # Pooled: how much more fits with other seeds differ than rows drawn from one of them would.
    within = variances.mean(axis=0)
    between = within * float(np.mean(estimates.var(axis=0, ddof=1) / within))
    spread, noise = np.sqrt(own[1] + between), np.sqrt(between / m)
    bias = np.abs(combined.estimate - own[0])
    coverage = expected_coverage(bias, one.error, spread)
    least = expected_coverage(bias + norm.ppf(1 - _LEVEL) * noise, one.error, spread)
    most = expected_coverage(np.maximum(bias - norm.ppf(1 - _LEVEL / (2 * p)) * noise, 0), one.error, spread)
    low, high = combined.interval
    half = _Z * np.sqrt(own[1])
    columns = {
        "train": own[0],
        "train_error": np.sqrt(own[1]),
        "release": estimates[0],
        "naive_error": naive,
        "error": one.error,
        "combined": combined.estimate,
        "combined_error": combined.error,
        "bias": (combined.estimate - own[0]) / np.sqrt(own[1]),
        "overlap": overlap(low, high, own[0] - half, own[0] + half),
        "naive_width": naive / np.sqrt(own[1]),
        "width": combined.error / np.sqrt(own[1]),
        "naive_coverage": expected_coverage(bias, naive, spread),
        "coverage": coverage,
        "least": least,
        "most": most,
    }
    return Inference(
        model=regression.model,
        outcome=regression.outcome,
        analysis=regression.sentence,
        releases=m,
        rows=rows,
        persons=persons,
        factor=float(np.sqrt(1 + ratio)),
        answer=_answer(least, most),
        coefficients=tuple(
            Coefficient(term=term.name, **{name: float(values[i]) for name, values in columns.items()})
            for i, term in enumerate(regression.terms)
        ),
    )


def _answer(least: Floats, most: Floats) -> str:
    """May needs every coefficient (so that each may be tested at the full level); may not, any, corrected."""
    if (most < COVERED).any():
        return MAY_NOT
    return MAY if (least >= COVERED).all() else CANNOT_TELL

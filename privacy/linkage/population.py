"""Who stands alone not only in the registry but among all patients, from the registry's sampling fraction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.classes import Missing, person_sizes
from cohort.errors import ConfigError, Problem
from privacy.linkage.mixture import UNEQUAL, fit_mixture
from privacy.linkage.sample import require
from privacy.linkage.spectrum import Spectrum
from privacy.linkage.superpopulation import MODELS, dankar, posterior_risk

NEARLY_ALL = 0.95
TRUSTED_FROM = 0.1
_DRAWS = 200
_ASSUMES = {
    "zayatz": "All patients' classes are spread as the registry's: too many uniques where few are in it.",
    "pitman": "All patients' class sizes follow Pitman's sampling formula.",
    "snb": "All patients' class sizes, less one, follow a negative binomial law.",
    "benedetti_franconi": (
        "How many more share a class is negative binomial, of a class's own registered patients alone: "
        "sdcMicro's individual risk."
    ),
}


@dataclass(frozen=True, kw_only=True)
class ModelEstimate:
    """What one formula finds, for comparison.

    Parameters
    ----------
    model : {"zayatz", "pitman", "snb", "benedetti_franconi"}
        Which.
    uniques, low, high : float, optional
        Registered persons unique among all patients, with the percentile interval over redrawn
        classes: the sample's uncertainty, not the formula's. None where it does not fit.
    population_share : float, optional
        Uniques among all patients by all patients, as ARX prints it.
    mean_risk : float, optional
        Mean over registered persons of 1/F, from sdcMicro's posterior alone.
    chosen : bool
        Whether Dankar's rule chooses it.
    assumes : str
        What must be true.
    """

    model: str
    uniques: float | None
    low: float | None
    high: float | None
    population_share: float | None
    mean_risk: float | None
    chosen: bool
    assumes: str

    def to_dict(self) -> dict[str, Any]:
        """As it stands in a report."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class PopulationRisk:
    """Risk among all patients, of whom the registry holds some.

    Parameters
    ----------
    persons : int
        Registered.
    fraction : float, in (0, 1]
        Of all patients who are registered.
    sample_uniques : int
        Registered persons whom no other registered resembles.
    uniques, low, high : float
        Those of them whom no other patient resembles, registered or not, with the interval.
    highest_risk : float, in (0, 1]
        The journalist's: the highest over persons of the expected one by the persons of their class
        among all patients.
    mean_risk, mean_low, mean_high : float, in (0, 1]
        The marketer's: the mean of the same over persons, with its interval.
    model : {"census", "mixture", "public_counts"}
        What they rest on: everybody is registered, the fraction alone, or public counts.
    assumes : tuple of str
        What must be true for them, in sentences.
    marked : bool
        Whether the figures depend on the model so much that its interval need not hold the truth.
    same : bool
        Whether the registry holds all patients or nearly all: what is alone in it is alone.
    estimates : tuple of ModelEstimate
        The customary formulas; empty where they are not needed.
    """

    persons: int
    fraction: float
    sample_uniques: int
    uniques: float
    low: float
    high: float
    highest_risk: float
    mean_risk: float
    mean_low: float
    mean_high: float
    model: str
    assumes: tuple[str, ...]
    marked: bool
    same: bool
    estimates: tuple[ModelEstimate, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As it stands in a report."""
        return asdict(self) | {
            "assumes": list(self.assumes),
            "estimates": [each.to_dict() for each in self.estimates],
        }


def population_risk(
    table: pd.DataFrame,
    quasi_identifiers: Sequence[str],
    *,
    fraction: float,
    persons: npt.NDArray[np.int64] | None = None,
    missing: Missing = "category",
    level: float = 0.95,
    seed: int = 0,
) -> PopulationRisk:
    """Estimate who is unique among all patients from how large a share of them is registered.

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Typed as a cohort's table.
    quasi_identifiers : sequence of str
        Columns of ``table``.
    fraction : float, in (0, 1]
        Of all patients who are registered: persons by known patients.
    persons, missing
        As for `cohort.classes.person_sizes`.
    level : float, in (0, 1)
        Of the intervals.
    seed : int
        Of the redrawn classes.

    Raises
    ------
    NotApplicable
        Where there is no quasi-identifier or no row.
    ConfigError
        Where the fraction is none.
    """
    require(quasi_identifiers, rows=len(table))
    if not 0 < fraction <= 1:
        what = "the registered share of all patients must be above 0 and at most 1."
        remedy = "Give registered patients by all patients; a registry of everybody has 1."
        raise ConfigError(Problem(what=what, remedy=remedy))
    sizes = person_sizes(table, quasi_identifiers, persons=persons, missing=missing)
    if fraction == 1:
        return everybody_registered(sizes)
    spectrum = Spectrum.of(sizes)
    fit = fit_mixture(spectrum, fraction, level=level)
    return PopulationRisk(
        persons=len(sizes),
        fraction=fraction,
        sample_uniques=int((sizes == 1).sum()),
        uniques=fit.uniques,
        low=fit.low,
        high=fit.high,
        highest_risk=fit.highest_risk,
        mean_risk=fit.mean_risk,
        mean_low=fit.mean_low,
        mean_high=fit.mean_high,
        model="mixture",
        assumes=_assumptions(fraction, several=len(sizes) < len(table) or missing == "wildcard"),
        marked=fraction < TRUSTED_FROM,
        same=fraction >= NEARLY_ALL,
        estimates=_estimates(spectrum, fraction, level=level, seed=seed),
    )


def everybody_registered(sizes: npt.NDArray[np.int64]) -> PopulationRisk:
    """The risk where the registry holds all patients: nothing is estimated.

    Parameters
    ----------
    sizes : ndarray, (persons,), int
        From `cohort.classes.person_sizes`.
    """
    alone, mean = int((sizes == 1).sum()), float((1 / sizes).mean())
    return PopulationRisk(
        persons=len(sizes),
        fraction=1.0,
        sample_uniques=alone,
        uniques=alone,
        low=alone,
        high=alone,
        highest_risk=float(1 / sizes.min()),
        mean_risk=mean,
        mean_low=mean,
        mean_high=mean,
        model="census",
        assumes=("The registry holds all patients: sample and population are the same.",),
        marked=False,
        same=True,
    )


def _assumptions(fraction: float, *, several: bool) -> tuple[str, ...]:
    said = [
        f"The registry holds {fraction:.3g} of all patients.",
        "Those who stand alone were registered at the rate of others, "
        f"or at one up to {UNEQUAL:g} times higher or lower.",
    ]
    if fraction >= NEARLY_ALL:
        said.append("That is nearly everybody: sample and population are the same, but for a few.")
    if fraction < TRUSTED_FROM:
        said.append(
            "Below a tenth the registry says little about those outside: the figure depends on its model, "
            "and the interval need not hold the truth."
        )
    if several:
        said.append("Somebody of several rows, or with missing cells, counts at their most exposed row.")
    return tuple(said)


def _estimates(spectrum: Spectrum, fraction: float, *, level: float, seed: int) -> tuple[ModelEstimate, ...]:
    rng = np.random.default_rng(seed)
    redrawn = [spectrum.redrawn(rng) for _ in range(_DRAWS)]
    chosen, _ = dankar(spectrum, fraction)
    return tuple(
        _estimate(name, spectrum, redrawn, fraction, level=level, chosen=name == chosen) for name in MODELS
    )


def _estimate(
    name: str, spectrum: Spectrum, redrawn: Sequence[Spectrum], fraction: float, *, level: float, chosen: bool
) -> ModelEstimate:
    found = MODELS[name](spectrum, fraction)
    blank = ModelEstimate(
        model=name,
        uniques=None,
        low=None,
        high=None,
        population_share=None,
        mean_risk=None,
        chosen=chosen,
        assumes=_ASSUMES[name] if found is not None else f"{_ASSUMES[name]} It does not fit this table.",
    )
    if found is None:
        return blank
    alone = spectrum.of_size(1)
    drawn = [value for each in redrawn if (value := MODELS[name](each, fraction)) is not None] or [found]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]) * fraction
    return replace(
        blank,
        uniques=min(found * fraction, alone),
        low=min(float(low), alone),
        high=min(float(high), alone),
        population_share=found * fraction / spectrum.persons,
        mean_risk=_posterior_mean(spectrum, fraction) if name == "benedetti_franconi" else None,
    )


def _posterior_mean(spectrum: Spectrum, fraction: float) -> float:
    persons = spectrum.sizes * spectrum.classes
    return float(persons @ posterior_risk(spectrum.sizes, fraction) / spectrum.persons)

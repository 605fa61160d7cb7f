"""A simulated registry of a rare disease, modelled on Wilson disease: nobody in it ever lived.

Everybody with the disease is simulated and some of them are registered, so the true
re-identification risk of every registered patient is known. `cohort.population` draws the people;
each number is listed with its source, or as chosen, in ``docs/registry.md``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.classes import class_sizes
from cohort.cohort import Cohort
from cohort.errors import ConfigError, Problem
from cohort.population import (
    COUNTRY,
    DISEASE,
    FOLLOWED_DAYS,
    GENOTYPES,
    PRESENTATIONS,
    SEVERITIES,
    SEXES,
    TREATMENTS,
    count_inhabitants,
    known_patients,
)
from cohort.schema import Column, Kind, Role, Schema
from cohort.typed import typed_columns

OPENED = pd.Timestamp("2005-01-03")
LATER = pd.Timestamp("2007-01-01")
CENSUS = pd.Timestamp("2015-01-01")


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """Who is registered, and what is missing.

    Parameters
    ----------
    small_region : float, > 0
        Weight of a patient in a small province in the draw of the registered; 1 in a large one.
    panel_early : float, in [0, 1]
        Share of registrations before `LATER` without the whole liver panel (ALT and platelets).
    genotype : pair of float, in [0, 1]
        Share without a genotype among registrations before `LATER` and since.
    laboratory : float, in [0, 1]
        Share of each laboratory value missing by itself in a large province; in a small one
        ``small_factor`` times as many.
    unmonitored : float, in [0, 1]
        Share of untreated patients whose urinary copper is not measured.
    recall, visits : float, in [0, 1]
        Share of ages at onset that nobody remembers, and of counts of visits not filled in.
    """

    small_region: float = 0.6
    panel_early: float = 0.35
    genotype: tuple[float, float] = (0.30, 0.06)
    laboratory: float = 0.04
    small_factor: float = 3.0
    unmonitored: float = 0.30
    recall: float = 0.04
    visits: float = 0.03


ENROLMENT = Enrolment()

SCHEMA = Schema(
    columns=(
        Column(name="patient_id", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
        Column(
            name="region",
            kind=Kind.CATEGORY,
            role=Role.QUASI_IDENTIFIER,
            categories=COUNTRY.regions,
            hierarchy=({"with a centre": COUNTRY.large_regions, "without a centre": COUNTRY.small_regions},),
        ),
        Column(
            name="age",
            kind=Kind.INTEGER,
            role=Role.QUASI_IDENTIFIER,
            unit="years",
            range=(0, 99),
            hierarchy=(5, 10, 20, 40),
        ),
        Column(name="sex", kind=Kind.CATEGORY, role=Role.QUASI_IDENTIFIER, categories=SEXES),
        Column(
            name="registered_on",
            kind=Kind.DATE,
            role=Role.QUASI_IDENTIFIER,
            range=(OPENED.date().isoformat(), CENSUS.date().isoformat()),
            hierarchy=("month", "quarter", "year", "5 years"),
        ),
        Column(name="onset_age", kind=Kind.INTEGER, unit="years", range=(0, 99)),
        Column(name="diagnosis_age", kind=Kind.INTEGER, unit="years", range=(0, 99)),
        Column(name="presentation", kind=Kind.CATEGORY, role=Role.SENSITIVE, categories=PRESENTATIONS),
        Column(name="genotype", kind=Kind.CATEGORY, role=Role.SENSITIVE, categories=GENOTYPES),
        Column(name="ceruloplasmin", kind=Kind.NUMBER, unit="g/L", range=(0.0, 0.6)),
        Column(name="urinary_copper", kind=Kind.NUMBER, unit="µmol/24 h", range=(0.1, 60.0)),
        Column(name="alt", kind=Kind.INTEGER, unit="U/L", range=(5, 3000)),
        Column(name="platelets", kind=Kind.INTEGER, unit="10⁹/L", range=(15, 600)),
        Column(name="severity", kind=Kind.ORDINAL, role=Role.SENSITIVE, categories=SEVERITIES),
        Column(name="treatment", kind=Kind.CATEGORY, categories=TREATMENTS),
        Column(name="visits", kind=Kind.INTEGER, unit="in the last year", range=(0, 60)),
        Column(name="progression", kind=Kind.CATEGORY, role=Role.TARGET, categories=("no", "yes")),
        Column(
            name="followup_days", kind=Kind.INTEGER, role=Role.TIME, unit="days", range=(1, FOLLOWED_DAYS)
        ),
        Column(name="died", kind=Kind.CATEGORY, role=Role.EVENT, categories=("no", "yes"), occurred=("yes",)),
    ),
    person="patient_id",
    rules=("onset_age <= diagnosis_age", "diagnosis_age <= age"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Registry:
    """A simulated registry and the population behind it.

    Parameters
    ----------
    cohort : Cohort
        The registered patients, as the registry knows them.
    population : DataFrame, (known patients, columns)
        Everybody with the disease, registered or not, with all that is true of them, in the
        cohort's columns less ``patient_id``; ``registered_on`` is missing for those who are not.
    inhabitants : DataFrame, (cells, 5)
        Everybody in the country: ``region``, ``age``, ``sex``, how many ``inhabitants`` and how
        many ``patients`` among them.
    registered : ndarray, (patients,), int
        Where in ``population`` each row of the cohort stands.
    """

    cohort: Cohort
    population: pd.DataFrame
    inhabitants: pd.DataFrame
    registered: npt.NDArray[np.int64]


def simulate(*, seed: int = 0, patients: int = 600) -> Registry:
    """Simulate a country of 50.5 million, everybody with the disease there, and a registry of some.

    Parameters
    ----------
    seed : int, >= 0
        Equal seeds give equal registries; another number of patients is drawn from the same people.
    patients : int, >= 1
        Registered patients; about 1,950 are known to have the disease.

    Raises
    ------
    ConfigError
        Where more patients are asked for than have the disease.
    """
    country, course, enrolment, loss = np.random.default_rng(seed).spawn(4)
    inhabitants = count_inhabitants(COUNTRY, rng=country)
    people = known_patients(inhabitants, DISEASE, rng=course)
    if not 1 <= patients <= len(people):
        what = f"a registry of {patients} patients cannot be simulated."
        raise ConfigError(Problem(what=what, remedy=f"Ask for 1 to {len(people)}: so many have the disease."))
    invited = _invite(people, rng=enrolment)
    registered = _enrol(people, patients=patients, rng=enrolment)
    chosen = np.isin(np.arange(len(people)), registered)
    truth = [column for column in SCHEMA.columns if column.role is not Role.IDENTIFIER]
    people = people.assign(registered_on=invited.where(chosen))
    population = typed_columns(people, truth, SCHEMA, where="population")
    return Registry(
        cohort=_cohort(population.iloc[registered].reset_index(drop=True), rng=loss),
        population=population,
        inhabitants=inhabitants.assign(patients=_count_patients(inhabitants, people)),
        registered=registered,
    )


def true_risk(registry: Registry, columns: Sequence[str]) -> npt.NDArray[np.float64]:
    """The chance of naming each registered patient correctly, for somebody who knows ``columns``.

    The attacker has a list of everybody with the disease, knows what is true of the patient in
    ``columns``, and guesses among those who share it.

    Parameters
    ----------
    registry : Registry
        From `simulate`.
    columns : sequence of str
        At least one column of the population.

    Returns
    -------
    ndarray, (patients,), in (0, 1]
        One over the people with the disease who agree in ``columns``; 1 for a population unique.

    Raises
    ------
    ConfigError
        Where a column is not known of the population.
    """
    unknown = [name for name in columns if name not in registry.population]
    if unknown or not columns:
        what = f"the population cannot be looked up by {', '.join(unknown) or 'no column'}."
        known = ", ".join(registry.population.columns)
        raise ConfigError(Problem(what=what, remedy=f"Use one or more of: {known}."))
    risk: npt.NDArray[np.float64] = 1.0 / class_sizes(registry.population, columns)[registry.registered]
    return risk


def population_uniques(registry: Registry, columns: Sequence[str]) -> int:
    """How many registered patients nobody else with the disease resembles in ``columns``."""
    return int((true_risk(registry, columns) == 1).sum())


def _invite(people: pd.DataFrame, *, rng: np.random.Generator) -> pd.Series:
    """The weekday, between diagnosis or opening and the census, on which each would be registered."""
    diagnosed = CENSUS - pd.to_timedelta(np.floor(people["_since"] * 365.25), unit="D")
    first = diagnosed.clip(lower=OPENED)
    day: pd.Series = (first + (CENSUS - first) * rng.beta(1, 3, size=len(people))).dt.normalize()
    weekday: pd.Series = day - pd.to_timedelta((day.dt.dayofweek - 4).clip(lower=0), unit="D")
    return weekday


def _enrol(people: pd.DataFrame, *, patients: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Positions of the registered, in the order of their registry numbers, which says nothing."""
    weight = np.where(people["region"].isin(COUNTRY.small_regions), ENROLMENT.small_region, 1.0)
    return rng.choice(len(people), size=patients, replace=False, p=weight / weight.sum()).astype(np.int64)


def _cohort(people: pd.DataFrame, *, rng: np.random.Generator) -> Cohort:
    numbers = [f"W{number:04d}" for number in range(1, len(people) + 1)]
    table = _lose(people, rng=rng)
    table.insert(0, "patient_id", pd.Series(numbers, dtype="object"))
    return Cohort(schema=SCHEMA, table=table, name="registry")


def _lose(people: pd.DataFrame, *, rng: np.random.Generator) -> pd.DataFrame:
    """What the registry does not know, less of it in late registrations and large provinces."""
    n = len(people)
    early = (people["registered_on"] < LATER).to_numpy()
    small = people["region"].isin(COUNTRY.small_regions).to_numpy()
    panel = early & (rng.random(n) < ENROLMENT.panel_early)
    single = ENROLMENT.laboratory * np.where(small, ENROLMENT.small_factor, 1.0)
    untreated = (people["treatment"] == "none").to_numpy()
    lost = {
        "onset_age": rng.random(n) < ENROLMENT.recall,
        "genotype": rng.random(n) < np.where(early, *ENROLMENT.genotype),
        "ceruloplasmin": rng.random(n) < single,
        "urinary_copper": (rng.random(n) < single) | (untreated & (rng.random(n) < ENROLMENT.unmonitored)),
        "alt": panel | (rng.random(n) < single),
        "platelets": panel | (rng.random(n) < single),
        "visits": rng.random(n) < ENROLMENT.visits,
    }
    table = people.copy()
    for name, rows in lost.items():
        table.loc[rows, name] = None
    return table


def _count_patients(inhabitants: pd.DataFrame, people: pd.DataFrame) -> npt.NDArray[np.int64]:
    """How many in each cell are known to have the disease."""
    cell = ["region", "age", "sex"]
    counts = people.groupby(cell).size().reindex(pd.MultiIndex.from_frame(inhabitants[cell]), fill_value=0)
    return counts.to_numpy().astype(np.int64)

"""A fictitious country, who there is known to have Wilson disease, and how it runs; all simulated.

A pipeline of small functions: country, birth with the disease, genotype, onset and diagnosis,
severity, treatment, laboratory, outcome. Each number is listed with its source, or as chosen, in
``docs/registry.md``. Columns whose names start with ``_`` are nobody's knowledge and are dropped.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

SEXES = ("f", "m")
GENOTYPES = ("missense/missense", "missense/truncating", "truncating/truncating")
PRESENTATIONS = ("hepatic", "neurological", "presymptomatic")
SEVERITIES = ("0", "1", "2", "3", "4")
TREATMENTS = ("none", "penicillamine", "trientine", "zinc")
FOLLOWED_DAYS = 3652

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Country:
    """Who lives where.

    Parameters
    ----------
    provinces : tuple of pairs
        Fictitious name and inhabitants of each.
    small : int, > 0
        A province with fewer inhabitants has no specialist centre.
    oldest : int
        The highest age, in years.
    scale, shape : float, > 0
        Ages follow the survival ``exp(-(age / scale) ** shape)``; years, and a pure number.
    """

    provinces: tuple[tuple[str, int], ...] = (
        ("Aldmark", 13_000_000),
        ("Brenholt", 9_600_000),
        ("Corvane", 7_400_000),
        ("Dellmar", 5_600_000),
        ("Esthal", 4_200_000),
        ("Fennick", 3_300_000),
        ("Galdor", 2_500_000),
        ("Harrowen", 1_900_000),
        ("Ilvane", 1_300_000),
        ("Jorvell", 900_000),
        ("Keldis", 500_000),
        ("Lumere", 300_000),
    )
    small: int = 3_000_000
    oldest: int = 99
    scale: float = 80.0
    shape: float = 5.0

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the provinces."""
        return tuple(name for name, _ in self.provinces)

    @property
    def large_regions(self) -> tuple[str, ...]:
        """Names of the provinces with a specialist centre."""
        return tuple(name for name, people in self.provinces if people >= self.small)

    @property
    def small_regions(self) -> tuple[str, ...]:
        """Names of the provinces without a specialist centre."""
        return tuple(name for name, people in self.provinces if people < self.small)


@dataclass(frozen=True, kw_only=True)
class Disease:
    """How the disease runs.

    Parameters
    ----------
    frequency : float, in [0, 1]
        Births with the disease that are diagnosed sooner or later; set so that ``prevalence`` results.
    prevalence : float, in [0, 1]
        Known patients per inhabitant.
    truncating : float, in [0, 1]
        Share of disease alleles that truncate the protein.
    symptomatic : float, in [0, 1]
        Share diagnosed because of symptoms; the others by family screening.
    neurological : pair of float, in [0, 1]
        Share of symptomatic women and of symptomatic men whose symptoms are neurological.
    onset : pair of float, years
        Mean age at hepatic and at neurological onset; ``onset_spread`` is its deviation on the log scale.
    onset_ratio : float, > 0
        Age at onset with two truncating alleles, relative to none.
    screened : float, years
        Median age at diagnosis by family screening.
    delay : pair of float, years
        Mean time from hepatic and from neurological onset to diagnosis.
    severity : tuple of float
        Shares of the scores 0 to 4.
    untreated : float, in [0, 1]
        Share without anti-copper treatment.
    trientine : float, in [0, 1]
        Share of trientine among chelators.
    zinc : pair of float, in [0, 1]
        Share of zinc among treated patients with and without symptoms at diagnosis.
    ceruloplasmin : pair of float, g/L
        Median with no and with two truncating alleles; ``ceruloplasmin_spread`` is on the log scale.
    copper : tuple of float, µmol/24 h
        Median urinary excretion, in the order of `TREATMENTS`.
    progressed : float, in [0, 1]
        Share whose disease progresses.
    mortality, lost : float, 1/year
        Mean hazards of death and of loss to follow-up.
    """

    frequency: float = 73.4e-6
    prevalence: float = 38.7e-6
    truncating: float = 25 / 118
    symptomatic: float = 510 / 627
    neurological: tuple[float, float] = (136 / 232, 209 / 278)
    onset: tuple[float, float] = (15.5, 20.2)
    onset_spread: float = 0.65
    onset_ratio: float = 13 / 22
    screened: float = 15.0
    delay: tuple[float, float] = (14.4 / 12, 44.4 / 12)
    severity: tuple[float, ...] = (0.28, 0.30, 0.22, 0.13, 0.07)
    untreated: float = 0.185
    trientine: float = 141 / 467
    zinc: tuple[float, float] = (0.25, 0.60)
    ceruloplasmin: tuple[float, float] = (0.11, 0.02)
    ceruloplasmin_spread: float = 0.39
    copper: tuple[float, ...] = (2.5, 5.0, 5.0, 1.2)
    progressed: float = 0.239
    mortality: float = 0.0111
    lost: float = 0.03


COUNTRY = Country()
DISEASE = Disease()


def count_inhabitants(country: Country, *, rng: np.random.Generator) -> pd.DataFrame:
    """Everybody in the country, as counts.

    Returns
    -------
    DataFrame, (regions × ages × sexes, 4)
        ``region``, ``age`` in years, ``sex`` and ``inhabitants``; those of a region add up to its
        inhabitants.
    """
    ages = np.arange(country.oldest + 1)
    alive = np.exp(-((ages / country.scale) ** country.shape))
    share = np.repeat(alive / alive.sum() / len(SEXES), len(SEXES))
    counts = [rng.multinomial(people, share) for _, people in country.provinces]
    cells = pd.MultiIndex.from_product(
        [country.regions, ages.tolist(), SEXES], names=["region", "age", "sex"]
    )
    return pd.DataFrame({"inhabitants": np.concatenate(counts)}, index=cells).reset_index()


def known_patients(inhabitants: pd.DataFrame, disease: Disease, *, rng: np.random.Generator) -> pd.DataFrame:
    """Everybody who is known to have the disease, one row a person, nothing missing but onset.

    Parameters
    ----------
    inhabitants : DataFrame
        From `count_inhabitants`.
    disease : Disease
        How it runs.
    rng : Generator
        Spawns one generator a stage, so that a change to one leaves the others' draws alone.

    Returns
    -------
    DataFrame, (patients, columns)
        The clinical columns of the registry's schema; ``onset_age`` is missing where the disease
        was found by family screening before it began. ``_since`` is the time since diagnosis, in years.
    """
    stages = rng.spawn(8)
    people = _born_with(inhabitants, disease, rng=stages[0])
    people = _inherit(people, disease, rng=stages[1])
    people = _diagnose(people, disease, rng=stages[2])
    people = _alive(people, disease, rng=stages[3])
    people = _severity(people, disease, rng=stages[4])
    people = _treat(people, disease, rng=stages[5])
    people = _measure(people, disease, rng=stages[6])
    people = _follow(people, disease, rng=stages[7])
    return people.drop(columns=["_age", "_burden", "_truncating"])


def _born_with(inhabitants: pd.DataFrame, disease: Disease, *, rng: np.random.Generator) -> pd.DataFrame:
    cases = rng.binomial(inhabitants["inhabitants"].to_numpy(), disease.frequency)
    cells = np.repeat(np.arange(len(inhabitants)), cases)
    people = inhabitants.iloc[cells][["region", "age", "sex"]].reset_index(drop=True)
    return people.assign(_age=people["age"] + rng.random(len(people)))


def _inherit(people: pd.DataFrame, disease: Disease, *, rng: np.random.Generator) -> pd.DataFrame:
    truncating = rng.binomial(len(GENOTYPES) - 1, disease.truncating, size=len(people))
    return people.assign(_truncating=truncating, genotype=np.take(GENOTYPES, truncating))


def _diagnose(people: pd.DataFrame, disease: Disease, *, rng: np.random.Generator) -> pd.DataFrame:
    """How the disease shows itself, when it begins and when it is named."""
    n = len(people)
    symptomatic = rng.random(n) < disease.symptomatic
    neurological = rng.random(n) < np.take(disease.neurological, (people["sex"] == "m") * 1)
    excess = people["_truncating"] - 2 * disease.truncating
    centre = np.log(np.take(disease.onset, neurological * 1)) - disease.onset_spread**2 / 2
    onset = np.exp(centre + np.log(disease.onset_ratio) / 2 * excess + rng.normal(0, disease.onset_spread, n))
    delayed = onset + rng.exponential(np.take(disease.delay, neurological * 1))
    diagnosed = np.where(symptomatic, delayed, rng.lognormal(np.log(disease.screened), 0.5, n))
    return people.assign(
        onset_age=np.where(symptomatic, np.floor(onset), np.nan),
        diagnosis_age=np.floor(diagnosed),
        presentation=np.take(PRESENTATIONS, np.where(symptomatic, neurological * 1, 2)),
        _delay=np.where(symptomatic, diagnosed - onset, 0.0),
        _since=people["_age"] - diagnosed,
    )


def _alive(people: pd.DataFrame, disease: Disease, *, rng: np.random.Generator) -> pd.DataFrame:
    """Those whose disease is known on the day of the census, and who have lived with it until then."""
    survival = np.exp(-disease.mortality * people["_since"].clip(lower=0))
    here = (people["_since"] >= 0) & (rng.random(len(people)) < survival)
    return people.iloc[np.flatnonzero(here)].reset_index(drop=True)


def _severity(people: pd.DataFrame, disease: Disease, *, rng: np.random.Generator) -> pd.DataFrame:
    """A burden that nobody sees, and the score 0 to 4 that a physician gives for it."""
    burden = (
        0.5 * np.log1p(people["_delay"])
        + 0.3 * (people["presentation"] == "neurological")
        - 0.9 * (people["presentation"] == "presymptomatic")
        + 0.3 * people["_truncating"]
        + rng.normal(0, 0.8, len(people))
    )
    seen = burden + rng.normal(0, 0.3, len(people))
    edges = np.quantile(seen, np.cumsum(disease.severity)[:-1])
    return people.drop(columns="_delay").assign(
        _burden=(burden - burden.mean()) / burden.std(),
        severity=np.take(SEVERITIES, np.searchsorted(edges, seen)),
    )


def _treat(people: pd.DataFrame, disease: Disease, *, rng: np.random.Generator) -> pd.DataFrame:
    untreated = _highest(0.03 * people["age"] + rng.logistic(size=len(people)), share=disease.untreated)
    presymptomatic = people["presentation"] == "presymptomatic"
    zinc = rng.random(len(people)) < np.take(disease.zinc, presymptomatic * 1)
    trientine = rng.random(len(people)) < disease.trientine
    chosen = np.select([untreated, zinc, trientine], [0, 3, 2], default=1)
    visits = rng.poisson(np.exp(0.8 + 0.3 * people["_burden"] - 0.7 * untreated))
    return people.assign(treatment=np.take(TREATMENTS, chosen), visits=np.minimum(visits, 60))


def _measure(people: pd.DataFrame, disease: Disease, *, rng: np.random.Generator) -> pd.DataFrame:
    """The laboratory's values, rounded as a laboratory does."""
    n, burden = len(people), people["_burden"].to_numpy()
    hepatic = (people["presentation"] == "hepatic").to_numpy()
    without, two = disease.ceruloplasmin
    ceruloplasmin = without * (two / without) ** (people["_truncating"].to_numpy() / 2)
    copper = np.take(disease.copper, people["treatment"].map(TREATMENTS.index).to_numpy())
    ceruloplasmin = ceruloplasmin * rng.lognormal(0, disease.ceruloplasmin_spread, n)
    copper = copper * np.exp(0.2 * burden) * rng.lognormal(0, 0.5, n)
    alt = 40 * np.exp(0.45 * hepatic + 0.25 * burden + 0.15 * (people["sex"] == "m").to_numpy())
    alt = alt * rng.lognormal(0, 0.45, n)
    platelets = 225 - 35 * hepatic - 30 * burden + rng.normal(0, 50, n)
    return people.assign(
        ceruloplasmin=ceruloplasmin.clip(0, 0.6).round(2),
        urinary_copper=copper.clip(0.1, 60).round(1),
        alt=alt.clip(5, 3000).round(),
        platelets=platelets.clip(15, 600).round(),
    )


def _follow(people: pd.DataFrame, disease: Disease, *, rng: np.random.Generator) -> pd.DataFrame:
    """Progression, and the time from the census to death, loss or the end of ten years."""
    n, burden = len(people), people["_burden"]
    score = burden + 0.8 * (people["presentation"] == "neurological") + 1.2 * (people["treatment"] == "none")
    progressed = _highest(1.5 * score + rng.logistic(size=n), share=disease.progressed)
    relative = np.exp(0.04 * people["age"] + 0.4 * burden + 0.5 * progressed)
    death = rng.exponential(relative.mean() / relative / disease.mortality) * 365.25
    censored = np.minimum(rng.exponential(365.25 / disease.lost, n), FOLLOWED_DAYS)
    return people.assign(
        progression=np.where(progressed, "yes", "no"),
        followup_days=np.ceil(np.minimum(death, censored)),
        died=np.where(death <= censored, "yes", "no"),
    )


def _highest(score: pd.Series, *, share: float) -> npt.NDArray[np.bool_]:
    """Whether each score is among the highest ``share``."""
    return np.asarray(score > np.quantile(score, 1 - share), dtype=bool)

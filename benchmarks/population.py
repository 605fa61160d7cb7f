"""Does the interval for population uniques hold the truth? On the embedded registry, where it is known.

``python -m benchmarks.population [--seeds 200] [--patients 100 200 600 1500 1850] [--years 1 5]``
simulates a country and a registry a seed, by region, age (in bands of so many years) and sex, and
prints two tables: the intervals of the report (from the fraction alone, and from public counts with one
prevalence for everybody), and the error of each estimator.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import joblib
import numpy as np
import pandas as pd

from cohort.classes import class_sizes
from cohort.public_counts import PublicCounts
from cohort.registry import Registry, simulate
from privacy.linkage.counts import counted_risk
from privacy.linkage.population import PopulationRisk, population_risk
from privacy.linkage.superpopulation import MODELS

NAMES = ["region", "age", "sex"]
PREVALENCE = 38.7e-6


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One simulated registry: what is true, and what was said of it."""

    fraction: float
    uniques: int
    mean_risk: float
    said: PopulationRisk
    counted: PopulationRisk


def trial(*, seed: int, patients: int, years: int) -> Trial:
    """Simulate a registry and ask both doors."""
    registry = simulate(seed=seed, patients=patients)
    everybody = _banded(registry.population, years)
    table = everybody.iloc[registry.registered].reset_index(drop=True)
    sizes = class_sizes(everybody, NAMES)[registry.registered]
    fraction = patients / len(everybody)
    return Trial(
        fraction=fraction,
        uniques=int((sizes == 1).sum()),
        mean_risk=float((1 / sizes).mean()),
        said=population_risk(table, NAMES, fraction=fraction, seed=seed),
        counted=counted_risk(table, NAMES, public_counts(registry, years=years), seed=seed).patients,
    )


def public_counts(registry: Registry, *, years: int) -> PublicCounts:
    """What a statistical office publishes of the country, and one prevalence for everybody."""
    people = _banded(registry.inhabitants, years).assign(count=registry.inhabitants["inhabitants"])
    table = people.groupby(NAMES, as_index=False)["count"].sum().assign(prevalence=PREVALENCE)
    return PublicCounts(where="the simulated country", keys=tuple(NAMES), table=table, sources=("simulated",))


def covered(trials: Sequence[Trial], door: str) -> tuple[float, float]:
    """How often the interval holds the true number of uniques, and the true mean risk."""
    pairs = [(getattr(each, door), each) for each in trials]
    uniques = [said.low <= each.uniques <= said.high for said, each in pairs]
    means = [said.mean_low <= each.mean_risk <= said.mean_high for said, each in pairs]
    return float(np.mean(uniques)), float(np.mean(means))


def _banded(people: pd.DataFrame, years: int) -> pd.DataFrame:
    ages = people["age"].astype(int) // years * years
    labels = ages.astype(str) if years == 1 else ages.astype(str) + "-" + (ages + years - 1).astype(str)
    return people[NAMES].assign(age=labels.astype(object))


def _interval_row(trials: Sequence[Trial], door: str) -> str:
    said = [getattr(each, door) for each in trials]
    found, low, high = (
        np.mean([getattr(each, name) for each in said]) for name in ("uniques", "low", "high")
    )
    uniques, means = covered(trials, door)
    return f"{found:.0f} [{low:.0f}, {high:.0f}] | {uniques:.3f} | {means:.3f}"


def _error(trials: Sequence[Trial], name: str) -> str:
    errors = []
    for each in trials:
        found = each.said.uniques
        if name != "mixture":
            found = next(e.uniques for e in each.said.estimates if e.model == name)
        if found is not None:
            errors.append(found - each.uniques)
    if not errors:
        return "no fit"
    fits = "" if len(errors) == len(trials) else f" ({len(errors)} fit)"
    return f"{np.mean(errors):+.0f} ± {np.std(errors):.0f}{fits}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--patients", type=int, nargs="+", default=[100, 200, 600, 1500, 1850])
    parser.add_argument("--years", type=int, nargs="+", default=[1, 5])
    chosen = parser.parse_args(arguments)
    found = {}
    print(f"\n**Intervals** over {chosen.seeds} registries\n")
    print(
        "| years | registered | fraction | sample uniques | population uniques "
        "| by fraction | covers | mean risk | by counts | covers | mean risk |"
    )
    print("| ---: |" + " ---: |" * 10)
    for years in chosen.years:
        for patients in chosen.patients:
            work = (
                joblib.delayed(trial)(seed=seed, patients=patients, years=years)
                for seed in range(chosen.seeds)
            )
            trials = found[years, patients] = joblib.Parallel(n_jobs=2)(work)
            alone = np.mean([each.said.sample_uniques for each in trials])
            truth = np.mean([each.uniques for each in trials])
            fraction = np.mean([each.fraction for each in trials])
            print(
                f"| {years} | {patients} | {fraction:.2f} | {alone:.0f} | {truth:.0f} | "
                f"{_interval_row(trials, 'said')} | {_interval_row(trials, 'counted')} |",
                flush=True,
            )
    print("\n**Errors** in population uniques, mean ± standard deviation\n")
    print("| years | registered | mixture | " + " | ".join(MODELS) + " |")
    print("| ---: | ---: |" + " ---: |" * (len(MODELS) + 1))
    for (years, patients), trials in found.items():
        shown = " | ".join(_error(trials, name) for name in ("mixture", *MODELS))
        print(f"| {years} | {patients} | {shown} |")


if __name__ == "__main__":
    main()

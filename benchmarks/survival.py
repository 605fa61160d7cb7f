"""Survival curves and Cox coefficients of a release, beside the sampling error of real patients.

``python -m benchmarks.survival [--names trees forest] [--cohorts pbc mgus colon] [--seeds 0 10]`` splits
a cohort's persons in halves, mints as many rows as train has, and prints a line a cohort, generator and
figure: how far the release lies from train, and how far the holdout does, other patients of the same
kind. The holdouts' 95 % quantile comes from 200 splits; of the releases is counted how many lie below.
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter

from benchmarks.cohorts import draw, read_colon, read_mgus, read_pbc
from cohort.cohort import Cohort
from cohort.errors import NotApplicable
from privacy.statistics import clopper_pearson
from synth.registry import synthesizer
from utility.regression import Regression, regressions
from utility.resample import Floats

REFERENCES, QUANTILE = 200, 0.95
_AT_RISK = 0.1  # of the persons: where fewer are under observation a curve is a handful's
_FIGURES = {"curve": "Kaplan-Meier, largest distance", "cox": "Cox, largest standardised difference"}


class Distance(NamedTuple):
    """Between two tables; the coefficients' shrinkage is 1 where they are as large as train's."""

    curve: float
    cox: float
    shrinkage: float


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What is looked at in a cohort, fixed before any split.

    Parameters
    ----------
    cox : Regression
        Covariates, time and event.
    times : ndarray
        Every time until one person in ten is left under observation.
    """

    cox: Regression
    times: Floats

    def curve(self, table: pd.DataFrame) -> Floats:
        """Kaplan and Meier's estimate (1958, https://doi.org/10.1080/01621459.1958.10501452) at the times."""
        followed, seen = self._outcome(table).T
        fitted = KaplanMeierFitter().fit(followed, seen)
        return np.asarray(fitted.survival_function_at_times(self.times), dtype=np.float64)

    def distance(self, table: pd.DataFrame, train: pd.DataFrame) -> Distance:
        """Of another table from train, coefficients in standard errors of their difference."""
        (mine, _), (trains, variance) = self.cox.fit(table), self.cox.fit(train)
        return Distance(
            curve=float(np.abs(self.curve(table) - self.curve(train)).max()),
            cox=float((np.abs(mine - trains) / np.sqrt(2 * variance)).max()),
            shrinkage=float(mine @ trains / (trains @ trains)),
        )

    def _outcome(self, table: pd.DataFrame) -> Floats:
        found = self.cox.truth(table)
        return found[np.isfinite(found).all(axis=1)]


def analysis(cohort: Cohort) -> Analysis:
    """A modest covariate set by `utility.regression`'s rules, from everybody."""
    (cox,) = (each for each in regressions(cohort) if each.model == "cox")
    followed = np.sort(cox.truth(cohort.table)[:, 0])
    followed = followed[np.isfinite(followed)]
    return Analysis(cox=cox, times=np.unique(followed[: round(len(followed) * (1 - _AT_RISK))]))


def read_colon_deaths() -> Cohort:
    """Colon cancer, a row a patient: the time to death, without the recurrence."""
    cohort = read_colon()
    return cohort.rows(np.flatnonzero(cohort.table["etype"] == "2"))


COHORTS: Mapping[str, Callable[[], Cohort]] = {
    "pbc": read_pbc,
    "mgus": read_mgus,
    "colon": read_colon_deaths,
}


def halves(cohort: Cohort, seed: int) -> tuple[Cohort, Cohort]:
    """Train and holdout."""
    half = cohort.n_persons // 2
    train, holdout = draw(cohort, (half, half), seed=seed)
    return train, holdout


def sampling(cohort: Cohort, looked: Analysis) -> list[Distance]:
    """Holdout from train over many splits; one whose Cox model has no estimate is left out."""
    found = []
    for seed in range(REFERENCES):
        train, holdout = halves(cohort, 1000 + seed)
        try:
            found.append(looked.distance(holdout.table, train.table))
        except NotApplicable:
            continue
    return found


def releases(cohort: Cohort, looked: Analysis, name: str, seeds: range) -> tuple[list[Distance], float]:
    """Release from train, a seed each, and CPU seconds a release; without a Cox estimate infinitely far."""
    found, started = [], time.process_time()
    for seed in seeds:
        train, _ = halves(cohort, seed)
        table = synthesizer(name).fit(train, seed=seed).sample(len(train), seed=seed + 100).table
        try:
            found.append(looked.distance(table, train.table))
        except NotApplicable:
            found.append(Distance(np.inf, np.inf, np.nan))
    return found, (time.process_time() - started) / len(seeds)


def show(name: str, cohort: Cohort, names: Sequence[str], seeds: range) -> None:
    """The lines of one cohort."""
    looked = analysis(cohort)
    print(f"\n{name}: {looked.cox.sentence}\n")
    print(
        "| generator | figure | release from train | holdout from train, 95 % quantile | below | interval |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    real = sampling(cohort, looked)
    for each in names:
        found, cpu = releases(cohort, looked, each, seeds)
        for figure, label in _FIGURES.items():
            mine, others = (np.array([getattr(one, figure) for one in many]) for many in (found, real))
            bar = float(np.quantile(others, QUANTILE))
            below = int((mine <= bar).sum())
            low, high = clopper_pearson(below, len(mine))
            print(
                f"| `{each}` | {label} | {_spread(mine)} | {np.median(others):.3f}, {bar:.3f} "
                f"| {below} of {len(mine)} | {low:.2f} to {high:.2f} |",
                flush=True,
            )
        mine, others = (np.array([one.shrinkage for one in many]) for many in (found, real))
        print(
            f"| `{each}` | Cox, size beside train's | {_spread(mine)} | {np.median(others):.3f} | | |\n"
            f"| `{each}` | CPU s | {cpu:.1f} | | | |",
            flush=True,
        )


def _spread(figures: Floats) -> str:
    return f"{np.median(figures):.3f} ({np.min(figures):.3f} to {np.max(figures):.3f})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", nargs="+", default=["trees", "forest"])
    parser.add_argument("--cohorts", nargs="+", choices=tuple(COHORTS), default=list(COHORTS))
    parser.add_argument("--seeds", type=int, nargs=2, default=[0, 10], help="from, and up to but without")
    chosen = parser.parse_args(arguments)
    for name in chosen.cohorts:
        show(name, COHORTS[name](), chosen.names, range(*chosen.seeds))


if __name__ == "__main__":
    main()

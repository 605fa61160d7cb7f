"""Cross-fitting beside one half against the other: false alarms, intervals, and planted copies caught.

``python -m benchmarks.cross_fit [--cohorts adult colon] [--persons 100] [--seeds 200] [--first 0]
[--draws 20] [--attacks copy_scan]``
draws so many persons in all, and fresh ones for the releases, of which none can leak. ``half`` makes
one release from half of the persons and attacks it with the others as control; ``cross-fitted`` does
both halves. An own p of at most .05 is a false alarm; copies are planted in ``draws`` of the releases.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence

import joblib
import numpy as np

from benchmarks.cohorts import COHORTS, SHARED, draw
from cohort.cohort import Cohort
from cohort.split import split_cohort
from privacy.assay import Assay, assay
from privacy.estimates import Outcome
from privacy.planted import FAMILY

NAMES = ("copy_scan", "membership", "qi_match", "linkability", "singling_out", "exact_copies")
SHARES = (0.05, 0.1)
_WAYS = ("half", "cross-fitted")
_QUICK = tuple(name for name in NAMES if name != "membership")  # silent: its forest takes the time of all


def both_ways(
    cohort: Cohort, *, n: int, seed: int, planted: bool, names: Sequence[str] = NAMES
) -> dict[str, Assay]:
    """The same persons and fresh releases, one half alone and cross-fitted."""
    persons, fresh = draw(cohort, (n, n), seed=seed)
    split = split_cohort(persons, folds=2, seed=seed)
    ends = (0, split.train.n_persons, n)
    halves = [fresh.of_persons(np.arange(*ends[i : i + 2])).released for i in range(2)]
    tried = {"half": (halves[0], split.folds[0]), "cross-fitted": (halves, split)}
    return {
        way: assay(release, fold, attacks=names, seed=seed, planted=planted)
        for way, (release, fold) in tried.items()
    }


def print_silence(cohort: Cohort, *, n: int, seeds: range, names: Sequence[str]) -> None:
    """Alarms, intervals that miss 0 and their mean width."""
    work = (joblib.delayed(both_ways)(cohort, n=n, seed=seed, planted=False, names=names) for seed in seeds)
    found = joblib.Parallel(n_jobs=1)(work)
    print(f"\n**{cohort.name}**, {n} persons, {len(seeds)} seeds: alarms / intervals that miss 0 / width\n")
    print("| | " + " | ".join((*names, "family")) + " |\n| --- |" + " ---: |" * (len(names) + 1))
    for way in _WAYS:
        cells, family = defaultdict(list), 0
        for each in found:
            risks = [risk for risk in each[way].risks if risk.outcome is Outcome.ESTIMATED]
            family += any(risk.p_adjusted is not None and risk.p_adjusted <= 0.05 for risk in risks)
            for risk in risks:
                width = (risk.high or 0) - (risk.low or 0)
                missed = not (risk.low or 0) <= 0 <= (risk.high or 0)
                cells[risk.attack].append((risk.alarm, missed, width))
        shown = [np.array(cells[name], dtype=float).reshape(-1, 3) for name in names]
        text = [
            f"{cell[:, 0].sum():.0f} / {cell[:, 1].sum():.0f} / {cell[:, 2].mean():.2f}" for cell in shown
        ]
        print(f"| {way} | " + " | ".join((*text, str(family))) + " |", flush=True)


def print_power(cohort: Cohort, *, n: int, draws: int) -> None:
    """How often planted copies are caught."""
    names = (*(name for name in NAMES if name != "exact_copies"), FAMILY)
    work = (joblib.delayed(both_ways)(cohort, n=n, seed=seed, planted=True) for seed in range(draws))
    found = joblib.Parallel(n_jobs=1)(work)
    print(f"\n**{cohort.name}**, {n} persons in all, power over {draws} draws of persons\n")
    print("| copied | | " + " | ".join(names) + " |\n| ---: | --- |" + " ---: |" * len(names))
    for share in SHARES:
        for way in _WAYS:
            caught = [{power.attack: power.caught for power in each[way].power} for each in found]
            means = [np.mean([each[name][share] for each in caught]) for name in names]
            print(f"| {share:.0%} | {way} | " + " | ".join(f"{mean:.2f}" for mean in means) + " |")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print two tables a cohort."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", nargs="+", choices=COHORTS, default=["adult", "colon"])
    parser.add_argument("--persons", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--attacks", nargs="+", choices=_QUICK, default=_QUICK)
    parser.add_argument("--draws", type=int, default=20, help="0 prints no power")
    chosen = parser.parse_args(arguments)
    if not SHARED.exists():
        raise SystemExit(f"{SHARED} is absent: the benchmark draws persons from it.")
    for name in chosen.cohorts:
        cohort = COHORTS[name]()
        seeds = range(chosen.first, chosen.first + chosen.seeds)
        print_silence(cohort, n=chosen.persons, seeds=seeds, names=chosen.attacks)
        if chosen.draws:
            print_power(cohort, n=chosen.persons, draws=chosen.draws)


if __name__ == "__main__":
    main()

"""Rings when it must: how often planted copies are caught, attack by attack.

``python -m benchmarks.power [--seeds 20] [--cohorts nwtco ...]`` plants jittered copies of train's
persons in a release of fresh persons and counts p-values of at most .05, beside the ceiling that
nobody can surpass. The last column is the primary attacks together, corrected. The statistics were
tuned on Adult, colon, pbc and flchain; nwtco and national2019 were looked at by nobody before.
"""

import argparse
from collections.abc import Sequence

import joblib
import numpy as np

from benchmarks.cohorts import COHORTS, SHARED, draw
from cohort.cohort import Cohort
from cohort.split import Split
from privacy.assay import assay
from privacy.attacks.registry import ATTACKS
from privacy.ceiling import ceiling
from privacy.planted import FAMILY

DEFAULT = ("nwtco", "national2019", "adult", "flchain")
SHARES = (0.05, 0.1)
PLANTED = tuple(name for name, attack in ATTACKS.items() if attack.planted)
NAMES = (*PLANTED, FAMILY)


def curves(cohort: Cohort, *, n: int, seed: int) -> dict[str, dict[float, float]]:
    """Power of each attack at each share, forty plantings in one fresh release."""
    train, control, fresh = draw(cohort, (n, n, n), seed=seed)
    split = Split(train=train, holdout=control, seed=seed)
    return {
        each.attack: each.caught for each in assay(fresh.released, split, attacks=PLANTED, seed=seed).power
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one table a cohort."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--cohorts", nargs="+", choices=list(COHORTS), default=list(DEFAULT))
    parser.add_argument("--persons", type=int, nargs="+", default=[100, 1000])
    chosen = parser.parse_args(arguments)
    if not SHARED.exists():
        raise SystemExit(f"{SHARED} is absent: the benchmark draws persons from it.")
    for name in chosen.cohorts:
        cohort = COHORTS[name]()
        print(f"\n**{cohort.name}**, power over {chosen.seeds} draws of persons\n")
        print("| persons a side | copied | ceiling | " + " | ".join(NAMES) + " |")
        print("| ---: | ---: | ---: |" + " ---: |" * len(NAMES))
        for n in chosen.persons:
            work = (joblib.delayed(curves)(cohort, n=n, seed=seed) for seed in range(chosen.seeds))
            found = joblib.Parallel(n_jobs=2)(work)
            for share in SHARES:
                means = [np.mean([each.get(name, {}).get(share, np.nan) for each in found]) for name in NAMES]
                top = ceiling(train=n, control=n, share=share)
                print(
                    f"| {n} | {share:.0%} | {top:.2f} | " + " | ".join(f"{m:.2f}" for m in means) + " |",
                    flush=True,
                )


if __name__ == "__main__":
    main()

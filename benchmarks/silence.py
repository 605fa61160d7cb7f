"""Silent when it should be: false alarms of every attack on fresh real patients.

``python -m benchmarks.silence [--seeds 200] [--persons 100 300 1000]`` prints a Markdown table a
cohort. The release is persons whom neither train nor control knows, so an own p of at most .05 is a
false alarm. A cell may hold 22 of 200 seeds, all cells together 6 %.
"""

import argparse
from collections import Counter
from collections.abc import Sequence

import joblib

from benchmarks.cohorts import SHARED, draw, read_adult, read_colon, read_flchain
from cohort.cohort import Cohort
from cohort.split import Split
from privacy.assay import assay
from privacy.attacks.registry import ATTACKS
from privacy.estimates import AttackRole

RATIOS = (0.25, 0.5, 1.0)
NAMES = tuple(name for name, attack in ATTACKS.items() if attack.role is not AttackRole.SECOND_OPINION)


def one(cohort: Cohort, *, n: int, n_control: int, seed: int) -> Counter[str]:
    """Which attacks raise an alarm on one fresh release, and which intervals miss 0."""
    train, control, fresh = draw(cohort, (n, n_control, n), seed=seed)
    # The seed says that the holdout was drawn: it need not be compared with train.
    split = Split(train=train, holdout=control, seed=seed)
    found: Counter[str] = Counter()
    for risk in assay(fresh.released, split, attacks=NAMES, seed=seed, planted=False).risks:
        found[risk.attack] += risk.alarm
        found[f"{risk.attack} tried"] += risk.p is not None
        found[f"{risk.attack} missed"] += risk.low is not None and not risk.low <= 0 <= (risk.high or 0)
        found["family"] += risk.p_adjusted is not None and risk.p_adjusted <= 0.05
    found["family"] = min(found["family"], 1)
    return found


def cell(cohort: Cohort, *, n: int, n_control: int, seeds: int) -> Counter[str]:
    """All seeds of one size."""
    work = (joblib.delayed(one)(cohort, n=n, n_control=n_control, seed=seed) for seed in range(seeds))
    total: Counter[str] = Counter()
    for found in joblib.Parallel(n_jobs=2)(work):
        total.update(found)
    return total


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table a cohort, and all cells pooled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--persons", type=int, nargs="+", default=[100, 300, 1000])
    chosen = parser.parse_args(arguments)
    if not SHARED.exists():
        raise SystemExit(f"{SHARED} is absent: the benchmark draws persons from it.")
    pooled: Counter[str] = Counter()
    cells = 0
    for read in (read_adult, read_colon, read_flchain):
        cohort = read()
        print(f"\n**{cohort.name}**, alarms in {chosen.seeds} seeds (intervals that miss 0)\n")
        print("| train | control | " + " | ".join((*NAMES, "family")) + " |")
        print("| ---: | ---: |" + " ---: |" * (len(NAMES) + 1))
        for n in chosen.persons:
            for n_control in (round(n * ratio) for ratio in RATIOS):
                if 2 * n + n_control <= cohort.n_persons:
                    found = cell(cohort, n=n, n_control=n_control, seeds=chosen.seeds)
                    pooled.update(found)
                    cells += 1
                    shown = [f"{found[name]} ({found[f'{name} missed']})" for name in NAMES]
                    print(
                        f"| {n} | {n_control} | " + " | ".join((*shown, str(found["family"]))) + " |",
                        flush=True,
                    )
    print(f"\n**Pooled** over {cells} cells: share of alarms (of intervals that miss 0)\n")
    for name in NAMES:
        tried = max(pooled[f"{name} tried"], 1)
        print(f"- {name}: {pooled[name] / tried:.3f} ({pooled[f'{name} missed'] / tried:.3f}) of {tried}")
    print(f"- family: {pooled['family'] / (cells * chosen.seeds):.3f}")


if __name__ == "__main__":
    main()

"""False alarms of anonymeter's attacks on fresh real patients, with and without our guards.

``python -m benchmarks.guards [--seeds 100]`` prints a Markdown table. The release is persons of
UCI Adult whom neither train nor control knows, so nothing leaks by construction: an interval of 95 %
may lie above 0 in 2.5 % of the seeds, which for 100 seeds and Monte-Carlo error means at most 7.
"""

import argparse
import warnings
from collections.abc import Sequence

from anonymeter.evaluators import SinglingOutEvaluator

from benchmarks.cohorts import SHARED, draw, read_adult
from cohort.cohort import Cohort
from cohort.split import Split
from privacy.assay import assay

SIZES = ((200, 50), (200, 200))
ATTACKS = ("anonymeter_singling_out", "anonymeter_linkability", "anonymeter_inference")


def plain_alarm(train: Cohort, control: Cohort, synthetic: Cohort, *, seed: int) -> bool:
    """Whether the library's own singling out, as its documentation shows it, raises an alarm."""
    evaluator = SinglingOutEvaluator(
        ori=train.table.convert_dtypes(),
        syn=synthetic.table.convert_dtypes(),
        control=control.table.convert_dtypes(),
        n_attacks=len(train),
        seed=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bool(evaluator.evaluate().risk().ci[0] > 0)


def alarms(cohort: Cohort, *, n: int, n_control: int, seeds: int) -> dict[str, int]:
    """How many seeds put each attack's interval above 0."""
    counted = dict.fromkeys((*ATTACKS, "plain singling out"), 0)
    for seed in range(seeds):
        train, control, fresh = draw(cohort, (n, n_control, n), seed=seed)
        split = Split(train=train, holdout=control)
        for risk in assay(fresh.table, split, attacks=ATTACKS, seed=seed, planted=False).risks:
            counted[risk.attack] += risk.low is not None and risk.low > 0
        counted["plain singling out"] += plain_alarm(train, control, fresh, seed=seed)
    return counted


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    seeds = parser.parse_args(arguments).seeds
    if not SHARED.exists():
        raise SystemExit(f"{SHARED} is absent: the benchmark draws persons of UCI Adult from it.")
    cohort = read_adult()
    print(f"Intervals above 0 in {seeds} seeds, the release being fresh real persons (bar: 7 of 100)\n")
    print("| train | control | " + " | ".join((*ATTACKS, "plain singling out")) + " |")
    print("| ---: | ---: |" + " ---: |" * (len(ATTACKS) + 1))
    for n, n_control in SIZES:
        found = alarms(cohort, n=n, n_control=n_control, seeds=seeds)
        print(
            f"| {n} | {n_control} | " + " | ".join(str(count) for count in found.values()) + " |", flush=True
        )


if __name__ == "__main__":
    main()

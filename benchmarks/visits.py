"""Linked visits beside rows: use by person, and what two attacks hear, on pbcseq.

``python -m benchmarks.visits [--seeds 1 2 3 4]`` splits the 312 patients in halves, mints as many
rows as train has with `trees`, once as whole persons and once as rows, and prints a line a seed.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.cohorts import read_pbcseq
from cohort.cohort import Cohort
from cohort.split import Split
from privacy.assay import assay
from synth.trees import Trees
from utility.visits import visits

_METRICS = ("visit_count_fidelity", "visit_gap_fidelity", "lag_fidelity", "person_fidelity")
_ATTACKS = ("copy_scan", "membership")


def read_visits(visit: str | None) -> Cohort:
    """The patients, their rows ordered by ``visit`` or by nothing."""
    cohort = read_pbcseq()
    return replace(cohort, schema=replace(cohort.schema, visit=visit, rules=("day <= futime",)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line a seed, linked and by row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4])
    print(f"| seed | way | rows | CPU s | {' | '.join(_METRICS)} | {' | '.join(_ATTACKS)}, p |")
    print("| --- " * (4 + len(_METRICS) + len(_ATTACKS)) + "|")
    for seed in parser.parse_args(arguments).seeds:
        for way, visit in (("linked", "day"), ("rows", None)):
            print(_line(read_visits(visit).split(seed=seed), way, seed=seed), flush=True)


def _line(split: Split, way: str, *, seed: int) -> str:
    started = time.process_time()
    fitted = Trees().fit(split.train, seed=seed)
    table = fitted.sample(len(split.train), seed=seed + 100).table
    seconds = time.process_time() - started
    scores = {score.metric: score for score in visits(table, split)[0] if not score.group}
    figures = [
        f"{scores[name].value:.3f} ({scores[name].reference:.3f})" if name in scores else "–"
        for name in _METRICS
    ]
    risks = assay(table, split, attacks=_ATTACKS, seed=seed, planted=False).risks
    heard = [f"{risk.p:.3f}" for risk in risks]
    return f"| {seed} | {way} | {len(table)} | {seconds:.1f} | {' | '.join(figures)} | {' | '.join(heard)} |"


if __name__ == "__main__":
    main()

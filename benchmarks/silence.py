"""Silent when it should be: false alarms of every attack on fresh real patients.

``python -m benchmarks.silence [--cohorts adult colon flchain] [--persons 100 300 1000] [--seeds 200]``
prints a Markdown table, each row as soon as it is done, and what all rows together say. The release
is persons whom neither train nor control knows, so an own p of at most .05 is a false alarm. A row
may hold 22 of 200 seeds, all rows together 6 %. ``--results FILE`` keeps each finished row, and a
later call goes on from there, with more seeds if asked: the bench takes hours, and may be run a cohort
and a size at a time.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import joblib

from benchmarks.cohorts import COHORTS, SHARED, draw
from cohort.cohort import Cohort
from cohort.split import Split
from privacy.assay import assay
from privacy.attacks.registry import ATTACKS
from privacy.estimates import AttackRole

RATIOS = (0.25, 0.5, 1.0)
NAMES = tuple(name for name, attack in ATTACKS.items() if attack.role is not AttackRole.SECOND_OPINION)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table: a cohort's name, persons of train and of control, and how many seeds."""

    cohort: str
    train: int
    control: int
    seeds: int


def one(cohort: Cohort, *, train: int, control: int, seed: int) -> Counter[str]:
    """Which attacks raise an alarm on one fresh release, and which intervals miss 0."""
    parts = draw(cohort, (train, control, train), seed=seed)
    # The seed says that the holdout was drawn: it need not be compared with train.
    split = Split(train=parts[0], holdout=parts[1], seed=seed)
    found: Counter[str] = Counter()
    for risk in assay(parts[2].released, split, attacks=NAMES, seed=seed, planted=False).risks:
        found[risk.attack] += risk.alarm
        found[f"{risk.attack} tried"] += risk.p is not None
        found[f"{risk.attack} missed"] += risk.low is not None and not risk.low <= 0 <= (risk.high or 0)
        found["family"] += risk.p_adjusted is not None and risk.p_adjusted <= 0.05
    found["family"] = min(found["family"], 1)
    return found


def measured(row: Row, cohort: Cohort, known: dict[str, Any] | None = None) -> dict[str, Any]:
    """All seeds of one row, in two processes, and how long they took; those ``known`` are not repeated."""
    known = known or {"seeds": 0, "counts": {}, "seconds": 0.0}
    start = time.perf_counter()
    work = (
        joblib.delayed(one)(cohort, train=row.train, control=row.control, seed=seed)
        for seed in range(known["seeds"], row.seeds)
    )
    total: Counter[str] = Counter(known["counts"])
    for found in joblib.Parallel(n_jobs=2)(work):
        total.update(found)
    seconds = known["seconds"] + time.perf_counter() - start
    return {**asdict(row), "counts": dict(total), "seconds": seconds}


def rows(names: Sequence[str], persons: Sequence[int], *, seeds: int) -> Iterator[tuple[Row, Cohort]]:
    """The rows that the cohorts are large enough for."""
    for name in names:
        cohort = COHORTS[name]()
        for train in persons:
            for control in (round(train * ratio) for ratio in RATIOS):
                if 2 * train + control <= cohort.n_persons:
                    yield Row(cohort=name, train=train, control=control, seeds=seeds), cohort


def _place(found: dict[str, Any]) -> tuple[str, int, int]:
    return found["cohort"], found["train"], found["control"]


def line(found: dict[str, Any]) -> str:
    """One row as it is printed: alarms, and in brackets intervals that miss 0."""
    counts = Counter(found["counts"])
    shown = [f"{counts[name]} ({counts[f'{name} missed']})" for name in NAMES]
    sizes = [found["cohort"], str(found["train"]), str(found["control"]), str(found["seeds"])]
    speed = f"{2 * found['seconds'] / found['seeds']:.1f}"  # two processes
    return "| " + " | ".join((*sizes, *shown, str(counts["family"]), speed)) + " |"


def print_pooled(everything: Sequence[dict[str, Any]]) -> None:
    """What all rows together say."""
    pooled = sum((Counter(found["counts"]) for found in everything), Counter())
    seeds = sum(found["seeds"] for found in everything)
    print(f"\n**Pooled** over {len(everything)} rows: share of alarms (of intervals that miss 0)\n")
    for name in NAMES:
        tried = max(pooled[f"{name} tried"], 1)
        print(f"- {name}: {pooled[name] / tried:.3f} ({pooled[f'{name} missed'] / tried:.3f}) of {tried}")
    print(f"- family: {pooled['family'] / seeds:.3f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print each row as it is done, and then all pooled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", nargs="+", choices=list(COHORTS), default=["adult", "colon", "flchain"])
    parser.add_argument("--persons", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--results", type=Path, help="keeps finished rows, one JSON object a line")
    chosen = parser.parse_args(arguments)
    if not SHARED.exists():
        raise SystemExit(f"{SHARED} is absent: the benchmark draws persons from it.")
    kept = chosen.results and chosen.results.exists()
    texts = chosen.results.read_text().splitlines() if kept else []
    done = {_place(found): found for found in map(json.loads, texts)}
    head = ("cohort", "train", "control", "seeds", *NAMES, "family", "CPU s a seed")
    print("| " + " | ".join(head) + " |\n| --- |" + " ---: |" * (len(head) - 1), flush=True)
    for row, cohort in rows(chosen.cohorts, chosen.persons, seeds=chosen.seeds):
        known = done.get(_place(asdict(row)))
        if known is None or known["seeds"] < row.seeds:
            known = done[_place(asdict(row))] = measured(row, cohort, known)
            if chosen.results:
                with chosen.results.open("a") as file:
                    file.write(json.dumps(known) + "\n")
        print(line(known), flush=True)
    print_pooled(list(done.values()))


if __name__ == "__main__":
    main()

"""How long the risk of every column set takes: a million rows, side by side with pycanon and anjana.

``python -m benchmarks.linkage [--rows 1000000] [--peers /tmp/peers/bin/python]``. Eight
quasi-identifiers, every set of up to four of them (162), the sets that lack one and the whole. Two
tables: **adult**, ARX's complete cases resampled, one cell in ten drawn anew from its column's own
distribution and ages moved by up to two years; **simulated**, districts of very unequal size, a post
code within the district, year of birth, sex, month of diagnosis, occupation, genotype and a first
language that goes with the district. The peers count one set a call, so they are timed on twelve sets,
three of each size, drawn at random; their time for all is that of each size by its number of sets. Where
their interpreter is absent they are left out.
"""

import argparse
import json
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Sequence
from itertools import combinations
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.cohorts import SHARED
from privacy.linkage.special import special_uniques
from privacy.linkage.subsets import column_sets

LARGEST = 4
QUASI_IDENTIFIERS = 8
PEERS = """
import contextlib, io, json, sys, time
import pandas as pd
from anjana.anonymity import k_anonymity as anjana_k
from pycanon.anonymity import k_anonymity
table = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
found = []
for columns in json.loads(sys.argv[2]):
    start, begin = time.perf_counter(), time.process_time()
    k = k_anonymity(table, columns)
    took = [time.perf_counter() - start, time.process_time() - begin]
    start, begin = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        anjana_k(table, [], columns, 1, 0, {})
    found.append([len(columns), int(k), *took, time.perf_counter() - start, time.process_time() - begin])
print(json.dumps(found))
"""


def adult(rows: int, *, seed: int) -> pd.DataFrame:
    """ARX's Adult, resampled with noise; eight of its nine columns."""
    source = pd.read_csv(SHARED / "arx_adult" / "adult.csv", sep=";", dtype=str).drop(columns="salary-class")
    rng = np.random.default_rng(seed)
    table = source.iloc[rng.integers(0, len(source), rows)].reset_index(drop=True)
    for name in table:
        other = source[name].to_numpy()[rng.integers(0, len(source), rows)]
        table[name] = table[name].where(rng.random(rows) >= 0.1, other)
    moved = table["age"].astype(int) + rng.integers(-2, 3, rows)
    table["age"] = moved.clip(17, 90).astype(str)
    return table


def simulated(rows: int, *, seed: int) -> pd.DataFrame:
    """A national register with quasi-identifiers of very unequal frequency."""
    rng = np.random.default_rng(seed)
    district = np.minimum(rng.zipf(1.4, rows), 100)
    return pd.DataFrame(
        {
            "district": district,
            "post_code": district * 10 + rng.binomial(9, 0.3, rows),
            "born": np.clip(rng.normal(1970, 18, rows), 1920, 2020).astype(int),
            "sex": rng.integers(0, 2, rows),
            "diagnosed": rng.integers(0, 240, rows),
            "occupation": np.minimum(rng.geometric(0.08, rows), 60),
            "genotype": np.minimum(rng.zipf(2.0, rows), 30),
            "language": np.where(rng.random(rows) < 0.7, district % 8, rng.integers(0, 8, rows)),
        }
    ).astype(str)


def peer_times(table: pd.DataFrame, interpreter: Path, *, seed: int) -> list[list[float]]:
    """Size, k, and seconds and processor seconds of pycanon and of anjana, for three sets of each size."""
    rng = np.random.default_rng(seed)
    chosen = []
    for size in range(1, LARGEST + 1):
        sets = list(combinations(table.columns, size))
        chosen += [list(sets[place]) for place in rng.choice(len(sets), 3, replace=False)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        table.to_csv(path, index=False)
        command = [str(interpreter), "-c", PEERS, str(path), json.dumps(chosen)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
    found: list[list[float]] = json.loads(done.stdout.splitlines()[-1])
    ours = {frozenset(each.columns): each.k for each in column_sets(table, list(table.columns)).sets}
    if [ours[frozenset(columns)] for columns in chosen] != [row[1] for row in found]:
        raise SystemExit("pycanon and SynthAssay do not agree on k.")
    return found


def extrapolated(times: list[list[float]], column: int) -> float:
    """Seconds for every set: the mean of each size by the number of its sets."""
    by_size = pd.DataFrame(times).groupby(0)[column].mean()
    return float(sum(comb(QUASI_IDENTIFIERS, int(size)) * seconds for size, seconds in by_size.items()))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--peers", type=Path, default=Path("/tmp/peers/bin/python"))
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    if not SHARED.exists():
        raise SystemExit(f"{SHARED} is absent: the benchmark draws rows from it.")
    print("| table | what | seconds | processor seconds | peak GB | times ours |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for make in (adult, simulated):
        table = make(chosen.rows, seed=chosen.seed)
        names, name = list(table.columns), make.__name__
        start, begin = time.perf_counter(), time.process_time()
        sets = column_sets(table, names, largest=LARGEST)
        wall, ours = time.perf_counter() - start, time.process_time() - begin
        _row(name, f"SynthAssay, {len(sets.sets)} sets, {sets.whole.uniques:,} alone by all", wall, ours)
        start, begin = time.perf_counter(), time.process_time()
        special_uniques(table, names, largest=LARGEST)
        _row(
            name, "minimal uniques and SUDA scores", time.perf_counter() - start, time.process_time() - begin
        )
        if chosen.peers.exists():
            times = peer_times(table, chosen.peers, seed=chosen.seed)
            for label, column in (("pycanon, 162 sets, k only", 2), ("anjana, 162 sets, k only", 4)):
                seconds, busy = extrapolated(times, column), extrapolated(times, column + 1)
                _row(name, f"{label} (from 12 sets)", seconds, busy, ratio=busy / ours)


def _row(table: str, what: str, wall: float, busy: float, *, ratio: float | None = None) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    memory, times = (f"{peak:.2f}", "") if ratio is None else ("", f"{ratio:.0f}")
    print(f"| {table} | {what} | {wall:.1f} | {busy:.1f} | {memory} | {times} |", flush=True)


if __name__ == "__main__":
    main()

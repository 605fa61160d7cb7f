"""A release of private-pgm's Adult by dpmm 0.1.9, which needs an interpreter and pins of its own.

``PEER/bin/python benchmarks/dp_peer.py --method mst --epsilon 1 --seed 0 --out FILE.csv`` imports nothing of
SynthAssay; ``python -m benchmarks.dp --releases FILE.csv ...`` scores the file.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
from dpmm.models.aim import AIMGM
from dpmm.models.mst import MSTGM

FOLDER = Path(__file__).parents[1].parent / "shared" / "data" / "adult_private_pgm"
TESTED, DELTA = 9769, 1e-9


def main() -> None:
    """Fit, draw and write one release; print the CPU seconds of the fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", choices=("mst", "aim"), required=True)
    parser.add_argument("--epsilon", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--iterations", type=int, default=1000, help="of its inference")
    parser.add_argument("--model-size", type=float, default=80.0, help="of AIM, in MB")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    cells = json.loads((FOLDER / "adult-domain.json").read_text())
    codes = pd.read_csv(FOLDER / "adult.csv")[list(cells)]
    train = codes.iloc[np.random.default_rng(0).permutation(len(codes))[TESTED:]].reset_index(drop=True)
    settings = {"epsilon": asked.epsilon, "delta": DELTA, "n_iters": asked.iterations, "n_jobs": 1}
    model = MSTGM(**settings) if asked.method == "mst" else AIMGM(**settings, max_model_size=asked.model_size)
    model.set_domain(cells)
    model.set_random_state(np.random.RandomState(asked.seed))
    started = time.process_time()
    model.fit(train)
    print(f"{asked.method} {asked.epsilon:g}: {time.process_time() - started:.1f} CPU s")
    model.generate(n_records=len(train))[list(cells)].to_csv(asked.out, index=False)


if __name__ == "__main__":
    main()

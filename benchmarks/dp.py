"""What tables with a guarantee are worth: marginals and models, by epsilon and by the number of persons.

``python -m benchmarks.dp [--parts adult sizes] [--seeds 5] [--epsilons 1 10] [--names dp_mst dp_aim]`` prints
Markdown tables. Adult as private-pgm discretised it, 39,073 rows to learn from and 9,769 to test on;
total variation is the mean over *all* pairs and triples of its 14 columns. Parameters of the
generators were chosen on NIST's national2019; of this table the sketch's rounds were looked at once, and
a descent that had not ended was mended on it (``dp_mst``, epsilon 10).
"""

import argparse
import json
import time
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from benchmarks.cohorts import SHARED
from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema
from synth.registry import synthesizer

Ints = npt.NDArray[np.int64]

PARTS, NAMES = ("adult", "sizes"), ("dp_mst", "dp_aim")
SIZES, EPSILONS = (200, 1000, 5000), (1.0, 3.0, 10.0)
_TESTED, _DELTA, _TARGET = 9769, 1e-9, "income>50K"
_SPARSE = 1_000_000


class Worth(NamedTuple):
    """How near a release is to train, what models learn from it, and its cost in CPU seconds."""

    pairs: float
    triples: float
    logistic: float
    boosting: float
    seconds: float


def read_discrete() -> tuple[Ints, Ints, dict[str, int]]:
    """Train and test codes of private-pgm's Adult, and the public number of codes of each column."""
    folder = SHARED / "adult_private_pgm"
    cells = json.loads((folder / "adult-domain.json").read_text())
    codes = pd.read_csv(folder / "adult.csv")[list(cells)].to_numpy(dtype=np.int64)
    order = np.random.default_rng(0).permutation(len(codes))
    return codes[order[_TESTED:]], codes[order[:_TESTED]], cells


def as_cohort(codes: Ints, cells: dict[str, int]) -> Cohort:
    """Every column a category, as private-pgm and its peers take it, with its public codes."""
    columns = tuple(
        Column(
            name=name,
            kind=Kind.CATEGORY,
            role=Role.TARGET if name == _TARGET else Role.OTHER,
            categories=tuple(str(code) for code in range(many)),
        )
        for name, many in cells.items()
    )
    table = pd.DataFrame(
        {name: codes[:, place].astype(str) for place, name in enumerate(cells)}, dtype=object
    )
    return Cohort(schema=Schema(columns=columns), table=table, name="adult")


def with_missing(cells: dict[str, int]) -> list[int]:
    """Codes of each column, one for missing among them."""
    return [many + 1 for many in cells.values()]


def variation(one: Ints, other: Ints, cells: Sequence[int], *, columns: int) -> float:
    """Total variation between two tables, the mean over all choices of so many columns."""
    return float(
        np.mean([_distance(one, other, chosen, cells) for chosen in combinations(range(len(cells)), columns)])
    )


def _distance(one: Ints, other: Ints, chosen: tuple[int, ...], cells: Sequence[int]) -> float:
    shape = [cells[each] for each in chosen]
    flat = [np.ravel_multi_index(tuple(codes[:, list(chosen)].T), shape) for codes in (one, other)]
    many = int(np.prod(shape))
    if many > _SPARSE:
        seen, places = np.unique(np.concatenate(flat), return_inverse=True)
        flat, many = [places[: len(one)], places[len(one) :]], len(seen)
    shares = [np.bincount(each, minlength=many) / len(each) for each in flat]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def auroc(table: Ints, test: Ints, cells: Sequence[int]) -> tuple[float, float]:
    """Of a one-hot logistic regression and of gradient boosting, the last column the target.

    Rows without the target teach nothing.
    """
    table = table[table[:, -1] < cells[-1] - 1]
    if len(np.unique(table[:, -1])) < 2:
        return 0.5, 0.5
    onehot = OneHotEncoder(categories=[list(range(many)) for many in cells[:-1]])
    models = (
        make_pipeline(onehot, LogisticRegression(max_iter=500)),
        HistGradientBoostingClassifier(random_state=0),
    )
    scores = []
    for model in models:
        model.fit(table[:, :-1], table[:, -1])
        scores.append(float(roc_auc_score(test[:, -1], model.predict_proba(test[:, :-1])[:, 1])))
    return scores[0], scores[1]


def minted(
    name: str, train: Cohort, *, epsilon: float, delta: float, seed: int, rows: int
) -> tuple[Ints, float]:
    """The codes of one release, missing the one after a column's last, and the CPU seconds of its fit."""
    started = time.process_time()
    fitted = synthesizer(name, {"epsilon": epsilon, "delta": delta}).fit(train, seed=seed)
    seconds = time.process_time() - started
    return as_codes(fitted.sample(rows, seed=seed).table, train.schema), seconds


def as_codes(table: pd.DataFrame, schema: Schema) -> Ints:
    """Codes of a release: nobody's real cell is missing, so that one that is counts as a value of its own."""
    codes = [
        table[column.name].fillna(str(len(column.categories or ()))).to_numpy(dtype=np.int64)
        for column in schema.released
    ]
    return np.stack(codes, axis=1)


def worth(table: Ints, train: Ints, test: Ints, cells: Sequence[int], *, seconds: float = 0.0) -> Worth:
    """Everything told of one release."""
    return Worth(
        variation(table, train, cells, columns=2),
        variation(table, train, cells, columns=3),
        *auroc(table, test, cells),
        seconds,
    )


def print_adult(names: Sequence[str], epsilons: Sequence[float], seeds: int) -> None:
    """The peers' table."""
    train, test, cells = read_discrete()
    sizes, cohort = with_missing(cells), as_cohort(train, cells)
    print("| release | ε | pairs | triples | logistic | boosting | CPU s |")
    print("| --- | ---: | --- | --- | --- | --- | ---: |")
    rng = np.random.default_rng(0)
    print_row("real train", "", [worth(train, train, test, sizes)])
    print_row(
        "bootstrap of train",
        "",
        [worth(train[rng.integers(len(train), size=len(train))], train, test, sizes)],
    )
    for name in names:
        for epsilon in epsilons:
            found = []
            for seed in range(seeds):
                table, seconds = minted(
                    name, cohort, epsilon=epsilon, delta=_DELTA, seed=seed, rows=len(train)
                )
                found.append(worth(table, train, test, sizes, seconds=seconds))
            print_row(f"`{name}`", f"{epsilon:g}", found)


def print_sizes(names: Sequence[str], epsilons: Sequence[float], seeds: int) -> None:
    """Use by epsilon where there are few persons; as many rows are drawn as persons learnt from."""
    everybody, test, cells = read_discrete()
    sizes = with_missing(cells)
    for n in SIZES:
        print(f"\nn = {n:,}, δ = 1e-5\n")
        print("| release | ε | pairs | triples | logistic | boosting | CPU s |")
        print("| --- | ---: | --- | --- | --- | --- | ---: |")
        draws = [np.random.default_rng(seed).permutation(len(everybody))[:n] for seed in range(seeds)]
        print_row("real train", "", [worth(everybody[rows], everybody, test, sizes) for rows in draws])
        for name in names:
            for epsilon in epsilons:
                found = []
                for seed, rows in enumerate(draws):
                    table, seconds = minted(
                        name,
                        as_cohort(everybody[rows], cells),
                        epsilon=epsilon,
                        delta=1e-5,
                        seed=seed,
                        rows=n,
                    )
                    found.append(worth(table, everybody, test, sizes, seconds=seconds))
                print_row(f"`{name}`", f"{epsilon:g}", found)


def print_releases(paths: Sequence[Path]) -> None:
    """Releases that a peer made from the same split."""
    train, test, cells = read_discrete()
    for path in paths:
        table = pd.read_csv(path)[list(cells)].to_numpy(dtype=np.int64)
        print_row(path.stem, "", [worth(table, train, test, with_missing(cells))])


def print_row(name: str, epsilon: str, found: Sequence[Worth]) -> None:
    """The mean of several releases, and the range."""
    columns = list(zip(*found, strict=True))
    told = [
        f"{np.mean(column):.4f}" + ("" if len(found) < 2 else f" ({min(column):.4f}–{max(column):.4f})")
        for column in columns[:-1]
    ]
    print(f"| {name} | {epsilon} | {' | '.join(told)} | {np.mean(columns[-1]):.1f} |", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--names", nargs="+", default=NAMES)
    parser.add_argument("--epsilons", nargs="+", type=float, default=EPSILONS)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--releases", nargs="*", type=Path, default=[], help="of a peer: benchmarks/dp_peer.py"
    )
    asked = parser.parse_args(arguments)
    if asked.releases:
        print_releases(asked.releases)
        return
    if "adult" in asked.parts:
        print_adult(asked.names, asked.epsilons, asked.seeds)
    if "sizes" in asked.parts:
        print_sizes(asked.names, asked.epsilons, asked.seeds)


if __name__ == "__main__":
    main()

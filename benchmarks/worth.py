"""What models learn from a release of Adult, beside the real rows that it was made from.

``python -m benchmarks.worth [--rows 300 2000] [--seeds 0 10] [--names trees forest tvae ...]`` prints a
line a generator and number of train rows: the median over seeds, and the range, of real train's AUROC
less the release's; the rows that equal a train row, beside those that equal one of as many other
people; the categories of five train persons or more that do not come up; CPU seconds.
"""

import argparse
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from benchmarks.cohorts import draw, read_adult
from cohort.cohort import Cohort
from synth.registry import synthesizer

TESTED, TIMES, HELD = 6000, 4, 5
_TARGET, _POSITIVE = "income", ">50K"


class Worth(NamedTuple):
    """One release: AUROC lost, shares of copied rows, categories lost, and CPU seconds."""

    logistic: float
    boosting: float
    copies: float
    chance: float
    lost: int
    cpu: float


def worth(
    name: str, train: Cohort, other: Cohort, test: Cohort, *, real: tuple[float, float], seed: int
) -> Worth:
    """Of a release with four rows for each of train's."""
    started = time.process_time()
    table = synthesizer(name).fit(train, seed=seed).sample(TIMES * len(train), seed=seed).table
    cpu = time.process_time() - started
    logistic, boosting = auroc(table, test.released)
    return Worth(
        real[0] - logistic,
        real[1] - boosting,
        copies(table, train.released),
        copies(table, other.released),
        lost(table, train),
        cpu,
    )


def auroc(table: pd.DataFrame, test: pd.DataFrame) -> tuple[float, float]:
    """Of logistic regression and gradient boosting trained on one table, tested on another."""
    label = (table[_TARGET] == _POSITIVE).to_numpy()
    if len(set(label)) < 2:
        return 0.5, 0.5
    names = [name for name in table if name != _TARGET]
    numbers = [name for name in names if pd.api.types.is_numeric_dtype(table[name])]
    others = [name for name in names if name not in numbers]
    coded = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    models = (
        (StandardScaler(), OneHotEncoder(handle_unknown="ignore"), LogisticRegression(max_iter=1000)),
        ("passthrough", coded, HistGradientBoostingClassifier(random_state=0)),
    )
    scores = []
    for scaled, encoded, model in models:
        pipeline = make_pipeline(make_column_transformer((scaled, numbers), (encoded, others)), model)
        pipeline.fit(_plain(table[names], numbers), label)
        score = pipeline.predict_proba(_plain(test[names], numbers))[:, 1]
        scores.append(float(roc_auc_score(test[_TARGET] == _POSITIVE, score)))
    return scores[0], scores[1]


def copies(table: pd.DataFrame, real: pd.DataFrame) -> float:
    """The share of rows that equal a real one."""
    known = set(map(tuple, real.astype(str).to_numpy()))
    return float(np.mean([tuple(row) in known for row in table.astype(str).to_numpy()]))


def lost(table: pd.DataFrame, train: Cohort) -> int:
    """Categories that at least five persons of train have and no row of the release."""
    names = [column.name for column in train.schema.released if not column.kind.is_numeric]
    held = {name: train.table[name].value_counts() for name in names}
    return sum(len(set(held[name].index[held[name] >= HELD]) - set(table[name])) for name in names)


def _plain(table: pd.DataFrame, numbers: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: table[name].astype(float)
            if name in numbers
            else table[name].astype(object).fillna("").astype(str)
            for name in table
        }
    )


def show(adult: Cohort, names: Sequence[str], rows: int, seeds: range) -> None:
    """A line a generator."""
    found: dict[str, list[Worth]] = {name: [] for name in names}
    for seed in seeds:
        train, other, test = draw(adult, (rows, rows, TESTED), seed=seed)
        real = auroc(train.released, test.released)
        for name in names:
            found[name].append(worth(name, train, other, test, real=real, seed=seed))
    for name, each in found.items():
        logistic, boosting, copied, chance, gone, cpu = np.array(each).T
        print(
            f"| {rows} | `{name}` | {_spread(logistic)} | {_spread(boosting)} "
            f"| {copied.mean():.2%} ({chance.mean():.2%}) | {gone.sum():.0f} | {np.median(cpu):.1f} |",
            flush=True,
        )


def _spread(gaps: Sequence[float]) -> str:
    return f"{np.median(gaps):.3f} ({min(gaps):.3f} to {max(gaps):.3f})"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", nargs="+", default=["trees", "forest"])
    parser.add_argument("--rows", type=int, nargs="+", default=[300, 2000])
    parser.add_argument("--seeds", type=int, nargs=2, default=[0, 10], help="from, and up to but without")
    chosen = parser.parse_args(arguments)
    adult = read_adult()
    print("| rows | generator | logistic, gap | boosting, gap | copies (chance) | categories lost | CPU s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for rows in chosen.rows:
        show(adult, chosen.names, rows, range(*chosen.seeds))


if __name__ == "__main__":
    main()

"""Whether intervals hold what they promise: simulated cohorts, whose truth is known.

``python -m benchmarks.coverage [--seeds 400] [--cells 0 1 2 ...]`` prints, for every interval of an
assay, in how many seeds it covers the truth and how wide it is beside Wilson's of as many persons
(for a difference: Newcombe's). A bar of issue 3 is coverage of at least .92 and at most 1.25 times
the width.

In a seed everything is drawn anew: the persons of train and control, and the release. Each train
person stands in it, cell for cell, with the probability ``copied``; fresh persons fill it up. Where
nobody is copied, train and control are exchangeable, and the truth is exact: differences are 0,
areas .5, rates at a false positive rate are that rate. A copied share is the exact truth of
``exact_copies``. Any other truth is the mean over all seeds, some ten thousand persons, whose error
is a twentieth of one interval's.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import joblib
import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split
from privacy.assay import Assay, assay
from privacy.attacks.registry import ATTACKS
from privacy.estimates import AttackRole, RiskEstimate
from privacy.linkage.sample import match_probability
from privacy.statistics import newcombe, wilson

NAMES = tuple(name for name, attack in ATTACKS.items() if attack.role is not AttackRole.SECOND_OPINION)
RANKING = ("copy_scan", "membership")
SCHEMA = Schema(
    columns=(
        Column(name="patient", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
        Column(name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER),
        Column(name="sex", kind=Kind.CATEGORY, role=Role.QUASI_IDENTIFIER),
        Column(name="region", kind=Kind.CATEGORY, role=Role.QUASI_IDENTIFIER),
        Column(name="stage", kind=Kind.ORDINAL, role=Role.TARGET),
        Column(name="marker", kind=Kind.NUMBER, role=Role.SENSITIVE),
        Column(name="genotype", kind=Kind.CATEGORY, role=Role.SENSITIVE),
        Column(name="lab", kind=Kind.NUMBER),
        Column(name="drug", kind=Kind.CATEGORY),
    ),
    person="patient",
)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A simulation: persons of train and control, rows of each person, how many are copied."""

    train: int
    control: int
    visits: int = 1
    copied: float = 0.0
    attacks: tuple[str, ...] = NAMES


CELLS = tuple(
    Cell(train=100, control=control, visits=visits, copied=copied)
    for control, visits in ((100, 1), (25, 1), (100, 3))
    for copied in (0.0, 0.2)
) + tuple(Cell(train=500, control=500, copied=copied, attacks=RANKING) for copied in (0.0, 0.2))


class Interval(NamedTuple):
    """A figure with its ends, and the width of Wilson's or Newcombe's for as many persons."""

    value: float
    low: float
    high: float
    plain: float


def persons(n: int, *, rng: np.random.Generator, visits: int = 1, first: int = 0) -> Cohort:
    """Draw ``n`` persons of an endless population, dependent columns and a few missing cells."""
    severity, rows = np.repeat(rng.normal(size=n), visits), n * visits
    table = pd.DataFrame(
        {
            "patient": [f"p{first + row // visits}" for row in range(rows)],
            "age": pd.array((50 + 9 * severity + rng.normal(0, 9, rows)).round().astype(int), dtype="Int64"),
            "sex": rng.choice(["f", "m"], rows),
            "region": rng.choice(list("abcde"), rows, p=[0.4, 0.3, 0.15, 0.09, 0.06]),
            "stage": np.array(["I", "II", "III", "IV"])[np.digitize(severity, [-1, 0, 1])],
            "marker": np.exp(severity + rng.normal(0, 0.5, rows)),
            "genotype": rng.choice(list("vwxyz"), rows, p=[0.5, 0.3, 0.1, 0.06, 0.04]),
            "lab": np.where(rng.random(rows) < 0.05, np.nan, rng.normal(size=rows)),
            "drug": rng.choice(["x", "y", "z"], rows),
        }
    )
    return Cohort(schema=SCHEMA, table=table.astype(dict.fromkeys(table.select_dtypes(object), object)))


def intervals(cell: Cell, seed: int) -> dict[str, Interval]:
    """Every interval that an assay of one simulated release prints, by name."""
    rng = np.random.default_rng([seed, cell.train, cell.control, cell.visits])
    train = persons(cell.train, rng=rng, visits=cell.visits)
    holdout = persons(cell.control, rng=rng, visits=cell.visits, first=cell.train)
    copied = np.flatnonzero(rng.random(cell.train) < cell.copied)
    fresh = persons(cell.train - len(copied), rng=rng, visits=cell.visits)
    release = pd.concat([train.of_persons(copied).released, fresh.released], ignore_index=True)
    split = Split(train=train, holdout=holdout, seed=seed)
    found = assay(release, split, attacks=cell.attacks, seed=seed, planted=False)
    named = dict(pair for risk in found.risks for pair in of_risk(risk)) | dict(of_exposure(found))
    matched = match_probability(release, split)
    sides = {
        "train": (matched.train, matched.low, matched.high, matched.n),
        "control": (matched.control, matched.control_low, matched.control_high, matched.n_control),
    }
    return named | {f"match probability, {side}": _rate(*figure) for side, figure in sides.items()}


def of_risk(risk: RiskEstimate) -> Iterator[tuple[str, Interval]]:
    """The excess of an attack, and its other figures."""
    if risk.excess is not None:
        plain = newcombe(risk.train, risk.n, risk.control, risk.n_control)
        yield f"{risk.attack}, excess", Interval(risk.excess, risk.low, risk.high, plain[1] - plain[0])
    for name, figure in risk.figures.items():
        if "reason" not in figure:
            ends = figure["value"], figure["low"], figure["high"]
            if "control" in figure:
                plain = newcombe(figure["train"], figure["n"], figure["control"], figure["n_control"])
                yield f"{risk.attack}, {name}", Interval(*ends, plain[1] - plain[0])
            else:
                # Of an area Wilson's says how wide it would be if each person had one opponent.
                n = risk.n if name.startswith("tpr") else min(risk.n, risk.n_control)
                yield f"{risk.attack}, {name}", _rate(*ends, figure.get("n", n))


def of_exposure(found: Assay) -> Iterator[tuple[str, Interval]]:
    """The share of train who look exposed, in all and in rare strata."""
    for stratum in found.exposure.strata if found.exposure else ():
        name = f"exposure, {stratum.column} = {stratum.level}" if stratum.column else "exposure, all"
        yield name, _rate(stratum.exposed, stratum.low, stratum.high, stratum.n)


def _rate(value: float, low: float, high: float, n: int) -> Interval:
    """A rate of ``n`` persons beside Wilson's interval."""
    least, most = wilson(value * n, n)
    return Interval(value, low, high, most - least)


def truth(name: str, cell: Cell, values: Sequence[float]) -> float:
    """What an interval should cover: exact where it is known, else the mean of all seeds."""
    if name == "exact_copies, excess":
        return cell.copied
    if not cell.copied:
        if name.endswith("excess") or name.startswith("inference"):
            return 0.0
        exact = {"auc": 0.5, "tpr_at_10": 0.1, "tpr_at_1_": 0.01, "exposure": 0.05, "share_of_untied": 0.5}
        for part, value in exact.items():
            if part in name:
                return value
    return float(np.mean(values))


def summary(cell: Cell, seeds: Sequence[dict[str, Interval]]) -> pd.DataFrame:
    """Coverage and width by figure, strata of one kind together.

    Returns
    -------
    DataFrame, (figures, 5)
        ``figure``, ``intervals`` (how many were printed), ``truth``, ``coverage``, ``width``
        (mean, beside the mean of the plain one's).
    """
    rows = []
    for name in dict.fromkeys(name for seed in seeds for name in seed):
        found = np.array([seed[name] for seed in seeds if name in seed])
        known = truth(name, cell, found[:, 0])
        covered = (found[:, 1] <= known + 1e-12) & (known <= found[:, 2] + 1e-12)
        wide = found[:, 2] - found[:, 1]
        rows += [(label(name), known, *each) for each in zip(covered, wide, found[:, 3], strict=True)]
    table = pd.DataFrame(rows, columns=["figure", "truth", "covered", "wide", "plain"])
    grouped = table.groupby("figure", sort=False)
    return pd.DataFrame(
        {
            "figure": list(grouped.groups),
            "intervals": grouped.size().to_numpy(),
            "truth": grouped["truth"].mean().to_numpy(),
            "coverage": grouped["covered"].mean().to_numpy(),
            "width": (grouped["wide"].mean() / grouped["plain"].mean()).to_numpy(),
        }
    )


def label(name: str) -> str:
    """Strata of one kind are told together."""
    attack, _, figure = name.partition(", ")
    if attack == "inference" and (" = " in figure or ": " in figure):
        return "inference, strata"
    return "exposure, rare strata" if attack == "exposure" and " = " in figure else name


def measured(cell: Cell, *, seeds: int, processes: int = 1) -> pd.DataFrame:
    """All seeds of one cell."""
    work = (joblib.delayed(intervals)(cell, seed) for seed in range(seeds))
    return summary(cell, joblib.Parallel(n_jobs=processes)(work))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table a cell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--cells", type=int, nargs="+", default=list(range(len(CELLS))))
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args(arguments)
    for place in chosen.cells:
        cell = CELLS[place]
        print(
            f"\n**{cell.train} of train, {cell.control} of control, {cell.visits} rows a person, "
            f"{cell.copied:.0%} copied**, {chosen.seeds} seeds\n"
        )
        print("| figure | intervals | truth | coverage | width / plain |\n| --- |" + " ---: |" * 4)
        for row in measured(cell, seeds=chosen.seeds, processes=chosen.processes).itertuples():
            mark = "" if row.coverage >= 0.92 and row.width <= 1.25 else " !"
            print(
                f"| {row.figure}{mark} | {row.intervals} | {row.truth:+.3f} | {row.coverage:.3f} "
                f"| {row.width:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

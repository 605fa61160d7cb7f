"""Forecast of what a release with a guarantee keeps, beside what was then measured.

``python -m benchmarks.dp_gauge [--sets adult national2019] [--sizes 200 1000 5000] [--draws 5]`` prints a
Markdown table. The forecast sees the schema alone. Measured is the mean and range over draws of so many
persons, tested on others; the discretised Adult of private-pgm, and NIST's national2019 with the ranges
of its own documentation.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.cohorts import read_aids2_days, read_flchain, read_national2019, read_nwtco
from benchmarks.dp import as_cohort, read_discrete
from cohort.cohort import Cohort
from cohort.schema import Column, Role, Schema
from synthassay.dp.gauge import EPSILONS, auroc, forecasts, kept

SIZES = (200, 1_000, 5_000)
_TESTED, _DELTA = 2_000, 1e-5


def read_adult_codes() -> Cohort:
    """All 48,842 persons of private-pgm's Adult."""
    train, test, cells = read_discrete()
    return as_cohort(np.concatenate([train, test]), cells)


def with_domains(cohort: Cohort, *, target: str, without: str = "") -> Cohort:
    """A cohort whose schema says what a study's protocol would: categories, and rounded ranges.

    Read off the whole file, of which a draw holds a small part: it stands in for knowledge that a
    steward would have, and would break a promise if it were done for a release. ``without`` names a
    column in which next to nobody has a value, which dp_mst asks to leave out.
    """
    columns = [
        _with_domain(column, cohort.table[column.name].dropna(), target)
        for column in cohort.schema.released
        if column.name != without
    ]
    schema = Schema(columns=tuple(columns), missing=cohort.schema.missing)
    return Cohort(schema=schema, table=cohort.table[list(schema.names)], name=cohort.name)


def _with_domain(column: Column, known: pd.Series, target: str) -> Column:
    role = Role.TARGET if column.name == target else Role.OTHER if column.role is Role.EVENT else column.role
    if column.kind.is_numeric:
        ends = (float(np.floor(known.min())), float(np.ceil(known.max())))
        return replace(column, role=role, range=ends)
    return replace(column, role=role, categories=tuple(sorted(known.unique())))


SETS: dict[str, Callable[[], Cohort]] = {
    "adult": read_adult_codes,
    "national2019": lambda: with_domains(read_national2019(), target="OWN_RENT", without="DVET"),
    "flchain": lambda: with_domains(read_flchain(), target="death"),
    "nwtco": lambda: with_domains(read_nwtco(), target="rel"),
    "aids2": lambda: with_domains(read_aids2_days(), target="status"),
}


def print_set(
    name: str, sizes: Sequence[int], epsilons: Sequence[float], *, draws: int, cohorts: int
) -> None:
    """A row a size and epsilon."""
    cohort = SETS[name]()
    for n in sizes:
        if n + _TESTED > len(cohort):
            continue
        started = time.process_time()
        expected = forecasts(
            cohort.schema,
            persons=n,
            epsilons=epsilons,
            delta=_DELTA,
            cohorts=cohorts,
            look_further=False,
            seed=0,
        )
        seconds = time.process_time() - started
        found: dict[float, list[float]] = {epsilon: [] for epsilon in epsilons}
        reals = []
        for seed in range(draws):
            order = np.random.default_rng(seed).permutation(len(cohort))
            train, test = cohort.rows(order[:n]), cohort.rows(order[n : n + _TESTED])
            reals.append(auroc(train.table, test.table, cohort.schema))
            for epsilon in epsilons:
                found[epsilon].append(kept(train, test, epsilon=epsilon, delta=_DELTA, real=reals[-1]))
        for each in expected:
            measured = found[each.epsilon]
            inside = np.mean([each.low <= share <= each.high for share in measured])
            real, low, high = np.mean(reals), min(measured), max(measured)
            told = (
                f"| {name} | {n:,} | {each.epsilon:g} | {real:.3f} ",
                f"| {each.kept:.2f} ({each.low:.2f} to {each.high:.2f}) ",
                f"| {np.mean(measured):.2f} ({low:.2f} to {high:.2f}) | {inside:.0%} | {seconds:.0f} |",
            )
            print("".join(told), flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=("adult", "national2019"))
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--epsilons", nargs="+", type=float, default=EPSILONS)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--cohorts", type=int, default=12)
    asked = parser.parse_args(arguments)
    print("| data | n | ε | real AUROC | forecast | measured | inside | forecast, CPU s |")
    print("| --- | ---: | ---: | ---: | --- | --- | ---: | ---: |")
    for name in asked.sets:
        print_set(name, asked.sizes, asked.epsilons, draws=asked.draws, cohorts=asked.cohorts)


if __name__ == "__main__":
    main()

"""What trees and cgan cost at 100,000 rows of fifteen columns, cgan beside ctgan.

``python -m benchmarks.synth_speed [--parts trees memory step] [--rows 100000]`` prints Markdown tables.
Rows are UCI Adult's with the survey weight as a fifteenth column, drawn with replacement. Seconds are
CPU seconds of one thread. *Peak* is that of a process of its own, Python, its libraries and the table
included; cgan and ctgan take 200 steps of 500 rows there. Steps are timed in turns in one process, as
in `benchmarks.cgan`; what comes before the first, ctgan's transformer for one, is no part of them.
"""

import argparse
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from statistics import median
from typing import NamedTuple, TypeVar
from unittest import mock

import numpy as np

from benchmarks.cohorts import read_adult
from cohort.cohort import Cohort
from cohort.schema import Kind, Role
from synth.registry import synthesizer

ROWS, BATCH, STEPS, BLOCKS = 100_000, 500, 200, 2
PARTS = ("trees", "memory", "step")
Found = TypeVar("Found")


class Cost(NamedTuple):
    """CPU seconds before a first row or step and from there on, and the process's peak in MB."""

    before: float
    after: float
    peak: float


def large(rows: int) -> Cohort:
    """Adult with its survey weight as a number, drawn with replacement."""
    adult = read_adult()
    weight = replace(adult.schema["fnlwgt"], role=Role.OTHER, kind=Kind.INTEGER)
    columns = tuple(weight if column.name == weight.name else column for column in adult.schema.columns)
    table = adult.table.assign(fnlwgt=adult.table["fnlwgt"].astype("Int64"))
    drawn = np.random.default_rng(0).integers(len(table), size=rows)
    return replace(adult, schema=replace(adult.schema, columns=columns), table=table).rows(drawn)


def trees(rows: int) -> Cost:
    """Fit, and then draw as many rows."""
    train, started = large(rows), time.process_time()
    fitted = synthesizer("trees").fit(train, seed=0)
    between = time.process_time()
    fitted.sample(rows, seed=0)
    return Cost(between - started, time.process_time() - between, _peak())


def cgan(rows: int) -> Cost:
    """The whole fit of so few steps, among which one look at the validation rows is counted."""
    train, started, reports = large(rows), time.process_time(), []
    synthesizer("cgan", {"steps": STEPS, "batch_size": BATCH}).fit(
        train, seed=0, progress=lambda _: reports.append(time.process_time())
    )
    # Reports: before anything, after each 50 steps, at the end.
    trained = (reports[-2] - reports[1]) * STEPS / (STEPS - 50)
    return Cost(reports[-1] - started - trained, trained, _peak())


def ctgan(rows: int) -> Cost:
    """Its own package, one epoch of 200 steps, without SDV's preparation."""
    from ctgan import CTGAN  # noqa: PLC0415 - its memory is no other's

    from synth.complete import fit_preparation  # noqa: PLC0415
    from synth.sdv_adapter import guarded  # noqa: PLC0415

    train, started, marks = large(rows), time.process_time(), []

    def an_epoch(_: Iterable[int], **__: object) -> Iterator[int]:
        marks.append(time.process_time())
        yield 0
        marks.append(time.process_time())

    preparation = fit_preparation(train)
    frame = preparation.encode(train.released, np.random.default_rng(0))
    discrete = [part.name for part in preparation.parts if not part.is_numeric]
    with guarded(0), mock.patch("ctgan.synthesizers.ctgan.tqdm", an_epoch):
        shown = frame.astype(dict.fromkeys(discrete, str))
        CTGAN(batch_size=BATCH, enable_gpu=False).fit(shown, discrete)
    per_step = (marks[1] - marks[0]) / (rows // BATCH)
    return Cost(marks[0] - started, per_step * STEPS, _peak())


def steps(rows: int) -> tuple[list[float], list[float]]:
    """CPU milliseconds a step, cgan's and ctgan's in turns."""
    import torch  # noqa: PLC0415 - the process of trees has none

    from benchmarks.cgan import steps_in_turns  # noqa: PLC0415

    torch.set_num_threads(1)
    return steps_in_turns(large(rows), BATCH, blocks=BLOCKS)


def apart(work: Callable[[int], Found], rows: int) -> Found:
    """Work in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, rows).result()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _trees(rows: int) -> None:
    cost = apart(trees, rows)
    print(f"\n| {rows:,} x 15 | fit, CPU s | sample | together | peak MB |\n| --- | --- | --- | --- | --- |")
    total = cost.before + cost.after
    print(f"| `trees` | {cost.before:.1f} | {cost.after:.1f} | {total:.1f} | {cost.peak:.0f} |", flush=True)


def _memory(rows: int) -> None:
    print(f"\n| {rows:,} x 15 | around the steps, CPU s | {STEPS} steps, CPU s | peak MB |")
    print("| --- | --- | --- | --- |")
    for name, work in (("cgan", cgan), ("ctgan", ctgan)):
        cost = apart(work, rows)
        print(f"| `{name}` | {cost.before:.1f} | {cost.after:.1f} | {cost.peak:.0f} |", flush=True)


def _step(rows: int) -> None:
    ours, theirs = apart(steps, rows)
    ratios = sorted(their / our for our, their in zip(ours, theirs, strict=True))
    print("\n| batch | cgan, CPU ms a step | ctgan | ratio (range over blocks) |\n| --- | --- | --- | --- |")
    print(
        f"| {BATCH} | {median(ours):.1f} | {median(theirs):.1f} "
        f"| {median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) |",
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--rows", type=int, default=ROWS)
    chosen = parser.parse_args(arguments)
    for part in chosen.parts:
        {"trees": _trees, "memory": _memory, "step": _step}[part](chosen.rows)


if __name__ == "__main__":
    main()

"""What a step of cgan costs beside one of ctgan, and whether its conditions condition.

``python -m benchmarks.cgan [--parts step asked] [--rows 300] [--seeds 3]`` prints Markdown tables. Steps
are timed in turns, blocks of one and of the other in one process on one thread, in CPU milliseconds;
batch and schedule are the same (one step of the critic, one of the generator), the networks are not:
ctgan packs ten rows and concatenates its layers. What models learn from cgan's releases is in
``python -m benchmarks.worth --names cgan``.
"""

import argparse
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from unittest import mock

import numpy as np
import torch
from ctgan import CTGAN

from benchmarks.cohorts import draw, read_adult
from cohort.cohort import Cohort
from synth.cgan.encode import fit_codings
from synth.cgan.model import Cgan, FittedCgan, encode
from synth.cgan.train import Plan, Rows, Training
from synth.complete import fit_preparation
from synth.sdv_adapter import guarded

BLOCKS, BLOCK = 12, 15


def steps_in_turns(train: Cohort, batch: int, *, blocks: int = BLOCKS) -> tuple[list[float], list[float]]:
    """CPU milliseconds a step, ours and ctgan's, one figure a block."""
    preparation, rng = fit_preparation(train), np.random.default_rng(0)
    frame = preparation.encode(train.released, rng)
    codings = fit_codings(frame, preparation.parts, seed=0)
    discrete = [coding.part.name for coding in codings if not coding.part.is_numeric]
    codes, scalars = encode(codings, frame, rng)
    rows = Rows(codes, scalars, [coding.width for coding in codings], len(discrete))
    training = Training(rows, Plan(steps=1, minutes=None, batch=batch), seed=0)
    ours: list[float] = []
    theirs: list[float] = []
    a_round = len(train) // batch  # ctgan's steps an epoch
    epochs = max(BLOCK // a_round, 1)

    def in_turns(_: Iterable[int], **__: object) -> Iterator[int]:
        """Ctgan's progress bar: between two blocks of its steps, a block of ours."""
        for block in range(blocks + 1):
            started = time.process_time()
            yield from range(epochs)
            between = time.process_time()
            for _ in range(epochs * a_round):
                training.step()
            if block:  # the first warms up
                theirs.append((between - started) * 1e3 / (epochs * a_round))
                ours.append((time.process_time() - between) * 1e3 / (epochs * a_round))

    with guarded(0), mock.patch("ctgan.synthesizers.ctgan.tqdm", in_turns):
        shown = frame.astype(dict.fromkeys(discrete, str))
        CTGAN(batch_size=batch, enable_gpu=False).fit(shown, discrete)
    return ours, theirs


def conditioned(fitted: FittedCgan, train: Cohort, *, least: int = 5) -> tuple[float, float]:
    """P(category | asked) before anything is drawn again: its mean and least over the categories."""
    rates = []
    for column in train.schema.released:
        if column.kind.is_numeric:
            continue
        counts = train.table[column.name].value_counts()
        for value in counts.index[counts >= least]:
            drawn = fitted.draw(500, fitted.asked({column.name: value}), np.random.default_rng(1))
            rates.append(float((drawn[column.name] == value).mean()))
    return float(np.mean(rates)), min(rates)


def marginal_gap(fitted: FittedCgan, train: Cohort) -> float:
    """The largest difference of a category's share, 20,000 rows against train."""
    table = fitted.sample(20_000, seed=1).table
    names = [column.name for column in train.schema.released if not column.kind.is_numeric]
    gaps = [
        (table[name].value_counts(normalize=True, dropna=False))
        .sub(train.table[name].value_counts(normalize=True, dropna=False), fill_value=0)
        .abs()
        .max()
        for name in names
    ]
    return float(max(gaps))


def print_steps(adult: Cohort) -> None:
    print("| batch | rows | cgan, CPU ms | ctgan, CPU ms | ratio (range over blocks) |")
    print("| --- | --- | --- | --- | --- |")
    for batch, rows in ((100, 300), (500, 2000)):
        (train,) = draw(adult, (rows,), seed=0)
        ours, theirs = steps_in_turns(train, batch)
        ratios = sorted(b / a for a, b in zip(ours, theirs, strict=True))
        middle = statistics.median
        print(
            f"| {batch} | {rows} | {middle(ours):.1f} | {middle(theirs):.1f} "
            f"| {middle(theirs) / middle(ours):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f}) |",
            flush=True,
        )


def print_asked(adult: Cohort, rows: int, seeds: int) -> None:
    print("| seed | P(category, asked), mean | least | largest gap of a marginal | CPU s, fit |")
    print("| --- | --- | --- | --- | --- |")
    for seed in range(seeds):
        (train,) = draw(adult, (rows,), seed=seed)
        started = time.process_time()
        fitted = Cgan().fit(train, seed=seed)
        cpu = time.process_time() - started
        mean, least = conditioned(fitted, train)
        print(
            f"| {seed} | {mean:.3f} | {least:.3f} | {marginal_gap(fitted, train):.3f} | {cpu:.0f} |",
            flush=True,
        )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=("step", "asked"), default=["step", "asked"])
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    adult = read_adult()
    if "step" in chosen.parts:
        print_steps(adult)
    if "asked" in chosen.parts:
        print_asked(adult, chosen.rows, chosen.seeds)


if __name__ == "__main__":
    main()

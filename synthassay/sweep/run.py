"""Carry out a sweep: finished runs are not repeated, one that fails is told and the others go on."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from cohort.errors import SynthAssayError
from synthassay import pipeline
from synthassay.clock import Watcher
from synthassay.config_reader import config_from_dict
from synthassay.runs import Progress, read_run
from synthassay.sweep.cells import Cell
from synthassay.sweep.engine import Broken, Engine, jobs_that_fit

_KILLED = (
    "its process was killed, which happens where memory runs out. Give it fewer rows or candidates, "
    "or another machine; the other runs are not concerned."
)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How one run of a sweep ended.

    Parameters
    ----------
    place : int
        Of its cell.
    label : str
    folder : str
        "" where it failed.
    verdicts : dict of str to str
        Of its candidates.
    failure : str
        Why there is no folder.
    seconds : float
        In the process that carried it out; next to none where it had been finished before.
    """

    place: int
    label: str
    folder: str = ""
    verdicts: dict[str, str] = field(default_factory=dict)
    failure: str = ""
    seconds: float = 0.0


def sweep(
    cells: Sequence[Cell], *, out: Path, engine: Engine, watch: Watcher = lambda progress: None
) -> list[Ended]:
    """Carry out each cell that is not finished, and return how each ended, in the cells' order.

    The first run is carried out alone, so that it is known how many fit into this machine's memory.
    A cell whose process is killed is tried again beside fewer others, and at last alone.

    Parameters
    ----------
    cells : sequence of Cell
    out : Path
        The folder of runs; a cluster's workers must see it, and ``$SYNTHASSAY_STATE``, as this
        machine does.
    engine : Engine
    watch : callable
        Told after each run.
    """
    work = partial(
        carried_out, [replace(each, folder=each.folder.resolve()) for each in cells], out.resolve()
    )
    told = _Told(total=len(cells), watch=watch)
    pending = list(range(len(cells)))
    if engine.is_local and engine.jobs > 1:
        for ended in _robust(work, pending[:1], engine, cells):
            told.add(ended)
        fitting = jobs_that_fit(engine.jobs, megabytes=_megabytes(told.ended))
        engine, pending = replace(engine, jobs=fitting), pending[1:]
    for ended in _robust(work, pending, engine, cells):
        told.add(ended)
    return sorted(told.ended, key=lambda each: each.place)


def carried_out(cells: Sequence[Cell], out: Path, place: int) -> Ended:
    """One run from its cell, in whatever process; what goes wrong is told in words."""
    cell, started = cells[place], time.monotonic()
    try:
        config = config_from_dict(cell.content, folder=cell.folder, where=cell.label, name=cell.name)
        folder = pipeline.run(config, out=out, once=True)
    except SynthAssayError as error:
        return Ended(place=place, label=cell.label, failure=str(error))
    except Exception as error:  # a library's own message may hold a patient's value
        if os.environ.get("SYNTHASSAY_DEBUG"):
            raise
        return Ended(place=place, label=cell.label, failure=f"unexpected {type(error).__name__}.")
    return Ended(
        place=place,
        label=cell.label,
        folder=str(folder),
        verdicts=read_run(folder).verdicts,
        seconds=round(time.monotonic() - started, 3),
    )


def _robust(work: Any, places: Sequence[int], engine: Engine, cells: Sequence[Cell]) -> Iterator[Ended]:
    """The same although processes die: with half as many at once, and the last time one by one."""
    pending, jobs = list(places), engine.jobs
    while pending:
        try:
            for ended in replace(engine, jobs=jobs).carried_out(work, pending):
                pending.remove(ended.place)
                yield ended
        except Broken:
            if jobs == 2:
                break
            jobs = max(2, jobs // 2)
    for place in pending:
        try:
            yield from replace(engine, jobs=2).carried_out(work, [place])
        except Broken:
            yield Ended(place=place, label=cells[place].label, failure=_KILLED)


def _megabytes(ended: Sequence[Ended]) -> float | None:
    """What a run's process took at most, where one is finished."""
    peaks = [read_run(Path(each.folder)).about.get("peak_memory_mb") for each in ended if each.folder]
    return max((float(each) for each in peaks if each), default=None)


class _Told:
    """Counts what has ended, and says how long the rest takes."""

    def __init__(self, *, total: int, watch: Watcher) -> None:
        self.total, self.watch = total, watch
        self.ended: list[Ended] = []
        self.started = time.monotonic()

    def add(self, ended: Ended) -> None:
        self.ended.append(ended)
        done = len(self.ended)
        left = (time.monotonic() - self.started) / done * (self.total - done)
        self.watch(
            Progress(
                pid=os.getpid(),
                name="sweep",
                stage=f"{done} of {self.total}",
                share=done / self.total,
                seconds_left=left,
            )
        )

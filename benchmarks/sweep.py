"""What a sweep costs: runs on one worker and on two, and on a Dask cluster that loses a worker.

``python -m benchmarks.sweep [--runs 60] [--parts local dask]`` prints Markdown. Every run mints the
embedded registry by ``trees`` and judges it; ``sum`` is the seconds that the runs themselves took.
"""

import argparse
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cohort.errors import ConfigError
from synthassay.runs import list_runs
from synthassay.sweep.cells import Cell, read_cells
from synthassay.sweep.engine import Engine, engine
from synthassay.sweep.run import Ended, sweep

CONFIG = """
name: swept
cohort: {demo: registry}
seed: %s
candidates: [trees]
attacks: [copy_scan, membership]
references: [holdout]
"""


def cells_of(runs: int, folder: Path) -> list[Cell]:
    path = folder / "swept.yaml"
    path.write_text(CONFIG % list(range(runs)), encoding="utf-8")
    return read_cells(path)


def timed(cells: Sequence[Cell], out: Path, by: Engine) -> tuple[float, list[Ended]]:
    started = time.perf_counter()
    ended = sweep(cells, out=out, engine=by)
    return time.perf_counter() - started, ended


def row(name: str, wall: float, ended: Sequence[Ended], first: float | None) -> str:
    total = sum(each.seconds for each in ended)
    gain = "" if first is None else f"{first / wall:.2f}"
    return f"| {name} | {len(ended)} | {wall:.1f} | {total:.1f} | {gain} |"


def releases(out: Path) -> dict[str, str]:
    """Of each run its rows' hash, by the run's own hash."""
    found = {}
    for folder in list_runs(out):
        rows = (folder / "releases" / "trees" / "data.csv").read_bytes()
        found[folder.name[-8:]] = hashlib.sha256(rows).hexdigest()
    return found


@contextmanager
def cluster(workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers, each a process of its own, on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    host, port = address.split(":")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    cli = [sys.executable, "-m", "distributed.cli"]
    command = [
        [f"{cli[2]}.dask_scheduler", "--host", host, "--port", port, "--no-dashboard"],
        *[[f"{cli[2]}.dask_worker", f"tcp://{address}", "--nthreads", "1", "--no-dashboard", "--no-nanny"]]
        * workers,
    ]
    started = [subprocess.Popen([*cli[:2], *each], **quiet) for each in command]  # type: ignore[call-overload]
    try:
        wait_for(f"dask://{address}", workers)
        yield f"dask://{address}", started[1:]
    finally:
        for each in started:
            each.kill()
            each.wait()


def wait_for(name: str, workers: int) -> None:
    for _ in range(60):
        try:
            if engine(name, jobs=None, cores=1).jobs == workers:
                return
        except ConfigError:
            time.sleep(1)
    raise SystemExit("The cluster did not come up.")


def print_local(cells: Sequence[Cell], folder: Path) -> None:
    first = None
    for jobs in (1, 2):
        out = folder / f"local{jobs}"
        wall, ended = timed(cells, out, Engine(jobs=jobs))
        print(row(f"{jobs} process{'es' * (jobs > 1)}", wall, ended, first), flush=True)
        first = first or wall
    wall, ended = timed(cells, folder / "local2", Engine(jobs=2))
    print(row("2 processes, all finished before", wall, ended, first), flush=True)


def print_dask(cells: Sequence[Cell], folder: Path, expected: dict[str, str]) -> None:
    out = folder / "dask"
    with cluster(3) as (name, workers):
        victim = subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"import os,signal,time; time.sleep(20); os.kill({workers[0].pid}, signal.SIGKILL)",
            ]
        )
        wall, ended = timed(cells, out, engine(name, jobs=None, cores=1))
        victim.wait()
        dead = workers[0].poll() == -signal.SIGKILL
        print(row("Dask, 3 workers, one killed after 20 s", wall, ended, None), flush=True)
    found = releases(out)
    told = "not compared with a local sweep's"
    if expected:
        told = "the same as the local sweep's" if found == expected else "NOT those of the local sweep"
    print(f"\nThe worker was {'killed' if dead else 'not killed: the sweep ended before'}; ", end="")
    print(f"{len(found)} runs finished, {sum(not each.folder for each in ended)} failed; ", end="")
    print(f"their rows are {told}.")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--parts", nargs="+", default=["local", "dask"])
    chosen = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp())
    os.environ["SYNTHASSAY_STATE"] = str(folder / "state")
    cells = cells_of(chosen.runs, folder)
    print("| engine | runs | seconds | sum of the runs' own | times as fast as one |")
    print("| --- | ---: | ---: | ---: | ---: |")
    if "local" in chosen.parts:
        print_local(cells, folder)
    if "dask" in chosen.parts:
        print_dask(cells, folder, releases(folder / "local2"))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()

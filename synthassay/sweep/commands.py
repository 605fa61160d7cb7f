"""The command that carries out many runs."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from synthassay.runs import Progress as Step
from synthassay.sweep.run import Ended

_INTERRUPTED = 130


def register(app: typer.Typer) -> None:
    """Add the command to the others."""
    app.command()(sweep)


def sweep(
    config: Annotated[Path, typer.Argument(help="A config with lists: seed: [0, 1], epsilon: [0.5, 1, 10].")],
    *,
    out: Annotated[Path, typer.Option("--out", help="The folder of runs.")] = Path("runs"),
    jobs: Annotated[
        int | None, typer.Option("--jobs", help="Runs at once; default: one for each core.")
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", help="local, or dask://HOST:PORT of a scheduler.")
    ] = "local",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Carry out every combination of a config's lists as a run of its own; the same command resumes it."""
    from synthassay.sweep.cells import read_cells
    from synthassay.sweep.engine import engine as find
    from synthassay.sweep.run import sweep as carry_out

    cells = read_cells(config)
    found = find(engine, jobs=jobs, cores=os.cpu_count() or 1)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), console=Console(stderr=True), transient=True
    )
    task = bar.add_task("starting", total=1.0)

    def show(step: Step) -> None:
        bar.update(
            task, completed=step.share, description=f"{step.stage}, about {step.seconds_left:.0f} s left"
        )

    try:
        with bar:
            ended = carry_out(cells, out=out, engine=found, watch=show)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. The same command goes on from here.\n")
        raise typer.Exit(_INTERRUPTED) from None
    if as_json:
        sys.stdout.write(json.dumps(_told(ended), ensure_ascii=False) + "\n")
    else:
        _show(ended, out)


def _told(ended: Sequence[Ended]) -> dict[str, object]:
    runs = [
        {"cell": each.label, "run": each.folder, "verdicts": each.verdicts} for each in ended if each.folder
    ]
    failed = [{"cell": each.label, "reason": each.failure} for each in ended if not each.folder]
    return {"runs": runs, "failed": failed}


def _show(ended: Sequence[Ended], out: Path) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for each in ended:
        verdicts = ", ".join(f"{name} {verdict}" for name, verdict in each.verdicts.items())
        mark = "✓" if each.folder else "!"
        console.print(f"{mark} {each.label}: {verdicts or each.failure}", markup=False)
    finished = sum(bool(each.folder) for each in ended)
    console.print(f"\n{finished} of {len(ended)} runs are finished, under {out}.", markup=False)
    console.print(f"Dashboard:  synthassay dashboard {out}", markup=False)

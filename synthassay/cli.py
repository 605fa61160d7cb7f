"""The command line: thin words around the Python API."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from cohort.errors import SynthAssayError
from cohort.findings import Severity
from synthassay.runs import Progress as Step
from synthassay.runs import Run, read_run
from synthassay.verdicts import Judgement

app = typer.Typer(
    name="synthassay",
    help="Mint synthetic cohorts and assay their privacy. Without a command: opens the dashboard.",
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
)
_BAD_INPUT = 2
_NOT_ACCEPTED = 1
_INTERRUPTED = 130

Out = Annotated[Path, typer.Option("--out", help="The folder of runs.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 1 when no requested candidate is accepted.")]
ConfigFile = Annotated[Path, typer.Argument(help="A config, such as configs/demo.yaml.")]


@app.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """Open the dashboard where no command is given."""
    if context.invoked_subcommand is None:
        dashboard()


@app.command()
def inspect(
    data: Annotated[Path, typer.Argument(help="A CSV, Parquet or Excel file.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write the drafted schema here.")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Of an Excel file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draft a schema from a file, and say what this cohort's size can ever prove."""
    from synthassay.inspection import inspect_file

    found = inspect_file(data, sheet=sheet)
    if out is not None:
        found.write_schema(out)
    if as_json:
        _print_json(found.to_dict())
    else:
        found.show(Console(), written_to=out)


@app.command()
def run(
    config: ConfigFile,
    out: Out = Path("runs"),
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a stopped run.")] = False,
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Mint, measure, attack, judge and report."""
    from synthassay import pipeline
    from synthassay.config import read_config

    known = read_config(config)
    with _Bar() as watch:
        folder = pipeline.run(known, out=out, resume=resume, watch=watch)
    _conclude(read_run(folder), strict=strict, as_json=as_json)


@app.command()
def assay(
    config: ConfigFile,
    release: Annotated[Path, typer.Option("--release", help="The release's table.")],
    out: Out = Path("runs"),
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Judge a release that another tool made."""
    from synthassay import pipeline
    from synthassay.config import read_config

    known = read_config(config)
    with _Bar() as watch:
        folder = pipeline.assay_release(known, release, out=out, watch=watch)
    _conclude(read_run(folder), strict=strict, as_json=as_json)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="A finished run's folder.")],
    as_json: AsJson = False,
) -> None:
    """Write a finished run's report again, for people and for the public."""
    from synthassay.report import write_reports

    internal, public = write_reports(read_run(folder))
    if as_json:
        _print_json({"report": str(internal.resolve()), "public": str(public.resolve())})
    else:
        typer.echo(f"Report:  {internal}\nPublic:  {public}")


@app.command()
def dashboard(
    runs: Annotated[Path, typer.Argument(help="The folder of runs.")] = Path("runs"),
    port: Annotated[int | None, typer.Option("--port", help="Streamlit's port.")] = None,
) -> None:
    """Show runs in the browser, and start new ones."""
    from dashboard.launch import command

    raise typer.Exit(subprocess.call(command(runs, port=port)))  # noqa: S603 - our own command line


class _Bar:
    """A bar with the stage and the time left, on standard error."""

    def __enter__(self) -> Any:
        columns = (
            TextColumn("{task.description:<18}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[left]}"),
        )
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task("starting", total=1.0, left="")
        self._progress.start()
        return self._show

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._progress.stop()
        if kind is KeyboardInterrupt:
            sys.stderr.write("Stopped. The same command with --resume goes on from here.\n")
            raise typer.Exit(_INTERRUPTED)

    def _show(self, step: Step) -> None:
        left = "" if step.seconds_left is None else f"about {step.seconds_left:.0f} s left"
        self._progress.update(self._task, completed=step.share, description=step.stage, left=left)


def _conclude(finished: Run, *, strict: bool, as_json: bool) -> None:
    folder = finished.folder.resolve()
    verdicts = {
        each.candidate: "failed" if each.verdict is None else each.verdict.judgement.value
        for each in finished.candidates
    }
    if as_json:
        _print_json({"run": str(folder), "verdicts": verdicts})
    else:
        _show(finished)
    if strict and Judgement.ACCEPT.value not in verdicts.values():
        raise typer.Exit(_NOT_ACCEPTED)


def _show(finished: Run) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for finding in finished.cohort["findings"]:
        if finding["severity"] == Severity.ISSUE.value:
            console.print(f"! {finding['title']} {finding['explanation']}", markup=False)
    for each in finished.evidence:
        if each.verdict is None:
            console.print(f"! {each.candidate}: failed. {each.failure}", markup=False)
        else:
            mark, sentence = each.verdict.judgement.symbol, each.verdict.sentence
            console.print(
                f"{mark} {each.candidate}: {each.verdict.judgement.value}. {sentence}", markup=False
            )
    console.print(f"\nReport:     {finished.folder / 'report.html'}", markup=False)
    console.print(f"Dashboard:  {_called_as()} dashboard {finished.folder.parent}", markup=False)


def _called_as() -> str:
    """What to type again: the command may not be on the path."""
    typed = Path(sys.argv[0])
    return f"{sys.executable} -m synthassay" if typed.name == "__main__.py" else str(typed)


def _print_json(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")


def main() -> None:
    """Run the command line; what a person can mend ends with exit code 2 and says how."""
    # Started in the background, a process would otherwise be deaf to being stopped.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app()
    except SynthAssayError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(_BAD_INPUT)

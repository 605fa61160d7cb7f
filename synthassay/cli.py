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
from synthassay.ledger import commands as ledger
from synthassay.ledger.attempts import attempt_words
from synthassay.reporting import commands as reporting
from synthassay.runs import AugmentRun, RiskRun, Run, read_run
from synthassay.runs import Progress as Step
from synthassay.sweep import commands as sweeps
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
OnlyUnder = Annotated[
    Path | None, typer.Option("--only-under", help="Refuse a config that names a file outside this folder.")
]
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
    gauge: Annotated[
        Path | None,
        typer.Option("--gauge", help="A schema with public domains: forecast the use with a guarantee."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draft a schema from a file, and say what this cohort's size can ever prove."""
    from synthassay.inspection import inspect_file

    found = inspect_file(data, sheet=sheet, gauge=gauge)
    if out is not None:
        found.write_schema(out)
    if as_json:
        _print_json(found.to_dict())
    else:
        found.show(Console(), written_to=out)


@app.command()
def run(
    config: ConfigFile,
    *,
    out: Out = Path("runs"),
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a stopped run.")] = False,
    strict: Strict = False,
    only_under: OnlyUnder = None,
    as_json: AsJson = False,
) -> None:
    """Mint, measure, attack, judge and report."""
    from synthassay import pipeline
    from synthassay.config_reader import read_config

    known = read_config(config, only_under=only_under)
    with _Bar() as watch:
        folder = pipeline.run(known, out=out, resume=resume, watch=watch)
    _conclude(read_run(folder), strict=strict, as_json=as_json)


@app.command()
def check(config: ConfigFile, only_under: OnlyUnder = None, as_json: AsJson = False) -> None:
    """Say what a run of a config would start from, or what is wrong with it; nothing is minted."""
    from synthassay import pipeline
    from synthassay.config_reader import read_config

    found = pipeline.check(read_config(config, only_under=only_under))
    if as_json:
        _print_json(found)
    else:
        typer.echo(f"It can be run: {found['train']} persons to learn from, {found['holdout']} set aside.")


@app.command()
def assay(
    config: ConfigFile,
    release: Annotated[Path, typer.Option("--release", help="The release's table, or its folder of images.")],
    out: Out = Path("runs"),
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Judge a release that another tool made."""
    from synthassay import pipeline
    from synthassay.config_reader import read_config

    known = read_config(config)
    with _Bar() as watch:
        folder = pipeline.assay_release(known, release, out=out, watch=watch)
    _conclude(read_run(folder), strict=strict, as_json=as_json)


@app.command()
def risk(
    config: ConfigFile,
    *,
    drop: Annotated[list[str] | None, typer.Option("--drop", help="Leave a column out.")] = None,
    coarsen: Annotated[
        list[str] | None, typer.Option("--coarsen", help="COL=LEVEL: show a column coarser.")
    ] = None,
    within: Annotated[str | None, typer.Option("--within", help="A column known besides.")] = None,
    only_under: OnlyUnder = None,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Say who could be found by age, sex, place and the like, and what would mend it."""
    from synthassay.config_reader import read_config
    from synthassay.risk.run import asked, risk_folder
    from synthassay.runs import read_risk

    known = read_config(config, only_under=only_under)
    known = asked(known, drop=drop or (), coarsen=coarsen or (), within=within)
    found = read_risk(risk_folder(known, out=out))
    if as_json:
        _print_json({**found.risk, "run": str(found.folder.resolve())})
    else:
        _show_risk(found)


@app.command()
def augment(
    config: ConfigFile,
    *,
    label: Annotated[str | None, typer.Option("--class", help="A class of the target.")] = None,
    to: Annotated[int | None, typer.Option("--to", help="Rows of it, real and synthetic.")] = None,
    condition: Annotated[
        list[str] | None, typer.Option("--condition", help="COL=VALUE that each row has besides.")
    ] = None,
    share: Annotated[
        float | None, typer.Option("--share", help="The largest share of synthetic rows; default 0.3.")
    ] = None,
    study: Annotated[bool, typer.Option("--study", help="Find out whether it helps.")] = False,
    repeats: Annotated[int | None, typer.Option("--repeats", help="Splits of the study; default 10.")] = None,
    out: Out = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Top up a scarce class with synthetic rows, for training beside the real ones."""
    from dataclasses import replace

    from synthassay.augment.config import Augmentation
    from synthassay.augment.run import augment_folder
    from synthassay.config_reader import read_config
    from synthassay.runs import read_augment

    known = read_config(config)
    asked = (known.augment or Augmentation()).with_flags(
        label=label, conditions=condition or (), to=to, share=share, study=study, repeats=repeats
    )
    with _Bar(resumes=False) as watch:
        folder = augment_folder(replace(known, augment=asked), out=out, watch=watch)
    found = read_augment(folder)
    if as_json:
        _print_json({**found.augment, "run": str(found.folder.resolve())})
    else:
        _show_augment(found)


@app.command()
def budget(
    config: ConfigFile,
    gauge: Annotated[
        bool, typer.Option("--gauge", help="Forecast the use of each candidate with a guarantee.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what releases with a guarantee have spent of a data set's budget, and what is left."""
    from synthassay.config_reader import read_config
    from synthassay.dp.gauge import FORECAST
    from synthassay.dp.statement import expected, statement

    known = read_config(config)
    found = statement(known)
    forecasts = expected(known) if gauge else {}
    if as_json:
        told = {name: each.to_dict() for name, each in forecasts.items()}
        _print_json({**found.to_dict(), **({"forecasts": told} if gauge else {})})
        return
    lines = [*found.sentences, *([""] if forecasts else [])]
    for line in [*lines, *(f"{name}: {each.sentence}" for name, each in forecasts.items())]:
        typer.echo(line)
    if gauge:
        typer.echo(FORECAST if forecasts else "No candidate has a guarantee: there is nothing to forecast.")


@app.command()
def dashboard(
    runs: Annotated[Path, typer.Argument(help="The folder of runs.")] = Path("runs"),
    port: Annotated[int | None, typer.Option("--port", help="Streamlit's port.")] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Where files may be named from; default: here.")
    ] = None,
) -> None:
    """Show runs in the browser, and start new ones."""
    from dashboard.launch import command

    raise typer.Exit(subprocess.call(command(runs, port=port, data=data)))  # noqa: S603 - our own command line


@app.command()
def docs(
    path: Annotated[bool, typer.Option("--path", help="Only print where they lie.")] = False,
) -> None:
    """Open the documents of this version, which lie beside the program."""
    from synthassay.documentation import first_page

    page = first_page()
    sys.stdout.write(f"{page}\n")
    if not path:
        typer.launch(page.as_uri())


ledger.register(app)
reporting.register(app)
sweeps.register(app)


class _Bar:
    """A bar with the stage and the time left, on standard error."""

    def __init__(self, *, resumes: bool = True) -> None:
        self._resumes = resumes

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
            remedy = " The same command with --resume goes on from here." if self._resumes else ""
            sys.stderr.write(f"Stopped.{remedy}\n")
            raise typer.Exit(_INTERRUPTED)

    def _show(self, step: Step) -> None:
        left = "" if step.seconds_left is None else f"about {step.seconds_left:.0f} s left"
        self._progress.update(self._task, completed=step.share, description=step.stage, left=left)


def _conclude(finished: Run, *, strict: bool, as_json: bool) -> None:
    folder, verdicts = finished.folder.resolve(), finished.verdicts
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
            if attempt := attempt_words(finished.folder, each.candidate):
                console.print(f"  {attempt.capitalize()} on these patients.", markup=False)
    console.print(f"\nReport:     {finished.folder / 'report.html'}", markup=False)
    console.print(f"Dashboard:  {_called_as()} dashboard {finished.folder.parent}", markup=False)


def _show_risk(found: RiskRun) -> None:
    from synthassay.risk.words import words

    console = Console(highlight=False, soft_wrap=True)
    told = words(found.risk)
    lines = [f"{told['symbol']} {told['found']}", told["meaning"], told["population"], "", "What to do:"]
    for line in [*lines, *(f"  {number}. {line}" for number, line in enumerate(told["advice"], 1))]:
        console.print(line, markup=False)
    console.print(f"\nReport, for the house only:  {found.folder / 'report.html'}", markup=False)


def _show_augment(found: AugmentRun) -> None:
    console = Console(highlight=False, soft_wrap=True)
    told = found.augment
    refused = ", ".join(f"{n} {reason}" for reason, n in told["refused"].items() if n) or "none"
    images = told.get("kind") == "images"
    what, where = ("pictures", "images") if images else ("rows", "data.csv")
    lines = [
        f"{told['rows']} synthetic {what} with {told['group']} beside {told['present']} real ones of train: "
        f"{told['share']:.0%} of the group is synthetic.",
        f"Not kept: {refused}.",
        *(f"! {each['title']} {each['explanation']}" for each in told["findings"]),
        told["study"]["sentence"] if told["study"] else f"Did it help? {told['study_reason']}",
        f"For training beside the real {what} only. "
        "`synthassay assay` judges them before they leave the house.",
        f"\n{what.capitalize() + ':':<27}  {found.folder / where}",
        f"Report, for the house only:  {found.folder / 'report.html'}",
    ]
    for line in lines:
        console.print(line, markup=False)


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

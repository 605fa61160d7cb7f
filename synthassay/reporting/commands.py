"""The command that writes a run's report, on screen and on paper."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cohort.errors import InputError, Problem
from synthassay.language import LANGUAGES, say, speaking

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def report(
    folder: Annotated[Path, typer.Argument(help="A finished run's folder.")],
    *,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print both reports on paper as well.")] = False,
    language: Annotated[str, typer.Option(help=f"One of: {', '.join(LANGUAGES)}.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Write a finished run's report again, for people and for the public."""
    from synthassay.augment.report import write_augment_report
    from synthassay.risk.report import write_risk_report

    internal_only = {"risk.json": write_risk_report, "augment.json": write_augment_report}
    writers = [write for name, write in internal_only.items() if (folder / name).is_file()]
    if language not in LANGUAGES:
        what, remedy = f"no report is written in {language!r}.", f"Use one of: {', '.join(LANGUAGES)}."
        raise InputError(Problem(what=what, remedy=remedy))
    with speaking(language):
        told = _house(folder, writers[0], pdf=pdf) if writers else _both(folder, pdf=pdf)
    if as_json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    for key, path in told.items():
        if path is not None:
            typer.echo(f"{_WORDS[key]}  {path}")


_WORDS = {
    "report": "Report, for the house only: ",
    "public": "For the public:             ",
    "pdf": "On paper, for the house:    ",
    "public_pdf": "On paper, for the public:   ",
}


def _house(folder: Path, write: Any, *, pdf: bool) -> dict[str, str | None]:
    """A look at linkage risk or a topped-up class has a report for the house alone."""
    if pdf:
        what, remedy = "only a run that judged releases is printed.", "Open its report.html and print that."
        raise InputError(Problem(what=what, where=str(folder), remedy=remedy))
    return {"report": str(write(folder).resolve()), "public": None}


def _both(folder: Path, *, pdf: bool) -> dict[str, str | None]:
    from synthassay.report import write_pdfs, write_reports
    from synthassay.runs import read_run

    run = read_run(folder)
    told: dict[str, str | None] = dict(
        zip(("report", "public"), (str(each.resolve()) for each in write_reports(run)), strict=True)
    )
    if not pdf:
        return told
    internal, public, missing = write_pdfs(run)
    if missing:
        sys.stderr.write(
            say(
                "No font here has {letters}: a box is printed for each. Install one, such as `apt install "
                "fonts-noto-cjk`, and print again.",
                letters=" ".join(missing[:20]),
            )
            + "\n"
        )
    return {**told, "pdf": str(internal.resolve()), "public_pdf": str(public.resolve())}


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(report)

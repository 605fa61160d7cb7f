"""The report of a run: one self-contained page, internal and public, for a reader who is no statistician."""

from pathlib import Path
from typing import Any

import plotly.offline

from cohort.errors import InputError
from dashboard.charts import frontier_picture, in_words, risk_picture, utility_picture
from synthassay.language import in_language
from synthassay.ledger.attempts import attempts
from synthassay.ledger.records import ENDED, decisions, read_entries
from synthassay.policy import policy_names
from synthassay.prospects import Prospect, prospect
from synthassay.public import public_run
from synthassay.reporting.advice import advice
from synthassay.reporting.board import board
from synthassay.reporting.environment import environment
from synthassay.reporting.known import Known
from synthassay.reporting.limits import silences
from synthassay.reporting.pdf import write_pdf
from synthassay.reporting.people import for_a_patient
from synthassay.reporting.promised import promised_board
from synthassay.runs import Run
from synthassay.store import write_json, write_text


def write_pdfs(run: Run) -> tuple[Path, Path, tuple[str, ...]]:
    """Print both reports: ``report.pdf``, ``report.public.pdf``, and the letters that no font here has.

    Raises
    ------
    InputError
        Where what prints is not installed.
    """
    internal, public = (run.folder / in_language(f"report{reader}.pdf") for reader in ("", ".public"))
    missing = write_pdf(render(run, printed=True), internal)
    missing += write_pdf(render(public_run(run), public=True, printed=True), public)
    return internal, public, tuple(dict.fromkeys(missing))


def write_reports(run: Run, *, at: Path | None = None) -> tuple[Path, Path]:
    """Write ``report.html``, ``report.public.html`` and ``report.json`` into the run's folder.

    Parameters
    ----------
    run : Run
        Finished.
    at : Path, optional
        Where its folder will stand, by which the ledger knows it; where it stands when left out.
    """
    internal, public = (run.folder / in_language(f"report{reader}.html") for reader in ("", ".public"))
    write_text(internal, render(run, at=at))
    write_text(public, render(public_run(run), public=True, at=at))
    write_json(run.folder / "report.json", as_json(run))
    return internal, public


def render(run: Run, *, public: bool = False, printed: bool = False, at: Path | None = None) -> str:
    """The whole page as HTML; it needs no network and no other file.

    Parameters
    ----------
    run : Run
        As its reader may see it.
    public : bool
        Whether anybody may read it.
    printed : bool
        For paper: figures are drawn already. Otherwise plotly, which draws them, is inside once.
    at : Path, optional
        Where the run's folder will stand, by which the ledger knows it.
    """
    known = _known(run, at or run.folder, public=public)
    shared = {"run": run, "public": public, "printed": printed, "known": known}
    templates = environment(printed=printed)
    if public and run.promises:
        return templates.get_template("report.promise.html.j2").render(**shared, board=promised_board(known))
    return templates.get_template("report.html.j2").render(
        **shared,
        plotly="" if printed else plotly.offline.get_plotlyjs(),
        images=run.cohort.get("kind") == "images",
        cross_fitted=run.cohort.get("cross_fitted", False),
        set_aside=run.cohort["set_aside"] if public else bool(run.cohort["holdout_persons"]),
        minimum=run.about["minimum_count"],
        board=board(known),
        patient=for_a_patient(known),
        advice=advice(known),
        silences=silences(known),
        attempts={candidate: each.sentence for candidate, each in known.attempts.items()},
        decided=known.decided,
        prospect=None if public else _prospect(run),
        frontier=frontier_picture(run.frontier),
        frontier_score=in_words(run.frontier["utility_metric"] or ""),
        risk_picture=risk_picture,
        utility_picture=utility_picture,
    )


def as_json(run: Run) -> dict[str, Any]:
    """The report's content for programs: what the page shows, without its words."""
    return {
        "run": {key: run.about[key] for key in ("name", "kind", "started", "ended", "policy")},
        "cohort": {
            **{key: run.cohort[key] for key in ("rows", "persons", "train_persons", "holdout_persons")},
            "cross_fitted": run.cohort.get("cross_fitted", False),
        },
        "frontier": run.frontier,
        "candidates": [each.to_dict() for each in run.evidence],
    }


def _known(run: Run, at: Path, *, public: bool) -> Known:
    """The run beside what the ledger tells of it; nothing where the ledger cannot be read."""
    runs, name = at.parent, at.name
    try:
        entries = read_entries(runs)
        told = {each.candidate: attempts(entries, name, each.candidate) for each in run.candidates}
        ended = [each for each in entries if each.kind == ENDED and each.body["run"] == name]
        return Known(
            run=run,
            public=public,
            attempts={candidate: each for candidate, each in told.items() if each is not None},
            decided=decisions(runs, name),
            terms=ended[-1].body["policy"] if ended else {},
            head=entries[-1].hash if entries else "",
            sealed=tuple(ended[-1].body["candidates"]) if ended and not public else (),
        )
    except InputError:
        return Known(run=run, public=public)


def _prospect(run: Run) -> Prospect | None:
    """What a table of this size could show under the run's policy, where the policy is a bundled one."""
    name = run.about["policy"]
    if name not in policy_names() or run.cohort.get("kind") == "images":
        return None
    sides = run.cohort["train_persons"], run.cohort["holdout_persons"]
    return prospect(name, *sides, cross_fitted=run.cohort.get("cross_fitted", False))

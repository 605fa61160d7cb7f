"""The report of a cohort's linkage risk: one self-contained page that stays in the house."""

from pathlib import Path
from typing import Any

import plotly.offline

from dashboard.risk_charts import heat_picture, sets_picture, sizes_picture
from synthassay.language import in_language
from synthassay.reporting.environment import environment
from synthassay.risk.words import words
from synthassay.runs import RiskRun, read_risk
from synthassay.store import write_text


def write_risk_report(folder: Path) -> Path:
    """Write ``report.html`` into a folder of kind ``risk``.

    There is no public version: nearly every figure is a count of single patients.
    """
    path = folder / in_language("report.html")
    write_text(path, render_risk(read_risk(folder)))
    return path


def render_risk(run: RiskRun) -> str:
    """The whole page as HTML, with plotly inside, once; it needs no network and no other file."""
    columns = run.cohort["schema"]["columns"]
    unconfirmed = tuple(name for name, entry in columns.items() if entry.get("confirmed") is False)
    return (
        environment()
        .get_template("risk.html.j2")
        .render(
            about=run.about,
            risk=run.risk,
            words=words(run.risk, unconfirmed=unconfirmed),
            findings=_findings(run),
            plotly=plotly.offline.get_plotlyjs(),
            sizes=sizes_picture(run.risk),
            sets=sets_picture(run.risk),
            heat=heat_picture(run.risk["heat"]) if run.risk["heat"] else None,
        )
    )


def _findings(run: RiskRun) -> list[dict[str, Any]]:
    """The look's own, and those of the table that it does not tell already."""
    told = {each["code"] for each in run.risk["findings"]}
    return [*run.risk["findings"], *(each for each in run.cohort["findings"] if each["code"] not in told)]

"""The report of a topped-up class: one short page that stays in the house."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthassay.images.sheet import contact_sheet
from synthassay.language import in_language, say, to_say
from synthassay.reporting.environment import environment
from synthassay.runs import read_augment
from synthassay.store import write_text

_MEASURES = {
    "auroc": "AUROC",
    "recall": to_say("Recall"),
    "balanced_accuracy": to_say("Balanced accuracy"),
}


def write_augment_report(folder: Path) -> Path:
    """Write ``report.html`` into a folder of kind ``augment``.

    There is no public version: it counts the patients of a scarce class.
    """
    run, path = read_augment(folder), folder / in_language("report.html")
    images = run.augment.get("kind") == "images"
    page = environment().get_template("augment_images.html.j2" if images else "augment.html.j2")
    tables = study_tables(run.augment["study"]) if run.augment["study"] else []
    strips = contact_sheet(folder)
    write_text(path, page.render(about=run.about, augment=run.augment, tables=tables, strips=strips))
    return path


def study_tables(study: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A table a measure, the class's AUROC first: ``title``, ``reference`` and ``rows``."""
    keys = dict.fromkeys((each["metric"], each["group"]) for each in study["comparisons"])
    return [_table(study, *key) for key in keys]


def _table(study: Mapping[str, Any], metric: str, group: str) -> dict[str, Any]:
    rows = [each for each in study["comparisons"] if (each["metric"], each["group"]) == (metric, group)]
    of = f", {study.get('target', 'class')} = {group}" if group else ""
    return {"title": say(_MEASURES[metric]) + of, "reference": rows[0]["reference"], "rows": rows}

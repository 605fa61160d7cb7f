"""``synthassay inspect``: a drafted schema, and what the cohort's size can prove."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cohort.draft import draft_schema, reasons, schema_yaml
from cohort.findings import Finding
from cohort.readers import read_cohort, read_table
from cohort.schema import Schema
from synth.dp.domain import refuse_private_domains
from synthassay.dp.gauge import Forecast, forecasts
from synthassay.prospects import Prospect, prospects
from synthassay.store import write_text


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What a file seems to hold.

    Parameters
    ----------
    schema : Schema
        Drafted: every column ``confirmed: false``.
    reasons : dict of str to str
        Why each column was guessed to be what it is.
    rows, persons : int
        Of the table.
    findings : tuple of Finding
        What was noticed.
    prospects : tuple of Prospect
        What half of the persons against the other half can prove.
    cross_fitted : tuple of Prospect
        What they can prove where each half is set aside in turn.
    forecasts : tuple of Forecast
        What use to expect of a release with a guarantee, where that was asked for.
    """

    schema: Schema
    reasons: dict[str, str]
    rows: int
    persons: int
    findings: tuple[Finding, ...]
    prospects: tuple[Prospect, ...]
    cross_fitted: tuple[Prospect, ...]
    forecasts: tuple[Forecast, ...] = ()

    def write_schema(self, path: Path) -> None:
        """Write the draft for a person to confirm."""
        write_text(path, schema_yaml(self.schema))

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "rows": self.rows,
            "persons": self.persons,
            "schema": self.schema.to_dict(),
            "findings": [finding.code for finding in self.findings],
            "prospects": {each.policy: each.possible for each in self.prospects},
            "cross_fitted": {each.policy: each.possible for each in self.cross_fitted},
            **({"forecasts": [each.to_dict() for each in self.forecasts]} if self.forecasts else {}),
        }

    def show(self, console: Console, *, written_to: Path | None) -> None:
        """Print it for a steward."""
        console.print(f"{self.rows} rows, {self.persons} persons\n")
        console.print(_columns(self.schema, self.reasons))
        for finding in self.findings:
            console.print(f"{finding.title} {finding.explanation}", markup=False)
        console.print("\nWhat this size can prove at best, half of the persons set aside:")
        for prospect, both in zip(self.prospects, self.cross_fitted, strict=True):
            word = "can be met" if prospect.possible else "cannot be met, whatever the release"
            if both.possible and not prospect.possible:
                word = "can only be met cross-fitted: write `split: {folds: 2}` in the config"
            console.print(f"\npolicy {prospect.policy}: {word}", style="bold")
            for line in prospect.lines:
                needed = (
                    "" if line.possible else f" Needed: {line.persons_needed or 'more than 10,000'} persons."
                )
                console.print(f"  {line.title}: {line.sentence}{needed}", markup=False)
        if self.forecasts:
            console.print("\nDifferential privacy at this size, by people made up under the schema")
            console.print("(patients who hang together less simply than these keep less):")
        for forecast in self.forecasts:
            console.print(f"  {forecast.sentence}", markup=False)
        if written_to is None:
            console.print("\nKeep the draft with --out schema.yaml, and confirm each column in it.")
        else:
            console.print(f"\nDraft: {written_to}. Read it, and take out `confirmed: false` line by line.")
            needs = f"cohort: {{data: FILE, schema: {written_to}}}"
            console.print(f"Then `synthassay run config.yaml`, which needs no more than `{needs}`.")


def inspect_file(path: Path, *, sheet: str | None = None, gauge: Path | None = None) -> Inspection:
    """Read a file without a schema and draft one; raises `InputError` with every problem.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        Of an Excel file.
    gauge : Path, optional
        A schema with public `categories` and `range`, under which half of the persons would be learnt
        from with a guarantee: tells what use to expect. Takes about a minute.
    """
    raw = read_table(path, sheet=sheet)
    schema = draft_schema(raw.table)
    cohort = read_cohort(path, schema, sheet=sheet)
    half = cohort.n_persons // 2
    return Inspection(
        schema=schema,
        reasons=reasons(raw.table),
        rows=len(cohort),
        persons=cohort.n_persons,
        findings=cohort.findings,
        prospects=prospects(cohort.n_persons - half, half),
        cross_fitted=prospects(cohort.n_persons, cohort.n_persons, cross_fitted=True),
        forecasts=() if gauge is None else _forecasts(gauge, persons=cohort.n_persons - half),
    )


def _forecasts(path: Path, *, persons: int) -> tuple[Forecast, ...]:
    schema = Schema.from_yaml(path)
    refuse_private_domains(schema, where=str(path))
    return forecasts(schema, persons=persons, seed=0)


def _columns(schema: Schema, why: dict[str, str]) -> Table:
    table = Table("column", "role", "kind", "because", box=None, padding=(0, 2))
    for column in schema.columns:
        table.add_row(column.name, column.role.value, column.kind.value, why.get(column.name, ""))
    return table

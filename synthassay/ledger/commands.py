"""The commands that keep, check and use the ledger."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

_FAILED = 1

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
RunFolder = Annotated[Path, typer.Argument(help="A finished run's folder, inside its folder of runs.")]


def keys(
    *,
    trust: Annotated[str | None, typer.Option("--trust", help="Another installation's public key.")] = None,
    holder: Annotated[str, typer.Option("--holder", help="Whose key it is.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the key that signs this installation's ledgers, made when absent, and the keys it trusts."""
    from synthassay.ledger import keys as known

    if trust is not None:
        known.trust(trust, holder=holder or "unnamed")
    own = known.public_key(known.signing_key())
    others = {key: name for key, name in known.known_keys().items() if key != own}
    if as_json:
        _print_json({"key": own, "trusted": others})
        return
    typer.echo(f"This installation signs with  {own}")
    for key, name in others.items():
        typer.echo(f"Trusted: {name}  {key}")


def verify(
    folder: Annotated[Path, typer.Argument(help="A folder of runs, one run, or a released package.")],
    *,
    head: Annotated[
        str | None, typer.Option("--head", help="A hash written down earlier: finds a tail cut off.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the ledger's chain and signatures, and that nothing it tells of was changed since."""
    from synthassay.ledger.verify import verify as check

    found = check(folder, head=head)
    if as_json:
        told = {"entries": found.entries, "head": found.head, "sound": found.sound}
        _print_json({**told, "faults": list(found.faults), "notes": list(found.notes)})
    else:
        console = Console(highlight=False, soft_wrap=True)
        lines = [f"✕ {each}" for each in found.faults] + [f"  {each}" for each in found.notes]
        if found.sound:
            counted = "1 entry" if found.entries == 1 else f"{found.entries} entries"
            lines.append(f"✓ {counted}, signed and in place; what they tell of is unchanged.")
        for line in [*lines, f"Head:  {found.head}"]:
            console.print(line, markup=False)
    if not found.sound:
        raise typer.Exit(_FAILED)


def decide(
    run: RunFolder,
    *,
    candidate: Annotated[str, typer.Option("--candidate", help="Which of the run's releases.")],
    verdict: Annotated[str, typer.Option("--verdict", help="accept, mitigate or reject.")],
    by: Annotated[str, typer.Option("--by", help="Who decides: nobody who made the run.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for an auditor in two years.")],
    condition: Annotated[list[str] | None, typer.Option("--condition", help="Under which.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="The last day on which it stands.")] = None,
    exception: Annotated[
        str, typer.Option("--exception", help="Why a release is accepted that the policy does not accept.")
    ] = "",
    purpose: Annotated[str, typer.Option("--purpose", help="What the release is for.")] = "",
    consent: Annotated[
        Path | None, typer.Option("--consent", help="The version of the consent form that covers it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write down what a person decides about a release: signed, and for good."""
    from synthassay.ledger.decide import decide as write

    made = write(
        run,
        candidate=candidate,
        verdict=verdict,
        by=by,
        reason=reason,
        conditions=condition or (),
        until=until,
        exception=exception,
        purpose=purpose,
        consent=consent,
    )
    stale = list(_told_again(run))
    if as_json:
        _print_json({**vars(made), "stands": made.stands})
        return
    alike = " Entered under the login that made the run." if made.same_login else ""
    for line in (
        f"Entry {made.seq}: {made.verdict} {made.candidate}, by {made.by} (declared, not verified).{alike}",
        f"Policy {made.policy} says {made.judged}; {made.attempt}.",
        f"Stands until {made.until}, unless data, config, evidence or release change.",
        *stale,
        f"Head:  {made.hash}",
    ):
        typer.echo(line)


def _told_again(run: Path) -> Iterator[str]:
    """Write the reports again, and say which pages do not tell the decision; it stands all the same."""
    from synthassay.language import LANGUAGES, in_language, speaking
    from synthassay.report import write_reports
    from synthassay.runs import read_run

    finished = read_run(run)
    for language in LANGUAGES:
        with speaking(language):
            if language != "en" and not (run / in_language("report.html")).is_file():
                continue
            try:
                write_reports(finished)
            except OSError:
                yield f"The report could not be written again: `synthassay report {run}` does."
    for page in sorted(run.glob("report*.pdf")):
        yield f"{page.name} does not tell of it: `synthassay report {run} --pdf` prints it again."


def release(
    run: RunFolder,
    *,
    candidate: Annotated[str, typer.Option("--candidate", help="Which of the run's releases.")],
    out: Annotated[Path, typer.Option("--out", help="The package's folder; must not exist yet.")],
    public: Annotated[
        bool, typer.Option("--public", help="For outside the house: no seed, input hash, model or counts.")
    ] = False,
    licence: Annotated[str | None, typer.Option("--licence", help="A URL or words.")] = None,
    publisher: Annotated[str, typer.Option("--publisher", help="The institution that answers for it.")] = "",
    publisher_url: Annotated[str, typer.Option("--publisher-url", help="Where it is found.")] = "",
    as_json: AsJson = False,
) -> None:
    """Pack a release that a standing decision accepts: data, card, provenance, decision, checksums."""
    from synthassay.package.build import release as pack
    from synthassay.package.card import NO_LICENCE

    licence = licence or NO_LICENCE
    made = pack(
        run,
        candidate=candidate,
        out=out,
        public=public,
        licence=licence,
        publisher=publisher,
        publisher_url=publisher_url,
    )
    if as_json:
        _print_json({"package": str(made), "public": public})
    else:
        typer.echo(f"Package:  {made}")
        typer.echo(f"Read:     {made / 'card.html'}")


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (decide, release, verify, keys):
        app.command()(command)


def _print_json(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")

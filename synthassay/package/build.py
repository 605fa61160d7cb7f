"""A release with all that somebody needs who was not there: data, card, provenance, decision, checksums."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from cohort.errors import InputError, Problem
from synthassay.ledger.append import append
from synthassay.ledger.decide import ACCEPT, sound_entries
from synthassay.ledger.records import ENDED, RELEASE, Decision, decisions
from synthassay.package.card import NO_LICENCE, Contents, card, told_decision
from synthassay.package.check import CHECKSUMS, SIGNATURE
from synthassay.package.linked import croissant, is_data, ro_crate
from synthassay.public import public_run
from synthassay.reporting.environment import environment
from synthassay.runs import read_run
from synthassay.store import now, write_json, write_text

_HOUSE_FILES = ("config.yaml", "run.json", "cohort.json")


def release(
    run: Path,
    *,
    candidate: str,
    out: Path,
    public: bool = False,
    licence: str = NO_LICENCE,
    publisher: str = "",
    publisher_url: str = "",
) -> Path:
    """Pack a candidate that a standing decision accepts, and write into the ledger that it was packed.

    Parameters
    ----------
    run : Path
        A finished run's folder, beside its ledger.
    candidate : str
        Which of its candidates.
    out : Path
        The package's folder; it must not exist, and appears whole, by one rename.
    public : bool
        Leave out seed, hashes of inputs, model, counts of patients and everything internal. Without it the
        package is for the house: with config, evidence and figures, from which the run can be repeated.
    licence : str
        Under which the data are given: a URL or words.
    publisher, publisher_url : str
        The institution that answers for the package, and where it is found.

    Returns
    -------
    Path
        The package's folder.

    Raises
    ------
    InputError
        Where no decision that stands accepts the candidate, or ``out`` exists.
    """
    run, out = run.resolve(), out.resolve()
    decision = _accepted(run, candidate)
    if out.exists():
        remedy = "Name a folder that does not exist yet."
        raise InputError(Problem(what="exists already.", where=str(out), remedy=remedy))
    draft = out.with_name(f".{out.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(parents=True)
        house = {"licence": licence, "publisher": publisher, "publisher_url": publisher_url}
        _fill(draft, _contents(run, decision, public=public, house=house), run)
        body = {"decision": decision.hash, "public": public, "checksums": _sha256(draft / CHECKSUMS)}
        (draft / SIGNATURE).write_bytes(append(run.parent, RELEASE, body).line + b"\n")
        draft.rename(out)
    except OSError as error:
        remedy = "Free some space, or name another folder with --out."
        what = f"the package cannot be written ({error.strerror or type(error).__name__})."
        raise InputError(Problem(what=what, where=str(out), remedy=remedy)) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return out


def _accepted(run: Path, candidate: str) -> Decision:
    """The decision that lets a candidate go; only the last one about it can stand."""
    sound_entries(run.parent)
    about = [each for each in decisions(run.parent, run.name) if each.candidate == candidate]
    if not about:
        what, remedy = f"nobody has decided about {candidate!r}.", "`synthassay decide` writes a decision."
        raise InputError(Problem(what=what, where=str(run), remedy=remedy))
    last = about[-1]
    reasons = list(last.voided)
    if last.verdict != ACCEPT:
        reasons.append(f"{last.by} decided {last.verdict}.")
    if reasons:
        remedy = "It takes a new decision, about a run that is as it was assayed."
        where = f"the decision of entry {last.seq} does not let it go"
        raise InputError([Problem(what=each, where=where, remedy=remedy) for each in reasons])
    return last


def _contents(run: Path, decision: Decision, *, public: bool, house: Mapping[str, str]) -> Contents:
    """What the package tells; ``house`` is its licence and who publishes it."""
    finished = read_run(run)
    shown = public_run(finished) if public else finished
    ended = [
        each for each in sound_entries(run.parent) if each.kind == ENDED and each.body["run"] == run.name
    ]
    return Contents(
        name=f"{finished.about['name']}, {decision.candidate}",
        released=json.loads(
            (run / "releases" / decision.candidate / "card.json").read_text(encoding="utf-8")
        ),
        schema=finished.cohort.get("schema") or {},
        evidence=shown.of(decision.candidate),
        decision=decision,
        makers=() if public else decision.makers,
        context=ended[-1].body["policy"]["context"],
        public=public,
        licence=house["licence"],
        publisher=house["publisher"],
        publisher_url=house["publisher_url"],
        version=metadata.version("synthassay"),
        made=str(finished.about["ended"])[:10],
        packed=f"{now():%Y-%m-%d}",
    )


def _fill(folder: Path, about: Contents, run: Path) -> None:
    """Everything but the signature, each file after those that it tells of."""
    candidate = about.decision.candidate
    for source, name in _data(run / "releases" / candidate, kind=about.table.partition("-")[0]):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / name)
    data = {name: _sha256(folder / name) for name in _files(folder)}
    told = card(about)
    write_json(folder / "card.json", told)
    page = environment().get_template("package.html.j2").render(card=told, public=about.public)
    write_text(folder / "card.html", page)
    write_json(folder / "decision.json", told_decision(about))
    write_json(folder / "croissant.json", croissant(about, data))
    if not about.public:
        for name in _HOUSE_FILES:
            shutil.copyfile(run / name, folder / name)
        shutil.copyfile(run / "evidence" / f"{candidate}.json", folder / "evidence.json")
    sizes = {name: (folder / name).stat().st_size for name in _files(folder)}
    write_json(folder / "ro-crate-metadata.json", ro_crate(about, sizes))
    lines = [f"# {about.label}", *(f"{_sha256(folder / name)}  {name}" for name in _files(folder))]
    write_text(folder / CHECKSUMS, "\n".join(lines) + "\n")


def _data(released: Path, *, kind: str) -> Iterator[tuple[Path, str]]:
    """The files that leave, each under a name that says what it is; no model, no list of pictures."""
    for path in sorted(released.glob("data.*")):
        yield path, f"{kind}-{path.name}"
    for path in sorted((released / "images").rglob("*.png")):
        yield path, f"{kind}-{path.relative_to(released).as_posix()}"


def _files(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(found, key=lambda name: (not is_data(name), name))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

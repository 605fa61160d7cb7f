"""What a run tells the ledger: that it started, and how it ended."""

import getpass
import hashlib
import os
import unicodedata
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from synthassay.ledger.append import append
from synthassay.ledger.attempts import FAILED, releases
from synthassay.ledger.patients import Sketch, recognise, tried_elsewhere
from synthassay.ledger.records import ENDED, STARTED, read_entries
from synthassay.ledger.seal import Seal, begin_seal
from synthassay.policy import Policy
from synthassay.runs import Evidence, Run
from synthassay.state import keyed_hash
from synthassay.store import Draft


def person() -> str:
    """Who is at work: ``$SYNTHASSAY_USER``, or the login; a declaration, verified by nobody."""
    return os.environ.get("SYNTHASSAY_USER", "").strip() or login()


def login() -> str:
    """The login of this process; "unknown" where the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def same_person(one: str, other: str) -> bool:
    """Whether two names are spelled alike, case, width and spaces left aside."""
    first, second = (
        " ".join(unicodedata.normalize("NFKC", each).casefold().split()) for each in (one, other)
    )
    return first == second


def record_start(draft: Draft, *, kind: str, data: str, patients: Sketch, config: Mapping[str, Any]) -> None:
    """Write that a run starts, and note the files of patients that it reads.

    Parameters
    ----------
    draft : Draft
        The run in progress.
    kind : {"run", "assay"}
        What it does.
    data : str
        The keyed hash of its patients.
    patients : Sketch
        By which they are recognised where a cell changed.
    config : dict
        As resolved.
    """
    begin_seal(draft.folder, config["cohort"])
    told = {"kind": kind, "name": draft.name, "key": draft.key, "data": data}
    told["patients"] = recognise(patients, name=data)
    version = metadata.version("synthassay")
    append(draft.out, STARTED, {**told, "by": person(), "login": login(), "version": version})


def record_end(run: Run, seal: Seal, *, at: Path, key: str, policy: Policy) -> None:
    """Write how a run ended: its candidates' verdicts, and the hash of all that they stand on.

    Parameters
    ----------
    run : Run
        Still a draft: whoever is stopped before it is published goes on from there.
    seal : Seal
        Of its folder.
    at : Path
        Where it will stand.
    key : str
        The hash of config and data.
    policy : Policy
        That judged it.
    """
    entries = read_entries(at.parent)
    started = [each for each in entries if each.kind == STARTED and each.body["key"] == key]
    patients = started[-1].body["patients"]
    candidates = [_candidate(each, run.folder, seal) for each in run.candidates]
    tried = [each for each in candidates if each["verdict"] != FAILED]
    body = {
        "run": at.name,
        "key": key,
        "kind": run.about["kind"],
        "data": run.about["input_hash"],
        "patients": patients,
        "elsewhere": tried_elsewhere(patients, tried, here=releases(entries, patients)),
        "folder": seal.digest,
        "config": seal.files["config.yaml"],
        "policy": _terms(policy),
        "candidates": candidates,
    }
    append(at.parent, ENDED, body)


def _terms(policy: Policy) -> dict[str, Any]:
    """What of a policy binds the decision."""
    attempts = None if policy.attempts is None else policy.attempts.at_most
    return {"name": policy.name, "context": policy.context, "attempts": attempts, "valid_days": policy.days}


def _candidate(evidence: Evidence, folder: Path, seal: Seal) -> dict[str, Any]:
    name = evidence.candidate
    return {
        "name": name,
        "verdict": FAILED if evidence.verdict is None else evidence.verdict.judgement.value,
        "evidence": seal.evidence(name),
        "release": seal.release(name),
        "same": _same(folder / "releases" / name),
    }


def _same(folder: Path) -> str:
    """Under this installation's key, so that the same release judged again is no further attempt."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "model" not in path.parts)
    held = "".join(_sha256(path) for path in files if path.name != "card.json")
    return keyed_hash(held.encode())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

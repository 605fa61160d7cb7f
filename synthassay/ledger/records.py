"""Read the ledger of a folder of runs: entries and decisions, without any signature checked.

`synthassay verify` checks them. Whoever only shows them imports nothing that signs.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from cohort.errors import InputError, Problem
from synthassay.formats import LEDGER as KNOWN
from synthassay.formats import later, later_line
from synthassay.ledger.canonical import canonical
from synthassay.ledger.seal import changed_inputs, changes, read_seal

LEDGER = "ledger.jsonl"
NOTHING_BEFORE = "0" * 64
STARTED, ENDED, DECISION, RELEASE, MENDED = "run started", "run ended", "decision", "release", "mended"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the ledger.

    Parameters
    ----------
    seq : int
        From 1.
    at : str
        When, in UTC.
    kind : {"run started", "run ended", "decision", "release", "mended"}
        What happened.
    body : dict
        What is told of it.
    previous : str
        The hash of the line before, 64 hex digits; zeros for the first.
    signer : str
        The public key that signed, 64 hex digits.
    signature : str
        Ed25519 over all the rest, 128 hex digits.
    """

    seq: int
    at: str
    kind: str
    body: dict[str, Any]
    previous: str
    signer: str
    signature: str = ""

    @property
    def signed(self) -> bytes:
        """What the signature is over."""
        return canonical({key: value for key, value in vars(self).items() if key != "signature"})

    @property
    def line(self) -> bytes:
        """As it stands in the ledger, without the end of the line."""
        return canonical(vars(self))

    @property
    def hash(self) -> str:
        """SHA-256 of the line: what the next entry, a report or another hospital can hold on to."""
        return hashlib.sha256(self.line).hexdigest()

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """Read a line; raises `ValueError` where it is not spelled as it was written."""
        content = json.loads(line)
        if not isinstance(content, dict) or set(content) != {each.name for each in fields(cls)}:
            raise ValueError("it is no entry")
        entry = cls(**content)
        if not isinstance(entry.body, dict) or type(entry.seq) is not int or entry.line != line:
            raise ValueError("it is not spelled as it was written")
        return entry


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a person decided about one candidate of one run, and whether that still stands.

    Parameters
    ----------
    seq, at, hash, signer : int, str, str, str
        Of its entry in the ledger.
    run, candidate : str
        The run's folder name, and what was decided about.
    verdict : {"accept", "mitigate", "reject"}
        The person's.
    judged : str
        The policy's verdict, which the person may have gone against; see ``exception``.
    policy : str
        Its name.
    by : str
        Who decided: declared, not verified.
    login : str
        Under which login of the machine it was entered.
    makers : tuple of str
        Who started the run.
    reason : str
        Why.
    conditions : tuple of str
        Under which.
    until : str
        The last day on which it stands, such as 2027-11-24.
    exception : str
        Why it goes against the policy; "" where it does not.
    purpose : str
        What the release is for; "" where nobody said.
    consent : str
        The name and hash of the version of the consent that covers it; "" where nobody said.
    attempt : str
        Which attempt on the same patients it was, in words.
    voided : tuple of str
        Why it does not stand, a sentence each; empty where it stands.
    """

    seq: int
    at: str
    hash: str
    signer: str
    run: str
    candidate: str
    verdict: str
    judged: str
    policy: str
    by: str
    login: str
    makers: tuple[str, ...]
    reason: str
    conditions: tuple[str, ...]
    until: str
    exception: str
    purpose: str
    consent: str
    attempt: str
    voided: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether nothing voided it: no later decision, no change of what it stands on, no expiry."""
        return not self.voided

    @property
    def same_login(self) -> bool:
        """Whether it was entered under a login that made the run: two people are only declared then."""
        return self.login in self.makers


def read_entries(runs: Path) -> tuple[Entry, ...]:
    """Every entry of the ledger in a folder of runs; none where there is no ledger.

    A last line that a stopped process left half written is no entry.

    Raises
    ------
    InputError
        Where a line cannot be read.
    """
    path = runs / LEDGER
    content = path.read_bytes() if path.is_file() else b""
    entries = []
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        try:
            entries.append(Entry.from_line(line))
        except ValueError:
            if (found := later_line(line)) is not None:
                raise InputError(later(found, KNOWN, where=f"{path}, line {number}")) from None
            remedy = f"`synthassay verify {runs}` says what was changed."
            raise InputError(
                Problem(what=f"line {number} is not as it was written.", where=str(path), remedy=remedy)
            ) from None
    return tuple(entries)


def decisions(runs: Path, run_name: str | None = None) -> tuple[Decision, ...]:
    """Every decision in a folder of runs, or about one run, oldest first, each with what voided it.

    Parameters
    ----------
    runs : Path
        The folder of runs.
    run_name : str, optional
        The name of one run's folder.

    Raises
    ------
    InputError
        Where the ledger cannot be read.
    """
    entries = [each for each in read_entries(runs) if each.kind == DECISION]
    try:
        asked = [each for each in entries if run_name is None or each.body["run"] == run_name]
        return tuple(_decision(each, _voided(each, entries, runs)) for each in asked)
    except (KeyError, TypeError):
        what, remedy = "holds a decision that nobody here wrote.", f"Run `synthassay verify {runs}`."
        raise InputError(Problem(what=what, where=str(runs / LEDGER), remedy=remedy)) from None


def _decision(entry: Entry, voided: tuple[str, ...]) -> Decision:
    body = entry.body
    texts = ("run", "candidate", "verdict", "judged", "policy", "by", "login", "reason", "until")
    return Decision(
        seq=entry.seq,
        at=entry.at,
        hash=entry.hash,
        signer=entry.signer,
        **{key: body[key] for key in texts},
        makers=tuple(body["makers"]),
        conditions=tuple(body["conditions"]),
        exception=body["exception"],
        purpose=body["purpose"],
        consent=body["consent"],
        attempt=body["attempt"],
        voided=voided,
    )


def _voided(entry: Entry, entries: Sequence[Entry], runs: Path) -> tuple[str, ...]:
    body = entry.body
    about = body["run"], body["candidate"]
    later = [each for each in entries if each.seq > entry.seq]
    found = [
        f"Entry {each.seq} decided again."
        for each in later
        if (each.body["run"], each.body["candidate"]) == about
    ][:1]
    if datetime.now(UTC).date().isoformat() > body["until"]:
        found.append(f"It expired on {body['until']}.")
    return (*found, *changed(body, runs / body["run"]))


def changed(body: dict[str, Any], folder: Path) -> list[str]:
    """What a decision stands on and is no longer as it was, a sentence each.

    Parameters
    ----------
    body : dict
        A decision's ``candidate``, ``folder``, ``evidence`` and ``release``.
    folder : Path
        The run's.
    """
    try:
        seal = read_seal(folder)
    except (OSError, ValueError):
        return ["The run's folder is gone, or its hashes cannot be read."]
    candidate = body["candidate"]
    now = (seal.digest, seal.evidence(candidate), seal.release(candidate))
    if now != (body["folder"], body["evidence"], body["release"]):
        return ["The run's hashes are not those that were decided on."]
    found = [*changes(folder, seal, candidate=candidate), *changed_inputs(folder, seal)]
    return [each[0].upper() + each[1:] for each in found]

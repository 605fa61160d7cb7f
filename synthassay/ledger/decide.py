"""A person's decision about one candidate: what it needs, and how it is written down."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cohort.errors import InputError, Problem
from synthassay.ledger.append import append
from synthassay.ledger.attempts import Attempts, attempts
from synthassay.ledger.chain import check_chain
from synthassay.ledger.recording import login, same_person
from synthassay.ledger.records import (
    DECISION,
    ENDED,
    LEDGER,
    STARTED,
    Decision,
    Entry,
    changed,
    decisions,
)

ACCEPT = "accept"
VERDICTS = (ACCEPT, "mitigate", "reject")
"""A decision's words: the policy's own, less *inconclusive*, for a person decides."""


def decide(
    run: Path,
    *,
    candidate: str,
    verdict: str,
    by: str,
    reason: str,
    conditions: Sequence[str] = (),
    until: str | None = None,
    exception: str = "",
    purpose: str = "",
    consent: Path | None = None,
) -> Decision:
    """Write a decision into the ledger; it is on disk when this returns.

    Parameters
    ----------
    run : Path
        A finished run's folder, beside its ledger.
    candidate : str
        Which of its candidates.
    verdict : {"accept", "mitigate", "reject"}
        The decision. A later one about the same candidate takes its place.
    by : str
        Who decides: nobody who started the run. Declared, not verified.
    reason : str
        Why.
    conditions : sequence of str
        Under which it is accepted.
    until : str, optional
        The last day on which it stands, such as 2027-11-24; the policy's longest where left out.
    exception : str
        Why a release is accepted that the policy does not accept, or after more attempts than it allows.
    purpose : str
        What the release is for.
    consent : Path, optional
        The version of the consent form that covers it; its name and hash are kept.

    Raises
    ------
    InputError
        With every reason why it cannot be written.
    """
    run = run.resolve()
    entries = sound_entries(run.parent)
    ended = _ended(run, entries)
    judged = _candidate(ended, candidate, where=str(run))
    makers = makers_of(ended, entries)
    attempt = attempts(entries, run.name, candidate)
    last = _last_day(until, days=ended.body["policy"]["valid_days"])
    stands_on = {"candidate": candidate, "folder": ended.body["folder"]}
    stands_on |= {key: judged[key] for key in ("evidence", "release")}
    problems = [
        *_said(verdict=verdict, by=by, reason=reason),
        *_changed(stands_on, run),
        *_separate(by, makers),
        *_exception(verdict, judged["verdict"], attempt, ended.body["policy"], exception),
        *([last] if isinstance(last, Problem) else []),
    ]
    if problems:
        raise InputError(problems)
    body = {
        **stands_on,
        "run": run.name,
        "ended": ended.hash,
        "verdict": verdict,
        "judged": judged["verdict"],
        "policy": ended.body["policy"]["name"],
        "by": by.strip(),
        "login": login(),
        "makers": list(makers),
        "reason": reason.strip(),
        "conditions": [each.strip() for each in conditions if each.strip()],
        "until": str(last),
        "exception": exception.strip(),
        "purpose": purpose.strip(),
        "consent": "" if consent is None else version_of(consent),
        "attempt": "" if attempt is None else attempt.sentence,
    }
    written = append(run.parent, DECISION, body)
    return next(each for each in decisions(run.parent, run.name) if each.seq == written.seq)


def sound_entries(runs: Path) -> tuple[Entry, ...]:
    """The entries of a ledger that nobody tampered with; raises `InputError` with all that is wrong."""
    where = str(runs / LEDGER)
    if not (runs / LEDGER).is_file():
        remedy = "A run writes it; name a run's folder inside the folder of runs that it was made in."
        raise InputError(Problem(what="there is no ledger.", where=where, remedy=remedy))
    chain = check_chain(runs)
    if chain.faults:
        raise InputError([Problem(what=each, where=where) for each in chain.faults])
    return chain.entries


def makers_of(ended: Entry, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Who started a run, and whoever resumed it."""
    starts = [each for each in entries if each.kind == STARTED and each.seq < ended.seq]
    return tuple(dict.fromkeys(each.body["by"] for each in starts if each.body["key"] == ended.body["key"]))


def version_of(document: Path) -> str:
    """A document's name and hash, which tell its version."""
    try:
        return f"{document.name}, SHA-256 {hashlib.sha256(document.read_bytes()).hexdigest()}"
    except OSError:
        what, remedy = "the consent form cannot be read.", "Name the file of the version that was signed."
        raise InputError(Problem(what=what, where=str(document), remedy=remedy)) from None


def _ended(run: Path, entries: Sequence[Entry]) -> Entry:
    found = [each for each in entries if each.kind == ENDED and each.body["run"] == run.name]
    if found:
        return found[-1]
    what = (
        "the ledger does not know this run: it is none, it was made elsewhere or before there was a ledger."
    )
    raise InputError(Problem(what=what, where=str(run), remedy="Run it again with the same --out."))


def _candidate(ended: Entry, name: str, *, where: str) -> dict[str, Any]:
    released = [each for each in ended.body["candidates"] if each["release"] is not None]
    for each in released:
        if each["name"] == name:
            return dict(each)
    names = ", ".join(each["name"] for each in released) or "it made none"
    what = f"{name!r} is no release of this run."
    raise InputError(Problem(what=what, where=where, remedy=f"Name one of: {names}."))


def _said(**texts: str) -> list[Problem]:
    problems = [
        Problem(what=f"--{key} is empty.", remedy="Say it in words: an auditor reads it.")
        for key, text in texts.items()
        if not text.strip()
    ]
    if texts["verdict"] and texts["verdict"] not in VERDICTS:
        what = f"{texts['verdict']!r} is no decision."
        problems.append(Problem(what=what, remedy=f"Write --verdict {', '.join(VERDICTS)}."))
    return problems


def _changed(body: dict[str, Any], run: Path) -> list[Problem]:
    remedy = "What was assayed is not there any more: run it again, and decide on that."
    return [Problem(what=each, where=str(run), remedy=remedy) for each in changed(body, run)]


def _separate(by: str, makers: Sequence[str]) -> list[Problem]:
    if not any(same_person(by, maker) for maker in makers):
        return []
    what = f"{by.strip()} made this run, and whoever generated a release does not decide about it."
    return [Problem(what=what, where="--by", remedy="Let a second person decide.")]


def _exception(
    verdict: str, judged: str, attempt: Attempts | None, terms: dict[str, Any], exception: str
) -> list[Problem]:
    """Why accepting needs a written exception, where there is none."""
    if verdict != ACCEPT or exception.strip():
        return []
    against = []
    if judged != ACCEPT:
        against.append(f"policy {terms['name']} says {judged}.")
    if attempt is not None and terms["attempts"] is not None and attempt.number > terms["attempts"]:
        against.append(
            f"policy {terms['name']} allows {terms['attempts']} attempts, and this is {attempt.sentence}."
        )
    remedy = "Write why it is accepted all the same: --exception TEXT; or decide mitigate or reject."
    return [Problem(what=each, where="--verdict accept", remedy=remedy) for each in against]


def _last_day(until: str | None, *, days: int) -> date | Problem:
    today = datetime.now(UTC).date()
    longest = today + timedelta(days=days)
    if until is None:
        return longest
    remedy = f"Write a day from {today} to {longest}, such as --until {longest}."
    try:
        last = date.fromisoformat(until)
    except ValueError:
        return Problem(what=f"{until!r} is no day.", where="--until", remedy=remedy)
    if today <= last <= longest:
        return last
    what = (
        f"{until} is past, or further away than the {days} days for which the policy lets a decision stand."
    )
    return Problem(what=what, where="--until", remedy=remedy)

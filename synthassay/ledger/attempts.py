"""How often a release of the same patients was tried, as the ledger tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cohort.errors import InputError
from synthassay.ledger.records import ENDED, STARTED, Entry, read_entries

_FAILED = "failed"
_WORDS = {
    "accept": "met",
    "mitigate": "not yet",
    "reject": "not met",
    "inconclusive": "cannot tell",
}


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """How often a release of the same patients was judged, up to one candidate.

    Parameters
    ----------
    number : int
        Which attempt this one is, from 1.
    earlier : dict of str to int
        How many of the earlier ones ended in each verdict of a policy.
    unfinished : int
        Runs on the same patients that were started and never ended.
    """

    number: int
    earlier: dict[str, int]
    unfinished: int = 0

    @property
    def sentence(self) -> str:
        """Such as "attempt 7; earlier: 5 not met, 1 cannot tell"."""
        counted = [f"{self.earlier[key]} {words}" for key, words in _WORDS.items() if self.earlier.get(key)]
        earlier = f"; earlier: {', '.join(counted)}" if counted else "; none earlier"
        runs = "1 run" if self.unfinished == 1 else f"{self.unfinished} runs"
        stopped = f"; {runs} started and never ended" if self.unfinished else ""
        return f"attempt {self.number}{earlier}{stopped}"


def attempts(entries: Sequence[Entry], run_name: str, candidate: str) -> Attempts | None:
    """Which attempt on its patients a candidate is; None where the ledger does not know it.

    Each release that a policy judged is an attempt; the very same release judged again is none.
    """
    ended = next((each for each in entries if each.kind == ENDED and each.body["run"] == run_name), None)
    if ended is None:
        return None
    seen: dict[str, str] = {}
    for place, judged in _judged(entries, ended.body["data"]):
        if place == run_name and judged["name"] == candidate:
            known = list(seen)
            number = known.index(judged["same"]) + 1 if judged["same"] in seen else len(seen) + 1
            earlier = [seen[each] for each in known[: number - 1]]
            counts = {verdict: earlier.count(verdict) for verdict in sorted(set(earlier))}
            return Attempts(number=number, earlier=counts, unfinished=_unfinished(entries, ended))
        seen.setdefault(judged["same"], judged["verdict"])
    return None


def attempt_words(run: Path, candidate: str) -> str:
    """Which attempt a candidate of a run was, in words; "" where the ledger does not say."""
    try:
        told = attempts(read_entries(run.parent), run.name, candidate)
    except InputError:
        return ""
    return "" if told is None else told.sentence


def _judged(entries: Sequence[Entry], data: str) -> list[tuple[str, dict[str, Any]]]:
    """The run and the record of every candidate of these patients that was judged, in order."""
    return [
        (entry.body["run"], each)
        for entry in entries
        if entry.kind == ENDED and entry.body["data"] == data
        for each in entry.body["candidates"]
        if each["verdict"] != _FAILED
    ]


def _unfinished(entries: Sequence[Entry], ended: Entry) -> int:
    """Runs on the same patients that started before this one ended, and of whose config none ended."""
    same = [each for each in entries if each.seq < ended.seq and each.body.get("data") == ended.body["data"]]
    finished = {each.body["key"] for each in (*same, ended) if each.kind == ENDED}
    return len({each.body["key"] for each in same if each.kind == STARTED} - finished)

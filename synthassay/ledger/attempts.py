"""How often a release of the same patients was tried, as the ledger tells it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cohort.errors import InputError
from synthassay.ledger.records import ENDED, STARTED, Entry, read_entries

FAILED = "failed"
_WORDS = {
    "accept": "{n} met",
    "mitigate": "{n} not yet",
    "reject": "{n} not met",
    "inconclusive": "{n} cannot tell",
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
        counted = [words.format(n=n) for key, words in _WORDS.items() if (n := self.earlier.get(key))]
        told = [f"attempt {self.number}", f"earlier: {', '.join(counted)}" if counted else "none earlier"]
        if self.unfinished:
            one = self.unfinished == 1
            runs = (
                "1 run started and never ended" if one else f"{self.unfinished} runs started and never ended"
            )
            told.append(runs)
        return "; ".join(told)


def attempts(entries: Sequence[Entry], run_name: str, candidate: str) -> Attempts | None:
    """Which attempt on its patients a candidate is; None where the ledger does not know it.

    Each release that a policy judged is an attempt; the very same release judged again is none.
    """
    ended = next((each for each in entries if each.kind == ENDED and each.body["run"] == run_name), None)
    if ended is None:
        return None
    seen: dict[str, str] = {}
    for place, judged in _judged(entries, _patients(ended)):
        if place == run_name and judged["name"] == candidate:
            known = list(seen)
            before = known[: known.index(judged["same"])] if judged["same"] in seen else known
            earlier = Counter(seen[each] for each in before)
            earlier.update(ended.body.get("elsewhere", {}))
            return Attempts(
                number=earlier.total() + 1,
                earlier=dict(sorted(earlier.items())),
                unfinished=_unfinished(entries, ended),
            )
        seen.setdefault(judged["same"], judged["verdict"])
    return None


def attempt_words(run: Path, candidate: str) -> str:
    """Which attempt a candidate of a run was, in words; "" where the ledger does not say."""
    try:
        told = attempts(read_entries(run.parent), run.name, candidate)
    except InputError:
        return ""
    return "" if told is None else told.sentence


def releases(entries: Sequence[Entry], patients: str) -> list[str]:
    """Every release of these patients that the ledger knows, by a keyed hash of what it holds."""
    return [each["same"] for _, each in _judged(entries, patients)]


def _patients(entry: Entry) -> str | None:
    """Whose data a run was made from; in an entry that does not say, the hash of their table."""
    found: str | None = entry.body.get("patients", entry.body.get("data"))
    return found


def _judged(entries: Sequence[Entry], patients: str | None) -> list[tuple[str, dict[str, Any]]]:
    """The run and the record of every candidate of these patients that was judged, in order."""
    return [
        (entry.body["run"], each)
        for entry in entries
        if entry.kind == ENDED and _patients(entry) == patients
        for each in entry.body["candidates"]
        if each["verdict"] != FAILED
    ]


def _unfinished(entries: Sequence[Entry], ended: Entry) -> int:
    """Runs on the same patients that started before this one ended, and of whose config none ended."""
    same = [each for each in entries if each.seq < ended.seq and _patients(each) == _patients(ended)]
    finished = {each.body["key"] for each in (*same, ended) if each.kind == ENDED}
    return len({each.body["key"] for each in same if each.kind == STARTED} - finished)

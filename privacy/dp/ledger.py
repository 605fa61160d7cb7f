"""What all releases of one data set have spent together, refused before the data are touched.

Inside a release rho adds up (`privacy.dp.accounting`); across releases (ε, δ) does, by diffprivlib's
accountant. A ledger is a file a data set, one signed line a spend, each signature over the line
before it; an index, signed too, holds the last line of every ledger, so that lines or whole ledgers
that are missing are seen. A spend is written and on disk before it is granted: who is stopped
between has lost budget, and no patient has lost privacy.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import filelock

from cohort.durable import add_durably, sync_folder
from cohort.errors import BudgetError, Problem
from privacy.dp.budget import PrivacyBudget, total

Sign = Callable[[bytes], str]
"""A keyed hash, such as `synthassay.state.keyed_hash`."""

RESERVED, USED = "reserved", "used"
_INDEX, _LOCK = "index.json", "budgets.lock"
_ROUNDING = 1 + 1e-12


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a ledger.

    Parameters
    ----------
    number : int
        From 1.
    at : str
        When, in UTC.
    what : str
        What the budget is for, such as a run and a candidate.
    state : {"reserved", "used"}
        A line that is *used* repeats the one reserved before; it spends nothing more.
    reserved : int
        The number of the line that reserved it; its own where it reserves.
    epsilon, delta : float
        How much.
    cap : dict
        The cap under which it was granted.
    signature : str
        Over this line and the one before; "" before it is signed.
    """

    number: int
    at: str
    what: str
    state: str
    reserved: int
    epsilon: float
    delta: float
    cap: Mapping[str, float] = field(default_factory=dict, hash=False)
    signature: str = ""

    @property
    def budget(self) -> PrivacyBudget:
        """How much, as a budget."""
        return PrivacyBudget(epsilon=self.epsilon, delta=self.delta)

    def signed(self, sign: Sign, *, ledger: str, after: str) -> Self:
        """The same line with its signature, in a ledger and after the line signed ``after``."""
        content = {key: value for key, value in asdict(self).items() if key != "signature"}
        text = json.dumps([ledger, after, content], sort_keys=True)
        return type(self)(**content, signature=sign(text.encode()))


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """Budget that is spent, whether or not it is used; `commit` notes that it was."""

    ledger: "BudgetLedger"
    entry: Entry

    def commit(self) -> None:
        """Note that what the budget was reserved for was made."""
        self.ledger.note_used(self.entry)


@dataclass(frozen=True, kw_only=True)
class BudgetLedger:
    """The spends of one data set.

    Parameters
    ----------
    folder : Path
        Of all ledgers of this installation; made when absent.
    fingerprint : str
        Of the data set, hexadecimal: another data set has another ledger.
    cap : PrivacyBudget
        What all releases of the data set may spend together.
    sign : callable
        A hash under this installation's key.
    """

    folder: Path
    fingerprint: str
    cap: PrivacyBudget
    sign: Sign

    def reserve(self, budget: PrivacyBudget, what: str) -> Reservation:
        """Spend ``budget`` on ``what``, on disk before this returns.

        Raises
        ------
        BudgetError
            Where the cap does not leave as much, or the ledger was tampered with; nothing is
            spent then.
        """
        with self._locked():
            entries = self._entries()
            self._refuse_over(budget, _spends(entries), what)
            cap = {"epsilon": self.cap.epsilon, "delta": self.cap.delta}
            number = len(entries) + 1
            line = Entry(
                number=number,
                at=_now(),
                what=what,
                state=RESERVED,
                reserved=number,
                epsilon=budget.epsilon,
                delta=budget.delta,
                cap=cap,
            )
            return Reservation(ledger=self, entry=self._append(line, entries))

    def refuse(self, budget: PrivacyBudget, what: str) -> None:
        """Raise `BudgetError` where `reserve` would, and spend nothing."""
        with self._locked():
            self._refuse_over(budget, _spends(self._entries()), what)

    def note_used(self, reserved: Entry) -> None:
        """Write that a reservation was used; raises `BudgetError` where the ledger was tampered with."""
        with self._locked():
            entries = self._entries()
            content = {**asdict(reserved), "number": len(entries) + 1, "at": _now(), "state": USED}
            self._append(Entry(**content), entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All lines; raises `BudgetError` where the ledger was tampered with."""
        with self._locked():
            return self._entries()

    @property
    def spends(self) -> tuple[Entry, ...]:
        """What was reserved so far, used or not; raises as `entries`."""
        return _spends(self.entries)

    @property
    def spent(self) -> PrivacyBudget | None:
        """The sum of all spends; None where there are none."""
        return total(each.budget for each in self.spends)

    def _refuse_over(self, budget: PrivacyBudget, spends: Sequence[Entry], what: str) -> None:
        from diffprivlib import BudgetAccountant
        from diffprivlib.utils import BudgetError as OverCap

        # Sums of decimal fractions come out a rounding above what they stand for.
        accountant = BudgetAccountant(self.cap.epsilon * _ROUNDING, min(1.0, self.cap.delta * _ROUNDING))
        try:
            for each in spends:
                accountant.spend(each.epsilon, each.delta)
            accountant.check(budget.epsilon, budget.delta)
        except OverCap:
            raise BudgetError(self._over(budget, spends, what)) from None

    def _over(self, budget: PrivacyBudget, spends: Sequence[Entry], what: str) -> Problem:
        spent = total(each.budget for each in spends)
        epsilon, delta = (0.0, 0.0) if spent is None else (spent.epsilon, spent.delta)
        left = f"ε = {_left(self.cap.epsilon, epsilon):.4g}, δ = {_left(self.cap.delta, delta):.4g}"
        on = "; ".join(f"{each.what}, {each.at[:10]} ({each.budget})" for each in spends) or "nothing"
        return Problem(
            what=f"asks for {budget}, and of {self.cap} for this data set {left} is left. Spent on: {on}.",
            where=what,
            remedy="Ask for less, share the releases that exist, or decide on a larger `budget` in the "
            "config: what is told about each person then adds up to it.",
        )

    def _append(self, line: Entry, entries: Sequence[Entry]) -> Entry:
        signed = self._signed(line, entries)
        heads = self._index()
        if not heads:
            self._write_index(heads)  # so that a first line is never there without an index
        add_durably(self._path, f"{json.dumps(asdict(signed))}\n".encode(), private=True)
        self._write_index({**heads, self.fingerprint: {"lines": signed.number, "last": signed.signature}})
        return signed

    def _signed(self, line: Entry, entries: Sequence[Entry]) -> Entry:
        after = entries[-1].signature if entries else ""
        return line.signed(self.sign, ledger=self.fingerprint, after=after)

    def _entries(self) -> tuple[Entry, ...]:
        """The ledger's lines, each checked; a line that a kill left half written was never granted."""
        content = self._path.read_bytes() if self._path.is_file() else b""
        whole, _, half = content.rpartition(b"\n")
        entries: list[Entry] = []
        for line in whole.splitlines():
            entry = self._read(line)
            if entry.number != len(entries) + 1 or entry != self._signed(entry, entries):
                raise self._tampered(f"line {len(entries) + 1} is not as it was written")
            entries.append(entry)
        self._refuse_other_end(entries)
        if half:
            _cut(self._path, len(content) - len(half))
        return tuple(entries)

    def _refuse_other_end(self, entries: Sequence[Entry]) -> None:
        """The index may be a line behind, after a kill, and never one ahead."""
        known = self._index().get(self.fingerprint)
        if known is None:
            return
        if known["lines"] > len(entries):
            raise self._tampered("lines are missing at its end")
        if entries[known["lines"] - 1].signature != known["last"]:
            raise self._tampered("it is not the one that the index knows")

    def _read(self, line: bytes) -> Entry:
        try:
            return Entry(**json.loads(line))
        except (TypeError, ValueError):
            raise self._tampered("a line cannot be read") from None

    def _index(self) -> dict[str, Any]:
        """The last line of every ledger."""
        path = self.folder / _INDEX
        if not path.is_file():
            if any(self.folder.glob("*.jsonl")):
                raise self._tampered("the index of all ledgers is missing")
            return {}
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            heads: dict[str, Any] = content["heads"]
            genuine = content["signature"] == self._sign_index(heads)
        except (KeyError, TypeError, ValueError):
            genuine = False
        if not genuine:
            raise self._tampered("the index of all ledgers is not as it was written")
        return heads

    def _write_index(self, heads: Mapping[str, Any]) -> None:
        content = {"heads": heads, "signature": self._sign_index(heads)}
        draft = self.folder / f".{_INDEX}"
        draft.unlink(missing_ok=True)
        add_durably(draft, json.dumps(content, indent=1).encode(), private=True)
        draft.replace(self.folder / _INDEX)
        sync_folder(self.folder)

    def _sign_index(self, heads: Mapping[str, Any]) -> str:
        return self.sign(("index" + json.dumps(heads, sort_keys=True)).encode())

    def _locked(self) -> filelock.BaseFileLock:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return filelock.FileLock(self.folder / _LOCK)

    @property
    def _path(self) -> Path:
        return self.folder / f"{self.fingerprint}.jsonl"

    def _tampered(self, how: str) -> BudgetError:
        return BudgetError(
            Problem(
                what=f"the budget ledger was changed by something else: {how}. Nothing more is spent on it.",
                where=str(self._path),
                remedy="Restore the folder from a backup. What was spent cannot be told without it.",
            )
        )


def _left(cap: float, spent: float) -> float:
    """Never below 0, nor a mere rounding above it."""
    left = cap - spent
    return left if left > cap * (_ROUNDING - 1) else 0.0


def _spends(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    return tuple(each for each in entries if each.state == RESERVED)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _cut(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)
        os.fsync(file.fileno())

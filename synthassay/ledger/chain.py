"""Check a ledger line by line, and name what was altered, removed, inserted or reordered."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from synthassay.formats import LEDGER as KNOWN
from synthassay.formats import later_line
from synthassay.ledger.keys import is_genuine, known_keys
from synthassay.ledger.records import LEDGER, NOTHING_BEFORE, Entry

_SHORTEST_HEAD = 16


@dataclass(frozen=True, kw_only=True)
class Chain:
    """A ledger that was checked.

    Parameters
    ----------
    entries : tuple of Entry
        Those with a genuine signature, in the order of their lines.
    faults : tuple of str
        What is wrong with it, a sentence each; empty where nothing is.
    signers : dict of str to str
        Who signed, each with its holder; "" for a key that is not known here.
    """

    entries: tuple[Entry, ...]
    faults: tuple[str, ...]
    signers: Mapping[str, str]

    @property
    def head(self) -> str:
        """The last entry's hash; zeros where there is none."""
        return self.entries[-1].hash if self.entries else NOTHING_BEFORE

    def since(self, head: str) -> int | None:
        """How many entries follow the one with this hash; None where none has it."""
        hashes = [each.hash for each in self.entries]
        found = [place for place, each in enumerate(hashes, start=1) if _same(each, head)]
        return len(hashes) - found[-1] if found else None


def check_chain(runs: Path) -> Chain:
    """Check every line of the ledger in a folder of runs, with the keys that are known here."""
    path = runs / LEDGER
    return check_lines(path.read_bytes() if path.is_file() else b"", known=known_keys())


def check_lines(content: bytes, *, known: Mapping[str, str]) -> Chain:
    """Check a ledger's bytes.

    Parameters
    ----------
    content : bytes
        The whole file.
    known : mapping of str to str
        The public keys that are trusted, each with its holder.
    """
    *lines, torn = content.split(b"\n")
    read = _read(lines)
    entries = tuple(each.entry for each in read if each.entry is not None)
    signers = {each.signer: known.get(each.signer, "") for each in entries}
    faults = [*_altered(read), *_order(read), *_links(read), *_strangers(entries, signers)]
    if torn:
        faults.append(
            f"Line {len(lines) + 1} is half written. Either a process was stopped while it wrote, and told "
            "nobody (the next entry mends it and says so), or somebody cut the ledger."
        )
    return Chain(entries=entries, faults=tuple(faults), signers=signers)


class _Line(NamedTuple):
    """A line, the entry that it should be by the genuine line before it, and the entry that it is."""

    number: int
    expected: int
    entry: Entry | None
    hash: str
    later: int | None


def _read(lines: Sequence[bytes]) -> list[_Line]:
    read, expected = [], 1
    for number, line in enumerate(lines, start=1):
        entry = _genuine(line)
        read.append(_Line(number, expected, entry, hashlib.sha256(line).hexdigest(), later_line(line)))
        expected = expected + 1 if entry is None else entry.seq + 1
    return read


def _genuine(line: bytes) -> Entry | None:
    try:
        entry = Entry.from_line(line)
        return entry if is_genuine(entry) else None
    except (AttributeError, TypeError, ValueError, RecursionError):
        return None


def _altered(read: Sequence[_Line]) -> Iterator[str]:
    for line in read:
        if line.entry is None and line.later is not None:
            yield (
                f"Entry {line.expected} (line {line.number}) is of format {line.later}, and this program "
                f"checks formats up to {KNOWN}: verify with a later SynthAssay, or it was altered."
            )
        elif line.entry is None:
            yield (
                f"Entry {line.expected} (line {line.number}) was altered: "
                "it does not bear its signer's signature."
            )


def _order(read: Sequence[_Line]) -> Iterator[str]:
    """Entries that are missing, stand twice, or stand before an earlier one."""
    seen: dict[int, str] = {}
    last = 0
    for number, _, entry, line_hash, _ in read:
        if entry is None:
            continue
        if entry.seq in seen:
            how = "again" if seen[entry.seq] == line_hash else "in another version"
            yield f"Entry {entry.seq} stands {how} in line {number}: one of the two was inserted."
        elif entry.seq < last:
            yield f"Entry {entry.seq} stands in line {number}, after entry {last}: it was moved."
        seen[entry.seq], last = line_hash, max(last, entry.seq)
    altered = {line.expected for line in read if line.entry is None}
    for seq in sorted(set(range(1, last)) - set(seen) - altered):
        yield f"Entry {seq} was removed."


def _links(read: Sequence[_Line]) -> Iterator[str]:
    """Entries that follow another by number and not by its hash."""
    first = read[0].entry if read else None
    if first is not None and first.seq == 1 and first.previous != NOTHING_BEFORE:
        yield "Entry 1 was written after another entry, which is not here."
    for before, line in pairwise(read):
        one, other = before.entry, line.entry
        if one is None or other is None or other.seq != one.seq + 1:
            continue
        if other.previous != before.hash:
            yield f"Entry {other.seq} was not written after this entry {one.seq}: one of them was replaced."


def _strangers(entries: Sequence[Entry], signers: Mapping[str, str]) -> Iterator[str]:
    for signer, holder in signers.items():
        if not holder:
            signed = ", ".join(str(each.seq) for each in entries if each.signer == signer)
            yield (
                f"Entry {signed} is signed by the key {signer}, which is not known here. Where its holder "
                f"tells you the same key: `synthassay keys --trust {signer} --holder NAME`."
            )


def _same(whole: str, head: str) -> bool:
    return len(head) >= _SHORTEST_HEAD and whole.startswith(head.lower())

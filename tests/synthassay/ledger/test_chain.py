"""Whatever is changed, removed, inserted or reordered in a ledger is found and named."""

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthassay.ledger import chain
from synthassay.ledger.append import append
from synthassay.ledger.chain import check_lines
from synthassay.ledger.keys import public_key, signing_key
from synthassay.ledger.records import LEDGER, Entry

ENTRIES = st.integers(0, 199)


@pytest.fixture(autouse=True, scope="module")
def _each_line_once():
    """A line's own check depends on its bytes alone: the 199 that a change leaves are not checked again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chain, "_genuine", lru_cache(maxsize=None)(chain._genuine))
        yield


@pytest.fixture(scope="module")
def lines(ledger):
    return ledger.content.split(b"\n")[:-1]


def _faults(ledger, lines):
    return check_lines(b"".join(line + b"\n" for line in lines), known=ledger.known).faults


def test_a_ledger_that_nobody_touched_is_sound(ledger):
    checked = check_lines(ledger.content, known=ledger.known)
    assert checked.faults == ()
    assert len(checked.entries) == 200
    assert checked.since(checked.entries[149].hash) == 50
    assert checked.since("0" * 64) is None


def test_no_byte_of_any_entry_can_be_another(lines):
    rng = np.random.default_rng(0)
    genuine = chain._genuine.__wrapped__
    for number, line in enumerate(lines):
        others = rng.integers(1, 256, len(line)).tolist()
        # Each place is tried in one entry of four: the entries differ in little but their numbers.
        for place, other in list(enumerate(others))[number % 4 :: 4]:
            changed = bytearray(line)
            changed[place] ^= other
            assert genuine(bytes(changed)) is None, (line, place)


def test_a_changed_byte_is_named_with_its_entry(ledger, lines):
    rng = np.random.default_rng(1)
    for number, line in enumerate(lines, start=1):
        place = int(rng.integers(len(line)))
        changed = bytes([*line[:place], line[place] ^ 1, *line[place + 1 :]])
        faults = _faults(ledger, [*lines[: number - 1], changed, *lines[number:]])
        # A byte that became the end of a line makes two lines of one.
        assert faults[0].startswith(f"Entry {number} (line {number}) was altered"), faults


def test_every_end_of_a_line_is_needed(ledger):
    for place in (at for at, byte in enumerate(ledger.content) if byte == 10):
        for other in (b"", b" ", b"\r"):
            changed = ledger.content[:place] + other + ledger.content[place + 1 :]
            assert check_lines(changed, known=ledger.known).faults


def test_a_removed_entry_is_named(ledger, lines):
    for place in range(199):
        faults = _faults(ledger, lines[:place] + lines[place + 1 :])
        assert faults == (f"Entry {place + 1} was removed.",)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(first=ENTRIES, second=ENTRIES)
def test_two_swapped_entries_are_named(ledger, lines, first, second):
    first, second = sorted((first, second))
    swapped = list(lines)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    faults = _faults(ledger, swapped)
    moved = [f"Entry {first + 1} stands in line {second + 1}, after entry {second + 1}: it was moved."]
    assert faults[-1:] == tuple(moved if first != second else [])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(copied=ENTRIES, place=ENTRIES)
def test_an_inserted_copy_is_named(ledger, lines, copied, place):
    faults = _faults(ledger, [*lines[:place], lines[copied], *lines[place:]])
    assert any(fault.startswith(f"Entry {copied + 1} stands again in line") for fault in faults)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(place=ENTRIES, junk=st.binary(max_size=40))
def test_anything_inserted_is_found(ledger, lines, place, junk):
    content = b"".join(line + b"\n" for line in lines[:place]) + junk + b"\n"
    content += b"".join(line + b"\n" for line in lines[place:])
    assert check_lines(content, known=ledger.known).faults


@pytest.mark.parametrize("kept", [0, 1, 100, 199])
def test_a_cut_tail_is_found_by_the_head_alone(ledger, lines, kept):
    head = Entry.from_line(lines[-1]).hash
    content = b"".join(line + b"\n" for line in lines[:kept])
    checked = check_lines(content, known=ledger.known)
    assert checked.faults == ()
    assert checked.since(head) is None
    assert checked.since(head[:20]) is None
    assert check_lines(ledger.content, known=ledger.known).since(head[:20]) == 0


def test_a_head_of_a_few_digits_is_no_head(ledger, lines):
    assert check_lines(ledger.content, known=ledger.known).since(Entry.from_line(lines[-1]).hash[:8]) is None


def test_a_forked_chain_is_found(tmp_path):
    append(tmp_path, "decision", {"which": "first"})
    one = (tmp_path / LEDGER).read_bytes()
    append(tmp_path, "decision", {"which": "kept"})
    kept = (tmp_path / LEDGER).read_bytes()
    (tmp_path / LEDGER).write_bytes(one)
    append(tmp_path, "decision", {"which": "other"})
    append(tmp_path, "decision", {"which": "last"})
    other = (tmp_path / LEDGER).read_bytes().splitlines(keepends=True)
    known = {public_key(signing_key()): "us"}
    assert check_lines(b"".join(other), known=known).faults == ()
    mixed = kept + other[2]
    assert "was not written after this entry 2" in check_lines(mixed, known=known).faults[0]


def test_a_strangers_entry_is_found_until_the_key_is_trusted(tmp_path, ledger, monkeypatch):
    (tmp_path / LEDGER).write_bytes(ledger.content)
    append(tmp_path, "decision", {"reason": "I said so."})
    content = (tmp_path / LEDGER).read_bytes()
    faults = check_lines(content, known=ledger.known).faults
    assert faults[0].startswith("Entry 201 is signed by the key")
    trusted = {**ledger.known, public_key(signing_key()): "the other house"}
    assert check_lines(content, known=trusted).faults == ()

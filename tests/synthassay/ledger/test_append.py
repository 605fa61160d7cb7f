"""Nothing that was promised is lost, whoever is stopped and however many write at once."""

import os
import signal
import subprocess
import sys
import time

import pytest

from cohort.errors import InputError
from synthassay.ledger import append as appending
from synthassay.ledger.append import append
from synthassay.ledger.chain import check_chain
from synthassay.ledger.keys import known_keys, public_key, signing_key
from synthassay.ledger.records import LEDGER, MENDED, read_entries

_WRITER = """
import sys
from pathlib import Path
from synthassay.ledger.append import append
for number in range(int(sys.argv[2])):
    entry = append(Path(sys.argv[1]), "decision", {"by": sys.argv[3], "number": number, "reason": "x" * 3000})
    print(entry.seq, entry.hash, flush=True)
"""


def _writer(runs, *, entries, by="a"):
    command = [sys.executable, "-c", _WRITER, str(runs), str(entries), by]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_an_entry_follows_the_one_before(tmp_path):
    first, second = (append(tmp_path, "decision", {"number": number}) for number in range(2))
    assert (first.seq, second.seq) == (1, 2)
    assert second.previous == first.hash
    assert read_entries(tmp_path) == (first, second)


def test_the_key_is_its_owners_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path))
    assert known_keys() == {}
    key = public_key(signing_key())
    assert key == public_key(signing_key())
    assert (tmp_path / "ledger.key").stat().st_mode & 0o777 == 0o600
    assert known_keys() == {key: "this installation"}


def test_what_was_half_written_is_cut_off_and_told(tmp_path, monkeypatch):
    monkeypatch.setattr(appending.os, "fsync", lambda handle: None)
    kept = append(tmp_path, "decision", {"number": 1})
    whole = (tmp_path / LEDGER).read_bytes()
    append(tmp_path, "decision", {"number": 2})
    both = (tmp_path / LEDGER).read_bytes()
    for end in (*range(len(whole) + 1, len(both) - 1, 9), len(both) - 2):
        (tmp_path / LEDGER).write_bytes(both[:end])
        assert "half written" in check_chain(tmp_path).faults[-1]
        assert read_entries(tmp_path) == (kept,)
        append(tmp_path, "decision", {"number": 3})
        assert check_chain(tmp_path).faults == ()
        first, mended, third = read_entries(tmp_path)
        assert (first, third.body) == (kept, {"number": 3})
        assert (mended.kind, mended.body["bytes"]) == (MENDED, end - len(whole))


def test_an_entry_that_lacks_its_end_alone_stays(tmp_path):
    both = [append(tmp_path, "decision", {"number": number}) for number in range(2)]
    path = tmp_path / LEDGER
    path.write_bytes(path.read_bytes()[:-1])
    third = append(tmp_path, "decision", {"number": 3})
    assert read_entries(tmp_path) == (*both, third)
    assert check_chain(tmp_path).faults == ()


def test_nothing_is_added_to_a_line_that_somebody_changed(tmp_path):
    append(tmp_path, "decision", {"number": 1})
    path = tmp_path / LEDGER
    path.write_bytes(path.read_bytes().replace(b'"number":1', b'"number":2 '))
    with pytest.raises(InputError, match="not as it was written"):
        append(tmp_path, "decision", {"number": 2})


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
def test_a_writer_killed_at_any_moment_loses_nothing_it_had_told(tmp_path):
    told = []
    for wait in (0.0, 0.004, 0.015):
        process = _writer(tmp_path, entries=100_000)
        told.append(process.stdout.readline().split())
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        # The last line of a killed process may itself be cut.
        told += [
            line.split() for line in process.communicate()[0].splitlines(keepends=True) if line[-1] == "\n"
        ]
    append(tmp_path, "decision", {"by": "b"})
    assert check_chain(tmp_path).faults == ()
    found = {(str(each.seq), each.hash) for each in read_entries(tmp_path)}
    assert {tuple(each) for each in told} <= found
    assert len(told) >= 3


def test_two_who_decide_at_once_do_not_fork_the_chain(tmp_path):
    signing_key()
    writers = [_writer(tmp_path, entries=25, by=name) for name in "ab"]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    told = [line for writer in writers for line in writer.stdout.read().splitlines()]
    entries = read_entries(tmp_path)
    assert check_chain(tmp_path).faults == ()
    assert sorted(told) == sorted(f"{each.seq} {each.hash}" for each in entries)
    assert [each.seq for each in entries] == list(range(1, 51))

"""What `verify` says of folders of runs, moved, changed and cut."""

import json
import shutil

import pytest

from cohort.errors import InputError
from synthassay import cli
from synthassay.ledger.verify import verify


def test_a_folder_that_was_moved_is_sound(decided, accept, tmp_path):
    accept(decided.lenient)
    moved = decided.runs.rename(tmp_path / "archive")
    for folder in (moved, moved / decided.lenient.name):
        found = verify(folder)
        assert found.sound, found.faults
        assert found.entries == 5
    assert verify(moved, head=found.head).notes[-1].startswith("The hash you gave is in the ledger; 0")


@pytest.mark.parametrize("name", ["releases/trees/data.csv", "evidence/trees.json", "config.yaml"])
def test_one_byte_of_a_run_is_named(decided, name):
    content = bytearray((decided.strict / name).read_bytes())
    content[len(content) // 2] ^= 1
    (decided.strict / name).write_bytes(content)
    fault = f"{decided.strict.name}: {name} was changed."
    assert verify(decided.runs).faults == verify(decided.strict).faults == (fault,)
    assert verify(decided.lenient).sound


def test_files_that_changed_places_are_named(decided):
    one, other = (each / "evidence" / "trees.json" for each in (decided.lenient, decided.strict))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    assert len(verify(decided.runs).faults) == 2


def test_hashes_written_anew_are_seen(decided):
    path = decided.lenient / "hashes.json"
    content = json.loads(path.read_text())
    content["files"].pop("cohort.json")
    path.write_text(json.dumps(content))
    assert verify(decided.runs).faults == (f"{decided.lenient.name}: its hashes are not those of entry 2.",)


def test_a_decided_run_may_not_go_and_an_undecided_one_may(decided, accept):
    accept(decided.lenient)
    shutil.rmtree(decided.strict)
    assert verify(decided.runs).sound
    shutil.rmtree(decided.lenient)
    assert "its folder is gone, and entry 5 decided about it" in verify(decided.runs).faults[0]


def test_a_cut_tail_is_found_with_the_head(decided, accept):
    head = accept(decided.lenient).hash
    ledger = decided.runs / "ledger.jsonl"
    ledger.write_bytes(b"".join(ledger.read_bytes().splitlines(keepends=True)[:-1]))
    assert verify(decided.runs).sound
    assert head in verify(decided.runs, head=head).faults[0]


def test_a_run_that_the_ledger_does_not_know_is_told(decided):
    shutil.copytree(decided.lenient, decided.runs / "copied")
    assert "copied: the ledger does not know this run." in verify(decided.runs).notes
    assert not verify(decided.runs / "copied").sound


def test_where_no_ledger_is_it_is_said(tmp_path):
    with pytest.raises(InputError, match="no ledger"):
        verify(tmp_path)


def _called(capsys, monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["synthassay", *map(str, words)])
    with pytest.raises(SystemExit) as done:
        cli.main()
    return done.value.code, capsys.readouterr()


def test_the_commands_say_it_in_words_and_in_json(decided, capsys, monkeypatch):
    said = ("--candidate", "trees", "--verdict", "accept", "--reason", "Needed.", "--json")
    code, printed = _called(capsys, monkeypatch, "decide", decided.lenient, *said, "--by", "Dr. Maker")
    assert (code, printed.out) == (2, "")
    assert "second person" in printed.err
    for name in ("report.html", "report.zh_CN.html"):
        (decided.lenient / name).write_text("before")
    code, printed = _called(capsys, monkeypatch, "decide", decided.lenient, *said, "--by", "Dr. Decider")
    assert code == 0
    made = json.loads(printed.out)
    assert made["stands"]
    for name in ("report.html", "report.public.html", "report.zh_CN.html"):  # again, which voids nothing
        assert "Dr. Decider" in (decided.lenient / name).read_text(encoding="utf-8")
        assert made["hash"] in (decided.lenient / name).read_text(encoding="utf-8")
    code, printed = _called(capsys, monkeypatch, "verify", decided.runs, "--head", made["hash"])
    assert (code, "✓ 5 entries" in printed.out, made["hash"] in printed.out) == (0, True, True)
    code, printed = _called(capsys, monkeypatch, "verify", decided.runs, "--head", "0" * 64, "--json")
    assert (code, json.loads(printed.out)["sound"]) == (1, False)
    code, printed = _called(capsys, monkeypatch, "keys", "--json")
    assert (code, json.loads(printed.out)["key"]) == (0, made["signer"])

"""Reading the ledger is light: whoever only shows decisions loads nothing that signs or learns."""

import subprocess
import sys

from synthassay.ledger.records import LEDGER, decisions, read_entries
from synthassay.runs import list_runs

_LIGHT = """
import sys
from synthassay.ledger.records import decisions
heavy = {"cryptography", "torch", "sklearn", "pandas", "numpy"} & set(sys.modules)
assert not heavy, heavy
"""


def test_reading_loads_nothing_heavy():
    subprocess.run([sys.executable, "-c", _LIGHT], check=True)


def test_without_a_ledger_nothing_was_decided(tmp_path):
    assert read_entries(tmp_path) == decisions(tmp_path) == ()


def test_a_ledger_is_no_run(decided):
    assert (decided.runs / LEDGER).is_file()
    assert {each.name for each in list_runs(decided.runs)} == {decided.lenient.name, decided.strict.name}


def test_entries_tell_a_runs_start_and_end_and_no_seed(decided):
    started, ended, *_ = read_entries(decided.runs)
    assert (started.kind, started.body["by"]) == ("run started", "Dr. Maker")
    assert (ended.kind, ended.body["run"]) == ("run ended", decided.lenient.name)
    assert started.body["key"] == ended.body["key"]
    (judged,) = ended.body["candidates"]
    assert (judged["name"], judged["verdict"]) == ("trees", "accept")
    assert "seed" not in str(started.body) + str(ended.body)

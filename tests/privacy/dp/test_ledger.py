"""The cap holds whatever happens: two processes, a kill, an editor."""

import json
import multiprocessing
import os
import signal
import time

import pytest

from cohort.errors import BudgetError
from privacy.dp.budget import PrivacyBudget
from privacy.dp.ledger import BudgetLedger
from synthassay.state import keyed_hash

CAP = PrivacyBudget(epsilon=1.0, delta=1e-5)
TENTH = PrivacyBudget(epsilon=0.1, delta=1e-6)


def _ledger(folder, fingerprint="aa", cap=CAP):
    return BudgetLedger(folder=folder, fingerprint=fingerprint, cap=cap, sign=keyed_hash)


def _spend_all(folder, state, start, granted):
    os.environ["SYNTHASSAY_STATE"] = state
    start.wait()
    for _ in range(10):
        try:
            _ledger(folder).reserve(TENTH, "a release")
        except BudgetError:
            continue
        granted.put(1)


def _reserve_and_hang(folder, state, reserved):
    os.environ["SYNTHASSAY_STATE"] = state
    _ledger(folder).reserve(TENTH, "killed before it was made")
    reserved.set()
    time.sleep(60)


@pytest.fixture
def folder(tmp_path):
    keyed_hash(b"")  # the key is there before processes start
    return tmp_path / "budgets"


def test_spends_add_up_to_the_cap_and_no_further(folder):
    for _ in range(10):
        _ledger(folder).reserve(TENTH, "run 1, dp_mst").commit()
    with pytest.raises(BudgetError, match=r"(?s)ε = 0, δ = 0 is left.*run 1, dp_mst.*larger `budget`"):
        _ledger(folder).reserve(TENTH, "run 2")
    assert len(_ledger(folder).spends) == 10
    assert _ledger(folder).spent.epsilon == pytest.approx(1.0)


def test_delta_has_a_cap_too(folder):
    with pytest.raises(BudgetError, match=r"asks for ε = 0\.5, δ = 0\.0001"):
        _ledger(folder).reserve(PrivacyBudget(epsilon=0.5, delta=1e-4), "a release")
    assert _ledger(folder).spends == ()


def test_a_lowered_cap_refuses_and_keeps_what_was_spent(folder):
    _ledger(folder).reserve(PrivacyBudget(epsilon=0.9, delta=1e-6), "a release")
    low = _ledger(folder, cap=PrivacyBudget(epsilon=0.5, delta=1e-5))
    with pytest.raises(BudgetError, match=r"ε = 0, δ = 9e-06 is left"):
        low.reserve(TENTH, "another")


def test_a_changed_data_set_has_its_own_ledger(folder):
    _ledger(folder).reserve(CAP, "a release")
    _ledger(folder, "bb").reserve(CAP, "a release of other data")
    assert len(_ledger(folder).spends) == len(_ledger(folder, "bb").spends) == 1


def test_two_processes_never_exceed_the_cap(folder):
    context = multiprocessing.get_context("fork")
    start, granted = context.Event(), context.Queue()
    state = os.environ["SYNTHASSAY_STATE"]
    workers = [context.Process(target=_spend_all, args=(folder, state, start, granted)) for _ in range(3)]
    for worker in workers:
        worker.start()
    start.set()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert sum(granted.get(timeout=5) for _ in range(granted.qsize())) == 10
    assert _ledger(folder).spent <= PrivacyBudget(epsilon=CAP.epsilon + 1e-9, delta=CAP.delta + 1e-15)


def test_a_kill_after_the_reservation_loses_budget_and_never_privacy(folder):
    context = multiprocessing.get_context("fork")
    reserved = context.Event()
    state = os.environ["SYNTHASSAY_STATE"]
    worker = context.Process(target=_reserve_and_hang, args=(folder, state, reserved))
    worker.start()
    assert reserved.wait(30)
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(10)
    spends = _ledger(folder).spends
    assert [each.what for each in spends] == ["killed before it was made"]
    with pytest.raises(BudgetError, match=r"ε = 0.9, δ = 9e-06 is left"):
        _ledger(folder).reserve(CAP, "all of it")


def test_a_kill_while_a_line_is_written_leaves_the_ledger_usable(folder):
    _ledger(folder).reserve(TENTH, "a release")
    path = folder / "aa.jsonl"
    path.write_bytes(path.read_bytes() + b'{"number": 2, "what": "\xc3')
    _ledger(folder).reserve(TENTH, "another")
    assert [each.what for each in _ledger(folder).spends] == ["a release", "another"]


def test_a_kill_between_line_and_index_counts_the_line(folder):
    _ledger(folder).reserve(TENTH, "a release")
    index = (folder / "index.json").read_bytes()
    _ledger(folder).reserve(TENTH, "killed here")
    (folder / "index.json").write_bytes(index)
    assert len(_ledger(folder).spends) == 2


def test_a_kill_before_the_first_index_is_no_tampering(folder, monkeypatch):
    written = BudgetLedger._write_index

    def stop_at_the_second(self, heads):
        if heads:
            raise KeyboardInterrupt
        written(self, heads)

    with monkeypatch.context() as patch:
        patch.setattr(BudgetLedger, "_write_index", stop_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            _ledger(folder).reserve(TENTH, "killed here")
    assert [each.what for each in _ledger(folder).spends] == ["killed here"]


def _edit(folder):
    path = folder / "aa.jsonl"
    path.write_text(path.read_text().replace('"epsilon": 0.1', '"epsilon": 0.001', 1))


def _drop_the_last(folder):
    path = folder / "aa.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def _drop_the_first(folder):
    path = folder / "aa.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))


def _swap(folder):
    path = folder / "aa.jsonl"
    path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))))


def _from_another(folder):
    (folder / "aa.jsonl").write_bytes((folder / "bb.jsonl").read_bytes())


def _edit_index(folder):
    path = folder / "index.json"
    content = json.loads(path.read_text())
    del content["heads"]["aa"]
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    "tamper",
    [
        _edit,
        _drop_the_last,
        _drop_the_first,
        _swap,
        _from_another,
        _edit_index,
        lambda folder: (folder / "aa.jsonl").unlink(),
        lambda folder: (folder / "aa.jsonl").write_text("no ledger\n"),
        lambda folder: (folder / "index.json").unlink(),
        lambda folder: (folder / "index.json").write_text("{}"),
    ],
    ids=lambda tamper: tamper.__name__,
)
def test_tampering_is_seen(folder, tamper):
    _ledger(folder, "bb").reserve(TENTH, "other data")
    for number in range(3):
        _ledger(folder).reserve(TENTH, f"release {number}")
    tamper(folder)
    with pytest.raises(BudgetError, match="was changed by something else"):
        _ledger(folder).reserve(TENTH, "one more")


def test_another_key_does_not_open_a_ledger(folder, tmp_path, monkeypatch):
    _ledger(folder).reserve(TENTH, "a release")
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path / "other"))
    with pytest.raises(BudgetError, match="was changed by something else"):
        _ledger(folder).spends  # noqa: B018 - a property that reads


def test_used_reservations_spend_nothing_more(folder):
    _ledger(folder).reserve(TENTH, "a release").commit()
    lines = [json.loads(line) for line in (folder / "aa.jsonl").read_text().splitlines()]
    assert [(line["state"], line["reserved"]) for line in lines] == [("reserved", 1), ("used", 1)]
    assert _ledger(folder).spent == TENTH

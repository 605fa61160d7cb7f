"""Who may decide what, and what makes a decision stand no longer."""

from datetime import UTC, datetime, timedelta

import pytest

from cohort.errors import InputError
from synthassay.ledger import records
from synthassay.ledger.append import append
from synthassay.ledger.attempts import attempts
from synthassay.ledger.keys import trust
from synthassay.ledger.records import ENDED, Entry, decisions, read_entries
from synthassay.report import write_reports
from synthassay.runs import read_run


def _day(further):
    return str(datetime.now(UTC).date() + timedelta(days=further))


def test_a_decision_tells_what_an_auditor_asks(decided, accept, tmp_path):
    consent = tmp_path / "consent-v3.pdf"
    consent.write_bytes(b"I agree.")
    made = accept(
        decided.lenient, conditions=["No linkage."], purpose="Teaching.", consent=consent, until=_day(30)
    )
    assert made.stands
    assert (made.by, made.makers, made.judged) == ("Dr. Decider", ("Dr. Maker",), "accept")
    assert (made.conditions, made.purpose, made.until) == (("No linkage.",), "Teaching.", _day(30))
    assert made.consent.startswith("consent-v3.pdf, SHA-256 ")
    assert made.attempt == "attempt 1; none earlier"
    assert decisions(decided.runs) == (made,)
    assert decisions(decided.runs, decided.strict.name) == ()


def test_a_decision_stands_for_as_long_as_the_policy_lets_it(decided, accept):
    assert accept(decided.lenient).until == _day(90)
    for until in (_day(91), _day(-1), "soon"):
        with pytest.raises(InputError, match="--until"):
            accept(decided.lenient, until=until)


@pytest.mark.parametrize("by", ["Dr. Maker", " dr.  maker", "ＤＲ. Maker"])
def test_whoever_made_the_run_does_not_decide(decided, accept, by):
    with pytest.raises(InputError, match="second person"):
        accept(decided.lenient, by=by)


def test_accepting_what_the_policy_does_not_needs_a_written_exception(decided, accept):
    with pytest.raises(InputError) as caught:
        accept(decided.strict, exception=" ")
    assert "policy strict says reject" in str(caught.value)
    assert "allows 1 attempts, and this is attempt 2; earlier: 1 met" in str(caught.value)
    assert accept(decided.strict, exception="The board asked for it.").exception == "The board asked for it."
    assert accept(decided.strict, verdict="reject").verdict == "reject"


def test_every_reason_against_a_decision_is_told_at_once(decided, accept):
    with pytest.raises(InputError) as caught:
        accept(decided.strict, by="", reason=" ", verdict="maybe", until="soon")
    for part in ("--by is empty", "--reason is empty", "'maybe' is no decision", "'soon' is no day"):
        assert part in str(caught.value)


def test_only_a_release_of_a_known_run_can_be_decided_about(decided, accept):
    with pytest.raises(InputError, match="Name one of: trees"):
        accept(decided.lenient, candidate="copy")
    renamed = decided.lenient.rename(decided.runs / "another")
    with pytest.raises(InputError, match="does not know this run"):
        accept(renamed)


def test_a_later_decision_takes_the_place_of_an_earlier_one(decided, accept):
    first = accept(decided.lenient)
    second = accept(decided.lenient, verdict="mitigate")
    assert second.stands
    (told, _) = decisions(decided.runs, decided.lenient.name)
    assert told.voided == (f"Entry {second.seq} decided again.",)
    assert (told.hash, told.verdict) == (first.hash, "accept")


@pytest.mark.parametrize(
    ("name", "voided"),
    [
        ("config.yaml", "Config.yaml was changed."),
        ("run.json", "Run.json was changed."),
        ("evidence/trees.json", "Evidence/trees.json was changed."),
        ("releases/trees/data.csv", "Releases/trees/data.csv was changed."),
        ("releases/trees/more.csv", "Releases/trees/more.csv was added."),
        ("hashes.json", "The run's folder is gone, or its hashes cannot be read."),
    ],
)
def test_any_change_voids_a_decision(decided, accept, name, voided):
    accept(decided.lenient)
    with (decided.lenient / name).open("a") as file:
        file.write(" x")
    (told,) = decisions(decided.runs)
    assert not told.stands
    assert told.voided == (voided,)
    with pytest.raises(InputError):
        accept(decided.lenient)


def test_changed_patients_void_a_decision(small, decided, accept, tmp_path):
    accept(decided.lenient)
    patients = small / "patients.csv"
    before = patients.read_bytes()
    try:
        patients.write_bytes(before + b"999,40,f,1.0,2,no\n")
        assert decisions(decided.runs)[0].voided == ("The patients' file (data) was changed since the run.",)
        patients.rename(tmp_path / "elsewhere.csv")
        assert decisions(decided.runs)[0].stands  # what is not here cannot be compared
    finally:
        patients.write_bytes(before)


def test_a_report_written_again_voids_nothing(decided, accept):
    accept(decided.lenient)
    (decided.lenient / "report.html").write_text("again")
    assert decisions(decided.runs)[0].stands


def test_a_decision_expires(decided, accept, monkeypatch):
    accept(decided.lenient, until=_day(0))
    assert decisions(decided.runs)[0].stands

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=1)

    monkeypatch.setattr(records, "datetime", Later)
    assert decisions(decided.runs)[0].voided == (f"It expired on {_day(0)}.",)


def test_nobody_decides_on_a_ledger_that_was_tampered_with(decided, accept):
    ledger = decided.runs / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:1] + lines[2:]))
    with pytest.raises(InputError, match="Entry 2 was removed"):
        accept(decided.lenient)


def test_whoever_decides_elsewhere_trusts_the_makers_key_first(decided, accept, tmp_path, monkeypatch):
    signer = read_entries(decided.runs)[0].signer
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path / "other state"))
    with pytest.raises(InputError, match=f"keys --trust {signer}"):
        accept(decided.lenient)
    trust(signer, holder="the makers")
    assert accept(decided.lenient).stands
    with pytest.raises(InputError, match="no public key"):
        trust("ab", holder="nobody")


def _ended(number, verdict, *, same=None, data="d", key=None, kind=ENDED):
    candidates = [{"name": "trees", "verdict": verdict, "same": same or f"s{number}"}]
    body = {"run": f"run{number}", "data": data, "key": key or f"k{number}", "candidates": candidates}
    return Entry(seq=number, at="", kind=kind, body=body, previous="", signer="")


def test_attempts_on_the_same_patients_are_counted():
    entries = [
        *(_ended(number, "reject") for number in range(1, 6)),
        _ended(6, "inconclusive"),
        _ended(7, "failed"),
        _ended(8, "accept", data="others"),
        _ended(9, "reject", same="s3"),
        _ended(10, "accept", kind="run started"),
        _ended(11, "accept", key="k11", kind="run started"),
        _ended(12, "accept", key="k11"),
        _ended(13, "reject"),
    ]
    told = attempts(entries, "run12", "trees")
    assert told.sentence == "attempt 7; earlier: 5 not met, 1 cannot tell; 1 run started and never ended"
    assert attempts(entries, "run9", "trees").number == 3  # the very same release, judged again
    assert attempts(entries, "run7", "trees") is None
    assert attempts(entries, "elsewhere", "trees") is None


def test_a_decision_that_nobody_wrote_is_said(decided):
    append(decided.runs, "decision", {"run": decided.lenient.name})
    with pytest.raises(InputError, match="nobody here wrote"):
        decisions(decided.runs)


def test_the_report_tells_attempts_and_decisions(decided, accept):
    accept(
        decided.strict, reason="For <the> house.", exception="The board asked.", conditions=["No linkage."]
    )
    internal, public = write_reports(read_run(decided.strict))
    pages = [page.read_text(encoding="utf-8") for page in (internal, public)]
    for page in pages:
        for part in ("attempt 2; earlier: 1 met", "Dr. Decider", "No linkage.", f"until {_day(90)}"):
            assert part in page
    assert ["For &lt;the&gt; house." in page for page in pages] == [True, False]
    assert ["The board asked." in page for page in pages] == [True, False]
    assert decisions(decided.runs)[0].stands

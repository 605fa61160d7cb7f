"""A run is entered before it is published: who is stopped between the two goes on, and nothing is lost."""

import pytest

from synthassay import pipeline
from synthassay.config_reader import read_config
from synthassay.ledger.attempts import attempts
from synthassay.ledger.decide import decide
from synthassay.ledger.records import read_entries
from synthassay.ledger.verify import verify
from synthassay.store import Draft


@pytest.fixture
def config(inputs, tmp_path, monkeypatch):
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("SYNTHASSAY_USER", "Dr. Maker")
    return read_config(inputs(tmp_path, rows=60, references=[], attacks=["exact_copies"]))


def test_a_run_stopped_before_its_rename_goes_on_from_there(config, tmp_path, monkeypatch):
    runs = tmp_path / "runs"
    with monkeypatch.context() as patch:
        patch.setattr(Draft, "publish", lambda draft, started: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            pipeline.run(config, out=runs)
    assert [each.kind for each in read_entries(runs)] == ["run started", "run ended"]
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "_attempt", None)  # nothing is minted or attacked again
        folder = pipeline.run(config, out=runs, resume=True)
    told = attempts(read_entries(runs), folder.name, "trees")
    assert told.sentence == "attempt 1; none earlier"  # the very same release is no second attempt
    assert told.sentence in (folder / "report.html").read_text(encoding="utf-8")  # from the start
    assert verify(runs).sound
    words = {"exception": "A test.", "verdict": "accept", "by": "Dr. Decider", "reason": "It is needed."}
    assert decide(folder, candidate="trees", **words).stands

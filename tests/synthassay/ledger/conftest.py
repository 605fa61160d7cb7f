"""A ledger of 200 entries."""

from types import SimpleNamespace

import pytest

from synthassay.ledger import append as appending
from synthassay.ledger.keys import known_keys
from synthassay.ledger.records import LEDGER


@pytest.fixture(scope="session")
def ledger(tmp_path_factory):
    """The bytes of 200 entries, and the keys known where they were written."""
    runs = tmp_path_factory.mktemp("long")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTHASSAY_STATE", str(tmp_path_factory.mktemp("state")))
        patch.setattr(appending.os, "fsync", lambda handle: None)
        for number in range(200):
            appending.append(runs, "decision", {"reason": f"Because {number} ≥ 0.", "n": [number]})
        return SimpleNamespace(content=(runs / LEDGER).read_bytes(), known=known_keys())

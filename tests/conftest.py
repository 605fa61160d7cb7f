"""What every room's tests share."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data():
    """The real data beside the checkout; a test that needs them skips where they are absent."""
    if not SHARED.is_dir():
        pytest.skip("the real data are not at ../shared/data")
    return SHARED


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory, monkeypatch):
    """Keys and jobs of tests never meet those of the person who runs them."""
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path_factory.mktemp("state")))

import stat
import sys

import pytest

from cohort.durable import add_durably


def test_what_is_added_follows_what_was_there(tmp_path):
    path = tmp_path / "file"
    for part in (b"one\n", b"two\n"):
        add_durably(path, part, private=False)
    assert path.read_bytes() == b"one\ntwo\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_private_file_is_its_owners_alone(tmp_path):
    for name, private in (("mine", True), ("ours", False)):
        add_durably(tmp_path / name, b"x", private=private)
    assert stat.S_IMODE((tmp_path / "mine").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "ours").stat().st_mode) & 0o400

import stat
import subprocess
import sys

import pytest

from synthassay.state import secret, state_folder

_FIRST = "from synthassay.state import secret; print(secret('made').hex())"


def test_processes_that_come_first_at_once_have_one_secret():
    started = [
        subprocess.Popen([sys.executable, "-c", _FIRST], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    told = {each.communicate()[0].strip() for each in started}
    assert told == {secret("made").hex()}
    assert len(secret("made")) == 32


def test_secrets_differ_by_name_and_stay():
    assert secret("one") == secret("one") != secret("other")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_secret_is_its_owners_alone():
    secret("mine")
    assert stat.S_IMODE((state_folder() / "mine").stat().st_mode) == 0o600

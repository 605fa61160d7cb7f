"""The bundle's papers and sums; `make bundle-check` installs one and runs the demo without a network."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from offline import build
from synthassay import documentation
from synthassay.cli import app

FOLDER = Path(build.__file__).parent


@pytest.fixture
def bundle(tmp_path):
    for name, content in (("wheels/a.whl", b"a" * 2_000_000), ("wheels-all/b.whl", b"b" * 3_000_000)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(content)
    (tmp_path / "INSTALL.md").write_text(build.install_page(tmp_path), encoding="utf-8")
    build.write_sums(tmp_path)
    return tmp_path


def test_install_says_both_sizes_and_leaves_no_blank(bundle):
    page = (bundle / "INSTALL.md").read_text(encoding="utf-8")
    assert "| 2 MB |" in page
    assert "| 5 MB |" in page
    assert not re.search(r"@\w+@", page)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_a_changed_wheel_is_found_by_its_sum(bundle):
    check = ["sha256sum", "--check", "--quiet", build.SUMS]
    assert subprocess.run(check, cwd=bundle, check=False).returncode == 0
    (bundle / "wheels" / "a.whl").write_bytes(b"a" * 1_999_999 + b"b")
    done = subprocess.run(check, cwd=bundle, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "wheels/a.whl" in done.stdout


def test_every_install_command_forbids_the_network():
    for name in ("INSTALL.md", "check.sh", "Containerfile"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        lines = [line for line in text.split("\n") if re.search(r"pip\"? install", line)]
        assert lines
        assert all("--no-index" in line for line in lines)


def test_the_documents_are_found_beside_the_program_or_missed_in_words(monkeypatch, tmp_path):
    monkeypatch.setattr(documentation, "_SITE", tmp_path)
    done = CliRunner().invoke(app, ["docs", "--path"])
    assert "came without its documents" in str(done.exception)
    (tmp_path / "index.html").write_text("")
    done = CliRunner().invoke(app, ["docs", "--path"])
    assert done.stdout.strip() == str(tmp_path / "index.html")

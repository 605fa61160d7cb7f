"""What was written before is read, and what a later program wrote is answered with a sentence."""

import json
import shutil
from pathlib import Path

import pytest

from cohort.errors import InputError
from synthassay import formats
from synthassay.ledger.chain import check_lines
from synthassay.ledger.records import LEDGER, read_entries
from synthassay.runs import read_augment, read_risk, read_run

GOLDEN = Path(__file__).parents[1] / "golden"
SIGNER = "4fbeb9f0e4d9a5c04d48e8061100426aedc4758ddcbab0ce006f1935ed8ae100"


@pytest.mark.parametrize("number", range(1, formats.RUN + 1))
def test_a_run_of_every_format_is_read(number):
    run = read_run(GOLDEN / f"runs-{number}" / "run")
    minted = run.of("minted")
    assert minted.verdict.judgement == "accept"
    assert {risk.attack for risk in minted.risks} >= {"copy_scan", "membership", "qi_match"}
    scan = minted.risk("copy_scan")
    assert (scan.n, scan.n_control) == (120, 480)
    assert scan.low < scan.excess < scan.high
    assert minted.utility
    assert minted.findings[0].severity in {"issue", "tip", "not_applicable"}
    assert run.fresh("copy_scan").outcome == "estimated"
    # What is read and written again is the same: no field was lost on the way.
    assert type(minted).from_dict(json.loads(json.dumps(minted.to_dict()))) == minted


def test_a_run_without_a_number_is_of_the_first_format(tmp_path):
    folder = _copied(tmp_path, lambda about: about.pop("format"))
    assert read_run(folder).of("minted").verdict is not None


@pytest.mark.parametrize("number", [formats.RUN + 1, 0, "1", None])
def test_a_run_of_an_unknown_format_is_refused_with_both_numbers(tmp_path, number):
    folder = _copied(tmp_path, lambda about: about.update(format=number))
    known = f"of format {number} .SynthAssay 0.1.0.; this SynthAssay reads formats up to {formats.RUN}"
    for read in (read_run, read_risk, read_augment):
        (folder / "risk.json").write_text("{}")
        (folder / "augment.json").write_text("{}")
        with pytest.raises(InputError, match=known):
            read(folder)


def _copied(where, change):
    folder = Path(shutil.copytree(GOLDEN / f"runs-{formats.RUN}" / "run", where / "run"))
    about = json.loads((folder / "run.json").read_text())
    change(about)
    (folder / "run.json").write_text(json.dumps(about))
    return folder


def test_the_first_ledger_is_read_and_its_signatures_hold():
    content = (GOLDEN / "runs-1" / LEDGER).read_bytes()
    chain = check_lines(content, known={SIGNER: "whoever made the golden run"})
    assert not chain.faults
    assert [entry.kind for entry in chain.entries] == ["run started", "run ended"]
    assert chain.entries == read_entries(GOLDEN / "runs-1")


def test_a_later_line_of_the_ledger_is_not_called_forged(tmp_path):
    first, second, _ = (GOLDEN / "runs-1" / LEDGER).read_bytes().split(b"\n")
    later = second.replace(b'{"at"', b'{"format":2,"at"')
    (tmp_path / LEDGER).write_bytes(b"\n".join([first, later, b""]))
    with pytest.raises(InputError, match="line 2: is of format 2; this SynthAssay reads formats up to 1"):
        read_entries(tmp_path)
    (fault,) = check_lines((tmp_path / LEDGER).read_bytes(), known={SIGNER: "them"}).faults
    assert fault.startswith("Entry 2 (line 2) is of format 2")

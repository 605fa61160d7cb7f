"""Paper: two pages for the board, text that can be selected, and the head that another house holds on to."""

import json
import logging
import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pypdf
import pytest

from cohort.errors import InputError
from synthassay import cli, report
from synthassay.ledger.seal import read_seal
from synthassay.ledger.verify import verify
from synthassay.report import write_pdfs
from synthassay.reporting.pdf import write_pdf
from synthassay.runs import read_run

QUESTIONS = (
    "Could somebody find a patient in this?",
    "How do you know?",
    "Who is most exposed?",
    "What did you not test?",
    "How often was it tried?",
    "What happens if you are wrong?",
)


@pytest.fixture(autouse=True, scope="module")
def _pango():
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        pytest.skip("weasyprint or pango is not here")


@pytest.fixture(scope="module")
def printed(small, tmp_path_factory):
    """The texts of both PDFs of one run, page by page; its folder, and what its ledger says."""
    folder = tmp_path_factory.mktemp("printed")
    for part in ("state", "runs"):
        shutil.copytree(small / part, folder / part)
    run = next((folder / "runs").glob("lenient-*"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTHASSAY_STATE", str(folder / "state"))
        *paths, _ = write_pdfs(read_run(run))
        checked = verify(run, head=verify(run).head)
    texts = [[page.extract_text() for page in pypdf.PdfReader(path).pages] for path in paths]
    return SimpleNamespace(texts=texts, run=run, checked=checked)


def test_the_board_reads_two_pages(printed):
    for pages in printed.texts:
        assert len(pages) > 2
        first = " ".join(" ".join(pages[:2]).split())
        assert [question in first for question in QUESTIONS] == [True] * 6
        assert first.index("What was asked") > first.index(QUESTIONS[-1])


def test_every_page_says_whose_it_is_which_it_is_and_what_binds_it(printed):
    for pages, banner in zip(
        printed.texts, ("Internal version: do not pass on", "Public version"), strict=True
    ):
        for number, page in enumerate(pages, start=1):
            text = " ".join(page.split())
            assert f"{number} / {len(pages)}" in text
            assert banner in text
            assert "lenient, " in text
            assert printed.checked.head in text.replace(" ", "")
    assert printed.checked.sound


def test_the_evidence_hash_is_in_the_house_alone(printed):
    sealed = read_seal(printed.run).evidence("trees")
    assert [sealed in "".join("".join(pages).split()) for pages in printed.texts] == [True, False]


def test_equal_pages_make_equal_bytes(tmp_path):
    for name in "ab":
        write_pdf("<h1>One page</h1>", tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a", "b"]


def test_chinese_can_be_selected_or_its_missing_font_is_told(tmp_path):
    sentence = "能在其中找到某位患者吗"
    missing = write_pdf(f"<html lang=zh-CN><p>{sentence}</p></html>", tmp_path / "page.pdf")
    text = pypdf.PdfReader(tmp_path / "page.pdf").pages[0].extract_text()
    assert sentence in text or set(missing) == set(sentence)


def test_a_letter_that_no_font_has_is_told_and_not_logged(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        assert write_pdf("<p>a\ue123b</p>", tmp_path / "page.pdf") == ("\ue123",)
    assert caplog.records == []


class _Broken(ModuleType):
    """weasyprint where pango is missing."""

    def __getattr__(self, name):
        raise OSError(f"cannot load library 'libpango' ({name})")


@pytest.mark.parametrize("module", [None, _Broken("weasyprint")])
def test_without_what_prints_the_remedy_is_said(tmp_path, monkeypatch, module):
    monkeypatch.setitem(sys.modules, "weasyprint", module)
    with pytest.raises(InputError, match=r"synthassay\[pdf\].*libpango.*print it"):
        write_pdf("<p>a</p>", tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []


def test_the_command_prints_both_or_says_why_not(decided, monkeypatch, capsys):
    monkeypatch.setattr(report, "render", lambda run, **asked: "a page")
    monkeypatch.setattr("sys.argv", ["synthassay", "report", str(decided.lenient), "--pdf", "--json"])
    monkeypatch.setattr(report, "write_pdf", lambda page, path: (path.write_text(page), ("\ue123",))[1])
    with pytest.raises(SystemExit) as done:
        cli.main()
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert (done.value.code, list(told)) == (0, ["report", "public", "pdf", "public_pdf"])
    assert all(Path(each).is_file() for each in told.values())
    assert "No font here has \ue123" in printed.err
    monkeypatch.setattr("sys.argv", ["synthassay", "report", str(decided.lenient), "--pdf"])
    monkeypatch.setattr(report, "write_pdf", write_pdf)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(SystemExit) as done:
        cli.main()
    said = capsys.readouterr().err
    assert (done.value.code, "libpango" in said, "Traceback" in said) == (2, True, False)

"""Reports in Chinese: no English sentence in them, and files of their own beside the English ones."""

import re

import pytest
from typer.testing import CliRunner

from synthassay.cli import app
from synthassay.language import speaking
from synthassay.public import public_run
from synthassay.report import render


@pytest.fixture(scope="module", params=["internal", "public"])
def page(request, finished):
    with speaking("zh_CN"):
        run = public_run(finished) if request.param == "public" else finished
        return render(run, public=request.param == "public")


def test_no_english_sentence_is_left(page, english, finished):
    told = {line for each in finished.candidates for line in english(each.failure)}
    assert [line for line in english(page) if not any(known in line for known in told)] == []


def test_the_page_says_in_which_language_it_is(page):
    assert '<html lang="zh-CN">' in page
    assert "“未察觉”绝不等于“没有风险”" in page


def test_pictures_speak_it_too(page):
    titles = "".join(re.findall(r'"title":\{.{0,200}', page))
    assert "\\u" in titles or "患者" in titles


def test_the_english_report_stays_beside_it(finished):
    before = (finished.folder / "report.html").read_bytes()
    done = CliRunner().invoke(app, ["report", str(finished.folder), "--language", "zh_CN"])
    assert done.exit_code == 0
    assert (finished.folder / "report.html").read_bytes() == before
    for name in ("report.zh_CN.html", "report.public.zh_CN.html"):
        assert 'lang="zh-CN"' in (finished.folder / name).read_text(encoding="utf-8")


def test_a_language_without_a_catalogue_is_refused(finished):
    done = CliRunner().invoke(app, ["report", str(finished.folder), "--language", "tlh"])
    assert done.exit_code != 0

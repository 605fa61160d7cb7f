"""The report: whole, without the network, and public only where it may be."""

import json
import re

import pytest

from privacy.estimates import RiskEstimate
from synthassay.public import public_run
from synthassay.report import render, write_reports


@pytest.fixture(scope="module")
def page(finished):
    return render(finished)


def _words(page):
    """The page without scripts, which plotly fills with text of its own."""
    return re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)


def test_plotly_is_inlined_once_and_nothing_is_fetched(page):
    assert len(re.findall(r"plotly\.js v\d", page)) == 1
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']?http", page)


def test_every_candidate_has_its_verdict_and_every_attack_its_threat(page, finished):
    words = _words(page)
    for each in finished.candidates:
        assert f'id="{each.candidate}"' in words
    for risk in finished.of("trees").risks:
        assert risk.threat.replace("'", "&#39;") in words
    assert finished.of("impossible").failure[:40].replace("'", "&#39;") in words


def test_the_board_reads_what_was_not_tested(page):
    words = _words(page)
    assert "What was not tested" in words
    assert "“Not detected” never means" in words
    assert "What a cohort of this size can prove" in words


def test_who_is_exposed_stands_in_the_internal_page_only(page, finished):
    assert "Who is exposed" in _words(page)
    assert finished.of("trees").exposure["strata"][0]["n"] == 80
    assert "Who is exposed" not in _words(render(public_run(finished), public=True))


def test_the_public_page_has_no_seed_no_hash_and_no_machine(finished):
    page = _words(render(public_run(finished), public=True))
    for secret in (finished.about["config_hash"], finished.about["input_hash"], "seed", "numpy"):
        assert secret not in page
    assert "Public version" in page


def test_small_counts_are_left_out_with_what_gives_them_away():
    small = RiskEstimate(
        attack="exact_copies",
        family="f",
        threat="t",
        role="diagnostic",
        n=100,
        n_control=100,
        train=0.04,
        control=0.5,
        excess=-0.46,
        low=-0.6,
        high=-0.3,
    )
    large = RiskEstimate(
        attack="copy_scan",
        family="f",
        threat="t",
        role="primary",
        n=100,
        n_control=100,
        train=0.414,
        control=0.396,
        excess=0.018,
        low=-0.1,
        high=0.15,
    )
    from synthassay.public import _risk

    hidden = _risk(small, 11)
    assert (hidden.train, hidden.control, hidden.excess, hidden.low, hidden.high) == (None,) * 5
    assert "fewer than 11" in hidden.reason
    shown = _risk(large, 11)
    assert (shown.train, shown.excess) == (0.41, 0.02)


def test_the_public_run_leaves_no_exact_small_count(finished):
    public = public_run(finished)
    for each in public.evidence:
        for risk in each.risks:
            for rate, n in ((risk.train, risk.n), (risk.control, risk.n_control)):
                assert rate is None or rate == 0 or round(rate * n) >= 11 - 1
        train = each.linkage.get("train", {})
        assert all(value is None or value == 0 or value >= 11 for value in train.values())
        assert not each.exposure
        assert not each.findings
        assert not each.quantities


def test_reports_are_written_for_people_and_programs(finished):
    internal, public = write_reports(finished)
    assert internal.stat().st_size > public.stat().st_size / 2
    content = json.loads((finished.folder / "report.json").read_text())
    assert [each["candidate"] for each in content["candidates"]] == finished.about["evidence"]

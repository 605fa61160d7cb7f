"""A first visit, from an empty folder to what a modeler and an ethics board came for, in a real browser.

The steward's is in `test_assay_view` and `test_decision_views`. One server and one run serve all.
"""

import json
import re
from pathlib import Path

import pytest

from dashboard import pages
from dashboard.pages import PAGES
from synthassay.runs import list_runs, read_run

pytestmark = pytest.mark.browser
CANDIDATE = "kanonymity"
NOT_OURS = '[data-testid="stSidebarNavItems"]'
"""Streamlit puts a div between the menu's list and its entries, and nothing here can change that."""


@pytest.fixture(scope="module")
def house(tmp_path_factory, serving):
    """A server over an empty folder of runs, as on a first visit; its address and the folder."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "runs").mkdir()
    with serving(folder / "runs", state=folder / "state", data=folder) as address:
        yield address, folder / "runs"


@pytest.fixture(scope="module")
def tab(chromium, house):
    page = chromium.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(60_000)
    page.goto(house[0])
    yield page
    page.close()


@pytest.fixture(scope="module")
def made(tab, house):
    """The run that a modeler asked for in the form, on a first visit, and whose tab was closed meanwhile."""
    address, runs = house
    tab.get_by_text("There is no finished run in").wait_for()
    follow(tab, pages.START)
    choose(tab, "Cohort", "the embedded demo diabetes")
    tab.get_by_role("button", name=re.compile("^Remove trees")).click()
    tab.get_by_role("combobox", name="Generators").fill(CANDIDATE)
    choose(tab, "Generators", re.compile(f"^{CANDIDATE}"))
    tab.keyboard.press("Escape")
    tab.get_by_text("Only a trial").click()
    tab.get_by_text("references: []").wait_for()
    tab.get_by_role("button", name="Check and start the run").click()
    tab.get_by_text("● running").wait_for()
    tab.goto("about:blank")
    tab.goto(f"{address}/start")
    tab.get_by_text("✓ finished").wait_for(timeout=200_000)
    (folder,) = list_runs(runs)
    return folder


def follow(tab, path):
    """Go by the menu, as people do."""
    title = next(page.title for page in PAGES if page.path == path)
    tab.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    settled(tab)


def settled(tab):
    tab.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    tab.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")


def choose(tab, box, option):
    tab.get_by_role("combobox", name=box, exact=True).click()
    tab.get_by_role("option", name=option).click()
    settled(tab)


def test_a_modeler_gets_from_the_form_to_the_candidate(tab, house, made):
    run = read_run(made)
    assert [each.candidate for each in run.candidates] == [CANDIDATE]
    tab.goto(f"{house[0]}/start")
    tab.get_by_role("link", name="Open the result").click()
    tab.get_by_role("heading", name="Use against risk", level=1).wait_for()
    tab.locator(".scatterlayer .trace .point").first.wait_for()
    assert tab.get_by_role("cell", name="100 %").is_visible()
    tab.get_by_role("button", name="Open candidate").click()
    tab.get_by_role("heading", name=CANDIDATE, level=1, exact=True).wait_for()
    assert tab.get_by_text("Made by").first.is_visible()


def test_an_ethics_board_reads_who_is_exposed_the_report_and_what_happened_when(tab, house, made):
    tab.goto(f"{house[0]}/exposed")
    tab.get_by_role("heading", name="Patient by patient").wait_for()
    tab.locator(".barlayer .point").first.wait_for()
    follow(tab, pages.TIMELINE)
    with tab.expect_download() as download:
        tab.get_by_test_id("stDownloadButton").get_by_role("button").first.click()
    assert "<html" in Path(download.value.path()).read_text(encoding="utf-8")[:200]
    assert tab.get_by_role("cell", name="run ended").is_visible()


def test_axe_finds_no_serious_fault_on_any_page(tab, house, made):
    axe = pytest.importorskip("axe_playwright_python", reason="needs axe-playwright-python")
    source = Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    tab.goto(house[0])
    settled(tab)
    tab.evaluate(source)
    found = {}
    for page in PAGES:
        follow(tab, page.path)
        tab.get_by_role("heading", level=1).first.wait_for()
        told = tab.evaluate(
            f"axe.run({{exclude: [[{json.dumps(NOT_OURS)}]]}}, {{resultTypes: ['violations']}})"
        )
        for fault in told["violations"]:
            if fault["impact"] in ("serious", "critical"):
                found.setdefault(page.path, []).append((fault["id"], fault["nodes"][0]["html"][:120]))
    assert found == {}

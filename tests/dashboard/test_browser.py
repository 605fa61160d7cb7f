"""The dashboard as a person meets it: Debian's chromium, a real server, a real run."""

import re

import pytest

from synthassay.runs import list_risks

pytestmark = pytest.mark.browser


@pytest.fixture
def server(serving, runs, state):
    """The address of a dashboard over the golden folder of runs."""
    with serving(runs, state=state, data=runs.parent) as address:
        yield address


@pytest.fixture
def page(chromium, server):
    """A tab on the frontier; whatever it asks of other machines fails the test."""
    tab = chromium.new_page(viewport={"width": 1440, "height": 1000})
    tab.set_default_timeout(60_000)
    outside = []
    tab.on(
        "request", lambda request: outside.append(request.url) if is_outside(request.url, server) else None
    )
    tab.goto(f"{server}/frontier")
    yield tab
    tab.close()
    assert outside == []


def is_outside(url, server):
    return not url.startswith((server, server.replace("http", "ws", 1), "data:", "blob:"))


def heading(tab, name):
    tab.get_by_role("heading", name=name, level=1, exact=True).wait_for()


def click_the_accepted_point(tab):
    tab.locator('[data-testid="stPlotlyChart"] .main-svg').first.wait_for()
    tab.locator(".scatterlayer .trace .point").nth(4).wait_for()
    spot = tab.locator('.scatterlayer .trace .point[style*="rgb(0, 158, 115)"]').first.bounding_box()
    tab.mouse.click(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    heading(tab, "trees")


def test_a_click_on_a_point_opens_its_candidate_and_the_way_back_stays_there(golden, page):
    click_the_accepted_point(page)
    page.wait_for_url(re.compile(r"/candidate\?.*candidate=trees"))
    assert page.get_by_text("meets the policy; a person must decide").first.is_visible()
    page.get_by_role("link", name="All candidates of this run").click()
    heading(page, "Use against risk")
    page.wait_for_timeout(1500)
    heading(page, "Use against risk")
    click_the_accepted_point(page)
    page.go_back()
    heading(page, "Use against risk")
    page.wait_for_timeout(1500)
    heading(page, "Use against risk")


def test_a_candidate_is_opened_with_the_keyboard_alone(golden, page):
    box = page.get_by_role("combobox", name="Candidate")
    option = page.get_by_role("option", name="gaussian_copula")
    for _ in range(10):  # a page that is still being filled takes the focus away again
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
        box.focus()
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(500)
        if option.is_visible():
            break
    page.keyboard.type("gauss")
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Open candidate")
    for _ in range(5):
        page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    heading(page, "gaussian_copula")


def test_a_phone_shows_the_frontier_without_scrolling_sideways(golden, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    page.locator('[data-testid="stPlotlyChart"] .main-svg').first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    names = page.locator(".annotation-text").all()
    assert len(names) == 5
    for name in names:
        spot = name.bounding_box()
        assert spot["x"] >= 0
        assert spot["x"] + spot["width"] <= 390


def test_a_what_if_moves_risk_and_price_before_ones_eyes(look, page, server):
    folder = look()
    page.set_viewport_size({"width": 1440, "height": 2600})
    page.goto(f"{server}/risk?run={folder.name}")
    heading(page, "Who can be found")
    page.locator(".scatterlayer .trace .point").first.wait_for()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    spot = page.locator(".scatterlayer .trace .point").first.bounding_box()
    page.mouse.click(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    page.get_by_text("patients share these two values").wait_for()
    page.get_by_role("combobox", name="age").click()
    page.get_by_role("option", name="in bands of 20 years").click()
    page.get_by_role("combobox", name="town").click()
    page.get_by_role("option", name="leave out").click()
    page.get_by_role("button", name="Show what that would do").click()
    page.get_by_role("heading", name="Before and after").wait_for(timeout=120_000)
    page.wait_for_url(re.compile(r"&after=registry-"))
    assert page.get_by_role("cell", name="town left out and age in bands of 20 years").is_visible()
    assert page.get_by_text("nobody stands alone instead of").is_visible()
    page.get_by_role("button", name="Open the new look").click()
    page.wait_for_url(lambda url: folder.name not in url and "after" not in url)
    assert len(list_risks(folder.parent)) == 2
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

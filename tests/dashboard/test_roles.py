"""Who may see and do what: decided where data are read, whatever the menu shows."""

import sys
import time

import pytest

from cohort.errors import InputError
from dashboard import jobs, pages, reading, roles, starting
from dashboard.roles import Right, Role

LOGIN = {"is_logged_in": True, "email": "Ada@Hospital.example", "email_verified": True}


@pytest.fixture
def login(state, monkeypatch):
    """Log somebody in, who holds some roles."""

    def as_(*held, **claims):
        state.mkdir(exist_ok=True)
        named = ", ".join(held)
        (state / "roles.yaml").write_text(f"ada@hospital.example: [{named}]\n", encoding="utf-8")
        monkeypatch.setattr(roles, "signed_in", lambda: {**LOGIN, **claims})

    return as_


def test_without_a_login_whoever_is_there_holds_every_role():
    assert roles.person().roles == set(Role)
    assert all(roles.may(right) for right in Right)


def test_nobody_is_somebody_before_the_login(monkeypatch):
    monkeypatch.setattr(roles, "signed_in", lambda: {"is_logged_in": False})
    assert roles.person() is None
    assert not any(roles.may(right) for right in Right)


def test_an_address_holds_the_roles_that_the_file_gives_it_however_it_is_spelled(login):
    login("modeler", "ethics board")
    assert roles.person().roles == {Role.MODELER, Role.BOARD}


@pytest.mark.parametrize(
    ("claims", "fresh"),
    [
        ({"iat": 0}, True),
        ({"iat": -29 * 60}, True),
        ({"iat": -31 * 60}, False),
        ({"iat": 0, "auth_time": -31 * 60}, False),  # a new token, and nobody was asked
        ({}, False),
        ({"iat": "now"}, False),
    ],
)
def test_only_who_has_just_logged_in_may_sign(login, claims, fresh):
    now = time.time()
    login("steward", **{name: now + at if at != "now" else at for name, at in claims.items()})
    assert roles.fresh_login() is fresh


def test_a_decision_under_an_old_login_is_refused_where_work_is_started(login, runs, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", str(runs)])
    login("steward", iat=time.time() - 3600)
    with pytest.raises(InputError, match="older than 30 minutes"):
        starting.launch([sys.executable, "-c", "pass"], title="decide", right=Right.DECIDE)
    assert not jobs.jobs()


def test_without_a_login_there_is_none_to_be_old():
    assert roles.fresh_login()


def test_an_address_that_nobody_verified_holds_none(login):
    login("steward", email_verified=False)
    assert roles.person().roles == frozenset()


def test_an_address_that_is_not_in_the_file_holds_none(login):
    login("steward", email="eve@hospital.example")
    assert roles.person().roles == frozenset()


@pytest.mark.parametrize("content", ["[", "ada@hospital.example: [king]", "- ada", "ada@hospital.example: 3"])
def test_a_file_of_roles_that_cannot_be_read_lets_nobody_in(login, state, content):
    login("steward")
    (state / "roles.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="does not say who holds which role"):
        roles.person()


@pytest.mark.parametrize(
    ("held", "rights"),
    [
        ("modeler", {Right.RUN, Right.RELEASES}),
        ("steward", set(Right)),
        ("ethics board", {Right.PERSONS}),
    ],
)
def test_each_role_has_its_rights_and_no_other(login, held, rights):
    login(held)
    assert {right for right in Right if roles.may(right)} == rights


def test_a_modeler_reads_no_single_patient_and_no_internal_report(login, golden):
    login("modeler")
    for read in (
        lambda: reading.read_exposed(golden, "trees"),
        lambda: reading.read_strata(golden, "trees"),
        lambda: reading.read_report(golden, public=False),
    ):
        with pytest.raises(InputError, match="may not see figures of single patients"):
            read()
    assert all(not each.exposure and not each.targeted for each in reading.read(golden).evidence)


def test_what_a_steward_read_before_does_not_open_it_to_a_modeler(login, golden):
    login("steward")
    assert reading.read_strata(golden, "trees").shown
    login("modeler")
    with pytest.raises(InputError):
        reading.read_strata(golden, "trees")


def test_the_board_starts_and_stops_nothing_and_downloads_no_release(login, golden):
    login("ethics board")
    with pytest.raises(InputError, match="Ask somebody who may: modeler or steward"):
        starting.launch(["true"], title="x")
    with pytest.raises(InputError, match="may not download"):
        reading.read_release(golden, "trees")


def test_each_role_finds_its_own_pages_in_the_menu():
    titles = {role: {page.title for page in pages.PAGES if role in page.roles} for role in Role}
    assert "New run" in titles[Role.MODELER] - titles[Role.BOARD]
    assert all("Cases" in each for each in titles.values())


def test_before_the_login_a_page_holds_nothing_but_the_way_in(app, golden, monkeypatch):
    monkeypatch.setattr(roles, "signed_in", lambda: {"is_logged_in": False})
    at = app()
    assert [each.label for each in at.button] == ["Log in"]
    assert "golden" not in str(at)


def test_somebody_without_a_role_is_told_whom_to_ask_and_sees_nothing(app, golden, login):
    login("steward", email="eve@hospital.example")
    at = app()
    assert "holds no role here" in at.info[0].value
    assert "golden" not in str(at)


def test_the_board_is_offered_no_download_of_a_release(app, golden, login):
    login("ethics board")
    at = app(pages.CANDIDATE, run=golden.name, candidate="trees")
    assert not at.get("download_button")

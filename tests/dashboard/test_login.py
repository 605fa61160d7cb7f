"""The login at a provider that runs; `pip install oidc-provider-mock "streamlit[auth]"` lets it be tried."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress

import pytest

pytest.importorskip("oidc_provider_mock", reason="needs oidc-provider-mock")
pytest.importorskip("authlib", reason="needs streamlit[auth]")
pytestmark = pytest.mark.browser
LOGIN = """\
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "no secret at all, but long enough for a test"
client_id = "synthassay"
client_secret = "none"
server_metadata_url = "{provider}/.well-known/openid-configuration"
client_kwargs = {{ prompt = "login" }}
"""


@pytest.fixture
def provider(free_port):
    port = free_port
    address = f"http://127.0.0.1:{port}"
    argv = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(argv)
    for _ in range(300):
        with suppress(OSError):
            urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=2)
            break
        time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture
def house(provider, serving, golden, state):
    """A dashboard with that login, and who holds which role."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    state.mkdir()
    (state / "login.toml").write_text(LOGIN.format(port=port, provider=provider), encoding="utf-8")
    (state / "roles.yaml").write_text("ada@hospital.example: steward\nben@hospital.example: modeler\n")
    with serving(golden.parent, state=state, data=golden.parent.parent, port=port) as address:
        yield address


def log_in(chromium, house, who):
    tab = chromium.new_context().new_page()
    tab.set_default_timeout(60_000)
    tab.goto(f"{house}/decide")
    tab.get_by_role("button", name="Log in").click()
    tab.locator("input[name=sub]").fill(who)
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"{house}/**")
    tab.get_by_text(re.compile(f"^{who}")).first.wait_for()
    return tab


def test_who_logs_in_finds_what_their_role_allows_and_nobody_else_anything(chromium, house):
    ada, ben, eve = (log_in(chromium, house, f"{name}@hospital.example") for name in ("ada", "ben", "eve"))
    eve.get_by_text("holds no role here").wait_for()
    for tab in (ada, ben):
        tab.goto(f"{house}/decide")
    ben.get_by_text("may not decide on a release").wait_for()
    ada.get_by_role("button", name="Sign the decision").wait_for()
    for tab in (ada, ben, eve):
        tab.context.close()

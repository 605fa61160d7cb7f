"""Ten people and two jobs at once, over the very socket that a browser opens: nothing is lost or mixed up."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, generate_xsrf_token_string

from dashboard import jobs
from dashboard.jobs import State

connect = pytest.importorskip("websockets.sync.client", reason="needs websockets").connect
SECRET = "no secret at all, but long enough for a test"
LOGIN = '[auth]\nredirect_uri = "{address}/oauth2callback"\ncookie_secret = "{secret}"\n'
MANY = 10
ROLES = ("modeler", "steward", "ethics board")
ALLOWED = {role for role in ROLES if role != "modeler"}


@pytest.fixture
def house(serving, golden, state, free_port):
    state.mkdir()
    address = f"http://127.0.0.1:{free_port}"
    (state / "login.toml").write_text(LOGIN.format(address=address, secret=SECRET), encoding="utf-8")
    held = [f"person{at}@hospital.example: {ROLES[at % 3]}" for at in range(MANY)]
    (state / "roles.yaml").write_text("\n".join(held), encoding="utf-8")
    with serving(golden.parent, state=state, data=golden.parent.parent, port=free_port):
        yield address


def seen(house, at, page, query=""):
    """All that the server sends to one person's browser for a page, until the page is whole."""
    claims = {
        "origin": house,
        "is_logged_in": True,
        "email": f"person{at}@hospital.example",
        "iat": time.time(),
    }
    cookie = create_signed_value(SECRET, "_streamlit_user", json.dumps(claims)).decode()
    token = generate_xsrf_token_string()
    ask = BackMsg()
    ask.rerun_script.page_name, ask.rerun_script.query_string = page, query
    sent = []
    with connect(
        f"{house.replace('http', 'ws')}/_stcore/stream",
        origin=house,
        subprotocols=["streamlit", token],
        additional_headers={"Cookie": f"_streamlit_xsrf={token}; _streamlit_user={cookie}"},
        max_size=None,
    ) as socket:
        socket.send(ask.SerializeToString())
        while True:
            frame = socket.recv(timeout=60)
            sent.append(frame)
            if ForwardMsg.FromString(frame).WhichOneof("type") == "script_finished":
                return b"".join(sent)


def test_ten_sessions_at_once_get_their_own_page_and_nothing_of_anothers(house, golden):
    query = f"run={golden.name}&candidate=trees"
    with ThreadPoolExecutor(MANY) as pool:
        found = list(pool.map(lambda at: seen(house, at, "exposed", query), range(MANY)))
    for at, sent in enumerate(found):
        role = ROLES[at % 3]
        assert f"person{at}@hospital.example".encode() in sent
        assert not any(
            f"person{other}@hospital.example".encode() in sent for other in range(MANY) if other != at
        )
        assert (b"Galdor" in sent) is (role in ALLOWED)
        assert (b"may not see figures of single patients" in sent) is (role not in ALLOWED)


def test_two_jobs_at_once_are_both_seen_by_all_and_both_end_with_their_own_result(house, golden):
    runs = golden.parent
    code = "import time, json; time.sleep({wait}); print(json.dumps({{'run': '{run}'}}))"

    def begin(name):
        argv = [sys.executable, "-c", code.format(wait=1, run=runs / name)]
        return jobs.start(argv, title=name, runs=runs)

    with ThreadPoolExecutor(MANY) as pool:
        begun = list(pool.map(begin, ("first", "second")))
        workers = [at for at in range(MANY) if ROLES[at % 3] != "ethics board"]
        found = list(pool.map(lambda at: seen(house, at, "start"), workers))
    assert all(b"first" in sent and b"second" in sent for sent in found)
    until = time.monotonic() + 60
    while any(job.state is State.RUNNING for job in begun) and time.monotonic() < until:
        time.sleep(0.1)
    assert [job.state for job in begun] == [State.FINISHED] * 2
    assert [job.result["run"] for job in begun] == [str(runs / name) for name in ("first", "second")]

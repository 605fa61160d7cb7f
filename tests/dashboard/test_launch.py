import subprocess
import sys
from pathlib import Path

from dashboard.launch import command


def test_the_page_answers_on_this_machine_only_and_tells_nobody():
    argv = command(Path("my runs"), port=None)
    assert argv[:4] == [sys.executable, "-m", "dashboard.serve", "run"]
    assert Path(argv[4]).name == "app.py"
    assert {
        "--server.address=127.0.0.1",
        "--server.enableXsrfProtection=true",
        "--server.fileWatcherType=none",
        "--browser.gatherUsageStats=false",
        "--client.showErrorDetails=none",
        "--client.toolbarMode=minimal",
    } <= set(argv)
    assert argv[-2:] == ["--", "my runs"]
    assert not any("server.port" in each for each in argv)


def test_a_port_is_passed_on():
    assert "--server.port=8600" in command(Path("runs"), port=8600)


def test_streamlit_knows_every_setting(state):
    state.mkdir()
    (state / "login.toml").write_text("[auth]\n", encoding="utf-8")
    settings = [each for each in command(Path("runs"), port=8600) if each.startswith("--") and each != "--"]
    argv = [sys.executable, "-m", "streamlit", "config", "show", *settings]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert 'address = "127.0.0.1"' in done.stdout
    assert 'allowedHosts = ["localhost","127.0.0.1",]' in done.stdout.replace("\n", "").replace("    ", "")
    assert str(state / "login.toml") in done.stdout


def test_a_login_is_read_from_the_state_folder_and_from_nowhere_else_once_it_is_there(state):
    assert not any("secrets.files" in each for each in command(Path("runs"), port=None))
    state.mkdir(exist_ok=True)
    (state / "login.toml").write_text("[auth]\n", encoding="utf-8")
    assert f"--secrets.files={state / 'login.toml'}" in command(Path("runs"), port=None)

"""The command that opens the dashboard, with every server setting in it."""

import sys
from pathlib import Path

from synthassay.state import state_folder

_HOSTS = ("localhost", "127.0.0.1")
_SETTINGS = {
    "server.address": "127.0.0.1",
    "server.enableXsrfProtection": "true",
    "server.enableCORS": "true",
    "server.enableStaticServing": "false",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "50",
    "server.showEmailPrompt": "false",
    "browser.gatherUsageStats": "false",
    # Streamlit's tracebacks would show a patient's values.
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "minimal",
    # The pictures are drawn for a light ground.
    "theme.base": "light",
    "theme.primaryColor": "#0072B2",
}


def command(runs: Path, *, port: int | None, data: Path | None = None) -> list[str]:
    """What to run to show a folder of runs.

    Parameters
    ----------
    runs : Path
        The folder of runs; it need not exist yet.
    port : int, optional
        None lets Streamlit take the first free port from 8501 on.
    data : Path, optional
        The folder under which whoever starts runs may name files; None is the current one.

    Returns
    -------
    list of str
        An argv; the page answers on the loopback address only.
    """
    settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
    settings += [f"--server.allowedHosts={host}" for host in _HOSTS]
    login = state_folder() / "login.toml"
    if login.is_file():
        settings.append(f"--secrets.files={login}")
    if port is not None:
        settings.append(f"--server.port={port}")
    asked = [] if data is None else [str(data)]
    page = Path(__file__).with_name("app.py")
    return [sys.executable, "-m", "dashboard.serve", "run", str(page), *settings, "--", str(runs), *asked]

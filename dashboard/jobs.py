"""Work started from a page: a process of its own, and a folder that tells how it stands.

A job outlives the tab and the dashboard. Its folder, ``$SYNTHASSAY_STATE/jobs/<id>/``, holds
``job.json``, what the process printed, and ``lock``: the process inherits the locked file and holds
it until it ends, however it ends, so that a process number given to somebody else misleads nobody.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from synthassay.runs import Progress, read_progress
from synthassay.state import state_folder

if sys.platform != "win32":
    import fcntl

_KEPT = 30
_TAIL_BYTES = 8192
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_INTERRUPTED = 130
_WATCHERS: dict[str, threading.Thread] = {}


class State(StrEnum):
    """How a job stands."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A process that a page started.

    Parameters
    ----------
    id : str
        The name of its folder; later jobs sort after earlier ones.
    title : str
        What people call it.
    argv : tuple of str
        What was started.
    runs : str
        The folder of runs that it writes to.
    pid : int
        Of the process, which leads a process group of its own.
    begun : str
        When, in UTC.
    """

    id: str
    title: str
    argv: tuple[str, ...]
    runs: str
    pid: int
    begun: str

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return _jobs_folder() / self.id

    @property
    def state(self) -> State:
        """How it stands, from its process and its files."""
        if self._exit_code() is None and _held(self.folder):
            return State.RUNNING
        if self.id in _WATCHERS:
            _WATCHERS[self.id].join(timeout=2)  # it is just noting how the process ended
        if self.result is not None:
            return State.FINISHED
        code = self._exit_code()
        if self.stopping or code == _INTERRUPTED:
            return State.STOPPED
        return State.FAILED if code is not None and code > 0 else State.LOST

    @property
    def stopping(self) -> bool:
        """Whether somebody asked it to stop."""
        return (self.folder / "stopped").exists()

    @property
    def result(self) -> dict[str, Any] | None:
        """What it printed, once it has ended well."""
        if self._exit_code() not in (0, None):
            return None
        with suppress(OSError, ValueError):
            content = json.loads((self.folder / "stdout.txt").read_text(encoding="utf-8"))
            return content if isinstance(content, dict) else None
        return None

    @property
    def last_words(self) -> str:
        """The end of what it said on standard error, at most 15 lines."""
        try:
            with (self.folder / "stderr.txt").open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
                text = file.read().decode("utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(_ESCAPES.sub("", text).strip().splitlines()[-15:])

    def progress(self) -> Progress | None:
        """How far it is, as its run tells in the folder of runs."""
        return next((each for each in read_progress(Path(self.runs)) if each.pid == self.pid), None)

    def _exit_code(self) -> int | None:
        """None while it runs, and where the dashboard ended before it did."""
        with suppress(OSError, ValueError, KeyError):
            return int(_read(self.folder / "exit.json")["code"])
        return None


def run_argv(config: Path, *, runs: Path, only_under: Path | None = None) -> list[str]:
    """The command line of a run; the dashboard starts work in no other way than by command lines."""
    asked = ["--out", str(runs), *_only(only_under), "--json"]
    return [sys.executable, "-m", "synthassay", "run", str(config), *asked]


def check_argv(config: Path, *, only_under: Path) -> list[str]:
    """The command line that says what is wrong with a config, and mints nothing."""
    return [sys.executable, "-m", "synthassay", "check", str(config), *_only(only_under), "--json"]


def assay_argv(config: Path, release: Path, *, runs: Path) -> list[str]:
    """The command line that judges a release which another tool made."""
    asked = [f"--release={release}", "--out", str(runs), "--json"]
    return [sys.executable, "-m", "synthassay", "assay", str(config), *asked]


def decide_argv(
    run: Path,
    *,
    candidate: str,
    verdict: str,
    by: str,
    reason: str,
    conditions: Sequence[str] = (),
    until: str = "",
    exception: str = "",
    purpose: str = "",
) -> list[str]:
    """The command line that writes a decision into the ledger; a text with a dash in front is no option."""
    told = {"candidate": candidate, "verdict": verdict, "by": by, "reason": reason}
    further = {"until": until, "exception": exception, "purpose": purpose}
    asked = [f"--{name}={text}" for name, text in {**told, **further}.items() if text]
    asked += [f"--condition={text}" for text in conditions]
    return [sys.executable, "-m", "synthassay", "decide", str(run), *asked, "--json"]


def risk_argv(
    config: Path,
    *,
    runs: Path,
    drop: Sequence[str] = (),
    coarsen: Mapping[str, str] | None = None,
    only_under: Path | None = None,
) -> list[str]:
    """The command line of a look at linkage risk; a name that begins with a dash is no option."""
    asked = [f"--drop={name}" for name in drop]
    asked += [f"--coarsen={name}={level}" for name, level in (coarsen or {}).items()]
    asked += _only(only_under)
    return [sys.executable, "-m", "synthassay", "risk", str(config), *asked, "--out", str(runs), "--json"]


def _only(folder: Path | None) -> list[str]:
    """For whoever may start runs, and may not read all that this account can."""
    return [] if folder is None else [f"--only-under={folder}"]


def start(argv: Sequence[str], *, title: str, runs: Path, by: str = "") -> Job:
    """Start a process that outlives the page, and note it.

    Parameters
    ----------
    argv : sequence of str
        Its command line.
    title : str
        What people call it.
    runs : Path
        The folder of runs that it writes to.
    by : str
        Who starts it, as the ledger is to say; "" leaves that to the machine's own login.
    """
    begun = datetime.now(UTC)
    folder = _jobs_folder() / f"{begun:%Y%m%dT%H%M%S%f}-{uuid4().hex[:6]}"
    folder.mkdir(mode=0o700)
    with (
        _lock(folder) as lock,
        (folder / "stdout.txt").open("wb") as out,
        (folder / "stderr.txt").open("wb") as errors,
    ):
        process = _spawn(argv, out=out, errors=errors, lock=lock, by=by)
    job = Job(
        id=folder.name,
        title=title,
        argv=tuple(argv),
        runs=str(runs.resolve()),
        pid=process.pid,
        begun=begun.isoformat(timespec="seconds"),
    )
    _write(folder / "job.json", asdict(job))
    _WATCHERS[job.id] = threading.Thread(target=_note_end, args=(process, folder), daemon=True)
    _WATCHERS[job.id].start()
    _forget_old(jobs())
    return job


def cancel(job: Job) -> None:
    """Ask a job to stop, as Ctrl-C does; a second time, make it stop at once."""
    if job.state is not State.RUNNING:
        return
    again = job.stopping
    (job.folder / "stopped").touch()
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            os.kill(job.pid, signal.SIGTERM if again else signal.CTRL_BREAK_EVENT)
        else:
            os.killpg(job.pid, signal.SIGKILL if again else signal.SIGINT)


def jobs(*, runs: Path | None = None) -> list[Job]:
    """The jobs that are remembered, newest first; with ``runs``, those that write there."""
    found = []
    for path in sorted(_jobs_folder().glob("*/job.json"), reverse=True):
        with suppress(OSError, ValueError, TypeError):
            content = _read(path)
            found.append(Job(**{**content, "argv": tuple(content["argv"])}))
    return [job for job in found if runs is None or job.runs == str(runs.resolve())]


def _spawn(
    argv: Sequence[str], *, out: IO[bytes], errors: IO[bytes], lock: IO[bytes], by: str
) -> subprocess.Popen[bytes]:
    settings: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": errors}
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **({"SYNTHASSAY_USER": by} if by else {})}
    if sys.platform == "win32":
        group = subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(argv, env=environment, creationflags=group, **settings)  # noqa: S603
    return subprocess.Popen(  # noqa: S603 - our own command line
        argv, env=environment, start_new_session=True, pass_fds=(lock.fileno(),), **settings
    )


def _note_end(process: subprocess.Popen[bytes], folder: Path) -> None:
    code = process.wait()
    with suppress(OSError):
        _write(folder / "exit.json", {"code": code})


def _lock(folder: Path) -> IO[bytes]:
    """A locked file; the lock lives as long as any process has this very file open."""
    file = (folder / "lock").open("wb")
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX)
    return file


def _held(folder: Path) -> bool:
    """Whether the process still holds what it inherited."""
    if sys.platform == "win32":
        # Windows renames no file that a process holds open, not even to its own name.
        try:
            (folder / "stdout.txt").rename(folder / "stdout.txt")
        except PermissionError:
            return True
        except OSError:
            return False
        return False
    try:
        with (folder / "lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _forget_old(known: Iterable[Job]) -> None:
    """Keep the newest jobs, and all that run."""
    for job in list(known)[_KEPT:]:
        if job.state is not State.RUNNING:
            shutil.rmtree(job.folder, ignore_errors=True)


def _jobs_folder() -> Path:
    folder = state_folder() / "jobs"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all: another page may be reading."""
    draft = path.with_name(f".{path.name}")
    draft.write_text(json.dumps(content, indent=1), encoding="utf-8")
    draft.replace(path)

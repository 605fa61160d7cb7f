import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dashboard import jobs
from dashboard.jobs import State
from synthassay.runs import PARTIAL

posix = pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX")
SLEEP = "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler); time.sleep(60)"

DEAF = (
    "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "print('up', flush=True); time.sleep(60)"
)


def python(code):
    return [sys.executable, "-c", code]


def wait(job, *, seconds=20):
    until = time.monotonic() + seconds
    while job.state is State.RUNNING and time.monotonic() < until:
        time.sleep(0.05)
    return job.state


def test_a_run_is_started_through_the_command_line_only():
    argv = jobs.run_argv(Path("/c/pbc.yaml"), runs=Path("/r"))
    assert argv == [sys.executable, "-m", "synthassay", "run", "/c/pbc.yaml", "--out", "/r", "--json"]


def test_a_look_is_asked_for_with_names_that_cannot_be_taken_for_options():
    argv = jobs.risk_argv(Path("/r/x/config.yaml"), runs=Path("/r"), drop=["-site"], coarsen={"age": "10"})
    assert argv[2:] == [
        "synthassay", "risk", "/r/x/config.yaml", "--drop=-site", "--coarsen=age=10", "--out", "/r", "--json",
    ]  # fmt: skip


def test_a_job_that_ends_well_is_finished_and_hands_back_its_result(runs):
    job = jobs.start(python('print(\'{"run": "x"}\')'), title="quick", runs=runs)
    assert wait(job) is State.FINISHED
    assert job.result == {"run": "x"}


def test_a_job_that_fails_shows_its_last_words_without_colours(runs):
    code = (
        r"import sys; sys.stderr.write('\n'*40 + '\x1b[31mcolumn sex: unknown role.\x1b[0m\n'); sys.exit(2)"
    )
    job = jobs.start(python(code), title="bad", runs=runs)
    assert wait(job) is State.FAILED
    assert job.last_words == "column sex: unknown role."


def test_what_a_failed_job_printed_is_no_result(runs):
    job = jobs.start(python("print('{}'); raise SystemExit(2)"), title="bad", runs=runs)
    assert wait(job) is State.FAILED
    assert job.result is None


@posix
def test_a_killed_job_is_lost(runs):
    job = jobs.start(python(SLEEP), title="slow", runs=runs)
    assert job.state is State.RUNNING
    os.kill(job.pid, signal.SIGKILL)
    assert wait(job) is State.LOST


@posix
def test_stopping_reaches_the_process_even_of_a_dashboard_that_ignores_ctrl_c(runs):
    job = jobs.start(python(f"print('up', flush=True); {SLEEP}"), title="slow", runs=runs)
    while not (job.folder / "stdout.txt").stat().st_size:
        time.sleep(0.02)
    time.sleep(0.2)
    jobs.cancel(job)
    assert wait(job) is State.STOPPED
    assert job.stopping


@posix
def test_stopping_twice_ends_a_job_that_does_not_listen(runs):
    job = jobs.start(python(DEAF), title="deaf", runs=runs)
    while not (job.folder / "stdout.txt").stat().st_size:
        time.sleep(0.02)
    jobs.cancel(job)
    time.sleep(0.1)
    assert job.state is State.RUNNING
    jobs.cancel(job)
    assert wait(job) is State.STOPPED


def test_stopping_an_ended_job_signals_nobody(runs, monkeypatch):
    job = jobs.start(python("pass"), title="quick", runs=runs)
    wait(job)
    monkeypatch.setattr(os, "killpg", lambda *_: pytest.fail("a process was signalled"), raising=False)
    jobs.cancel(job)
    assert not job.stopping


START = """
import sys
from pathlib import Path
from dashboard import jobs
job = jobs.start([sys.executable, "-c", sys.argv[2]], title="other", runs=Path(sys.argv[1]))
print(job.id)
"""


def started_by_a_dashboard_that_has_gone(runs, code):
    argv = [sys.executable, "-c", START, str(runs), code]
    name = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()
    return next(job for job in jobs.jobs() if job.id == name)


def test_a_job_outlives_the_dashboard_that_started_it(runs):
    job = started_by_a_dashboard_that_has_gone(runs, 'import time; time.sleep(1.5); print(\'{"run": "x"}\')')
    assert job.state is State.RUNNING
    assert wait(job) is State.FINISHED


@posix
def test_a_job_killed_while_no_dashboard_ran_is_lost_even_if_its_number_is_taken(runs):
    job = started_by_a_dashboard_that_has_gone(runs, SLEEP)
    os.kill(job.pid, signal.SIGKILL)
    assert wait(job) is State.LOST
    record = json.loads((job.folder / "job.json").read_text())
    (job.folder / "job.json").write_text(json.dumps({**record, "pid": os.getpid()}))
    assert next(each for each in jobs.jobs() if each.id == job.id).state is State.LOST


def test_jobs_are_listed_newest_first_and_by_folder_of_runs(runs, tmp_path):
    first = jobs.start(python("pass"), title="first", runs=runs)
    second = jobs.start(python("pass"), title="second", runs=runs)
    elsewhere = jobs.start(python("pass"), title="elsewhere", runs=tmp_path)
    assert [job.title for job in jobs.jobs(runs=runs)] == ["second", "first"]
    assert jobs.jobs()[0] == elsewhere
    for job in (first, second, elsewhere):
        wait(job)


def test_a_broken_record_hides_no_other_job(runs, state):
    job = jobs.start(python("pass"), title="good", runs=runs)
    broken = state / "jobs" / "broken"
    broken.mkdir()
    (broken / "job.json").write_text("{")
    assert jobs.jobs() == [job]
    wait(job)


def test_old_jobs_are_forgotten(runs, monkeypatch):
    monkeypatch.setattr(jobs, "_KEPT", 2)
    for title in "abc":
        wait(jobs.start(python("pass"), title=title, runs=runs))
    wait(jobs.start(python("pass"), title="d", runs=runs))
    assert [job.title for job in jobs.jobs()] == ["d", "c"]


def test_progress_is_that_of_the_jobs_own_process(runs):
    job = jobs.start(python("pass"), title="mine", runs=runs)
    for pid, stage in ((job.pid, "trees"), (job.pid + 1, "ctgan")):
        folder = runs / PARTIAL / str(pid)
        folder.mkdir(parents=True)
        content = {"pid": pid, "name": "x", "stage": stage, "share": 0.5, "seconds_left": 3.0}
        (folder / "progress.json").write_text(json.dumps(content))
    assert job.progress().stage == "trees"
    wait(job)

"""How long a page takes in a real browser, and whether ten sessions and two runs at once lose anything.

    python -m benchmarks.pages

Needs /usr/bin/chromium and playwright. Besides seconds it prints the processor time that the server and
the page's own scripts took, which other work on the machine moves less.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from dashboard import jobs
from dashboard.jobs import State
from dashboard.launch import command
from privacy.estimates import AttackRole, RiskEstimate
from synthassay.frontier import frontier
from synthassay.policy import read_policy
from synthassay.runs import Evidence, list_runs
from synthassay.store import write_json
from synthassay.verdicts import Judgement, Verdict
from utility.scores import UtilityScore

CHROMIUM = "/usr/bin/chromium"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
BARE = "import streamlit as st\nst.title('Bare')\nst.text('By step')\n"
JUDGEMENTS = (Judgement.ACCEPT, Judgement.MITIGATE, Judgement.REJECT, Judgement.INCONCLUSIVE)
TRIAL = """\
name: {name}
cohort: {{demo: diabetes}}
candidates: [trees]
rows: 0.2
attacks: [copy_scan]
references: []
seed: {seed}
"""


def candidate(name: str, judgement: Judgement, rng: np.random.Generator) -> Evidence:
    """A candidate with figures out of thin air."""
    use, excess = float(rng.uniform(0.5, 0.8)), float(rng.uniform(-0.02, 0.3))
    risk = RiskEstimate(
        attack="copy_scan", family="membership", threat="Somebody.", role=AttackRole.PRIMARY, n=300,
        n_control=300, train=0.05 + excess, control=0.05, naive=0.02, excess=excess, low=excess - 0.05,
        high=excess + 0.05, p=0.3, p_adjusted=0.3, alarm=False,
    )  # fmt: skip
    score = UtilityScore(
        metric="auroc_linear", group="died", value=use, low=use - 0.05, high=use + 0.05, reference=0.8, n=300
    )
    verdict = Verdict(judgement=judgement, policy="registered", sentence="It is made up.", criteria=())
    return Evidence(
        candidate=name, made_by="trees", rows=300, utility=(score,), risks=(risk,), verdict=verdict
    )


def write_run(runs: Path, *, name: str, day: int, candidates: int) -> None:
    """A finished run's folder, without an engine."""
    rng = np.random.default_rng(day)
    found = [candidate(f"candidate_{at:03d}", JUDGEMENTS[at % 4], rng) for at in range(candidates)]
    started = f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}T06:12:00+00:00"
    folder = runs / f"{name}-{day:03d}"
    (folder / "evidence").mkdir(parents=True)
    for each in found:
        write_json(folder / "evidence" / f"{each.candidate}.json", each.to_dict())
    about = {"name": name, "kind": "run", "status": "finished", "started": started, "ended": started}
    about |= {"seed": 0, "policy": "registered", "minimum_count": 11}
    about["evidence"] = [each.candidate for each in found]
    write_json(folder / "run.json", about)
    counts = {"rows": 600, "persons": 600, "train_persons": 300, "holdout_persons": 300}
    write_json(folder / "cohort.json", {"name": name, "trained_on_known": True, **counts})
    write_json(folder / "frontier.json", frontier(found, policy=read_policy("registered")))


@contextmanager
def serving(argv: list[str], port: int, state: Path) -> Iterator[int]:
    """A server in a process of its own; gives its number."""
    environment = {**os.environ, "STREAMLIT_SERVER_HEADLESS": "true", "SYNTHASSAY_STATE": str(state)}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(argv, env=environment, stdout=quiet, stderr=quiet)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
                break
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def cpu(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def visit(page: Page, address: str, seen: str) -> tuple[float, float]:
    """Seconds until something is there and the page is still, and seconds of its scripts."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(seen).first.wait_for(timeout=60_000)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)
    seconds = time.perf_counter() - begun
    metrics = session.send("Performance.getMetrics")["metrics"]
    return seconds, next(each["value"] for each in metrics if each["name"] == "ScriptDuration")


def visits(
    browser: Browser, *, what: str, argv: list[str], port: int, state: Path, path: str, seen: str
) -> None:
    """The first visit to a fresh server in a fresh browser, and three more."""
    with serving(argv, port, state) as pid:
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        told = []
        before = cpu(pid)
        for _ in range(4):
            page = context.new_page()
            told.append(visit(page, f"http://127.0.0.1:{port}{path}", seen))
            page.close()
        context.close()
        served = cpu(pid) - before
    later = sorted(told[1:])[1]
    print(f"| {what} | {told[0][0]:.1f} | {later[0]:.1f} | {later[1]:.1f} | {served:.1f} |", flush=True)


def many(browser: Browser, folder: Path) -> None:
    """Two runs at once, ten sessions looking on; what of it is there in the end."""
    runs, state, port = folder / "shared", folder / "state", free_port()
    runs.mkdir()
    os.environ["SYNTHASSAY_STATE"] = str(state)
    with serving(command(runs, port=port, data=folder), port, state):
        configs = [folder / f"{name}.yaml" for name in ("first", "second")]
        for seed, path in enumerate(configs):
            path.write_text(TRIAL.format(name=path.stem, seed=seed), encoding="utf-8")
        with ThreadPoolExecutor(2) as pool:
            begun = list(pool.map(lambda path: started(path, runs), configs))
        contexts = [browser.new_context() for _ in range(10)]
        pages = [context.new_page() for context in contexts]
        clock = time.perf_counter()
        for page in pages:
            page.goto(f"http://127.0.0.1:{port}/start", wait_until="commit")
        for page in pages:
            for path in configs:
                page.get_by_text(path.stem, exact=True).first.wait_for(timeout=400_000)
        opened = time.perf_counter() - clock
        for page in pages:
            page.get_by_text("✓ finished").nth(1).wait_for(timeout=400_000)
        states = [job.state for job in begun]
    ledger = [json.loads(line) for line in (runs / "ledger.jsonl").read_text().splitlines()]
    chained = all(b["seq"] == a["seq"] + 1 for a, b in pairwise(ledger))
    verified = subprocess.run(
        [sys.executable, "-m", "synthassay", "verify", str(list_runs(runs)[0])],
        capture_output=True,
        check=False,
    )
    told: dict[str, Any] = {
        "seconds until ten sessions showed both": round(opened, 1),
        "sessions that saw both finish": len(pages),
        "jobs finished": states.count(State.FINISHED),
        "run folders": len(list_runs(runs)),
        "ledger's entries, without a gap": f"{len(ledger)}, {chained}",
        "`synthassay verify`": "passes" if verified.returncode == 0 else "fails",
    }
    for name, value in told.items():
        print(f"| {name} | {value} |", flush=True)


def started(config: Path, runs: Path) -> jobs.Job:
    return jobs.start(jobs.run_argv(config, runs=runs), title=config.stem, runs=runs)


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    for day in range(51):
        write_run(folder / "many", name=f"case{day % 12}", day=day, candidates=6)
    write_run(folder / "wide", name="wide", day=0, candidates=200)
    write_run(folder / "narrow", name="narrow", day=0, candidates=6)
    (folder / "bare.py").write_text(BARE, encoding="utf-8")
    print(f"load of the machine at the beginning: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| page | first visit, s | later, median, s | of which scripts, CPU s | server, 4 visits, CPU s |")
    print("| --- | --- | --- | --- | --- |")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGS)
        port = free_port()
        bare = [sys.executable, "-m", "streamlit", "run", str(folder / "bare.py"), f"--server.port={port}"]
        bare += ["--server.address=127.0.0.1", "--browser.gatherUsageStats=false"]
        bare += ["--server.fileWatcherType=none"]
        state = folder / "state"
        asked = {"argv": bare, "port": port, "path": "/", "seen": "text=By step"}
        visits(browser, what="a page with two lines, for comparison", state=state, **asked)
        dots = ".scatterlayer .trace .point"
        for what, runs, path, seen in (
            ("Cases, 51 runs", "many", "/", "text=By step"),
            ("Use against risk, 6 candidates", "narrow", "/frontier", dots),
            ("Use against risk, 200 candidates", "wide", "/frontier", dots),
        ):
            port = free_port()
            asked = {"argv": command(folder / runs, port=port), "port": port, "path": path, "seen": seen}
            visits(browser, what=what, state=state, **asked)
        print("\n| ten sessions, two runs at once | |\n| --- | --- |")
        many(browser, folder)
        browser.close()


if __name__ == "__main__":
    main()

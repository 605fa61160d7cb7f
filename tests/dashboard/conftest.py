"""A golden folder of runs, written through the records: no engine is needed."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import xml.etree.ElementTree as ET
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import dashboard
from cohort.findings import Finding, Severity
from dashboard.launch import command
from privacy.estimates import AttackRole, Outcome, RiskEstimate
from synthassay.runs import Evidence, read_risk
from synthassay.store import write_json
from synthassay.verdicts import CriterionResult, Judgement, Verdict
from utility.scores import Direction, UtilityScore

CHROMIUM = Path("/usr/bin/chromium")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
APP = Path(dashboard.__file__).with_name("app.py")
RISK_CONFIG = """\
name: registry
cohort:
  data: patients.csv
  schema:
    columns:
      age: {role: quasi_identifier, kind: integer, unit: years}
      sex: {role: quasi_identifier, kind: category}
      town: {role: quasi_identifier, kind: category}
"""
ASK = "ask the producer for rows that were not used"


def risk(attack, excess, *, role=AttackRole.PRIMARY, control=0.05, detectable=0.1, p=0.4, spread=0.06):
    return RiskEstimate(
        attack=attack,
        family="membership",
        threat="Somebody who holds a patient's whole record finds the very same row in the release.",
        role=role,
        n=300,
        n_control=300,
        train=control + excess,
        control=control,
        naive=0.02,
        excess=excess,
        low=max(excess - spread, -1),
        high=min(excess + spread, 1),
        p=p,
        p_adjusted=p if role is AttackRole.PRIMARY else None,
        alarm=p <= 0.05,
        detectable=detectable,
    )


def risks(excess, p):
    second = AttackRole.SECOND_OPINION
    return (
        risk("copy_scan", excess, p=p),
        risk("qi_match", excess / 2, p=p, control=0.11),
        risk("exact_copies", excess, role=AttackRole.DIAGNOSTIC, control=0.0, detectable=0.02, spread=0.02),
        risk("anonymeter_singling_out", excess / 3, role=second, detectable=None),
        replace(
            risk("anonymeter_inference", 0.0, role=second),
            outcome=Outcome.NOT_APPLICABLE,
            reason=ASK,
            train=None,
            control=None,
            excess=None,
            low=None,
            high=None,
        ),
    )


def utility(value):
    fidelity = {"reference": 0.95, "n": 300}
    return (
        UtilityScore(metric="column_fidelity", group="age", value=0.93, low=0.9, high=0.95, **fidelity),
        UtilityScore(metric="pair_fidelity", value=value, low=value - 0.03, high=value + 0.03, **fidelity),
        UtilityScore(
            metric="auroc_linear", group="died", value=value, low=value - 0.07, high=value + 0.06,
            reference=0.81, n=300,
        ),
        UtilityScore(
            metric="implausible_records", value=0.01, low=0.0, high=0.03, reference=0.0, n=300,
            direction=Direction.LOWER,
        ),
    )  # fmt: skip


SENTENCES = {
    Judgement.ACCEPT: "Meets policy registered; a person must decide.",
    Judgement.REJECT: "Does not meet policy registered. Too few patients to rule out that some are "
    "reproduced exactly.",
    Judgement.INCONCLUSIVE: "Cannot tell at this size. More patients would narrow the interval.",
    Judgement.REFERENCE: "A reference point, not a release.",
}


def verdict(judgement, p):
    leak = CriterionResult(
        criterion="leak", title="No attack told the patients used from patients not used",
        judgement=Judgement.REJECT if p <= 0.05 else Judgement.ACCEPT, required=True,
        value=p, low=None, high=None, bound="at_least", threshold=0.051,
        source="SynthAssay: no primary attack with an adjusted p of at most 0.05 (family-wise error, "
        "Westfall and Young 1993)",
        sentence="No attack could tell the patients used from patients who were not, beyond chance.",
        remedy=""
        if p > 0.05
        else "The release gives away who was in it: choose a generator that copies less.",
    )  # fmt: skip
    match = CriterionResult(
        criterion="match_probability", title="Probability of the right match on quasi-identifiers",
        judgement=Judgement.MITIGATE, required=False,
        value=0.21, low=0.17, high=0.26, bound="at_most", threshold=0.2,
        source="k = 5, common for access under agreement (1/5); see docs/policies.md",
        sentence="Somebody who knows the quasi-identifiers would pick the right patient too often.",
        remedy="Coarsen or drop quasi-identifiers (age bands, larger regions, years for dates).",
    )  # fmt: skip
    sentence = SENTENCES[judgement]
    return Verdict(judgement=judgement, policy="registered", sentence=sentence, criteria=(leak, match))


def evidence(name, judgement, *, value, excess, p, reference=False):
    return Evidence(
        candidate=name,
        made_by="fresh real patients" if name == "holdout" else name,
        reference=reference,
        rows=300,
        utility=utility(value),
        risks=risks(excess, p),
        findings=(
            Finding(
                code="constant_column", severity=Severity.TIP,
                title="site_code: one value on every row",
                explanation="It tells nobody apart and adds nothing to any set of columns.",
            ),
        ),
        verdict=verdict(judgement, p),
    )  # fmt: skip


MATCH = {"n": 300, "train": 0.21, "low": 0.17, "high": 0.26, "n_control": 300, "control": 0.2}
EXPOSURE = {
    "attacks": ["copy_scan"],
    "strata": [
        {"column": "", "level": "", "n": 300, "exposed": 0.07, "low": 0.04, "high": 0.11},
        {"column": "region", "level": "Galdor", "n": 12, "exposed": 0.25, "low": 0.05, "high": 0.55},
        {"column": "genotype", "level": "rarest/known", "n": 3, "exposed": 0.67, "low": 0.1, "high": 0.95},
    ],
}
EVIDENCE = (
    evidence("copy", Judgement.REJECT, value=0.81, excess=0.95, p=0.001, reference=True),
    evidence("holdout", Judgement.REFERENCE, value=0.8, excess=0.0, p=0.6, reference=True),
    evidence("independent", Judgement.REFERENCE, value=0.5, excess=-0.01, p=0.7, reference=True),
    evidence("trees", Judgement.ACCEPT, value=0.77, excess=0.02, p=0.31),
    evidence("gaussian_copula", Judgement.INCONCLUSIVE, value=0.72, excess=0.01, p=0.35),
    Evidence(
        candidate="ctgan",
        made_by="ctgan",
        failure="The rule onset_age <= diagnosis_age left too few rows. Loosen the rule, or raise steps.",
    ),
)


def point(each):
    score = next(score for score in each.utility if score.metric == "auroc_linear")
    copied = each.risk("copy_scan")
    return {
        "candidate": each.candidate,
        "reference": each.reference,
        "verdict": each.verdict.judgement.value,
        "utility": {"value": score.value, "low": score.low, "high": score.high},
        "risk": {
            "value": copied.excess,
            "low": copied.low,
            "high": copied.high,
            "detectable": copied.detectable,
        },
    }


def frontier(found):
    return {
        "utility_metric": "auroc_linear",
        "utility_group": "died",
        "risk_attack": "copy_scan",
        "points": [point(each) for each in found if not each.failure],
        "region": {"risk_at_most": 0.04, "utility_at_least": 0.71},
    }


def write_run(runs, *, name="golden", started="2026-11-24T06:12:00+00:00", found=EVIDENCE):
    folder = runs / f"{name}-{started[:10].replace('-', '')}T061200Z-0a1b2c3d"
    (folder / "evidence").mkdir(parents=True)
    (folder / "releases" / "trees").mkdir(parents=True)
    (folder / "releases" / "trees" / "data.csv").write_text("age,died\n61,yes\n", encoding="utf-8")
    (folder / "private").mkdir(mode=0o700)
    lines = ["person,copy_scan,exposed", *(f"{person},0.5,{(person + 1) / 300}" for person in range(300))]
    (folder / "private" / "trees.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for each in found:
        told = each.to_dict()
        if each.candidate == "trees":
            told |= {"exposure": EXPOSURE, "linkage": {"match": MATCH}}
        write_json(folder / "evidence" / f"{each.candidate}.json", told)
    about = {
        "name": name,
        "kind": "run",
        "status": "finished",
        "started": started,
        "ended": started,
        "seed": 0,
        "policy": "registered",
        "minimum_count": 11,
        "evidence": [each.candidate for each in found],
    }
    write_json(folder / "run.json", about)
    counts = {"rows": 600, "persons": 600, "train_persons": 300, "holdout_persons": 300}
    write_json(folder / "cohort.json", {"name": name, "trained_on_known": True, **counts})
    write_json(folder / "frontier.json", frontier(found))
    return folder


@pytest.fixture
def runs(tmp_path) -> Path:
    """An empty folder of runs."""
    folder = tmp_path / "runs"
    folder.mkdir()
    return folder


@pytest.fixture
def golden(runs) -> Path:
    """The folder of one finished run."""
    return write_run(runs)


@pytest.fixture
def golden_evidence() -> tuple[Evidence, ...]:
    return EVIDENCE


@pytest.fixture
def golden_frontier() -> dict:
    return frontier(EVIDENCE)


@pytest.fixture
def another_run(runs):
    """Write one more run, under a name and a start of its own."""
    return lambda **about: write_run(runs, **about)


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch) -> Path:
    """A state folder of the test's own."""
    folder = tmp_path / "state"
    monkeypatch.setenv("SYNTHASSAY_STATE", str(folder))
    return folder


@pytest.fixture(scope="session")
def looked(tmp_path_factory) -> dict[str, Path]:
    """Two looks of the engine's own at 120 simulated patients, as they stand and with age in bands."""
    from synthassay.config_reader import read_config
    from synthassay.risk.run import asked, risk_folder

    folder = tmp_path_factory.mktemp("looks")
    rng = np.random.default_rng(0)
    table = {
        "age": rng.integers(20, 60, 120),
        "sex": rng.choice(["f", "m"], 120),
        "town": rng.choice(["Abel", "Bern", "Caux"], 120, p=[0.6, 0.35, 0.05]),
    }
    pd.DataFrame(table).to_csv(folder / "patients.csv", index=False)
    (folder / "registry.yaml").write_text(RISK_CONFIG, encoding="utf-8")
    config = read_config(folder / "registry.yaml")
    after = asked(config, coarsen=["age=20"], drop=["town"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTHASSAY_STATE", str(folder / "state"))
        return {
            name: risk_folder(each, out=folder / name)
            for name, each in (("before", config), ("after", after))
        }


@pytest.fixture
def golden_risk(looked) -> dict:
    """The ``risk.json`` of the look at the patients as they stand."""
    return read_risk(looked["before"]).risk


@pytest.fixture
def look(runs, looked):
    """Lay one of the looks among the runs, under a start and a cohort of its own."""

    def lay(which="before", *, started="2026-11-24T07:00:00+00:00", name="registry", **changes):
        stamp = started[:19].replace("-", "").replace(":", "")
        folder = runs / f"{name}-{stamp}Z-{'0a' if which == 'before' else '0b'}aaaaaa"
        shutil.copytree(looked[which], folder)
        about = json.loads((folder / "run.json").read_text())
        write_json(folder / "run.json", {**about, "name": name, "started": started, **changes})
        return folder

    return lay


@pytest.fixture
def app(runs, monkeypatch):
    """Open a page of the dashboard over the golden folder of runs."""
    monkeypatch.setattr(sys, "argv", [str(APP), str(runs), str(runs.parent)])

    def open_page(page=None, **address):
        at = AppTest.from_file(str(APP), default_timeout=30)
        if page:
            at.switch_page(page)
        for name, value in address.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception
        return at

    return open_page


@pytest.fixture(scope="session")
def chromium():
    """Debian's browser, as a person has it."""
    if not CHROMIUM.exists():
        pytest.skip("needs /usr/bin/chromium (apt install chromium)")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def serving():
    """Serve a folder of runs within a block; gives the address."""
    return _serving


@pytest.fixture
def free_port() -> int:
    return _free_port()


def _free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _serving(runs, *, state, data, port=None):
    port = port or _free_port()
    settings = {"STREAMLIT_SERVER_HEADLESS": "true", "SYNTHASSAY_STATE": str(state)}
    argv = command(runs, port=port, data=data)
    with (runs.parent / "server.log").open("wb") as log:
        process = subprocess.Popen(argv, env={**os.environ, **settings}, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_for(url, *, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(OSError):
            if urllib.request.urlopen(url, timeout=2).status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


@pytest.fixture
def tables():
    """Read the tables of a page, in the order in which they stand there."""
    return lambda at: [_frame(each.proto.body) for each in at.get("html") if "<table>" in each.proto.body]


def _frame(body):
    cells = [["".join(cell.itertext()) for cell in row] for row in ET.fromstring(body).iter("tr")]
    return pd.DataFrame(cells[1:], columns=cells[0])

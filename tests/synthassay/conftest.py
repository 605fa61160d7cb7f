"""A small cohort in a file, and one finished run of it."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

from cohort.errors import GenerationError
from synth.registry import synthesizer
from synthassay import pipeline, tasks
from synthassay.config_reader import read_config
from synthassay.ledger.decide import decide
from synthassay.runs import read_run

SCHEMA = {
    "columns": {
        "id": {"role": "identifier", "kind": "category"},
        "age": {"role": "quasi_identifier", "kind": "integer", "unit": "years", "range": [0, 110]},
        "sex": {"role": "quasi_identifier", "kind": "category", "categories": ["f", "m"]},
        "bili": {"role": "sensitive", "kind": "number", "unit": "mg/dl"},
        "stage": {"role": "sensitive", "kind": "ordinal"},
        "worse": {"role": "target", "kind": "category"},
    },
    "person": "id",
    "rules": ["age <= 110"],
}


def make_table(rows=160, seed=0):
    rng = np.random.default_rng(seed)
    age = rng.integers(20, 90, rows)
    bili = rng.lognormal(0.5, 0.8, rows).round(2)
    stage = np.clip(np.digitize(bili, [1, 2, 4]) + rng.integers(0, 2, rows), 1, 4)
    worse = np.where(rng.random(rows) < 1 / (1 + np.exp(2 - bili - (age - 50) / 20)), "yes", "no")
    table = pd.DataFrame(
        {
            "id": np.arange(rows),
            "age": age,
            "sex": rng.choice(["f", "m"], rows),
            "bili": bili,
            "stage": stage,
            "worse": worse,
        }
    )
    table.loc[rng.choice(rows, 12, replace=False), "bili"] = np.nan
    return table


def write_inputs(folder: Path, *, rows=160, **config):
    """A data file, its schema and a config beside each other; returns the config's path."""
    make_table(rows).to_csv(folder / "patients.csv", index=False)
    (folder / "schema.yaml").write_text(yaml.safe_dump(SCHEMA, sort_keys=False))
    content = {
        "name": "small",
        "cohort": {"data": "patients.csv", "schema": "schema.yaml"},
        "candidates": ["trees"],
        "attacks": ["copy_scan", "exact_copies", "qi_match"],
        **config,
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def _sometimes_impossible(name, options):
    if options.get("leaf") == 10_000:
        raise GenerationError("this leaf holds more persons than there are; take a smaller one.")
    return synthesizer(name, options)


@pytest.fixture(scope="session")
def inputs():
    return write_inputs


@pytest.fixture(scope="session")
def table():
    return make_table


@pytest.fixture(scope="session")
def schema_content():
    return SCHEMA


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A finished run with every reference point, one candidate, and one that fails."""
    folder = tmp_path_factory.mktemp("finished")
    state = pytest.MonkeyPatch()
    state.setenv("SYNTHASSAY_STATE", str(folder / "state"))
    state.setattr(tasks, "synthesizer", _sometimes_impossible)
    impossible = {"synth": "trees", "name": "impossible", "leaf": 10_000}
    config = write_inputs(folder, candidates=["trees", impossible])
    run = read_run(pipeline.run(read_config(config), out=folder / "runs"))
    state.undo()
    return run


POLICY = {
    "name": "lenient",
    "context": "public",
    "minimum_count": 11,
    "attempts": {"at_most": 1, "source": "a test"},
    "valid_days": {"at_most": 90, "source": "a test"},
    "criteria": [
        {"criterion": "exact_copies_excess", "at_most": 1, "statistic": "upper95", "source": "a test"}
    ],
}


@pytest.fixture(scope="session")
def small(tmp_path_factory, inputs):
    """Two runs of the same patients with one candidate each: a policy accepts the first, not the second."""
    folder = tmp_path_factory.mktemp("decided")
    policies = {"lenient": 1, "strict": -1}
    for name, bound in policies.items():
        criteria = [{**POLICY["criteria"][0], "at_most": bound}]
        (folder / f"{name}.yaml").write_text(yaml.safe_dump({**POLICY, "name": name, "criteria": criteria}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTHASSAY_STATE", str(folder / "state"))
        patch.setenv("SYNTHASSAY_USER", "Dr. Maker")
        for seed, name in enumerate(policies):
            path = inputs(
                folder,
                rows=60,
                name=name,
                references=[],
                attacks=["exact_copies"],
                policy=f"{name}.yaml",
                seed=10_000_019 + seed,
            )
            pipeline.run(read_config(path), out=folder / "runs")
    return folder


@pytest.fixture
def decided(small, tmp_path, monkeypatch):
    """A copy of the two runs, under the state that they were made in: `lenient` and `strict` are folders."""
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path / "state"))
    for part in ("state", "runs"):
        shutil.copytree(small / part, tmp_path / part, ignore=shutil.ignore_patterns("report*"))
    runs = tmp_path / "runs"
    lenient, strict = (next(runs.glob(f"{name}-*")) for name in ("lenient", "strict"))
    return SimpleNamespace(runs=runs, lenient=lenient, strict=strict)


@pytest.fixture
def accept():
    """Accepts the candidate of a run, under whatever is said besides."""

    def write(run, **said):
        words = {"candidate": "trees", "verdict": "accept", "by": "Dr. Decider", "reason": "It is needed."}
        return decide(run, **{**words, **said})

    return write

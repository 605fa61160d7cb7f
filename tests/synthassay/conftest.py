"""A small cohort in a file, and one finished run of it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from cohort.errors import GenerationError
from synth.registry import synthesizer
from synthassay import pipeline, tasks
from synthassay.config_reader import read_config
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

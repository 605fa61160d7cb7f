"""The count of attempts does not begin anew because a cell changed, or runs went to another folder."""

import json

import numpy as np
import pandas as pd
import pytest

from synthassay import pipeline
from synthassay.config_reader import read_config
from synthassay.ledger.attempts import attempts
from synthassay.ledger.patients import recognise, sketch, sketch_table, tried_elsewhere
from synthassay.ledger.records import read_entries


@pytest.fixture
def people(table, monkeypatch, tmp_path):
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path / "state"))
    return table(rows=300)


def _changed(table, kind):
    rng = np.random.default_rng(3)
    return {
        "one cell": lambda: table.assign(bili=[99.0, *table["bili"][1:]]),
        "a number gone missing": lambda: table.assign(age=table["age"].where(table.index != 5)),
        "another order": lambda: table.sample(frac=1, random_state=rng.integers(9)),
        "other names": lambda: table.rename(columns=str.upper),
        "fewer columns": lambda: table.drop(columns=["worse", "stage"]),
        "a tenth more": lambda: pd.concat([table, table.head(30).assign(id=range(900, 930))]),
        "a tenth fewer": lambda: table.head(270),
    }[kind]()


@pytest.mark.parametrize(
    "kind",
    ["one cell", "a number gone missing", "another order", "other names", "fewer columns", "a tenth more",
     "a tenth fewer"],
)  # fmt: skip
def test_the_same_patients_are_recognised(people, kind):
    assert sketch_table(_changed(people, kind)).is_like(sketch_table(people))


def test_other_patients_of_the_same_kind_are_not(people, table):
    drawn = table(rows=300, seed=1).assign(id=range(1000, 1300))
    assert not sketch_table(drawn).is_like(sketch_table(people))
    assert not sketch([b"one", b"two"]).is_like(sketch([b"three", b"two"]))


def test_they_keep_the_name_under_which_they_were_first_seen(people, table, tmp_path):
    assert recognise(sketch_table(people), name="first") == "first"
    assert recognise(sketch_table(_changed(people, "one cell")), name="second") == "first"
    assert recognise(sketch_table(table(seed=1).assign(id=range(1000, 1160))), name="third") == "third"
    path = tmp_path / "state" / "patients.jsonl"
    assert path.stat().st_mode & 0o077 == 0
    kept = json.loads(path.read_text().splitlines()[0])
    assert set(kept) == {"patients", "rows", "columns"}
    assert len(kept["rows"]) == 64


def test_a_sketch_can_be_computed_by_nobody_without_the_key(people, monkeypatch, tmp_path):
    here = sketch_table(people)
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path / "elsewhere"))
    assert not sketch_table(people).is_like(here)


def test_a_release_is_counted_once_wherever_it_was_judged(people):
    one, other = {"same": "a", "verdict": "reject"}, {"same": "b", "verdict": "accept"}
    assert tried_elsewhere("d", [one], here=[]) == {}
    assert tried_elsewhere("d", [other], here=[]) == {"reject": 1}
    assert tried_elsewhere("d", [other], here=["a"]) == {}
    assert tried_elsewhere("d", [one], here=[]) == {"accept": 1}
    assert tried_elsewhere("others", [one], here=[]) == {}


def test_another_folder_and_a_changed_cell_do_not_begin_anew(inputs, tmp_path, monkeypatch):
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path / "state"))
    told = []
    for number in range(2):
        path = inputs(tmp_path, rows=60, references=[], attacks=["exact_copies"], seed=number)
        if number:
            data = tmp_path / "patients.csv"
            data.write_text(data.read_text().replace("yes", "no", 1))
        folder = pipeline.run(read_config(path), out=tmp_path / f"runs{number}")
        told.append(attempts(read_entries(folder.parent), folder.name, "trees"))
    assert [each.number for each in told] == [1, 2]
    assert told[1].sentence == "attempt 2; earlier: 1 cannot tell"

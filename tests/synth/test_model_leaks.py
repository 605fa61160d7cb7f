"""Who holds a model file and knows this code tries to rebuild the training rows, and cannot.

Each attack also runs on a file of the kind that would leak, and must succeed there.
"""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind
from synth import leaves
from synth.complete import as_floats
from synth.model_files import ARRAYS, MODEL, load_model, save_model
from synth.registry import synthesizer

N = 200
OPTIONS = {"trees": {"leaf": 15, "caution": 0}, "forest": {}, "cgan": {"steps": 150, "width": 64}}
NUMBERS = ("bili", "seen", "time", "onset", "exact")


@pytest.fixture(scope="module")
def sides(registry):
    """Train and holdout: persons of one kind, two of train with a diagnosis of their own."""
    cohort = registry(2 * N, seed=3)
    rng = np.random.default_rng(1)
    site = cohort.table["site"].copy()
    site[[4, N + 4]] = ["zebra-syndrome", "okapi-syndrome"]
    exact = rng.normal(10, 3, 2 * N)
    schema = replace(cohort.schema, columns=(*cohort.schema.columns, Column(name="exact", kind=Kind.NUMBER)))
    whole = Cohort(schema=schema, table=cohort.table.assign(site=site, exact=exact))
    return whole.rows(np.arange(N)), whole.rows(np.arange(N, 2 * N))


@pytest.fixture(scope="module")
def kept(sides, tmp_path_factory):
    """The folder of a generator's model."""
    folders = {}

    def folder(name):
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp(name)
            save_model(synthesizer(name, OPTIONS[name]).fit(sides[0], seed=0), folders[name])
        return folders[name]

    return folder


def numbers_of(folder):
    """Every number in both files."""
    found = [array.ravel().astype(float) for array in np.load(folder / ARRAYS).values()]

    def walk(node):
        if isinstance(node, dict | list):
            for each in node.values() if isinstance(node, dict) else node:
                yield from walk(each)
        elif isinstance(node, int | float):
            yield float(node)

    told = np.array(list(walk(json.loads((folder / MODEL).read_text())["model"])))
    return np.unique(np.concatenate([*found, told]))


def alone(cohort, name):
    """Values of a column that one person has."""
    values = as_floats(cohort.table[name])
    return pd.Series(values).dropna().drop_duplicates(keep=False).to_numpy()


def share_found(folder, cohort, name):
    """How many of the values that one person has stand in the files, to the ninth digit."""
    known, wanted = numbers_of(folder), alone(cohort, name)
    place = np.clip(np.searchsorted(known, wanted), 1, len(known) - 1)
    apart = np.minimum(np.abs(known[place] - wanted), np.abs(known[place - 1] - wanted))
    return (apart <= 1e-9 * np.abs(wanted)).mean()


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("column", NUMBERS)
def test_no_number_of_one_person_stands_in_the_file_but_by_chance(kept, sides, name, column):
    train, holdout = (share_found(kept(name), side, column) for side in sides)
    many = min(len(alone(side, column)) for side in sides)
    spread = np.sqrt(2 * max(holdout, 1 / max(many, 1)) / max(many, 1))
    assert train <= holdout + 3 * spread
    if column == "exact":
        assert train == 0


def test_the_scan_finds_numbers_that_stand_in_a_file(sides, tmp_path, monkeypatch):
    monkeypatch.setattr(leaves, "FEW_PERSONS", 1)
    monkeypatch.setattr(leaves, "_ATOM", 0.0)
    save_model(synthesizer("trees", OPTIONS["trees"]).fit(sides[0], seed=0), tmp_path)
    assert share_found(tmp_path, sides[0], "exact") > 0.95


def rows_of(cohort, columns):
    values = [as_floats(cohort.table[name]) for name in columns]
    return {
        row for row in zip(*(np.round(each, 6) for each in values), strict=True) if not np.isnan(row).any()
    }


def joined_by_cells(folder, columns):
    """Values that stand in the very same cells of the forest: they would be one person's."""
    cells = load_model(folder).cells
    by_cells = []
    for name in columns:
        law = cells.numbers[name]
        seen: dict[float, set[int]] = {}
        places, values = np.r_[law.atom_place, law.place], np.r_[law.atom, law.edge]
        for place, value in zip(places // 2, np.round(values, 6), strict=True):
            seen.setdefault(float(value), set()).add(int(place))
        by_cells.append({frozenset(where): value for value, where in seen.items()})
    common = set.intersection(*(set(each) for each in by_cells))
    return {tuple(each[where] for each in by_cells) for where in common}


def test_rows_cannot_be_joined_by_the_cells_that_they_stand_in(kept, sides):
    for columns in (("time", "seen"), ("exact", "time"), ("onset", "bili")):
        rebuilt = joined_by_cells(kept("forest"), columns)
        train, holdout = (len(rebuilt & rows_of(side, columns)) for side in sides)
        assert train <= holdout + 3


def test_cells_with_the_values_themselves_would_join_them(sides, tmp_path, monkeypatch):
    monkeypatch.setattr(leaves, "FEW_PERSONS", 1)
    save_model(synthesizer("forest").fit(sides[0], seed=0), tmp_path)
    rebuilt = joined_by_cells(tmp_path, ("exact", "time"))
    assert len(rebuilt & rows_of(sides[0], ("exact", "time"))) > 0.8 * N


def test_a_diagnosis_of_one_person_leads_to_no_cell(kept):
    def cells_of(folder):
        model = load_model(folder)
        codec = next(each for each in model.preparation.codecs if each.column.name == "site")
        share = model.cells.levels["site"].of(codec.levels.index("zebra-syndrome"))
        return share.max() / share.min()

    assert cells_of(kept("forest")) < 1.5


@pytest.mark.parametrize("name", ["trees", "forest"])
def test_drawn_rows_hit_train_no_more_than_holdout(kept, sides, name):
    """Of 4,000 guesses the nearest to each person: no nearer to persons of train."""
    columns = ["sex", "stage", "status", "age", "bili", "time", "exact"]
    drawn = load_model(kept(name)).sample(4000, seed=9).table[columns]
    ends = pd.concat([side.table[columns] for side in sides], ignore_index=True)

    def place(table):
        parts = []
        for column in columns:
            if column in ("sex", "stage", "status"):
                codes = pd.Categorical(table[column], categories=sorted(ends[column].dropna().unique())).codes
                parts.append(np.eye(10)[codes] / 2)
            else:
                known = np.sort(as_floats(ends[column])[~np.isnan(as_floats(ends[column]))])
                values = np.nan_to_num(as_floats(table[column]), nan=np.median(known))
                parts.append((np.searchsorted(known, values) / len(known))[:, None])
        return np.hstack(parts)

    rows = place(drawn)
    gaps = np.array(
        [[np.abs(rows - one).sum(axis=1).min() for one in place(side.table[columns])] for side in sides]
    )
    hits = (gaps < 0.15).sum(axis=1)
    assert hits[0] <= hits[1] + 3 * np.sqrt(hits[1] + 1)

import io
import json
import os
import zipfile
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.errors import GenerationError, InputError
from cohort.schema import Column, Kind, Schema
from synth import model_files, plain
from synth.model_files import ALLOWED, ARRAYS, MODEL, NOT_WRITTEN, load_model, save_model
from synth.registry import synthesizer

WRITTEN = {"trees": {}, "forest": {"trees": 10}, "cgan": {"steps": 40, "width": 32}}
REFUSED = {"kanonymity": {"k": 2, "suppression": 0.9}, "gaussian_copula": {}, "copy": {}, "independent": {}}
REFUSED |= {"hierarchical": {"stratum": "site"}}


@pytest.fixture(scope="module", params=WRITTEN)
def fitted(request, registry):
    return synthesizer(request.param, WRITTEN[request.param]).fit(registry(150), seed=0)


@pytest.fixture(scope="module")
def guaranteed(one_column):
    """Of dp_mst, whose columns need public domains."""
    rng = np.random.default_rng(0)
    cohort = one_column(
        a=(Kind.CATEGORY, rng.choice(["x", "y"], 200)), n=(Kind.INTEGER, rng.integers(0, 9, 200))
    )
    a, n = cohort.schema.columns
    known = Schema(columns=(replace(a, categories=("x", "y")), replace(n, range=(0, 9))))
    return synthesizer("dp_mst", {"epsilon": 5.0}).fit(replace(cohort, schema=known), seed=0)


@pytest.fixture(scope="module")
def visits():
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(40), 3)
    table = pd.DataFrame(
        {
            "who": pd.Series(who.astype(str), dtype=object),
            "day": pd.Series(np.tile([0, 90, 200], 40) + rng.integers(0, 30, 120)).astype("Int64"),
            "sex": pd.Series(np.where(who % 2, "m", "f"), dtype=object),
            "bili": np.round(rng.lognormal(size=40)[who] + 0.1 * rng.random(120), 2),
        }
    )
    kinds = {"who": Kind.CATEGORY, "day": Kind.INTEGER, "sex": Kind.CATEGORY, "bili": Kind.NUMBER}
    columns = tuple(Column(name=name, kind=kind) for name, kind in kinds.items())
    schema = Schema(columns=columns, person="who", visit="day")
    return synthesizer("trees").fit(Cohort(schema=schema, table=table), seed=0)


@pytest.fixture
def folder(registry, tmp_path):
    save_model(synthesizer("forest", {"trees": 3}).fit(registry(80), seed=0), tmp_path)
    return tmp_path


def rewrite(folder, **changed):
    """A file whose digest is right, as a hostile one's would be."""
    content = json.loads((folder / MODEL).read_text())
    content |= changed
    content["sha256"] = model_files._digest(content["model"], (folder / ARRAYS).read_bytes())
    (folder / MODEL).write_text(json.dumps(content))


def hostile_arrays(folder, header, body=b""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("0.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + body)
    (folder / ARRAYS).write_bytes(buffer.getvalue())
    rewrite(folder)


def test_a_loaded_model_draws_the_very_rows(fitted, tmp_path):
    save_model(fitted, tmp_path)
    loaded = load_model(tmp_path)
    assert type(loaded) is type(fitted)
    for conditions in (None, {"sex": "m", "site": None}):
        same = (each.sample(80, conditions=conditions, seed=5).table for each in (fitted, loaded))
        pd.testing.assert_frame_equal(*same, check_exact=True)
    assert loaded.sample(3, seed=1).schema == fitted.schema


@pytest.mark.parametrize("which", ["guaranteed", "visits"])
def test_so_does_one_of_visits_and_one_with_a_guarantee(which, request, tmp_path):
    made = request.getfixturevalue(which)
    save_model(made, tmp_path)
    first, second = (each.sample(60, seed=5) for each in (made, load_model(tmp_path)))
    pd.testing.assert_frame_equal(first.table, second.table, check_exact=True)
    assert first.guarantee == second.guarantee


def test_equal_models_give_equal_files_and_a_loaded_one_is_written_alike(fitted, tmp_path):
    save_model(fitted, tmp_path / "a")
    save_model(load_model(tmp_path / "a"), tmp_path / "b")
    for name in (MODEL, ARRAYS):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_only_the_owner_reads_the_folder(fitted, tmp_path):
    save_model(fitted, tmp_path / "model")
    assert sorted(os.listdir(tmp_path / "model")) == [ARRAYS, MODEL]
    assert os.name == "nt" or (tmp_path / "model").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", REFUSED)
def test_what_holds_rows_is_not_written(registry, tmp_path, name):
    refused = synthesizer(name, REFUSED[name]).fit(registry(60), seed=0)
    assert model_files.why_not_written(refused)
    with pytest.raises(GenerationError, match="not written to a file"):
        save_model(refused, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_generator_of_which_nobody_said_so_is_not_written(tmp_path):
    assert "nobody has said" in model_files.why_not_written(object())
    with pytest.raises(GenerationError, match="nobody has said"):
        save_model(object(), tmp_path / "model")
    assert all(plain._kind(name, ALLOWED | NOT_WRITTEN.keys()) for name in [*ALLOWED, *NOT_WRITTEN])


def test_a_file_that_is_damaged_or_missing_says_so(folder):
    whole = {name: (folder / name).read_bytes() for name in (MODEL, ARRAYS)}
    for name, content in whole.items():
        for broken in (content[:-40], b"", content[:100] + b"\xff\x00" + content[102:], b"[" * 200_000):
            (folder / name).write_bytes(broken)
            with pytest.raises(InputError, match="is no model that can be read"):
                load_model(folder)
        (folder / name).write_bytes(content)
    (folder / ARRAYS).unlink()
    with pytest.raises(InputError, match="cannot be read"):
        load_model(folder)
    with pytest.raises(InputError, match="save_model"):
        load_model(folder / "nowhere")


def test_another_version_is_refused(folder):
    rewrite(folder, version=99)
    with pytest.raises(InputError, match="another version"):
        load_model(folder)


@pytest.mark.parametrize(
    "node",
    [
        {"record": "os:system", "fields": {}},
        {"record": "subprocess:Popen", "fields": {"args": "true"}},
        {"record": "synth.references:FittedCopy", "fields": {"train": None}},
        {"record": "synth.trees:FittedTrees", "fields": {}},
        {"record": "cohort.schema:Kind", "fields": {}},
        {"enum": "cohort.schema:Schema", "value": "x"},
        {"enum": "cohort.schema:Kind", "value": "x"},
        {"array": 10**6},
        {"array": -1},
        {"call": "print"},
        {"tuple": 3},
        {"mapping": [[{"list": []}, 1]]},
        {"float": "print()"},
        [],
        "text",
        None,
    ],
)
def test_a_file_may_name_nothing_but_what_is_listed(folder, node, monkeypatch):
    monkeypatch.setattr(os, "system", lambda _: pytest.fail("code of a file was run"))
    for model in (node, {"tuple": [node]}):
        rewrite(folder, model=model)
        with pytest.raises(InputError, match="is no model that can be read"):
            load_model(folder)


def test_parts_that_do_not_fit_together_are_refused(folder):
    content = json.loads((folder / MODEL).read_text())
    content["model"]["fields"]["cells"] = {"array": 0}
    rewrite(folder, model=content["model"])
    with pytest.raises(InputError, match="damaged"):
        load_model(folder)


def test_pickles_and_claims_of_size_are_refused(folder):
    for header in (
        b"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}\n",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}\n",
        b"__import__('os').system('true')\n",
    ):
        hostile_arrays(folder, header, b"cos\nsystem\n(S'true'\ntR.")
        with pytest.raises(InputError, match="is no model that can be read"):
            load_model(folder)


def test_a_zip_that_unpacks_without_end_is_refused(folder, monkeypatch):
    monkeypatch.setattr(model_files, "_MOST_BYTES", 10**6)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("0.npy", b"\0" * 10**7)
    (folder / ARRAYS).write_bytes(buffer.getvalue())
    rewrite(folder)
    with pytest.raises(InputError, match="too large"):
        load_model(folder)


def test_numbers_without_an_end_and_arrays_in_common_come_back():
    shared = np.arange(6.0).reshape(2, 3).T
    value = (float("inf"), float("nan"), -0.0, 0.1 + 0.2, 2**60, {1: shared, "b": (shared, True, None)})
    node, arrays = plain.written(value, allowed=())
    back = plain.restored(json.loads(json.dumps(node)), arrays, allowed=())
    assert len(arrays) == 1
    assert back[0] == float("inf")
    assert np.isnan(back[1])
    assert back[2:5] == value[2:5]
    assert back[5]["b"][0] is back[5][1]


@dataclass(frozen=True)
class Stranger:
    row: object


@pytest.mark.parametrize(
    "value", [Stranger(1), np.array(["a"], dtype=object), pd.DataFrame({"a": [1]}), b"x"]
)
def test_what_is_not_listed_is_not_written(value):
    with pytest.raises(GenerationError, match="model file"):
        plain.written({"x": value}, allowed=ALLOWED)

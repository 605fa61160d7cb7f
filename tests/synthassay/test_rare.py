"""Rare categories and kept models in a run: what is written, and what is told to whom."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml

from cohort.errors import ConfigError
from privacy.attacks.registry import ATTACKS
from synth.model_files import load_model
from synth.rare import RarePolicy, Treatment
from synthassay import pipeline
from synthassay.config_reader import config_from_dict, read_config
from synthassay.public import public_run
from synthassay.rare import rare_sentence
from synthassay.runs import read_run

RARE = ("zebra", "okapi", "quagga")


def run_of(inputs, folder, *, rare_persons, **config):
    path = inputs(folder, rows=120, **config)
    schema = yaml.safe_load((folder / "schema.yaml").read_text())
    schema["columns"]["dx"] = {"role": "sensitive", "kind": "category"}
    (folder / "schema.yaml").write_text(yaml.safe_dump(schema, sort_keys=False))
    table = pd.read_csv(folder / "patients.csv")
    dx = np.where(table["bili"] > 2, "pbc", "psc").astype(object)
    dx[: len(rare_persons)] = rare_persons
    table.assign(dx=dx).to_csv(folder / "patients.csv", index=False)
    return read_run(pipeline.run(read_config(path), out=folder / "runs"))


@pytest.fixture(scope="module")
def pooled(inputs, tmp_path_factory):
    return run_of(
        inputs,
        tmp_path_factory.mktemp("pooled"),
        rare_persons=[name for name in RARE for _ in range(6)],
        candidates=["trees", {"synth": "kanonymity", "suppression": 0.9}],
        references=[],
        attacks=[name for name in ATTACKS if not name.startswith("anonymeter")],
        rare={"treatment": "pool", "fewer_than": 7},
        keep_models=True,
    )


def test_a_pool_is_released_measured_and_attacked(pooled):
    for each in ("trees", "kanonymity"):
        evidence = pooled.of(each)
        assert not evidence.failure
        values = pd.read_csv(pooled.folder / "releases" / each / "data.csv")["dx"]
        assert set(values.dropna()) <= {"pbc", "psc", "other"}
        assert any(score.group == "dx" for score in evidence.utility)
        assert all(np.isfinite(score.value) for score in evidence.utility)
    assert (pd.read_csv(pooled.folder / "releases" / "trees" / "data.csv")["dx"] == "other").any()


def test_the_steward_is_told_and_no_category_is_named(pooled):
    told, columns, levels = pooled.about["rare"], 2, 4  # of the stages, one is rare too
    assert (told["treatment"], told["fewer_than"], told["columns"], told["levels"]) == (
        "pool",
        7,
        columns,
        levels,
    )
    assert 5 <= told["persons"] <= 24
    found = next(each for each in pooled.of("trees").findings if each.code == "rare_categories")
    assert "were pooled" in found.title
    internal = (pooled.folder / "report.html").read_text()
    assert rare_sentence(told) in internal
    released = [path for path in (pooled.folder / "releases").rglob("*") if path.is_file()]
    assert any(path.name == "model.json" for path in released)
    for path in [*released, pooled.folder / "report.public.html"]:
        assert not any(name.encode() in path.read_bytes() for name in RARE), path


def test_counts_of_the_rare_are_not_public(pooled):
    shown = public_run(pooled).about["rare"]
    assert shown["persons"] is shown["levels"] is shown["columns"] is None
    assert "how many there are is not shown" in rare_sentence(shown)


def test_a_kept_model_draws_the_release_and_stays_in_the_house(pooled):
    folder = pooled.folder / "releases" / "trees"
    assert "for inside the house alone" in json.loads((folder / "card.json").read_text())["model"]
    _, seed, _ = _seeds("trees")
    release = pd.read_csv(folder / "data.csv")
    drawn = load_model(folder / "model").sample(len(release), seed=seed).table
    np.testing.assert_array_equal(drawn["age"].astype(float), release["age"].astype(float))
    np.testing.assert_array_equal(drawn["dx"].to_numpy(), release["dx"].to_numpy())
    card = json.loads((pooled.folder / "releases" / "kanonymity" / "card.json").read_text())
    assert card["model"].startswith("not kept: ")
    assert not (pooled.folder / "releases" / "kanonymity" / "model").exists()
    assert "model/" not in (pooled.folder / "report.public.html").read_text()


def _seeds(name):
    source = np.random.SeedSequence([0, *name.encode()])
    return (int(word) for word in source.generate_state(3))


def test_rare_categories_are_kept_and_told_by_default(inputs, tmp_path):
    run = run_of(
        inputs, tmp_path, rare_persons=RARE, candidates=["forest"], references=[], attacks=["exact_copies"]
    )
    found = [each for each in run.of("forest").findings if each.code == "rare_categories"]
    assert len(found) == (run.about["rare"]["levels"] > 0)
    assert json.loads((run.folder / "releases/forest/card.json").read_text())["model"] == "not kept"
    assert not (run.folder / "releases" / "forest" / "model").exists()


def config_of(**keys):
    return config_from_dict({"cohort": {"demo": "diabetes"}, **keys}, folder=None)


def test_a_config_says_it_in_a_word_or_in_full_and_repeats_itself():
    assert config_of().rare == RarePolicy(treatment=Treatment.KEEP, fewer_than=5)
    assert config_of(rare="suppress").rare.treatment is Treatment.SUPPRESS
    asked = config_of(rare={"treatment": "pool", "fewer_than": 8}, keep_models=True)
    again = config_of(**{key: asked.resolved()[key] for key in ("rare", "keep_models")})
    assert (
        (again.rare, again.keep_models)
        == (asked.rare, True)
        == (RarePolicy(treatment="pool", fewer_than=8), True)
    )
    assert yaml.safe_load(yaml.safe_dump(asked.resolved()))["rare"] == {"treatment": "pool", "fewer_than": 8}
    assert not {"rare", "keep_models"} & set(config_of().resolved())


@pytest.mark.parametrize(
    "keys",
    [
        {"rare": "drop"},
        {"rare": {"fewer_than": 1}},
        {"rare": {"few": 5}},
        {"rare": [5]},
        {"keep_models": "yes"},
    ],
)
def test_what_is_not_understood_is_refused(keys):
    with pytest.raises(ConfigError, match=next(iter(keys))):
        config_of(**keys)

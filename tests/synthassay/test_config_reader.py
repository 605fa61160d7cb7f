"""A config is read whole or refused with every problem."""

from pathlib import Path

import pytest
import yaml

from cohort.errors import ConfigError
from synthassay.config import REFERENCES
from synthassay.config_reader import config_from_dict, read_config

ROOT = Path(__file__).parents[2]


def _read(content):
    return config_from_dict(content, folder=Path("/data"))


def test_every_key_but_cohort_has_a_default():
    config = _read({"cohort": {"demo": "registry"}})
    assert [each.synth for each in config.candidates] == ["auto"]
    assert (config.holdout, config.rows, config.seed) == (0.5, 1.0, 0)
    assert (config.attacks, config.references, config.policy) == (None, REFERENCES, "registered")


def test_paths_are_relative_to_the_configs_own_folder(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("cohort: {data: ../x.csv, schema: s.yaml}")
    config = read_config(path)
    assert config.cohort.data == tmp_path.parent / "x.csv"
    assert config.cohort.schema == tmp_path / "s.yaml"
    assert config.name == "a"


def test_a_candidate_may_be_renamed_and_have_options():
    candidate = _read({"cohort": {"demo": "a"}, "candidates": [{"synth": "ctgan", "name": "b", "steps": 5}]})
    assert candidate.candidates[0].name == "b"
    assert dict(candidate.candidates[0].options) == {"steps": 5}


def test_every_problem_is_reported_at_once():
    content = {
        "cohort": {"demo": "registry", "data": "x.csv", "colour": 1},
        "split": {"holdout": 2},
        "candidates": ["trees", "trees", {"steps": 3}, "copy"],
        "rows": "many",
        "seed": -1,
        "references": ["mirror"],
        "epsilon": 1,
    }
    with pytest.raises(ConfigError) as caught:
        _read(content)
    text = str(caught.value)
    for part in (
        "'epsilon'",
        "'colour'",
        "holdout: 2",
        "two candidates",
        "'copy'",
        "rows",
        "seed",
        "'mirror'",
    ):
        assert part in text
    assert "either data or demo" in text
    assert len(caught.value.problems) >= 9


@pytest.mark.parametrize("name", ["../up", "a/b", "a:b", ".hidden", ""])
def test_a_name_that_cannot_be_a_folder_everywhere_is_refused(name):
    with pytest.raises(ConfigError, match="cannot name a folder"):
        _read({"cohort": {"demo": "registry"}, "name": name})


def test_the_resolved_config_reads_back_equal():
    content = {"cohort": {"demo": "registry"}, "candidates": [{"synth": "ctgan", "steps": 5}], "attacks": []}
    config = _read(content)
    assert _read(yaml.safe_load(yaml.safe_dump(config.resolved()))) == config


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_bundled_config_is_readable(path):
    assert read_config(path).candidates


def test_cross_fitting_reads_back_equal_and_is_another_config():
    config = _read({"cohort": {"demo": "registry"}, "split": {"folds": 2}})
    assert config.folds == 2
    assert config.resolved()["split"] == {"folds": 2}
    assert _read(yaml.safe_load(yaml.safe_dump(config.resolved()))) == config
    assert config != _read({"cohort": {"demo": "registry"}})


@pytest.mark.parametrize(
    ("split", "cohort", "words"),
    [
        ({"folds": 2, "holdout": 0.5}, {}, "both folds and holdout"),
        ({"folds": 5}, {}, "by halves"),
        ({"folds": 1}, {}, "by halves"),
        ({"folds": "two"}, {}, "by halves"),
        ({"folds": 2}, {"holdout": "others.csv"}, "holdout file"),
    ],
)
def test_what_does_not_go_with_cross_fitting_is_refused(split, cohort, words):
    with pytest.raises(ConfigError, match=words):
        _read({"cohort": {"demo": "registry", **cohort}, "split": split})


@pytest.mark.parametrize(
    "named",
    [
        {"cohort": {"data": "../other.csv", "schema": "schema.yaml"}},
        {"cohort": {"data": "patients.csv", "schema": "/etc/schema.yaml"}},
        {"cohort": {"data": "patients.csv", "schema": {"columns": {"age": {"hierarchy": "../ages.csv"}}}}},
        {"cohort": {"data": "patients.csv", "schema": "schema.yaml", "holdout": "link/other.csv"}},
        {"cohort": {"data": "private/patients.csv", "schema": "schema.yaml"}},
        {"cohort": {"demo": "registry"}, "policy": "../lenient.yaml"},
        {"cohort": {"demo": "registry"}, "candidates": [{"synth": "trees", "related": "../other.csv"}]},
        {"cohort": {"demo": "registry"}, "candidates": [{"synth": "cgan", "checkpoint": "state.pt"}]},
    ],
    ids=str,
)
def test_whoever_may_name_files_of_one_folder_only_is_refused_every_other(named, tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    (folder / "config.yaml").write_text(yaml.safe_dump(named), encoding="utf-8")
    assert read_config(folder / "config.yaml").name == "config"
    with pytest.raises(ConfigError, match="may not be named here"):
        read_config(folder / "config.yaml", only_under=folder)


def test_files_of_that_folder_may_be_named_from_wherever_the_config_lies(tmp_path):
    content = {
        "cohort": {"data": str(tmp_path / "study" / "a.csv"), "schema": str(tmp_path / "study" / "s.yaml")}
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    assert read_config(tmp_path / "config.yaml", only_under=tmp_path / "study").cohort.data.name == "a.csv"

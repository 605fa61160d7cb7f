import numpy as np
import pandas as pd
import pytest

from cohort.errors import ConfigError
from synthassay import pipeline
from synthassay.config_reader import config_from_dict, read_config
from synthassay.generators import configured
from synthassay.images.load import load_for_assay, load_for_run, refuse
from synthassay.load import load_cohort
from synthassay.risk.run import risk_folder
from synthassay.runs import read_risk


def config(tmp_path, cohort=None, **content):
    return config_from_dict({"cohort": cohort or {"demo": "lesions"}, **content}, folder=tmp_path)


def told(tmp_path, *, cohort=None, **content):
    with pytest.raises(ConfigError) as error:
        refuse(config(tmp_path, cohort, **content))
    return str(error.value)


def test_a_config_of_images_repeats_itself(tmp_path):
    cohort = {"images": "pictures", "metadata": "m.csv", "label": "dx", "group": "lesion_id", "size": 64}
    first = config(tmp_path, cohort, candidates=[{"synth": "gan", "minutes": 2}])
    assert first.cohort.pictures.images == tmp_path / "pictures"
    assert config_from_dict(first.resolved(), folder=tmp_path / "elsewhere") == first
    demo = config(tmp_path, {"demo": "lesions", "size": 64})
    assert config_from_dict(demo.resolved(), folder=tmp_path) == demo


def test_gan_is_what_images_are_minted_with_where_nothing_else_is_said(tmp_path):
    assert [each.synth for each in config(tmp_path).candidates] == ["gan"]


@pytest.mark.parametrize(
    ("cohort", "words"),
    [
        ({"images": "a", "data": "b.csv"}, "both images and data"),
        ({"images": "a", "demo": "lesions"}, "both images and demo"),
        ({"demo": "lesions", "group": "x"}, "takes a size and nothing else"),
        ({"images": "a", "size": 8}, "size: 8 is no whole number from 16"),
        ({"images": "a", "size": True}, "size: True"),
        ({"images": "a", "holdout": "b"}, "holdout is a table's"),
        ({"images": "a", "pixels": 3}, "unknown key 'pixels' in cohort"),
        ({"data": "a.csv", "schema": "s.yaml", "size": 32}, "unknown key 'size' in cohort"),
    ],
)
def test_a_cohort_that_contradicts_itself_is_refused(tmp_path, cohort, words):
    with pytest.raises(ConfigError, match=words):
        config(tmp_path, cohort)


def test_a_table_generator_is_refused_on_images_and_gan_on_a_table(tmp_path):
    assert "'trees' makes tables" in told(tmp_path, candidates=["trees"])
    with pytest.raises(ConfigError, match="'gan' makes images, and this cohort is a table") as error:
        configured("gan", {})
    assert "cohort: {images: FOLDER}" in str(error.value)


def test_what_belongs_to_tables_is_refused_together(tmp_path):
    found = told(
        tmp_path,
        candidates=["trees"],
        split={"folds": 2},
        targeted={"persons": 5},
        keep_models=True,
    )
    for word in ("'trees'", "cross-fitted", "targeted", "keep_models"):
        assert word in found


def test_a_mark_is_visible_or_left_out_and_for_pictures_alone(tmp_path):
    assert config(tmp_path, mark="visible").visible_mark
    assert not config(tmp_path).visible_mark
    with pytest.raises(ConfigError, match=r"mark: 'large' is no mark\. Write mark: visible"):
        config(tmp_path, mark="large")
    with pytest.raises(ConfigError, match="mark is for pictures"):
        config(tmp_path, {"demo": "registry"}, mark="visible")


def test_an_unknown_option_of_gan_is_refused_before_any_picture_is_read(tmp_path):
    known = config(tmp_path, {"images": "nowhere"}, candidates=[{"synth": "gan", "epochs": 3}])
    with pytest.raises(ConfigError, match="unknown option 'epochs'"):
        pipeline.run(known, out=tmp_path / "runs")


def test_no_lesion_is_on_both_sides(pictures):
    loaded = load_for_run(read_config(pictures))
    assert not set(loaded.known.train.groups) & set(loaded.known.holdout.groups)
    assert loaded.findings == ()


def test_without_metadata_the_groups_are_guessed_with_a_warning(pictures, tmp_path):
    loaded = load_for_run(config(tmp_path, {"images": str(pictures.parent / "folders"), "size": 32}))
    assert [each.code for each in loaded.findings] == ["groups_guessed"]
    assert loaded.findings[0].severity.value == "issue"


def test_without_knowing_what_was_used_there_is_no_split(pictures):
    loaded = load_for_assay(read_config(pictures))
    assert loaded.split is None
    assert [each.code for each in loaded.findings] == ["trained_on_unknown"]


def test_a_list_of_the_pictures_used_makes_the_split_by_lesion(pictures, tmp_path):
    rows = pd.read_csv(pictures.parent / "metadata.csv")
    rows.iloc[:40].to_csv(tmp_path / "used.csv", index=False)
    content = read_config(pictures).resolved()
    content["cohort"]["trained_on"] = str(tmp_path / "used.csv")
    split = load_for_assay(config_from_dict(content, folder=tmp_path)).known
    assert len(split.train) == 40
    assert not set(split.train.groups) & set(split.holdout.groups)
    siblings = rows["lesion_id"].isin(rows["lesion_id"].iloc[:40])
    assert len(split.holdout) == int((~siblings).sum())
    assert np.unique(split.holdout.groups).size > 0


def test_the_metadata_can_be_looked_at_for_linkage(pictures, tmp_path):
    known = read_config(pictures)
    assert load_cohort(known).n_persons == load_for_run(known).cohort.n_groups
    with pytest.raises(ConfigError, match="no metadata under a schema"):
        load_cohort(config(tmp_path, {"images": "somewhere"}))
    told = read_risk(risk_folder(known, out=tmp_path / "runs"))
    assert told.risk["quasi_identifiers"] == ["age"]


def test_a_config_of_pictures_is_checked_without_minting(pictures, tmp_path, monkeypatch):
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path))
    split = load_for_run(read_config(pictures)).split
    sides = {"train": split.train.n_groups, "holdout": split.holdout.n_groups}
    assert pipeline.check(read_config(pictures)) == sides

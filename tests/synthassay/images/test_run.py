import csv
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cohort.errors import ConfigError, DataError
from gan_images.decode import decode
from synthassay import pipeline
from synthassay.config_reader import config_from_dict, read_config
from synthassay.images.load import load_for_run
from synthassay.public import public_run
from synthassay.report import render
from synthassay.runs import read_run

SECRET = "DOE^JANE"


def every_file(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def manifest(run):
    with (run.folder / "releases" / "gan" / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_run_ends_in_a_folder_like_a_tables(finished):
    assert [each.candidate for each in finished.evidence] == [
        "copy",
        "holdout",
        "independent",
        "gan",
        "impossible",
    ]
    made = finished.of("gan")
    assert made.verdict is not None
    assert {each.attack for each in made.risks} >= {"orbit_copies", "image_membership"}
    assert {each.metric for each in made.utility} >= {"auroc_cnn"}
    assert not (finished.folder / "releases" / "copy").exists()
    assert not (finished.folder / "model").exists()


def test_the_patients_themselves_are_rejected_and_fresh_ones_are_a_reference(finished):
    assert finished.of("copy").verdict.judgement == "reject"
    assert finished.of("holdout").verdict.judgement == "reference"
    assert finished.of("copy").risk("orbit_copies").low > 0.2


def test_a_candidate_that_fails_says_why_and_the_others_go_on(finished):
    assert "no checkpoint of gan" in finished.of("impossible").failure


def test_the_manifest_has_a_line_for_each_picture_written(finished):
    lines, folder = manifest(finished), finished.folder / "releases" / "gan"
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.png"))
    assert sorted(line["file"] for line in lines) == files
    assert len(lines) == finished.of("gan").rows
    assert all(line["file"].split("/")[1] == line["class"] for line in lines)
    assert {line["kept"] for line in lines} == {"yes"}
    assert len({line["model"] for line in lines}) == 1
    assert all(float(line["nearest_neighbour_ratio"]) >= 0 for line in lines)
    assert all(0 <= float(line["confidence"]) <= 1 for line in lines)


def test_nothing_that_the_files_held_besides_pixels_is_in_the_folder(finished):
    """File names, device, comment, and where the picture was taken."""
    for path in every_file(finished.folder):
        content = path.read_bytes()
        assert SECRET.encode() not in content, path
        assert b"Exif" not in content or path.suffix == ".html", path
        if path.suffix == ".png":
            with Image.open(path) as picture:
                assert not picture.getexif()
                assert set(picture.info) == {"Synthetic"}


def test_the_files_read_held_gps_so_that_its_absence_means_something(pictures):
    path = next((pictures.parent / "pictures").glob("*.jpg"))
    with Image.open(path) as picture:
        assert picture.getexif().get_ifd(0x8825)[2][0] == 52
        assert picture.getexif()[0x010F].startswith(SECRET)


def test_no_metadata_stand_on_a_synthetic_picture(finished):
    assert set(manifest(finished)[0]) == {
        "file",
        "class",
        "seed",
        "model",
        "confidence",
        "nearest_neighbour_ratio",
        "near_copy",
        "kept",
    }
    released = finished.folder / "releases" / "gan"
    assert {path.suffix for path in every_file(released)} == {".png", ".csv", ".json"}
    card = json.loads((released / "card.json").read_text())
    assert set(card) == {"label", "made_by", "images", "size", "classes", "guarantee", "model"}


def test_no_real_picture_is_in_the_folder(finished, pictures):
    real = {each.tobytes() for each in load_for_run(read_config(pictures)).cohort.pixels}
    for path in finished.folder.rglob("*.png"):
        assert decode(path, size=32, where="").tobytes() not in real


def test_the_report_shows_synthetic_pictures_and_the_public_one_none(finished):
    internal, public = render(finished), render(public_run(finished), public=True)
    assert internal.count('<img src="data:image/png;base64,') == 2
    assert "<img" not in public
    assert "a patient is whatever the pictures are grouped by" in public


def test_small_classes_are_not_counted_in_what_may_be_shown(finished):
    assert sum(finished.cohort["images_by_class"].values()) == finished.cohort["rows"]
    assert finished.cohort["kind"] == "images"
    assert finished.cohort["train_persons"] + finished.cohort["holdout_persons"] == finished.cohort["persons"]


def test_the_frontier_is_of_copies_of_pictures(finished):
    assert finished.frontier["risk_attack"] == "orbit_copies"
    assert finished.frontier["utility_metric"] == "auroc_cnn"
    points = {point["candidate"]: point for point in finished.frontier["points"]}
    assert points["copy"]["risk"]["value"] > points["holdout"]["risk"]["value"]


def test_the_written_config_repeats_the_pictures(finished, quick, tmp_path):
    known = read_config(finished.folder / "config.yaml")
    known = replace(known, references=(), attacks=(), candidates=known.candidates[:1])
    again = read_run(pipeline.run(known, out=tmp_path))
    assert again.of("gan").utility == finished.of("gan").utility
    assert again.of("gan").verdict.judgement == "inconclusive"
    names = [path.relative_to(again.folder) for path in again.folder.rglob("*.png")]
    assert names
    assert all((again.folder / name).read_bytes() == (finished.folder / name).read_bytes() for name in names)


def foreign(pictures, tmp_path, *, used):
    """A config that says, or not, which pictures another tool's release was made from."""
    content = read_config(pictures).resolved() | {"references": []}
    if used:
        rows = pd.read_csv(pictures.parent / "metadata.csv")
        lesions = np.random.default_rng(0).permutation(rows["lesion_id"].unique())
        rows[rows["lesion_id"].isin(lesions[: len(lesions) // 2])].to_csv(tmp_path / "used.csv", index=False)
        content["cohort"]["trained_on"] = str(tmp_path / "used.csv")
    return config_from_dict(content, folder=tmp_path)


def test_pictures_that_are_patients_are_caught_in_another_tools_folder(pictures, quick, tmp_path):
    known = foreign(pictures, tmp_path, used=True)
    used = set(pd.read_csv(tmp_path / "used.csv")["image_id"])
    for path in (pictures.parent / "folders").rglob("*.jpg"):
        if path.stem in used:
            to = tmp_path / "release" / path.parent.name / f"{path.stem}.png"
            to.parent.mkdir(parents=True, exist_ok=True)
            with Image.open(path) as picture:
                # Turned, and at a size of its own.
                Image.fromarray(np.rot90(np.asarray(picture))).resize((80, 80)).save(to)
    run = read_run(pipeline.assay_release(known, tmp_path / "release", out=tmp_path / "runs"))
    assert run.of("release").verdict.judgement == "reject"
    assert run.about["kind"] == "assay"


def test_without_knowing_what_was_used_nothing_can_be_told(finished, pictures, tmp_path):
    known = foreign(pictures, tmp_path, used=False)
    release = finished.folder / "releases" / "gan"
    run = read_run(pipeline.assay_release(known, release, out=tmp_path / "runs"))
    (evidence,) = run.evidence
    assert evidence.verdict.judgement == "inconclusive"
    assert "trained_on: FILE" in evidence.verdict.sentence
    render(run)


def test_a_folder_with_a_class_that_the_cohort_has_not_is_refused(pictures, finished, tmp_path):
    (tmp_path / "release" / "other").mkdir(parents=True)
    known = foreign(pictures, tmp_path, used=True)
    with pytest.raises(DataError, match="no class of the cohort"):
        pipeline.assay_release(known, tmp_path / "release", out=tmp_path / "runs")
    assert not list((tmp_path / "runs").glob("*")) if (tmp_path / "runs").exists() else True


def test_a_class_of_one_picture_is_refused_before_anything_is_written(pictures, tmp_path):
    rows = pd.read_csv(pictures.parent / "metadata.csv")
    rows.loc[0, "dx"] = "alone"
    rows.to_csv(tmp_path / "metadata.csv", index=False)
    content = read_config(pictures).resolved()
    content["cohort"] |= {"metadata": str(tmp_path / "metadata.csv")}
    with pytest.raises(ConfigError, match="class 'alone' has fewer than 4 lesions"):
        pipeline.run(config_from_dict(content, folder=tmp_path), out=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()

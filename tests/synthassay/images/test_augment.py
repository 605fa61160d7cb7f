import csv
import html
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from cohort.errors import ConfigError, GenerationError
from cohort.images import ImageRelease
from synthassay.augment.config import Augmentation
from synthassay.augment.run import augment_folder
from synthassay.cli import app
from synthassay.config_reader import read_config
from synthassay.images import augment
from synthassay.images.load import load_for_run
from synthassay.runs import read_augment
from utility.images.classifier import Effort
from utility.images.measure import confidence


class Copies:
    """A generator that repeats train, but for every second picture."""

    fingerprint = "0" * 12

    def __init__(self, train):
        self.train = train

    def sample(self, n, *, conditions, seed):
        rng = np.random.default_rng(seed)
        own = self.train.of_class(conditions["class"])
        pixels = own.pixels[rng.integers(len(own), size=n)].copy()
        fresh = rng.integers(0, 255, pixels.shape, dtype=np.uint8)
        # Turned: a near copy need not stand upright.
        pixels = np.where(np.arange(n)[:, None, None, None] % 2, fresh, np.rot90(pixels, axes=(1, 2)))
        return ImageRelease(
            pixels=pixels, labels=np.zeros(n, np.int64), classes=self.train.classes, made_by="gan", seed=seed
        )


@pytest.fixture(autouse=True)
def quicker(monkeypatch):
    monkeypatch.setattr(augment, "EFFORT", Effort(steps=4))
    monkeypatch.setattr(augment, "confidence", partial(confidence, effort=Effort(steps=4)))


def asked(pictures, **wanted):
    known = read_config(pictures)
    return replace(known, candidates=known.candidates[:1], augment=Augmentation(**wanted))


@pytest.fixture(scope="module")
def topped(pictures, tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setattr(augment, "EFFORT", Effort(steps=4))
    patch.setattr(augment, "confidence", partial(confidence, effort=Effort(steps=4)))
    patch.setenv("SYNTHASSAY_STATE", str(tmp_path_factory.mktemp("state")))
    out = str(tmp_path_factory.mktemp("runs"))
    wanted = ["--class", "mel", "--to", "60", "--study", "--repeats", "3", "--out", out, "--json"]
    done = CliRunner().invoke(app, ["augment", str(pictures), *wanted], catch_exceptions=False)
    patch.undo()
    told = json.loads(done.stdout)
    found = read_augment(Path(told.pop("run")))
    assert told == found.augment
    return found


def test_the_study_compares_every_way_with_real_pictures_alone_and_says_so_in_the_report(topped):
    study = topped.augment["study"]
    assert (study["seeds"], study["to"], study["rare"]) == (3, 60, ["bkl", "mel"])
    assert study["lesions"] == topped.augment["holdout_persons"]
    of_auroc = [each for each in study["comparisons"] if (each["metric"], each["group"]) == ("auroc", "")]
    assert len(of_auroc) == 5
    assert len({each["reference"] for each in of_auroc}) == 1
    assert all(each["low"] <= each["difference"] <= each["high"] for each in of_auroc)
    page = (topped.folder / "report.html").read_text()
    assert html.escape(study["sentence"], quote=False) in page
    assert "real + synthetic, 30% of draws" in page


def test_without_being_asked_nothing_is_compared(pictures):
    split = load_for_run(read_config(pictures)).known
    study, why = augment._study(Augmentation(), None, split, to=60, seed=0, progress=None)
    assert study is None
    assert "--study finds out" in why


def lines(folder):
    with (folder / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_class_is_topped_up_to_the_number_asked_for(topped):
    told = topped.augment
    files = list((topped.folder / "images" / "mel").glob("*.png"))
    assert [each.name for each in (topped.folder / "images").iterdir()] == ["mel"]
    assert len(files) == told["rows"] == 60 - told["present"]
    assert topped.about["kind"] == "augment"


def test_every_picture_drawn_has_a_line_and_those_kept_a_file(topped):
    found = lines(topped.folder)
    kept = [line for line in found if line["kept"] == "yes"]
    assert all((topped.folder / line["file"]).is_file() for line in kept)
    assert all(not line["file"] and line["why_not"] for line in found if line["kept"] == "no")
    assert {line["class"] for line in found} == {"mel"}
    with Image.open(topped.folder / kept[0]["file"]) as picture:
        assert set(picture.info) == {"Synthetic"}
    assert all(0 <= float(line["confidence"]) <= 1 for line in found)


def test_above_the_usual_share_there_is_a_warning(topped):
    assert "high_share" in {each["code"] for each in topped.augment["findings"]}


def test_the_report_shows_synthetic_pictures_and_says_internal(topped):
    page = (topped.folder / "report.html").read_text()
    assert '<img src="data:image/png;base64,' in page
    assert "Internal: do not pass on" in page


def test_near_copies_are_refused_however_they_are_turned(pictures):
    train = load_for_run(read_config(pictures)).known.train
    drawn = augment._draw(Copies(train), train, 1, 20, seed=0)
    refused = np.array([reason == augment.NEAR_COPY for reason in drawn.reasons])
    assert drawn.kept.sum() == 20
    assert 0.4 < refused.mean() < 0.6
    assert drawn.ratios[refused].max() < drawn.ratios[drawn.kept].min()


def test_a_generator_of_copies_alone_is_told(pictures, monkeypatch):
    train = load_for_run(read_config(pictures)).known.train
    monkeypatch.setattr(
        augment, "near_copies", lambda release, train: (np.ones(len(release), bool), np.zeros(len(release)))
    )
    with pytest.raises(GenerationError, match="near copy of a patient's"):
        augment._draw(Copies(train), train, 1, 20, seed=0)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"to": 60}, "no class is named. Give --class with one of: bkl, mel"),
        ({"label": "df", "to": 60}, "there is no class 'df'"),
        ({"label": "mel"}, "nothing says how many pictures"),
        ({"label": "mel", "to": 3}, "Give more than"),
        ({"label": "mel", "to": 60, "share": 0.2}, "draw at most 30%"),
        ({"label": "mel", "to": 60, "conditions": (("age", "40"),)}, "by class alone"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_written(pictures, tmp_path, wanted, words):
    with pytest.raises(ConfigError, match=words):
        augment_folder(asked(pictures, **wanted), out=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()

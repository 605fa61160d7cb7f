"""A candidate of images with a guarantee: budget first, then pictures; and the ledger knows the files."""

import json
import re
import shutil
from dataclasses import replace
from functools import partial

import pytest
from PIL import Image

from cohort.errors import BudgetError, ConfigError, GenerationError
from cohort.findings import Finding, Severity
from gan_images.dp_gaussian import DpGaussian
from privacy.dp.budget import PrivacyBudget
from synthassay import pipeline
from synthassay.augment.config import Augmentation
from synthassay.augment.run import augment_folder
from synthassay.config import Candidate
from synthassay.config_reader import config_from_dict, read_config
from synthassay.images import evaluate, tasks
from synthassay.images.files import read_pictures
from synthassay.images.load import load_for_run
from synthassay.images.spending import ledger_of
from synthassay.public import public_run
from synthassay.report import render
from synthassay.runs import read_run
from utility.images.classifier import Effort

PROMISED = {"epsilon": 2.0, "classes": ["bkl", "mel"]}


@pytest.fixture
def config(pictures):
    """The clinic's pictures, and nothing but one candidate with a guarantee and its use."""
    one = Candidate(name="promised", synth="dp_gaussian", options=PROMISED)
    return replace(read_config(pictures), candidates=(one,), references=(), attacks=())


@pytest.fixture
def out(tmp_path, monkeypatch):
    for module, name in ((evaluate, "measure_images"), (tasks, "confidence")):
        monkeypatch.setattr(module, name, partial(getattr(module, name), effort=Effort(steps=2)))
    return tmp_path / "runs"


def ledger(config):
    return ledger_of(config, load_for_run(config))


def test_a_run_spends_and_says_what_it_promises(config, out):
    run = read_run(pipeline.run(config, out=out))
    evidence = run.of("promised")
    assert evidence.failure == ""
    assert evidence.guarantee.startswith("differential privacy, epsilon = 2, delta = 0.001")
    assert evidence.quantities["epsilon"]["value"] == 2.0
    (line,) = ledger(config).spends
    assert (line.epsilon, line.what) == (2.0, "small: promised")
    assert run.about["budget"]["spent"]["epsilon"] == 2.0
    card = json.loads((run.folder / "releases" / "promised" / "card.json").read_text())
    # As many pictures as the noisy number says: the exact one would tell of the last patient.
    assert card["guarantee"]["rows"] == card["images"] == evidence.rows
    public = render(public_run(run), public=True)
    assert "out of 100 people whom an attacker" in public
    assert "auroc" not in public.lower()
    # As a number of its own: the ledger's head is 64 random digits, which hold any two by chance.
    assert not re.search(rf"\b{run.cohort['persons']}\b", public)


def test_what_is_asked_besides_is_done_and_repeats_itself(config, out, monkeypatch):
    """A mark that is seen, and read past; and whether the pictures help."""
    told = Finding(code="helped", severity=Severity.TIP, title="Did it help? No.", explanation="")
    monkeypatch.setattr(tasks, "helped", lambda *args, trainings, **more: told if trainings == 3 else None)
    run = read_run(pipeline.run(replace(config, visible_mark=True, helped=3), out=out))
    assert "Did it help? No." in (run.folder / "report.html").read_text()
    folder = run.folder / "releases" / "promised"
    path = next(folder.rglob("*.png"))
    with Image.open(path) as picture:
        assert picture.width == 32 < picture.height
        assert set(picture.info) == {"Synthetic"}
    again = read_config(run.folder / "config.yaml")
    assert (again.visible_mark, again.helped) == (True, 3)
    read = read_pictures(folder, classes=("bkl", "mel"), size=32, made_by="")
    assert len(read) == run.of("promised").rows


def test_more_than_is_left_is_refused_before_anything_is_minted(config, out):
    tight = replace(config, budget=PrivacyBudget(epsilon=3.0, delta=0.1))
    ledger(tight).reserve(PrivacyBudget(epsilon=1.5, delta=0.0), "before")
    with pytest.raises(BudgetError, match="before"):
        pipeline.run(tight, out=out)
    assert len(ledger(tight).spends) == 1


def test_budget_is_lost_where_minting_fails_and_kept_where_it_cannot_begin(config, out, monkeypatch):
    def fail(self, train, *, seed, progress):
        raise GenerationError("it cannot learn from these pictures.")

    monkeypatch.setattr(DpGaussian, "fit", fail)
    assert "cannot learn" in read_run(pipeline.run(config, out=out)).of("promised").failure
    assert len(ledger(config).spends) == 1
    other = replace(config.candidates[0], options={"epsilon": 2.0, "classes": ["bkl", "nv"]})
    run = read_run(pipeline.run(replace(config, candidates=(other,)), out=out))
    assert "classes named are not those" in run.of("promised").failure
    assert len(ledger(config).spends) == 1


def test_the_ledger_knows_the_files_whatever_they_are_called_and_read_at(config, pictures, tmp_path):
    known = ledger(config).fingerprint
    content = config.resolved()
    content["cohort"] |= {"size": 16, "label": "lesion_id"}
    other = config_from_dict(content, folder=tmp_path)
    assert ledger_of(other, load_for_run(config)).fingerprint == known
    shutil.copytree(pictures.parent / "pictures", tmp_path / "moved")
    first = next((tmp_path / "moved").glob("*.jpg"))
    first.rename(first.with_name("renamed.jpg"))
    content["cohort"]["images"] = str(tmp_path / "moved")
    moved = config_from_dict(content, folder=tmp_path)
    assert ledger_of(moved, load_for_run(config)).fingerprint == known
    first.with_name("renamed.jpg").unlink()
    assert ledger_of(moved, load_for_run(config)).fingerprint != known
    demo = config_from_dict({"cohort": {"demo": "lesions"}}, folder=tmp_path)
    assert ledger_of(demo, load_for_run(config)).fingerprint != known


def test_where_groups_are_guessed_nothing_is_promised(pictures, out):
    content = {
        "cohort": {"images": str(pictures.parent / "folders")},
        "candidates": [{"synth": "dp_gaussian", **PROMISED}],
    }
    with pytest.raises(ConfigError, match="needs to know whose each picture is"):
        pipeline.run(config_from_dict(content, folder=out), out=out)


def test_augment_keeps_pictures_by_their_distance_and_so_refuses(config, out):
    asked = replace(config, augment=Augmentation(label="mel", to=60))
    with pytest.raises(ConfigError, match="no formal guarantee outlives"):
        augment_folder(asked, out=out)
    assert not out.exists()

"""A small image cohort in files, as a clinic would hand it over, and one finished run of it."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from cohort.lesions import simulate_lesions
from synthassay import pipeline
from synthassay.config_reader import read_config
from synthassay.images import evaluate, tasks
from synthassay.runs import read_run
from utility.images.classifier import Effort

PLACE = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}
CLASSES = ("bkl", "mel")
SECRET = "DOE^JANE"


def write_pictures(folder: Path) -> Path:
    """JPEG files with GPS, device and a comment, their metadata, and a config; returns its path."""
    whole = simulate_lesions(size=32, share=0.5, seed=5)
    of_class = [np.flatnonzero(whole.labels == whole.classes.index(name))[:60] for name in CLASSES]
    some = whole.images(np.concatenate(of_class))
    rows = []
    exif = Image.Exif()
    exif[0x010F] = SECRET
    exif.get_ifd(0x8825).update(PLACE)
    for number, (pixels, label, group) in enumerate(zip(some.pixels, some.labels, some.groups, strict=True)):
        name = f"{SECRET}_{number}"
        kind = some.classes[label]
        for path in (folder / "pictures" / f"{name}.jpg", folder / "folders" / kind / f"{name}.jpg"):
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path, quality=95, exif=exif, comment=SECRET)
        rows.append({"image_id": name, "lesion_id": f"L{group}", "dx": kind, "age": 40 + group % 40})
    pd.DataFrame(rows).to_csv(folder / "metadata.csv", index=False)
    schema = {
        "columns": {
            "image_id": {"role": "identifier", "kind": "category"},
            "lesion_id": {"role": "identifier", "kind": "category"},
            "dx": {"role": "target", "kind": "category"},
            "age": {"role": "quasi_identifier", "kind": "integer", "unit": "years", "range": [0, 110]},
        },
        "person": "lesion_id",
    }
    cohort = {"images": "pictures", "metadata": "metadata.csv", "group": "lesion_id", "schema": schema}
    candidates = [
        {"synth": "gan", "minutes": None, "steps": 12, "batch": 16},
        {"synth": "gan", "name": "impossible", "checkpoint": str(folder / "metadata.csv"), "steps": 1},
    ]
    content = {"name": "small", "cohort": cohort, "candidates": candidates, "policy": "demo"}
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="session")
def quick():
    """Measures as in a real run, with less effort spent on classifiers."""
    quicker = pytest.MonkeyPatch()
    measure = partial(evaluate.measure_images, effort=Effort(steps=8))
    quicker.setattr(evaluate, "measure_images", measure)
    quicker.setattr(tasks, "confidence", partial(tasks.confidence, effort=Effort(steps=8)))
    yield
    quicker.undo()


@pytest.fixture(scope="session")
def finished(pictures, quick, tmp_path_factory):
    """A finished run with every reference point, one candidate, and one that fails."""
    state = pytest.MonkeyPatch()
    state.setenv("SYNTHASSAY_STATE", str(tmp_path_factory.mktemp("state")))
    run = read_run(pipeline.run(read_config(pictures), out=tmp_path_factory.mktemp("runs")))
    state.undo()
    return run

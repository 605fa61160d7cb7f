"""A notebook with pictures: read, split, mint, assay, save."""

import numpy as np
import pytest

import synthassay as sa
from cohort.cohort import Cohort
from cohort.errors import ConfigError, DataError
from cohort.images import ImageCohort, ImageRelease
from synthassay.images.files import write_pictures
from synthassay.runs import read_run


@pytest.fixture(scope="module")
def split(pictures):
    folder = pictures.parent
    cohort = sa.read_images(folder / "pictures", metadata=folder / "metadata.csv", group="lesion_id")
    return cohort.split(seed=0)


@pytest.fixture(scope="module")
def copied(split):
    """The train pictures, turned, at twice their size."""
    wide = np.repeat(np.repeat(np.rot90(split.train.pixels, axes=(1, 2)), 2, axis=1), 2, axis=2)
    train = split.train
    return ImageRelease(pixels=wide, labels=train.labels, classes=train.classes, made_by="copier")


@pytest.fixture(scope="module")
def report(split, copied, quick):
    return sa.assay(copied, split, policy="demo", attacks=["orbit_copies", "exact_images"])


def test_pictures_are_read_as_a_config_reads_them(split):
    assert isinstance(split.train, ImageCohort)
    assert split.train.pixels.shape[1:] == (32, 32, 3)
    assert split.train.classes == ("bkl", "mel")


def test_copies_are_rejected_at_whatever_size(report):
    assert report.verdict.judgement == "reject"
    assert set(report.risks["attack"]) == {"orbit_copies", "exact_images"}
    assert "auroc_cnn" in set(report.utility["metric"])
    assert "reject" in repr(report)


def test_a_folder_is_assayed_as_the_release_in_memory_is(report, split, copied, tmp_path):
    write_pictures(copied, tmp_path)
    (found,) = sa.assay(tmp_path, split, policy="demo", attacks=["orbit_copies"]).evidence.risks
    assert found.train == report.evidence.risk("orbit_copies").train > 0.9


def test_a_report_is_saved_as_the_command_saves_it(report, tmp_path):
    run = read_run(report.save(tmp_path))
    assert run.of("release").verdict.judgement == "reject"
    assert run.cohort["kind"] == "images"
    assert (run.folder / "releases" / "release" / "manifest.csv").is_file()
    assert (run.folder / "report.html").is_file()


def test_generators_of_pictures_have_their_names(split):
    made = sa.synthesizer("dp_gaussian", epsilon=5.0, classes=["bkl", "mel"])
    release = made.fit(split.train, seed=0).sample(4, conditions={"class": "mel"}, seed=0)
    assert isinstance(release, ImageRelease)
    with pytest.raises(ConfigError, match="unknown option 'epochs'"):
        sa.synthesizer("gan", epochs=3)


def test_pictures_against_a_table_are_refused(copied, visiting):
    table = visiting(20)
    assert isinstance(table, Cohort)
    with pytest.raises(ConfigError, match="a split of a table goes with a table's release"):
        sa.assay(copied, table.split(holdout=0.5, seed=0))


def test_a_folder_that_is_not_there_is_told(split, tmp_path):
    with pytest.raises(DataError, match="is no folder"):
        sa.assay(tmp_path / "nothing", split)
    with pytest.raises(DataError, match="is not there"):
        sa.read_images(tmp_path / "nothing")

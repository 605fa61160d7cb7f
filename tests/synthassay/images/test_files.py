import csv

import numpy as np
import pytest
import torch
from PIL import Image

from cohort.errors import DataError
from cohort.images import ImageRelease
from gan_images.dataset import dataset
from synthassay.images.files import MARK, read_pictures, write_manifest, write_pictures

CLASSES = ("nv", "df")


def release(n=6, size=16):
    rng = np.random.default_rng(0)
    labels = np.sort(rng.integers(0, 2, n))
    pixels = rng.integers(0, 255, (n, size, size, 3), dtype=np.uint8)
    return ImageRelease(pixels=pixels, labels=labels, classes=CLASSES, made_by="gan", seed=1)


def read(folder, size=16):
    return read_pictures(folder, classes=CLASSES, size=size, made_by="gan")


def test_what_is_read_back_is_what_was_written_in_its_order(tmp_path):
    made = release()
    files = write_pictures(made, tmp_path)
    again = read(tmp_path)
    assert np.array_equal(again.pixels, made.pixels)
    assert np.array_equal(again.labels, made.labels)
    assert files[0] == "images/nv/0001.png"
    assert all((tmp_path / each).is_file() for each in files)


def test_a_picture_says_that_it_is_synthetic_and_nothing_else(tmp_path):
    (first, *_) = write_pictures(release(), tmp_path)
    with Image.open(tmp_path / first) as picture:
        assert picture.text == {MARK: "made by gan; no picture of a patient"}
        assert not picture.getexif()
        assert set(picture.info) == {MARK}


@pytest.mark.parametrize("size", [16, 32, 64, 128])
def test_a_mark_that_is_seen_leaves_the_picture_as_it_was(tmp_path, size):
    made = release(size=size)
    (first, *_) = write_pictures(made, tmp_path, visible=True)
    assert np.array_equal(read(tmp_path, size).pixels, made.pixels)
    of_first = torch.from_numpy(made.pixels[made.labels == CLASSES.index("df")][0]).permute(2, 0, 1)
    assert torch.equal(dataset(tmp_path / "images", size=size).pixels[0], of_first)
    with Image.open(tmp_path / first) as picture:
        whole = np.asarray(picture)
    band = (len(whole) - size) // 2
    # The same words above and below, dark on white, and nothing of the picture.
    assert np.array_equal(whole[:band], whole[-band:])
    assert 0.02 < (whole[:band] < 128).mean() < 0.5


def test_a_folder_of_another_tool_is_brought_to_the_cohorts_size(tmp_path):
    for name in ("df", "nv"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (100, 70), "red").save(tmp_path / name / "x.jpg")
    found = read(tmp_path)
    assert found.pixels.shape == (2, 16, 16, 3)
    assert found.labels.tolist() == [0, 1]


def test_a_folder_that_is_no_class_is_refused(tmp_path):
    write_pictures(release(), tmp_path)
    (tmp_path / "images" / "other").mkdir()
    with pytest.raises(DataError, match=r"1 folders are no class of the cohort. Give a folder for each"):
        read(tmp_path)


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.mkdir(), lambda p: p.write_text("x")])
def test_no_folder_and_no_picture_are_told(tmp_path, make):
    make(tmp_path / "release")
    with pytest.raises(DataError, match=r"release: (is no folder|holds no pictures)"):
        read(tmp_path / "release")


def test_every_damaged_picture_is_told(tmp_path):
    for file in write_pictures(release(), tmp_path)[:2]:
        (tmp_path / file).write_bytes(b"no picture")
    with pytest.raises(DataError) as error:
        read(tmp_path)
    assert len(error.value.problems) == 2


def test_the_manifest_has_a_line_a_picture(tmp_path):
    write_manifest(tmp_path, {"file": ["a", "b"], "kept": ["yes", "no"]})
    with (tmp_path / "manifest.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["file", "kept"], ["a", "yes"], ["b", "no"]]

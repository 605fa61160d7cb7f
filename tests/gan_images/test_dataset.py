import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

from cohort.errors import DataError
from cohort.images import ImageRelease
from gan_images.dataset import dataset

PIXELS = np.random.default_rng(0).integers(0, 255, (6, 32, 32, 3), dtype=np.uint8)
LABELS = np.array([0, 0, 0, 1, 1, 1])


def release():
    return ImageRelease(pixels=PIXELS, labels=LABELS, classes=("df", "nv"), made_by="gan")


def test_each_picture_comes_with_its_class_and_the_mark():
    found = dataset(release())
    picture, label, synthetic = found[4]
    assert picture.shape == (3, 32, 32)
    assert torch.equal(picture, torch.from_numpy(PIXELS[4]).permute(2, 0, 1) / 255.0)
    assert (label, synthetic) == (1, True)
    assert (len(found), found.classes) == (6, ("df", "nv"))


def test_a_loader_makes_batches_of_it():
    pictures, labels, synthetic = next(iter(DataLoader(dataset(release()), batch_size=4)))
    assert pictures.shape == (4, 3, 32, 32)
    assert labels.tolist() == [0, 0, 0, 1]
    assert synthetic.all()


def test_a_folder_gives_the_same(tmp_path):
    for number, (pixels, label) in enumerate(zip(PIXELS, LABELS, strict=True)):
        folder = tmp_path / ("df", "nv")[label]
        folder.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    found = dataset(tmp_path)
    assert torch.equal(found.pixels, dataset(release()).pixels)
    assert dataset(tmp_path, size=64)[0][0].shape == (3, 64, 64)


def test_what_is_no_folder_is_told(tmp_path):
    with pytest.raises(DataError, match="is not there"):
        dataset(tmp_path / "absent")
    with pytest.raises(DataError, match="keeps its size"):
        dataset(release(), size=64)

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cohort.errors import DataError
from gan_images.readers import Layout, listed_in, read_images


def save(path, seed=0, side=24):
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 255, (side, side, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)


def table(folder, **columns):
    pd.DataFrame(columns).to_csv(folder / "metadata.csv", index=False)
    return folder / "metadata.csv"


@pytest.fixture
def ham(tmp_path):
    """Twelve pictures of eight lesions, in two part folders as on Kaggle."""
    names = [f"ISIC_{number:03d}" for number in range(12)]
    for number, name in enumerate(names):
        save(tmp_path / "images" / f"part_{number % 2}" / f"{name}.png", number)
    lesions = [f"HAM_{number % 8}" for number in range(12)]
    metadata = table(
        tmp_path, lesion_id=lesions, image_id=names, dx=[["nv", "df"][n % 8 % 2] for n in range(12)], age=50
    )
    return Layout(images=tmp_path / "images", metadata=metadata, group="lesion_id", size=16)


def changed(layout, **columns):
    found = pd.read_csv(layout.metadata).assign(**columns)
    found.to_csv(layout.metadata, index=False)
    return layout


def problems(layout):
    with pytest.raises(DataError) as error:
        read_images(layout)
    return str(error.value)


def test_a_folder_with_metadata_is_read_row_by_row(ham):
    cohort = read_images(ham)
    assert cohort.pixels.shape == (12, 16, 16, 3)
    assert cohort.classes == ("df", "nv")
    assert cohort.n_groups == 8
    assert cohort.counts().tolist() == [6, 6]
    assert cohort.groups[0] == cohort.groups[8]
    assert cohort.metadata is None


def test_no_name_of_a_file_travels(ham):
    assert "ISIC" not in repr(vars(read_images(ham)))


def test_a_column_of_lesions_that_is_not_named_as_group_is_refused(ham):
    told = problems(Layout(images=ham.images, metadata=ham.metadata, size=16))
    assert "'lesion_id' seems to say whose each picture is" in told
    assert "Write group: lesion_id" in told


@pytest.mark.parametrize("name", ["patient", "Patient_ID", "subject-id", "lesion id", "case no", "persons"])
def test_whatever_names_somebody_is_seen(ham, name):
    found = pd.read_csv(ham.metadata).rename(columns={"lesion_id": name})
    found.to_csv(ham.metadata, index=False)
    assert f"Write group: {name}" in problems(Layout(images=ham.images, metadata=ham.metadata))


def test_a_row_without_a_file_and_a_file_without_a_row_are_told_by_place(ham):
    names = pd.read_csv(ham.metadata)["image_id"].tolist()
    told = problems(changed(ham, image_id=["SECRET_NAME", *names[1:]]))
    assert "row 1, column image_id: names a picture that is not there" in told
    assert "1 pictures have no row" in told
    assert "SECRET" not in told


def test_two_rows_of_one_picture_are_refused(ham):
    names = pd.read_csv(ham.metadata)["image_id"].tolist()
    told = problems(changed(ham, image_id=[names[1], *names[1:]]))
    assert "1 pictures have more than one row" in told


def test_files_of_one_name_need_their_folder(ham):
    save(ham.images / "part_1" / "ISIC_000.png", 77)
    assert "row 1, column image_id: names more than one picture. Write its folder too." in problems(ham)
    rows = pd.read_csv(ham.metadata)
    more = pd.concat([rows, rows.iloc[[0]].assign(lesion_id="HAM_9")], ignore_index=True)
    more.loc[[0, 12], "image_id"] = ["part_0/ISIC_000.png", "part_1/ISIC_000"]
    more.to_csv(ham.metadata, index=False)
    cohort = read_images(ham)
    assert len(cohort) == 13
    assert not np.array_equal(cohort.pixels[0], cohort.pixels[12])


@pytest.mark.parametrize("name", ["../x", "a/b", "..", "nv.", " ", "C:\\x", "é\n"])
def test_a_class_that_could_not_name_a_folder_is_refused(ham, name):
    labels = pd.read_csv(ham.metadata)["dx"].where(lambda dx: dx != "df", name)
    told = problems(changed(ham, dx=labels))
    assert "class names could not name a folder" in told or "empty cells" in told


def test_empty_cells_are_no_class_and_no_lesion(ham):
    changed(ham, dx=[None] + ["nv", "df"] * 5 + ["nv"], lesion_id=[None, *range(11)])
    told = problems(ham)
    assert "column 'dx' has empty cells" in told
    assert "column 'lesion_id' has empty cells" in told


def test_a_column_that_is_not_there_is_told_with_those_that_are(ham):
    told = problems(Layout(images=ham.images, metadata=ham.metadata, label="diagnosis", group="lesion_id"))
    assert "has no column 'diagnosis'" in told
    assert "lesion_id, image_id, dx, age" in told


def test_every_damaged_picture_is_told(ham):
    (ham.images / "part_0" / "ISIC_000.png").write_text("no picture")
    (ham.images / "part_1" / "ISIC_001.png").write_bytes(b"\x89PNG\r\n")
    told = problems(ham)
    assert told.count("is no picture in a known format") == 2


def test_folders_are_classes_where_there_is_no_metadata(tmp_path):
    for number in range(6):
        save(tmp_path / ("a" if number < 4 else "b") / "deeper" / f"{number}.png", number)
    save(tmp_path / "a" / "again.png", 0)
    cohort = read_images(Layout(images=tmp_path, size=16))
    assert cohort.classes == ("a", "b")
    assert cohort.counts().tolist() == [5, 2]
    assert cohort.n_groups == 6


@pytest.mark.parametrize(
    "make", [lambda p: None, lambda p: p.mkdir(), lambda p: (p / "a").mkdir(parents=True)]
)
def test_no_pictures_are_told(tmp_path, make):
    make(tmp_path / "images")
    assert str(tmp_path / "images") in problems(Layout(images=tmp_path / "images"))


def test_a_file_that_is_no_folder_is_told(tmp_path):
    (tmp_path / "images.zip").touch()
    assert "is neither" in problems(Layout(images=tmp_path / "images.zip"))


@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_medmnist_file_is_read_and_brought_to_size(tmp_path, channels):
    rng = np.random.default_rng(0)
    parts = {}
    for name, many in (("train", 8), ("val", 2), ("test", 2)):
        parts[f"{name}_images"] = rng.integers(0, 255, (many, 28, 28, *channels), dtype=np.uint8)
        parts[f"{name}_labels"] = rng.integers(0, 2, (many, 1), dtype=np.uint8)
    np.savez(tmp_path / "derma.npz", **parts)
    cohort = read_images(Layout(images=tmp_path / "derma.npz", size=32))
    assert cohort.pixels.shape == (12, 32, 32, 3)
    assert set(cohort.classes) == {"class_0", "class_1"}


@pytest.mark.parametrize(
    "parts",
    [
        {"x": np.zeros(3)},
        {"train_images": np.zeros((4, 28), np.uint8), "train_labels": np.zeros(4)},
        {"train_images": np.zeros((4, 28, 28)), "train_labels": np.zeros(4)},
        {"train_images": np.zeros((4, 28, 28), np.uint8), "train_labels": np.zeros(3)},
        {"train_images": np.array([None]), "train_labels": np.zeros(1)},
    ],
)
def test_a_file_of_other_arrays_is_refused(tmp_path, parts):
    np.savez(tmp_path / "a.npz", **parts)
    assert "cannot be read" in problems(Layout(images=tmp_path / "a.npz"))


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    for content in ("no archive", ""):
        (tmp_path / "a.npz").write_text(content)
        assert "cannot be read" in problems(Layout(images=tmp_path / "a.npz"))


def test_a_list_of_the_pictures_used_tells_which_they_are(ham, tmp_path):
    rows = pd.read_csv(ham.metadata)
    rows.iloc[3:6].to_csv(tmp_path / "used.csv", index=False)
    assert np.flatnonzero(listed_in(tmp_path / "used.csv", ham)).tolist() == [3, 4, 5]
    rows.iloc[3:6].assign(image_id=["a", "b", "c"]).to_csv(tmp_path / "used.csv", index=False)
    with pytest.raises(DataError, match="3 rows name pictures that are not in"):
        listed_in(tmp_path / "used.csv", ham)

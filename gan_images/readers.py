"""Read an image cohort: a folder with a metadata table, a folder a class, or a MedMNIST file."""

import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import DataError, Problem
from cohort.images import ImageCohort, Ints, Pixels
from cohort.problems import capped
from cohort.readers import read_cohort, read_table
from cohort.schema import Schema
from gan_images.decode import SUFFIXES, decode, resized
from gan_images.duplicates import near_duplicates

_NAME_SAFE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-. ")
_SPLITS = ("train", "val", "test")
_OF_SOMEBODY = re.compile(
    r"(lesion|patient|person|participant|subject|case|proband)s?[ _-]?(id|no|nr|nb|num|number|code|key|uid)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where an image cohort lies, and which columns of its metadata mean what.

    Parameters
    ----------
    images : Path
        A folder of pictures, a folder with one folder a class, or a MedMNIST ``.npz``.
    metadata : Path, optional
        A table with one row a picture; without one, folders are the classes.
    image, label, group : str, optional
        The columns with a picture's name or path, its class, and its lesion or patient.
    schema : Schema, optional
        Of the metadata; without one, only the columns above are read.
    size : int
        Pixels a side.
    """

    images: Path
    metadata: Path | None = None
    image: str = "image_id"
    label: str = "dx"
    group: str | None = None
    schema: Schema | None = None
    size: int = 32


@dataclass(frozen=True, kw_only=True)
class _Listed:
    """Pictures that are still files: paths, class names, and groups where they are known."""

    paths: list[Path]
    labels: list[str]
    groups: list[str] | None
    metadata: Cohort | None = None


def read_images(layout: Layout) -> ImageCohort:
    """Read and decode every picture; file names and whatever else the files held do not travel.

    Raises
    ------
    DataError
        With every problem found: files without a row, rows without a file, unreadable pictures,
        names of classes that could not name a folder.
    """
    if not layout.images.exists():
        raise DataError(Problem(what="is not there.", where=str(layout.images), remedy="Mend the path."))
    if layout.images.suffix == ".npz":
        return _read_npz(layout)
    if not layout.images.is_dir():
        remedy = "Give a folder of pictures, or a MedMNIST file that ends with .npz."
        raise DataError(Problem(what="is neither.", where=str(layout.images), remedy=remedy))
    listed = _from_folders(layout) if layout.metadata is None else _from_table(layout)
    _refuse_class_names(listed.labels, layout)
    decoded = [decode(path, size=layout.size, where=_shown(path, layout)) for path in listed.paths]
    problems = [each for each in decoded if isinstance(each, Problem)]
    if problems:
        raise DataError(capped([problems]))
    return _cohort(np.stack([each for each in decoded if not isinstance(each, Problem)]), listed, layout)


def listed_in(path: Path, layout: Layout) -> npt.NDArray[np.bool_]:
    """Which pictures of a cohort with metadata another table names, (images,), such as those trained on.

    Raises
    ------
    DataError
        Where the cohort has no metadata, or the table names a picture that they do not.
    """
    if layout.metadata is None:
        remedy = "Give metadata: FILE, whose rows the table can name."
        raise DataError(Problem(what="has no metadata.", where=str(layout.images), remedy=remedy))
    tables = [read_table(each).table for each in (layout.metadata, path)]
    for each, place in zip(tables, (layout.metadata, path), strict=True):
        if layout.image not in each.columns:
            raise DataError(_no_column(layout.image, replace(layout, metadata=place), list(each.columns)))
    known, named = (each[layout.image] for each in tables)
    if unknown := int((~named.isin(known)).sum()):
        what = f"{unknown} rows name pictures that are not in the cohort's metadata."
        raise DataError(Problem(what=what, where=str(path), remedy="List rows of the metadata alone."))
    return np.asarray(known.isin(named), dtype=bool)


def _cohort(pixels: Pixels, listed: _Listed, layout: Layout) -> ImageCohort:
    codes, classes = pd.factorize(pd.Series(listed.labels), sort=True)
    groups = near_duplicates(pixels) if listed.groups is None else _coded(listed.groups)
    return ImageCohort(
        pixels=pixels,
        labels=codes.astype(np.int64),
        classes=tuple(str(name) for name in classes),
        groups=groups,
        name=layout.images.stem,
        metadata=listed.metadata,
    )


def _from_folders(layout: Layout) -> _Listed:
    """Each folder is a class, as in torchvision's ImageFolder."""
    folders = sorted(path for path in layout.images.iterdir() if path.is_dir())
    if not folders:
        remedy = "Give metadata: FILE with the class of each picture, or put each class into its folder."
        raise DataError(Problem(what="has no folders.", where=str(layout.images), remedy=remedy))
    paths = [path for folder in folders for path in picture_files(folder)]
    if not paths:
        raise DataError(_no_pictures(layout))
    labels = [path.relative_to(layout.images).parts[0] for path in paths]
    return _Listed(paths=paths, labels=labels, groups=None)


def _from_table(layout: Layout) -> _Listed:
    """One row a picture, as in HAM10000, ISIC's exports and lists of paths."""
    if layout.metadata is None:
        raise ValueError("without a table there are only folders")
    table = read_table(layout.metadata).table
    _refuse_columns(list(table.columns), layout)
    wanted = [layout.label, *([] if layout.group is None else [layout.group])]
    problems = [_empty(name, layout) for name in wanted if table[name].isna().any()]
    found, mismatched = _matched([str(value) for value in table[layout.image]], layout)
    if problems or mismatched:
        raise DataError([*problems, *capped([mismatched])])
    return _Listed(
        paths=found,
        labels=[str(value) for value in table[layout.label]],
        groups=None if layout.group is None else [str(value) for value in table[layout.group]],
        metadata=None if layout.schema is None else read_cohort(layout.metadata, layout.schema),
    )


def _refuse_columns(names: list[str], layout: Layout) -> None:
    """A column that is not there, and a lesion or patient whose pictures nobody would keep together."""
    wanted = [layout.image, layout.label, *([] if layout.group is None else [layout.group])]
    problems = [_no_column(name, layout, names) for name in wanted if name not in names]
    whose = [name for name in names if _OF_SOMEBODY.fullmatch(name.strip())]
    if layout.group is None and whose:
        what = f"{', '.join(map(repr, whose))} seems to say whose each picture is, and no group is named."
        remedy = f"Write group: {whose[0]}: pictures of one lesion on both sides of a split hide every leak."
        problems.append(Problem(what=what, where=str(layout.metadata), remedy=remedy))
    if problems:
        raise DataError(problems)


def _matched(names: Sequence[str], layout: Layout) -> tuple[list[Path], list[Problem]]:
    """The file of each row; rows without one, files without a row, and files that two rows claim."""
    paths, place = picture_files(layout.images), str(layout.metadata)
    if not paths:
        raise DataError(_no_pictures(layout))
    known = _by_name(paths, layout.images)
    claimed = [known.get(Path(name).as_posix(), []) for name in names]
    problems = [
        Problem(
            what="names more than one picture." if found else "names a picture that is not there.",
            where=f"{place}, row {row}, column {layout.image}",
            remedy="Write its folder too." if found else "Mend the name, or leave the row out.",
        )
        for row, found in enumerate(claimed, start=1)
        if len(found) != 1
    ]
    counts = Counter(found[0] for found in claimed if len(found) == 1)
    twice = sum(count > 1 for count in counts.values())
    extra = len(paths) - len({path for found in claimed for path in found})
    if twice:
        what = f"{twice} pictures have more than one row."
        problems.append(Problem(what=what, where=place, remedy="Keep one row for each picture."))
    if extra:
        what = f"{extra} pictures have no row in the metadata."
        problems.append(
            Problem(what=what, where=str(layout.images), remedy="Add their rows, or take them out.")
        )
    return [found[0] for found in claimed if len(found) == 1], problems


def _by_name(paths: Sequence[Path], folder: Path) -> dict[str, list[Path]]:
    """Pictures by whatever a table may call them: with and without folder and ending."""
    known: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        inside = path.relative_to(folder)
        for name in {inside.as_posix(), inside.with_suffix("").as_posix(), path.name, path.stem}:
            known[name].append(path)
    return known


def picture_files(folder: Path) -> list[Path]:
    """Every file below a folder that its name says is a picture, in order."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def _read_npz(layout: Layout) -> ImageCohort:
    """MedMNIST's arrays: ``train_images``, ``train_labels`` and the same of val and test."""
    try:
        with np.load(layout.images, allow_pickle=False) as found:
            parts = [split for split in _SPLITS if f"{split}_images" in found]
            images = [_coloured(found[f"{split}_images"]) for split in parts]
            labels = [
                found[f"{split}_labels"].reshape(len(each)) for split, each in zip(parts, images, strict=True)
            ]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        parts, images, labels = [], [], []
    if not parts or not sum(map(len, images)):
        remedy = (
            "Give a MedMNIST file: train_images, (n, side, side) or (n, side, side, 3), and train_labels."
        )
        raise DataError(Problem(what="cannot be read.", where=str(layout.images), remedy=remedy))
    pixels = np.concatenate([resized(each, size=layout.size) for each in images])
    listed = _Listed(paths=[], labels=[f"class_{label}" for label in np.concatenate(labels)], groups=None)
    return _cohort(pixels, listed, layout)


def _coloured(images: Pixels) -> Pixels:
    """Grey pictures with three equal channels; raises `ValueError` for what is no pictures."""
    shown = np.repeat(images[..., None], 3, axis=-1) if images.ndim == 3 else images
    if shown.ndim != 4 or shown.shape[3] != 3 or shown.dtype != np.uint8:
        raise ValueError("no pictures of eight bits")
    return shown


def _coded(names: Sequence[str]) -> Ints:
    return np.asarray(pd.factorize(pd.Series(names))[0], dtype=np.int64)


def _refuse_class_names(labels: Sequence[str], layout: Layout) -> None:
    """A class becomes a folder's name in the release."""
    bad = [name for name in sorted(set(labels)) if not set(name) <= _NAME_SAFE or name.strip(". ") != name]
    if bad:
        what = f"{len(bad)} class names could not name a folder."
        remedy = "Use letters, digits, '-', '_', '.' and blanks within."
        raise DataError(Problem(what=what, where=str(layout.metadata or layout.images), remedy=remedy))


def _shown(path: Path, layout: Layout) -> str:
    return str(layout.images / path.relative_to(layout.images))


def _no_pictures(layout: Layout) -> Problem:
    remedy = f"Give a folder of {', '.join(SUFFIXES)} files."
    return Problem(what="holds no pictures.", where=str(layout.images), remedy=remedy)


def _empty(name: str, layout: Layout) -> Problem:
    remedy = "Fill it in, or leave the rows and their pictures out."
    return Problem(what=f"column {name!r} has empty cells.", where=str(layout.metadata), remedy=remedy)


def _no_column(name: str, layout: Layout, known: Sequence[str]) -> Problem:
    remedy = f"Say image:, label: and group: as the table names them: {', '.join(known)}."
    return Problem(what=f"has no column {name!r}.", where=str(layout.metadata), remedy=remedy)

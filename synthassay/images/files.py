"""A release of images as files: written with a mark, and read back as they were written."""

import csv
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from cohort.errors import DataError, Problem
from cohort.images import ImageRelease, Ints, Pixels
from cohort.problems import capped
from gan_images.decode import SUFFIXES, decode
from synthassay.runs import PICTURES

MARK = "Synthetic"
"""The keyword of the text chunk in every picture that is written."""
MANIFEST = "manifest.csv"
_WORD = "SYNTHETIC"
_LETTERS = (24, 16, 12, 9, 6)


def write_pictures(release: ImageRelease, folder: Path, *, visible: bool = False) -> list[str]:
    """Write a release as ``images/<class>/NNNN.png``, encoded anew, and return the files' names in order.

    Each file holds its pixels and a text that says that it is synthetic, and nothing else. With a
    ``visible`` mark a picture stands between two bands that say so too.
    """
    mark = PngInfo()
    mark.add_text(MARK, f"made by {release.made_by}; no picture of a patient")
    names, many = [], np.zeros(len(release.classes), dtype=np.int64)
    digits = max(4, len(str(len(release))))
    for pixels, label in zip(release.pixels, release.labels, strict=True):
        many[label] += 1
        name = f"{PICTURES}/{release.classes[label]}/{many[label]:0{digits}d}.png"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shown = banded(pixels) if visible else Image.fromarray(pixels)
        shown.save(folder / name, format="PNG", pnginfo=mark, optimize=False)
        names.append(name)
    return names


def banded(pixels: Pixels) -> Image.Image:
    """A picture, (size, size, 3), between two bands alike that say that it is synthetic.

    Its middle square is the picture, pixel for pixel: whoever crops to that, as readers of pictures
    do and ours does, sees no mark and loses nothing.
    """
    size = len(pixels)
    band = _band(size)
    whole = Image.new("RGB", (size, size + 2 * band.height))
    for shown, top in ((band, 0), (Image.fromarray(pixels), band.height), (band, size + band.height)):
        whole.paste(shown, (0, top))
    return whole


@lru_cache(maxsize=1)
def _band(width: int) -> Image.Image:
    """Black on white, in the largest letters for which there is room."""
    fonts = [ImageFont.load_default(size) for size in _LETTERS]
    font = next((each for each in fonts if each.getlength(_WORD) <= width), fonts[-1])
    left, top, right, bottom = (round(edge) for edge in font.getbbox(_WORD))
    band = Image.new("RGB", (width, bottom - top + 2), "white")
    ImageDraw.Draw(band).text(((width - right - left) // 2, 1 - top), _WORD, fill="black", font=font)
    return band


def write_manifest(folder: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """One line a picture drawn; internal, for it tells how near each is to the patients' pictures."""
    with (folder / MANIFEST).open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(columns)
        lines.writerows(zip(*columns.values(), strict=True))


def read_pictures(
    folder: Path, *, classes: tuple[str, ...], size: int, made_by: str, seed: int | None = None
) -> ImageRelease:
    """Read a folder with one folder a class, whoever wrote it and at whatever size.

    Parameters
    ----------
    folder : Path
        With a folder for each class that it holds pictures of.
    classes : tuple of str
        The cohort's.
    size : int
        The cohort's; other pictures are brought to it.
    made_by : str
        Who wrote them.
    seed : int, optional
        Of the draw.

    Raises
    ------
    DataError
        With every problem found: folders that are no class, unreadable pictures, no picture.
    """
    paths, labels = _listed(folder, classes)
    decoded = [decode(path, size=size, where=str(path)) for path in paths]
    problems = [each for each in decoded if isinstance(each, Problem)]
    if problems:
        raise DataError(capped([problems]))
    pixels: Pixels = np.stack([each for each in decoded if not isinstance(each, Problem)])
    return ImageRelease(pixels=pixels, labels=labels, classes=classes, made_by=made_by, seed=seed)


def _listed(folder: Path, classes: tuple[str, ...]) -> tuple[list[Path], Ints]:
    where, remedy = str(folder), f"Give a folder for each class: {', '.join(classes)}."
    if not folder.is_dir():
        raise DataError(Problem(what="is no folder.", where=where, remedy=remedy))
    root = folder / PICTURES if (folder / PICTURES).is_dir() and PICTURES not in classes else folder
    folders = [each for each in root.iterdir() if each.is_dir() and not each.name.startswith(".")]
    unknown = [each.name for each in folders if each.name not in classes]
    if unknown:
        what = f"{len(unknown)} folders are no class of the cohort."
        raise DataError(Problem(what=what, where=where, remedy=remedy))
    found = [
        (path, classes.index(each.name))
        for each in sorted(folders, key=lambda folder: classes.index(folder.name))
        for path in sorted(each.rglob("*"))
        if path.suffix.lower() in SUFFIXES and path.is_file()
    ]
    if not found:
        raise DataError(Problem(what="holds no pictures.", where=where, remedy=remedy))
    return [path for path, _ in found], np.array([label for _, label in found], dtype=np.int64)

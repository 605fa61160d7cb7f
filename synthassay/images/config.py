"""What a config says of an image cohort."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEYS = ("images", "metadata", "label", "group", "image", "size")
"""What a cohort of images may say besides."""
DEMOS = ("lesions",)
"""The embedded image cohorts."""
GENERATORS: Mapping[str, str] = {
    "gan": "gan_images.model:Gan",
    "dp_gaussian": "gan_images.dp_gaussian:DpGaussian",
}
"""What may be a candidate on images, and on nothing else; loaded where it is asked for."""

_SMALLEST = 16
_LARGEST = 512
_EXAMPLE = "Write cohort: {images: FOLDER, metadata: metadata.csv, label: dx, group: lesion_id, size: 32}."


@dataclass(frozen=True, kw_only=True)
class ImageSource:
    """Where an image cohort lies, and which columns of its metadata mean what.

    Parameters
    ----------
    images : Path, optional
        A folder, or a MedMNIST file; None for an embedded cohort.
    metadata : Path, optional
        One row a picture; without it each folder is a class.
    label, image : str
        The columns with a picture's class and with its name.
    group : str, optional
        The column with its lesion or patient.
    size : int
        Pixels a side, to which every picture is brought.
    """

    images: Path | None = None
    metadata: Path | None = None
    label: str = "dx"
    group: str | None = None
    image: str = "image_id"
    size: int = 32

    def to_dict(self) -> dict[str, Any]:
        """As it stands in a config."""
        told = {key: value for key, value in vars(self).items() if value is not None}
        plain = {key: str(value) if isinstance(value, Path) else value for key, value in told.items()}
        return plain if self.images is not None else {"size": self.size}


def shows_images(part: Mapping[str, Any]) -> bool:
    """Whether a config's cohort is one of images."""
    return "images" in part or part.get("demo") in DEMOS


def default_generator(part: Mapping[str, Any]) -> str:
    """What is minted with where a config names no candidate."""
    return next(iter(GENERATORS)) if shows_images(part) else "auto"


def read_mark(content: Mapping[str, Any], part: Mapping[str, Any], wrong: Callable[[str, str], None]) -> bool:
    """Whether synthetic pictures are to bear a mark that is seen, telling ``wrong`` what is wrong."""
    if "mark" not in content:
        return False
    if content["mark"] != "visible":
        wrong(f"mark: {content['mark']!r} is no mark.", "Write mark: visible, or leave it out.")
    if not shows_images(part):
        wrong("mark is for pictures, and this cohort is a table.", "Leave it out.")
    return True


def read_helped(
    content: Mapping[str, Any], part: Mapping[str, Any], wrong: Callable[[str, str], None]
) -> int:
    """How many trainings tell whether pictures help, telling ``wrong`` what is wrong."""
    value = content.get("helped", 0)
    if "helped" in content and not shows_images(part):
        wrong("helped is for pictures, and this cohort is a table.", "Leave it out.")
    if isinstance(value, int) and not isinstance(value, bool) and (value == 0 or 2 <= value <= 20):
        return value
    wrong(f"helped: {value!r} is no number of trainings from 2 to 20.", "Write helped: 3, or leave it out.")
    return 0


def read_source(
    part: Mapping[str, Any], path: Callable[[Any], Path], wrong: Callable[[str, str], None]
) -> ImageSource:
    """Read the part of an image cohort, telling ``wrong`` what is wrong and what to write."""
    if "data" in part:
        wrong("cohort has both images and data.", _EXAMPLE)
    if "demo" in part and "images" in part:
        wrong("cohort has both images and demo.", _EXAMPLE)
    if "demo" in part and set(part) & {*KEYS} - {"size"}:
        wrong("an embedded image cohort takes a size and nothing else.", "Write cohort: {demo: lesions}.")
    if "holdout" in part:
        wrong(
            "cohort: holdout is a table's.",
            "Leave it out: lesions are set aside by split, or by trained_on: FILE where another tool "
            "made the release.",
        )
    size = part.get("size", 32)
    if not isinstance(size, int) or isinstance(size, bool) or not _SMALLEST <= size <= _LARGEST:
        wrong(f"size: {size!r} is no whole number from {_SMALLEST} to {_LARGEST}.", "Write size: 32.")
        size = 32
    return ImageSource(
        images=path(part["images"]) if "images" in part else None,
        metadata=path(part["metadata"]) if part.get("metadata") is not None else None,
        label=str(part.get("label", "dx")),
        group=None if part.get("group") is None else str(part["group"]),
        image=str(part.get("image", "image_id")),
        size=size,
    )

"""One DICOM file: its pixels, and nothing of its header, which names the patient."""

import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

SUFFIX = ".dcm"
Floats = npt.NDArray[np.float64]


class NoPicture(Exception):
    """What a file is instead, in words that hold nothing of it, and what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


def read_dicom(path: Path, *, most_pixels: int) -> Image.Image:
    """The picture of a DICOM file, red, green and blue of 8 bits.

    Grey values are shown in the file's own window, or from the smallest to the largest.

    Parameters
    ----------
    path : Path
        A file of one frame.
    most_pixels : int
        A header that says more is not decoded.

    Raises
    ------
    NoPicture
        Where pydicom is not installed, and for what is no picture of one frame without words in it.
    """
    try:
        reader, pixels = import_module("pydicom"), import_module("pydicom.pixels")
    except ImportError:
        raise NoPicture(
            "is a DICOM file, which pydicom reads, and that is not installed.",
            'Install it: pip install "synthassay[dicom]"; or export the pictures as PNG.',
        ) from None
    try:
        with warnings.catch_warnings(action="ignore"):
            file = reader.dcmread(path)
            _refuse(file, most_pixels)
            return _shown(file, pixels)
    except NoPicture:
        raise
    except Exception:  # a damaged header fails in as many ways as there are fields, and may be cited
        raise NoPicture(
            "is damaged, no DICOM picture, or packed in a way that is not known here.",
            "Export it again, uncompressed or as PNG, or leave it out.",
        ) from None


def _refuse(file: Any, most_pixels: int) -> None:
    if int(file.get("NumberOfFrames") or 1) > 1:
        raise NoPicture("has several frames.", "Export the frame that is meant, each as a file.")
    if file.Rows * file.Columns > most_pixels:
        raise NoPicture(
            f"says it has {file.Columns} × {file.Rows} pixels.", "Export it smaller, or leave it out."
        )
    if str(file.get("BurnedInAnnotation", "")).upper() == "YES":
        raise NoPicture(
            "says that words are burnt into its pixels.", "Blacken them, or leave the picture out."
        )


def _shown(file: Any, pixels: Any) -> Image.Image:
    found = pixels.pixel_array(file)
    kind = str(file.PhotometricInterpretation)
    if kind == "PALETTE COLOR":
        found = pixels.apply_color_lut(found, file) / 257.0
    elif found.ndim == 2:
        found = 255.0 * _grey(pixels.apply_modality_lut(found, file).astype(np.float64), file)
        found = 255.0 - found if kind == "MONOCHROME1" else found
    eight = np.asarray(np.clip(np.round(found), 0, 255), dtype=np.uint8)
    return Image.fromarray(eight).convert("RGB")


def _grey(values: Floats, file: Any) -> Floats:
    """Values in [0, 1], dark to bright."""
    low, high = float(values.min()), float(values.max())
    centre, width = (_first(file.get(name)) for name in ("WindowCenter", "WindowWidth"))
    if centre is not None and width:
        low, high = centre - width / 2, centre + width / 2
    return np.asarray(np.clip((values - low) / max(high - low, 1e-9), 0.0, 1.0), dtype=np.float64)


def _first(value: Any) -> float | None:
    """Of a field that may have several values, or none."""
    if value is None or value == "":
        return None
    return float(value[0] if hasattr(value, "__len__") and not isinstance(value, str) else value)

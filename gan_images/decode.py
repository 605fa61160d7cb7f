"""One picture file: decoded to plain pixels, with nothing else that it held."""

import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from cohort.errors import Problem
from cohort.images import Pixels
from gan_images import dicom

MOST_PIXELS = 50_000_000
"""A file that says it is larger is not decoded: it may be small on disk and fill the memory."""

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", dicom.SUFFIX)
_FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP")
_SIXTEEN_BITS = ("I", "I;16", "I;16B", "I;16L", "F")


def decode(path: Path, *, size: int, where: str) -> Pixels | Problem:
    """The centre square of a picture at the size asked for, or why there is none.

    Whatever its file held besides, such as position, device and date, is not read on.

    Parameters
    ----------
    path : Path
        A file in one of the formats of `SUFFIXES`.
    size : int
        Pixels a side.
    where : str
        How the file is named to the reader of a problem.

    Returns
    -------
    ndarray, (size, size, 3), uint8
    """
    if path.suffix.lower() == dicom.SUFFIX:
        return _from_dicom(path, size, where)
    try:
        # A size beyond MOST_PIXELS is refused below, before anything is decoded.
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                return _unreadable(f"says it has {image.width} × {image.height} pixels", where)
            return _square(image, size)
    except UnidentifiedImageError:
        return _unreadable("is no picture in a known format", where)
    except Image.DecompressionBombError:
        return _unreadable("says it has more pixels than can be right", where)
    except (OSError, SyntaxError, ValueError, EOFError):
        return _unreadable("is damaged or cut off", where)


def _from_dicom(path: Path, size: int, where: str) -> Pixels | Problem:
    try:
        return _square(dicom.read_dicom(path, most_pixels=MOST_PIXELS), size)
    except dicom.NoPicture as why:
        return Problem(what=why.what, where=where, remedy=why.remedy)


def resized(pixels: Pixels, *, size: int) -> Pixels:
    """Pictures that are decoded already, (images, size, size, 3), at the size asked for."""
    if pixels.shape[1:3] == (size, size) or not len(pixels):
        return pixels
    return np.stack([_square(Image.fromarray(each), size) for each in pixels])


def _square(image: Image.Image, size: int) -> Pixels:
    upright = _plain(ImageOps.exif_transpose(image))
    return np.asarray(ImageOps.fit(upright, (size, size), Image.Resampling.LANCZOS), dtype=np.uint8)


def _plain(image: Image.Image) -> Image.Image:
    """Red, green and blue of eight bits; what is see-through stands on white."""
    if image.mode in _SIXTEEN_BITS:
        return Image.fromarray(_eight_bits(np.asarray(image, dtype=np.float64))).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        opaque = image.convert("RGBA")
        behind = Image.new("RGBA", opaque.size, (255, 255, 255, 255))
        return Image.alpha_composite(behind, opaque).convert("RGB")
    return image.convert("RGB")


def _eight_bits(values: npt.NDArray[np.float64]) -> Pixels:
    """The whole range of a 16-bit picture; of one with few values, as it stands."""
    scale = 257.0 if values.max() > 255 else 1.0
    return np.asarray(np.clip(values / scale, 0, 255).round(), dtype=np.uint8)


def _unreadable(what: str, where: str) -> Problem:
    remedy = "Export it again as JPEG or PNG, or leave it out."
    return Problem(what=f"{what}.", where=where, remedy=remedy)

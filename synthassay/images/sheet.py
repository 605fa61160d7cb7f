"""A contact sheet: some pictures of a release, marked as synthetic, for the internal report."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from synthassay.runs import PICTURES

_SHOWN = 10
_SIDE = 64
_MARGIN = 12
_STAMP = "SYNTHETIC - no picture of a patient"


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Pictures of one class side by side.

    Parameters
    ----------
    name : str
        The class.
    pictures : int
        How many the release has of it.
    uri : str
        The strip as a PNG in a ``data:`` address.
    """

    name: str
    pictures: int
    uri: str


def contact_sheet(release: Path) -> list[Strip]:
    """A strip for each class of a release's folder; none where there are no pictures.

    Only what was minted is ever written there: reference points have no folder, and real pictures
    none either.
    """
    folders = sorted(each for each in (release / PICTURES).glob("*") if each.is_dir())
    found = [(each.name, sorted(each.glob("*.png"))) for each in folders]
    return [Strip(name=name, pictures=len(paths), uri=_strip(paths)) for name, paths in found if paths]


def _strip(paths: list[Path]) -> str:
    chosen = np.unique(np.linspace(0, len(paths) - 1, min(_SHOWN, len(paths))).round().astype(int))
    sheet = Image.new("RGB", (_SHOWN * _SIDE, _SIDE + _MARGIN), "white")
    for place, each in enumerate(chosen):
        with Image.open(paths[each], formats=["PNG"]) as picture:
            # Without the bands of a visible mark: the sheet has a stamp of its own.
            shown = ImageOps.fit(picture.convert("RGB"), (_SIDE, _SIDE), Image.Resampling.NEAREST)
        sheet.paste(shown, (place * _SIDE, 0))
    ImageDraw.Draw(sheet).text((2, _SIDE), _STAMP, fill="black")
    content = io.BytesIO()
    sheet.save(content, format="PNG")
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()

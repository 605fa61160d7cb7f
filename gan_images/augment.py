"""Disturb what the critic sees, real and minted alike, so that few pictures suffice.

Colour, translation and cutout of Zhao et al. 2020 (DiffAugment, doi:10.48550/arXiv.2006.10738); each
can be differentiated, so that the generator learns through it. Turns and mirrorings are for real
pictures alone: a lesion has no upright.
"""

import torch
from torch import Tensor

_TONE = 0.5
"""Half of what the paper uses: colour tells classes apart, and a critic that is shown any accepts any."""
_SHIFT = 1 / 8
_HOLE = 1 / 2


def disturbed(pictures: Tensor, rng: torch.Generator) -> Tensor:
    """Brightness, saturation and contrast, a shift and a hole, drawn for each picture.

    Parameters
    ----------
    pictures : Tensor, (batch, 3, size, size), in [-1, 1]
    rng : torch.Generator
        On the CPU.
    """
    return _holed(_moved(_toned(pictures, rng), rng), rng)


def turned(pictures: Tensor, rng: torch.Generator) -> Tensor:
    """Each picture in one of its eight turns and mirrorings at random, (batch, 3, size, size)."""
    how = torch.randint(8, (len(pictures),), generator=rng)
    out = torch.empty_like(pictures)
    for each in range(8):
        chosen = how == each
        some = pictures[chosen]
        if len(some):
            out[chosen] = torch.rot90(some.flip(3) if each >= 4 else some, each % 4, dims=(2, 3))
    return out


def _toned(pictures: Tensor, rng: torch.Generator) -> Tensor:
    brighter, saturated, contrast = (torch.rand((3, len(pictures), 1, 1, 1), generator=rng) - 0.5).to(
        pictures.device
    )
    shown = pictures + _TONE * brighter
    grey = shown.mean(dim=1, keepdim=True)
    shown = grey + (shown - grey) * (1.0 + 2.0 * _TONE * saturated)
    level = shown.mean(dim=(1, 2, 3), keepdim=True)
    return level + (shown - level) * (1.0 + _TONE * contrast)


def _moved(pictures: Tensor, rng: torch.Generator) -> Tensor:
    """Shifted by up to an eighth; what comes in from outside is grey."""
    size = pictures.shape[3]
    most = int(size * _SHIFT + 0.5)
    by = torch.randint(-most, most + 1, (2, len(pictures), 1), generator=rng)
    rows, columns = ((torch.arange(size) + each).to(pictures.device) for each in by)
    within = ((rows >= 0) & (rows < size))[:, None, :, None] & ((columns >= 0) & (columns < size))[
        :, None, None, :
    ]
    first = torch.arange(len(pictures), device=pictures.device)[:, None, None]
    rows, columns = rows.clamp(0, size - 1), columns.clamp(0, size - 1)
    moved = pictures.permute(0, 2, 3, 1)[first, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    return moved * within


def _holed(pictures: Tensor, rng: torch.Generator) -> Tensor:
    """A square of half the side cut out anywhere."""
    size = pictures.shape[3]
    half = int(size * _HOLE + 0.5) // 2
    middle = torch.randint(0, size + 1, (2, len(pictures), 1), generator=rng).to(pictures.device)
    places = torch.arange(size, device=pictures.device)
    rows, columns = ((places - each).abs() <= half for each in middle)
    return pictures * ~(rows[:, None, :, None] & columns[:, None, None, :])

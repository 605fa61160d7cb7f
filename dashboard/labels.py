"""Where the names of points may stand, so that none covers another or a point."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians, sin

# Free at both widths (of a phone and of a wide page) is free between them in practice.
_WIDTHS = (290.0, 820.0)
_HEIGHT = 330.0
_LETTER, _LINE = 7.2, 17.0
_MARKER = 9.0
_RINGS = (16.0, 30.0, 46.0, 64.0, 86.0, 112.0)
# Diagonals first: whiskers run along the axes.
_ANGLES = (40, -40, 140, -140, 0, 180, 90, -90, 65, -65, 115, -115)

Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Label:
    """A name beside its point.

    Parameters
    ----------
    text : str
        The name.
    x, y : float
        The point, in units of the axes.
    dx, dy : float
        From the point to the middle of the name, in pixels; ``dy`` grows downwards.
    """

    text: str
    x: float
    y: float
    dx: float
    dy: float


def place(
    points: Sequence[tuple[str, float, float]], *, x: tuple[float, float], y: tuple[float, float]
) -> list[Label]:
    """Give each point's name the nearest free place; one that finds none is left out.

    Parameters
    ----------
    points : sequence of (text, x, y)
        In the order in which they choose.
    x, y : (float, float)
        The ends of the axes.
    """
    dots = [_pixels(point[1:], x, y) for point in points]
    taken = [[_around(dot, _MARKER, _MARKER) for dot in spread] for spread in zip(*dots, strict=True)]
    labels = []
    for (text, px, py), spread in zip(points, dots, strict=True):
        half = (len(text) * _LETTER / 2 + 2, _LINE / 2)
        for dx, dy in _offsets(half[0]):
            boxes = [_around((left + dx, top + dy), *half) for left, top in spread]
            if all(_free(box, taken[i], _WIDTHS[i]) for i, box in enumerate(boxes)):
                labels.append(Label(text=text, x=px, y=py, dx=dx, dy=dy))
                for i, box in enumerate(boxes):
                    taken[i].append(box)
                break
    return labels


def _offsets(half: float) -> Iterator[tuple[float, float]]:
    """From the point to the middle of its name, nearest first."""
    for ring in _RINGS:
        for angle in _ANGLES:
            across, up = cos(radians(angle)), sin(radians(angle))
            side = 0 if abs(angle) == 90 else half if across > 0 else -half
            yield ring * across + side, -ring * up


def _pixels(
    point: tuple[float, float], x: tuple[float, float], y: tuple[float, float]
) -> list[tuple[float, float]]:
    """Where a point lies at each width."""
    across, down = (point[0] - x[0]) / (x[1] - x[0]), (y[1] - point[1]) / (y[1] - y[0])
    return [(across * width, down * _HEIGHT) for width in _WIDTHS]


def _around(middle: tuple[float, float], half_width: float, half_height: float) -> Box:
    left, top = middle
    return left - half_width, top - half_height, left + half_width, top + half_height


def _free(box: Box, taken: Sequence[Box], width: float) -> bool:
    inside = box[0] >= 0 and box[2] <= width and box[1] >= 0 and box[3] <= _HEIGHT
    return inside and not any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken
    )

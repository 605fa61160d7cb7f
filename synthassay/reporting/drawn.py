"""A report's figures on paper: plotly needs a browser to draw them, and a printer has none.

Every figure of a report is dots with whiskers, beside names or an axis; that much is drawn here, from the
same figure that the screen shows.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape, unescape
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from dashboard.drawing import INK

WIDTH = 660  # pixels, which is as wide as the text
_LINE = 15
_LETTER, _WIDE_LETTER = 7.0, 12.0  # pixels, of Latin and of Chinese at 12 px
_GRID, _WHISKER = "#e3e3e3", "#777777"
_STEPS = (1, 2, 2.5, 5, 10)
_ROW = 34  # pixels; on a screen more, where a finger has to hit it
_BREAK = re.compile(r"<br>")


@dataclass(frozen=True, kw_only=True)
class _Axis:
    """From values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, wanted: int = 6) -> list[float]:
        """Round values inside the axis."""
        low, high = sorted((self.low, self.high))
        raw = (high - low) / wanted
        power = 10 ** math.floor(math.log10(raw))
        step = next(power * each for each in _STEPS if power * each >= raw * 0.999)
        return [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def drawn(figure: go.Figure) -> str:
    """The figure as SVG, whose text can be selected.

    Parameters
    ----------
    figure : Figure
        Dots with or without whiskers: what `dashboard.charts` makes.
    """
    told = figure.to_plotly_json()
    traces, layout = told["data"], {"xaxis": {}, "yaxis": {}, **told["layout"]}
    legend, top = _legend([each for each in traces if each.get("name")])
    names = _names(layout["yaxis"])
    left = 14 + max((_width(line) for _, lines in names for line in lines), default=0.0)
    title = _lines(layout["yaxis"].get("title", {}).get("text", ""))
    left += 16 * len(title) + (0 if names else 40)
    below = 24 + _LINE * len(_lines(layout["xaxis"].get("title", {}).get("text", "")))
    height = top + 8 + below + _tall(names) if names else layout.get("height", 400)
    x = _axis(layout["xaxis"], traces, "x", start=left, end=WIDTH - 14.0)
    y = _axis(layout["yaxis"], traces, "y", start=height - below, end=top + 8.0)
    parts = [
        *legend,
        *_shapes(layout.get("shapes", ()), x, y),
        *_across(layout["xaxis"], x, y),
        *(_row_names(names, y, left) if names else _up(layout["yaxis"], x, y)),
        *_side_title(title, y),
        *(part for trace in traces for part in _trace(trace, x, y)),
        *_annotations(layout.get("annotations", ()), x, y),
    ]
    size = f'width="{WIDTH}" height="{height:.0f}" viewBox="0 0 {WIDTH} {height:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" {size}>{"".join(parts)}</svg>'


def _axis(
    told: dict[str, Any], traces: Sequence[dict[str, Any]], key: str, *, start: float, end: float
) -> _Axis:
    """The axis as the figure says, else wide enough for all dots and whiskers."""
    if told.get("range"):
        low, high = told["range"]
        return _Axis(low=low, high=high, start=start, end=end)
    ranges = [each for trace in traces for each in _ranges(trace, key) if each[0] is not None]
    ends = [end for _, *both in ranges for end in both] or [0.0, 1.0]
    margin = 0.06 * (max(ends) - min(ends) or 1.0)
    return _Axis(low=min(*ends, 0.0) - margin, high=max(ends) + margin, start=start, end=end)


def _ranges(trace: dict[str, Any], key: str) -> list[tuple[float | None, float, float]]:
    """Each dot's value with the ends of its whiskers."""
    values = trace.get(key) or ()
    bars = trace.get(f"error_{key}") or {}
    above, below = (bars.get(each) or [0.0] * len(values) for each in ("array", "arrayminus"))
    return [
        (value, (value or 0.0) - down, (value or 0.0) + up)
        for value, up, down in zip(values, above, below, strict=True)
    ]


def _legend(traces: Sequence[dict[str, Any]]) -> tuple[list[str], float]:
    """The names of the traces above the plot, as many to a line as fit; and where they end."""
    parts, across, down = [], 0.0, float(_LINE)
    for trace in traces:
        wide = 24 + _width(trace["name"]) + 14
        if across and across + wide > WIDTH:
            across, down = 0.0, down + _LINE + 2
        parts += [_sign(trace, across + 9, down - 4), _text(trace["name"], across + 20, down)]
        across += wide
    return parts, down + 6


def _sign(trace: dict[str, Any], x: float, y: float) -> str:
    if "marker" in trace:
        return _mark(trace["marker"], x, y, 4.0)
    return _line(x - 8, y, x + 8, y, trace["line"]["color"], dash="2 2")


def _shapes(shapes: Sequence[dict[str, Any]], x: _Axis, y: _Axis) -> Iterator[str]:
    """A shaded region, or a line from top to bottom."""
    for each in shapes:
        if each["type"] == "rect":
            across, up = (
                sorted((x.at(each["x0"]), x.at(each["x1"]))),
                sorted((y.at(each["y0"]), y.at(each["y1"]))),
            )
            yield (
                f'<rect x="{across[0]:.1f}" y="{up[0]:.1f}" width="{across[1] - across[0]:.1f}" '
                f'height="{up[1] - up[0]:.1f}" fill="{each["fillcolor"]}" fill-opacity="{each["opacity"]}"/>'
            )
        else:
            yield _line(x.at(each["x0"]), y.start, x.at(each["x0"]), y.end, INK, dash="2 3")


def _across(told: dict[str, Any], x: _Axis, y: _Axis) -> Iterator[str]:
    form = _form(told)
    for tick in x.ticks():
        yield _line(x.at(tick), y.start, x.at(tick), y.end, _GRID)
        yield _text(form(tick), x.at(tick), y.start + 14, anchor="middle")
    middle = (x.start + x.end) / 2
    for number, line in enumerate(_lines(told.get("title", {}).get("text", "")), start=2):
        yield _text(line, middle, y.start + 2 + number * _LINE, anchor="middle")


def _up(told: dict[str, Any], x: _Axis, y: _Axis) -> Iterator[str]:
    form = _form(told)
    for tick in y.ticks():
        yield _line(x.start, y.at(tick), x.end, y.at(tick), _GRID)
        yield _text(form(tick), x.start - 5, y.at(tick) + 4, anchor="end")


def _side_title(lines: Sequence[str], y: _Axis) -> Iterator[str]:
    middle = (y.start + y.end) / 2
    for number, line in enumerate(lines):
        turned = f' transform="rotate(-90 {12 + _LINE * number} {middle:.1f})"'
        yield _text(line, 12 + _LINE * number, middle, anchor="middle", more=turned)


def _names(told: dict[str, Any]) -> list[tuple[float, list[str]]]:
    """Where each row stands, and its name's lines; none on an axis of numbers."""
    places, texts = told.get("tickvals") or (), told.get("ticktext") or ()
    return [(place, _lines(text)) for place, text in zip(places, texts, strict=True)]


def _tall(names: Sequence[tuple[float, list[str]]]) -> float:
    """The least that rows of names and dots take."""
    return max(sum(len(lines) + 0.9 for _, lines in names) * _LINE, 0.8 * _ROW * len(names))


def _row_names(names: Sequence[tuple[float, list[str]]], y: _Axis, left: float) -> Iterator[str]:
    for place, lines in names:
        yield _line(left, y.at(place), WIDTH - 14, y.at(place), _GRID)
        first = y.at(place) + 4 - _LINE * (len(lines) - 1) / 2
        for number, line in enumerate(lines):
            yield _text(line, left - 6, first + _LINE * number, anchor="end")


def _trace(trace: dict[str, Any], x: _Axis, y: _Axis) -> Iterator[str]:
    """Its line, and its dots, each over its whiskers."""
    if "lines" in trace.get("mode", ""):
        yield _joined(trace, x, y)
    for (across, left, right), (up, low, high) in zip(_ranges(trace, "x"), _ranges(trace, "y"), strict=True):
        if across is None or up is None:
            continue
        if left < right:
            yield _line(x.at(left), y.at(up), x.at(right), y.at(up), _WHISKER, width=1.4)
        if low < high:
            yield _line(x.at(across), y.at(low), x.at(across), y.at(high), _WHISKER, width=1.4)
        if "marker" in trace:
            yield _mark(trace["marker"], x.at(across), y.at(up), 5.0)


def _joined(trace: dict[str, Any], x: _Axis, y: _Axis) -> str:
    """A line from dot to dot, straight or in steps: first across, then up or down."""
    known = [
        (x.at(one), y.at(other)) for one, other in zip(trace["x"], trace["y"], strict=True) if one is not None
    ]
    steps = trace["line"].get("shape") == "hv"
    corners = [((after[0], before[1]), after) if steps else (after,) for before, after in pairwise(known)]
    whole = [*known[:1], *(corner for each in corners for corner in each)]
    path = " ".join(f"{across:.1f},{up:.1f}" for across, up in whole)
    return f'<polyline points="{path}" fill="none" stroke="{trace["line"]["color"]}" stroke-dasharray="2 2"/>'


def _annotations(annotations: Sequence[dict[str, Any]], x: _Axis, y: _Axis) -> Iterator[str]:
    """Names with a thin line to their dots."""
    for each in annotations:
        across, up = x.at(each["x"]), y.at(each["y"])
        aside = across + each["ax"], up + each["ay"]
        yield _line(across, up, *aside, "#888888", width=0.8)
        lines = _lines(each["text"])
        half = max(map(_width, lines)) / 2 + 1
        yield (
            f'<rect x="{aside[0] - half:.1f}" y="{aside[1] - 8:.1f}" width="{2 * half:.1f}" '
            f'height="{_LINE * len(lines):.1f}" fill="white" fill-opacity="0.8"/>'
        )
        for number, line in enumerate(lines):
            yield _text(line, aside[0], aside[1] + 4 + _LINE * number, anchor="middle")


def _mark(marker: dict[str, Any], x: float, y: float, size: float) -> str:
    """A dot in its shape: filled, or open where plotly's name ends so."""
    symbol, colour = str(marker.get("symbol", "circle")), marker["color"]
    ink = f'stroke="{colour}" stroke-width="1.6" fill="{"white" if symbol.endswith("-open") else colour}"'
    points = {
        "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        "triangle": ((0, -1.2), (1.2, 1), (-1.2, 1)),
        "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    }.get(symbol.partition("-")[0])
    if points is not None:
        path = " ".join(f"{x + size * dx:.1f},{y + size * dy:.1f}" for dx, dy in points)
        return f'<polygon points="{path}" {ink}/>'
    if symbol == "x":
        one = _line(x - size, y - size, x + size, y + size, colour, width=3)
        return one + _line(x - size, y + size, x + size, y - size, colour, width=3)
    if symbol.startswith("line-ns"):
        return _line(x, y - 6, x, y + 6, colour, width=3)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" {ink}/>'


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 1, dash: str = ""
) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"{dashed}/>'


def _text(text: str, x: float, y: float, *, anchor: str = "start", more: str = "") -> str:
    at = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {at} font-size="12" fill="{INK}"{more}>{escape(text, quote=False)}</text>'


def _lines(text: str | None) -> list[str]:
    return [unescape(line) for line in _BREAK.split(text)] if text else []


def _width(text: str) -> float:
    return sum(_WIDE_LETTER if ord(letter) > 0x2E7F else _LETTER for letter in text)


def _form(axis: dict[str, Any]) -> Callable[[float], str]:
    if str(axis.get("tickformat", "")).endswith("%"):
        return lambda value: f"{100 * value:.0f}%"
    return lambda value: f"{value + 0:.4g}"

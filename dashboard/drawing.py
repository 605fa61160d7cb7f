"""How every picture is drawn: its style, its whiskers, its rows of names."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any
from unicodedata import east_asian_width

import plotly.graph_objects as go

INK = "#222222"
LINE = 17  # pixels
FULL = {"size": 11, "color": "#0072B2", "symbol": "circle"}
OPEN = {"size": 11, "color": INK, "symbol": "diamond-open", "line": {"width": 1.5}}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure that can also be read without being seen.

    Parameters
    ----------
    figure : Figure
        For plotly.
    sentence : str
        What it shows, in one plain sentence.
    alt : str
        What it looks like, for somebody who cannot see it.
    table : list of dict
        The numbers behind it; empty where there is nothing to draw.
    """

    figure: go.Figure
    sentence: str
    alt: str
    table: list[dict[str, Any]]


Range = tuple[float | None, float | None, float | None]
"""A value with the ends of its interval."""


def whiskers(ranges: Sequence[Range]) -> dict[str, Any]:
    """Plotly's asymmetric error bars from (value, low, high)."""
    known = [(value or 0.0, low, high) for value, low, high in ranges]
    return {
        "type": "data",
        "symmetric": False,
        "array": [0.0 if high is None else high - value for value, _, high in known],
        "arrayminus": [0.0 if low is None else value - low for value, low, _ in known],
        "thickness": 1.5,
        "width": 4,
        "color": "rgba(60,60,60,.6)",
    }


def style(figure: go.Figure, *, height: int) -> None:
    """Plain, without zoom, so that a finger scrolls the page and a click chooses a point."""
    figure.update_layout(
        template="plotly_white",
        height=height,
        margin={"l": 10, "r": 16, "t": 10, "b": 10},
        font={"family": "system-ui, sans-serif", "size": 12, "color": INK},
        # Above the plot: below it a legend of several lines would cover the axis title.
        legend={
            "orientation": "h",
            "yref": "container",
            "y": 1,
            "yanchor": "top",
            "x": 0,
            "font": {"size": 12},
        },
        dragmode=False,
        showlegend=True,
    )
    figure.update_xaxes(
        automargin=True, zeroline=False, fixedrange=True, title={"standoff": 8, "font": {"size": 12}}
    )
    figure.update_yaxes(
        automargin=True, zeroline=False, fixedrange=True, title={"standoff": 8, "font": {"size": 12}}
    )


def rows(figure: go.Figure, names: Sequence[str], at: Sequence[float]) -> None:
    """Names in place of numbers on the vertical axis, first on top."""
    ends = (at[0], at[-1]) if at else (0.0, 0.0)
    step = (ends[1] - ends[0]) / max(len(at) - 1, 1) or 1.0
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(at),
        ticktext=list(names),
        range=[ends[1] + 0.6 * step, ends[0] - 0.6 * step],
    )


def folded(text: str, *, letters: int = 22) -> str:
    """A name on several lines, where it is long; plotly would read a column called ``a<b`` as HTML."""
    wide = sum(east_asian_width(letter) in "WF" for letter in text)  # each takes the room of two
    narrower = letters * len(text) // (len(text) + wide) if wide else letters
    return "<br>".join(escape(line, quote=False) for line in wrap(text, narrower))


def places(names: Sequence[str]) -> list[float]:
    """Where names stand, in lines from the top, so that those of several lines do not touch."""
    found, below = [], 0.0
    for name in names:
        half = (name.count("<br>") + 2) / 2
        found.append(below + half)
        below += 2 * half
    return found


def rowed(names: Sequence[str], *, letters: int = 24) -> tuple[go.Figure, list[float]]:
    """A figure with a row for each name, and where the rows are."""
    ticks = [folded(name, letters=letters) for name in names]
    at = places(ticks)
    figure = go.Figure()
    style(figure, height=130 + round(LINE * ((at[-1] if at else 0) + 2)))
    rows(figure, ticks, at)
    return figure, at


def dots(
    figure: go.Figure,
    ranges: Sequence[Range],
    at: Sequence[float],
    *,
    name: str,
    marker: dict[str, Any],
    form: str = ".3f",
) -> None:
    """A dot for each row, with whiskers where there is an interval; ``form`` is d3's of the number."""
    figure.add_trace(
        go.Scatter(
            x=[value for value, _, _ in ranges],
            y=list(at),
            error_x=whiskers(ranges) if any(low is not None for _, low, _ in ranges) else None,
            mode="markers",
            marker=marker,
            name=name,
            hovertemplate="%{x:" + form + "}<extra>" + name + "</extra>",
        )
    )

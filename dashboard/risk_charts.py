"""Pictures of linkage risk, pure: the content of ``risk.json`` in, a figure with its words out."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.drawing import INK, LINE, Picture, folded, places, rows, style
from dashboard.hiding import Count
from synthassay.language import say, to_say
from synthassay.retelling import retell

# Okabe and Ito's palette from danger to safety; shapes and words say the same without colour.
_STEPS = (
    (1, to_say("alone"), "#D55E00", "x"),
    (2, to_say("2 alike"), "#E69F00", "triangle-up"),
    (5, to_say("3 to 5 alike"), "#F0E442", "diamond"),
    (10, to_say("6 to 10 alike"), "#56B4E9", "square"),
    (None, to_say("11 and more alike"), "#009E73", "circle"),
)
_BANDED = (("#D55E00", "x"), ("#E69F00", "triangle-up"), ("#56B4E9", "square"), ("#009E73", "circle"))
_MOST_TICKS = 14


def sizes_picture(risk: dict[str, Any]) -> Picture:
    """How many patients have how many others like them: the histogram of each patient's risk.

    Parameters
    ----------
    risk : dict
        The content of ``risk.json``.
    """
    found = risk["sizes"]
    figure = go.Figure()
    style(figure, height=330)
    figure.add_trace(
        go.Bar(
            x=[retell(each["alike"]) for each in found],
            y=[each["persons"] for each in found],
            marker={
                "color": [_colour(each["smallest"]) for each in found],
                "line": {"color": "#444", "width": 1},
            },
            text=[str(each["persons"]) for each in found],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x}<br>%{y}<extra></extra>",
        )
    )
    top = max((each["persons"] for each in found), default=1)
    figure.update_layout(showlegend=False)
    figure.update_xaxes(title=say("patients who look alike, the patient included"), type="category")
    figure.update_yaxes(title=say("patients"), range=[0, 1.12 * top])
    return Picture(
        figure=figure,
        sentence=say(
            "The further left, the easier to find: a patient alone is found for certain, one of "
            "two alike with an even chance, one of eleven in one try of eleven."
        ),
        alt=say(
            "Bars: how many patients share their values with how many others, in {n} groups.", n=len(found)
        ),
        table=[
            {
                "patients alike": retell(each["alike"]),
                "chance of a right guess": retell(each["risk"]),
                "patients": each["persons"],
                "share of all": each["share"],
            }
            for each in found
        ],
    )


def sets_picture(risk: dict[str, Any]) -> Picture:
    """Which columns, singly and together, leave how many patients alone.

    Parameters
    ----------
    risk : dict
        The content of ``risk.json``.
    """
    found = risk["column_sets"]
    alone = [_count(each["uniques"], risk["persons"]) for each in found]
    longest = max((each.high / risk["persons"] for each in alone), default=1.0)
    names = [folded(" + ".join(each["columns"]), letters=26) for each in found]
    at = places(names)
    figure = go.Figure()
    style(figure, height=110 + round(LINE * ((at[-1] if at else 0) + 1)))
    figure.add_trace(
        go.Bar(
            x=[each.high / risk["persons"] for each in alone],
            y=at,
            orientation="h",
            width=1.3,
            marker={
                "color": "#0072B2",
                "pattern": {"shape": ["" if each.is_exact else "/" for each in alone]},
            },
            text=[each.mark for each in alone],
            textposition="outside",
            cliponaxis=False,
            customdata=[" + ".join(each["columns"]) for each in found],
            hovertemplate="%{customdata}<br>%{x:.1%}<extra></extra>",
        )
    )
    figure.update_layout(showlegend=False)
    figure.update_xaxes(
        title=say("share of patients alone"), tickformat=".0%", range=[0, 1.14 * max(longest, 0.1)]
    )
    rows(figure, names, at)
    return Picture(
        figure=figure,
        sentence=say("The number beside a bar is how many patients nobody else resembles in these columns."),
        alt=say("Bars: the share of patients alone in each of {n} sets of columns.", n=len(found)),
        table=[
            {
                "columns": " + ".join(each["columns"]),
                "patients alone": lonely.words,
                "share of all": lonely.low / lonely.of if lonely.is_exact else None,
                "chance of a right guess, mean": each["mean_risk"],
            }
            for each, lonely in zip(found, alone, strict=True)
        ],
    )


def heat_picture(heat: dict[str, Any]) -> Picture:
    """How many patients stand in each cell of two columns.

    Parameters
    ----------
    heat : dict
        ``columns``, the names of both; ``levels``, their values in order; ``cells``, each with
        ``x``, ``y`` and either ``persons`` or, where counts are hidden, its ``band`` of ``bands``.
        The ``customdata`` of a mark is the place of its cell.
    """
    (across, up), (left, down) = heat["columns"], heat["levels"]
    figure = go.Figure()
    style(figure, height=180 + 24 * len(down))
    for at, (_, words, colour, symbol) in enumerate(_steps(heat)):
        chosen = [(place, cell) for place, cell in enumerate(heat["cells"]) if _step(cell) == at]
        if chosen:
            figure.add_trace(_cells(chosen, words, colour, symbol))
    figure.update_xaxes(title=folded(across), categoryorder="array", categoryarray=left, type="category",
                        nticks=_MOST_TICKS, tickangle=-45 if len(left) > 6 else 0)  # fmt: skip
    figure.update_yaxes(
        title=folded(up), categoryorder="array", categoryarray=list(reversed(down)), type="category"
    )
    return Picture(
        figure=figure,
        sentence=say(
            "Each mark is one combination of {across} and {up}; {lonely}.",
            across=across,
            up=up,
            lonely=_lonely(heat),
        ),
        alt=say(
            "Map of {across} against {up}: {n} combinations, marked by how many patients share them.",
            across=across,
            up=up,
            n=len(heat["cells"]),
        ),
        table=[
            {across: cell["x"], up: cell["y"], "patients": cell.get("persons", _steps(heat)[_step(cell)][1])}
            for cell in sorted(heat["cells"], key=lambda cell: cell.get("persons", cell.get("band")))
        ],
    )


def _cells(cells: Sequence[tuple[int, dict[str, Any]]], words: str, colour: str, symbol: str) -> go.Scatter:
    """Marks that can be clicked: each knows its place among all cells."""
    return go.Scatter(
        x=[cell["x"] for _, cell in cells],
        y=[cell["y"] for _, cell in cells],
        mode="markers",
        name=words,
        marker={"size": 11, "color": colour, "symbol": symbol, "line": {"width": 1, "color": "#444"}},
        customdata=[place for place, _ in cells],
        text=[str(cell.get("persons", words)) for _, cell in cells],
        hovertemplate="%{x}, %{y}<br>%{text}<extra></extra>",
    )


def band_words(least: int, most: int | None) -> str:
    """Between which bounds a hidden count lies."""
    if most is None:
        return say("{least} and more", least=least)
    return (
        say("fewer than {most}", most=most + 1)
        if least == 1
        else say("{least} to {most}", least=least, most=most)
    )


def _steps(heat: dict[str, Any]) -> Sequence[tuple[int | None, str, str, str]]:
    """From danger to safety: the largest count of a step, its words, colour and shape."""
    if "bands" not in heat:
        return [(most, say(words), colour, symbol) for most, words, colour, symbol in _STEPS]
    return [
        (most, band_words(least, most), colour, symbol)
        for (least, most), (colour, symbol) in zip(heat["bands"], _BANDED, strict=False)
    ]


def _step(cell: dict[str, Any]) -> int:
    """At which step a cell stands."""
    if "band" in cell:
        return int(cell["band"])
    return next(at for at, (most, *_) in enumerate(_STEPS) if most is None or cell["persons"] <= most)


def _count(found: int | Count, of: int) -> Count:
    return found if isinstance(found, Count) else Count(low=found, high=found, of=of)


def _lonely(heat: dict[str, Any]) -> str:
    cells = heat["cells"]
    if "bands" in heat:
        few = sum(cell["band"] == 0 for cell in cells)
        return say("{few} of {n} have {value} patients", few=few, n=len(cells), value=_steps(heat)[0][1])
    alone = sum(cell["persons"] == 1 for cell in cells)
    if not alone:
        return say("nobody stands alone in one")
    return say("in {alone} of {n} combinations stands one patient alone", alone=alone, n=len(cells))


def _colour(persons: int) -> str:
    return next(colour for largest, _, colour, _ in _STEPS if largest is None or persons <= largest)


def change_picture(before: dict[str, Any], after: dict[str, Any]) -> Picture:
    """What a change did to risk and to detail, from `hiding.hidden` of both looks.

    Parameters
    ----------
    before, after : dict
        The looks.
    """
    names, old, new = _measures(before, after)
    ticks = [folded(name, letters=24) for name in names]
    at = places(ticks)
    figure = go.Figure()
    style(figure, height=120 + round(LINE * (at[-1] + 2)))
    for x, y, place in zip(old, new, at, strict=True):
        figure.add_shape(type="line", x0=x, x1=y, y0=place, y1=place, line={"color": "#888", "width": 2})
    for values, name, marker in (
        (old, say("before"), {"size": 13, "color": INK, "symbol": "diamond-open", "line": {"width": 2}}),
        (new, say("after"), {"size": 12, "color": "#0072B2", "symbol": "circle"}),
    ):
        figure.add_trace(
            go.Scatter(x=values, y=at, mode="markers", name=name, marker=marker, text=ticks,
                       hovertemplate="%{text}<br>%{x:.1%}<extra>" + name + "</extra>")
        )  # fmt: skip
    figure.update_xaxes(range=[-0.04, 1.04], tickformat=".0%")
    rows(figure, ticks, at)
    return Picture(
        figure=figure,
        sentence=say(
            "Further left is safer in every row but the last, where further left keeps more "
            "detail; a count of few patients is drawn as the most that it could be."
        ),
        alt=say("Dot plot of {n} measures, each before and after the change.", n=len(names)),
        table=[{"": name, "before": x, "after": y} for name, x, y in zip(names, old, new, strict=True)],
    )


def _measures(before: dict[str, Any], after: dict[str, Any]) -> tuple[list[str], list[float], list[float]]:
    """The shares that both looks have."""
    known = [_shares(each) for each in (before, after)]
    names = [name for name in known[0] if all(each[name] is not None for each in known)]
    old, new = ([float(each[name] or 0) for name in names] for each in known)
    return names, old, new


def _shares(risk: dict[str, Any]) -> dict[str, float | None]:
    persons, among_all = risk["persons"], risk["population"].get("uniques")
    most = among_all.high if isinstance(among_all, Count) else among_all
    return {
        say("patients alone"): risk["uniques"].high / persons,
        say("right guesses, mean"): risk["mean_risk"],
        say("alone among everybody with the disease"): None if most is None else most / persons,
        say("price: detail lost (ARX’s Loss, a proxy)"): risk["mending"]["price"],
    }

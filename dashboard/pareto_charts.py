"""What may be chosen at all: the front that no other candidate beats, and how other seeds would move it."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.drawing import FULL, INK, OPEN, Picture, rowed
from synthassay.language import say

AXES = {"utility": ".3f", "risk": ".1%"}


def front_line(points: Sequence[dict[str, Any]]) -> go.Scatter | None:
    """A stepped line through the candidates that no other beats in both; None where it is but one.

    Parameters
    ----------
    points : sequence of dict
        Of ``frontier.json``, with a figure on both axes; reference points are passed over.
    """
    known = [(max(p["risk"]["value"], 0.0), p["utility"]["value"]) for p in points if not p["reference"]]
    front: list[tuple[float, float]] = []
    for risk, use in sorted(known, key=lambda each: (each[0], -each[1])):
        if not front or use > front[-1][1]:
            front.append((risk, use))
    if len(front) < 2:
        return None
    return go.Scatter(
        x=[risk for risk, _ in front],
        y=[use for _, use in front],
        mode="lines",
        line={"color": INK, "width": 1.2, "dash": "dot", "shape": "hv"},
        name=say("nobody beats these in both"),
        hoverinfo="skip",
    )


def front_told(points: Sequence[dict[str, Any]]) -> str:
    """What a frontier shows; of its front only where a run tells how sure that is."""
    sentence = say(
        "Further up is more useful, further left is more private; the whiskers say how far "
        "chance alone could move each point."
    )
    if all(point.get("pareto") is None for point in points):
        return sentence
    further = say(
        "The table says how often each candidate would be beaten by no other in both, if use and risk "
        "were drawn anew within their whiskers."
    )
    return f"{sentence} {further}"


def front_share(point: dict[str, Any]) -> str:
    """How often a candidate stands on the front; "" where that was not asked."""
    share = point.get("pareto")
    return "" if share is None else say("on the front in {share:.0%} of draws", share=share)


def seeds_picture(by_seed: Mapping[int, Sequence[dict[str, Any]]], *, own: int, axis: str) -> Picture:
    """A row for each candidate: its figure under each seed.

    Parameters
    ----------
    by_seed : dict of int to list of dict
        The points of each run that differs in nothing but the seed.
    own : int
        The seed of the run that is shown.
    axis : {"utility", "risk"}
        What to draw.
    """
    names = list(dict.fromkeys(p["candidate"] for points in by_seed.values() for p in points))
    found = {
        name: {
            seed: point[axis]["value"]
            for seed, points in sorted(by_seed.items())
            for point in points
            if point["candidate"] == name and point[axis] and point[axis]["value"] is not None
        }
        for name in names
    }
    found = {name: values for name, values in found.items() if values}
    figure, at = rowed(list(found))
    for mine, marker in ((False, OPEN), (True, FULL)):
        dots = [
            (value, place, seed)
            for place, values in zip(at, found.values(), strict=True)
            for seed, value in values.items()
            if (seed == own) is mine
        ]
        figure.add_trace(
            go.Scatter(
                x=[value for value, _, _ in dots],
                y=[place for _, place, _ in dots],
                text=[str(seed) for _, _, seed in dots],
                mode="markers",
                marker=marker,
                name=say("this run") if mine else say("other seeds"),
                hovertemplate="%{x:" + AXES[axis] + "}<extra>seed %{text}</extra>",
            )
        )
    what = {"utility": say("use"), "risk": say("patients who look copied, beyond chance")}[axis]
    figure.update_xaxes(title=what, tickformat=".0%" if axis == "risk" else "")
    return Picture(
        figure=figure,
        sentence=say("Where the diamonds lie far apart, another seed could have told another story."),
        alt=say(
            "Dot plot of {n} candidates under {seeds} seeds: {what}.",
            n=len(found),
            seeds=len(by_seed),
            what=what,
        ),
        table=[_row(name, values, own) for name, values in found.items()],
    )


def _row(name: str, values: Mapping[int, float], own: int) -> dict[str, Any]:
    told = {"candidate": name, "seeds": len(values), "least": min(values.values())}
    return {**told, "most": max(values.values()), "this run": values.get(own)}

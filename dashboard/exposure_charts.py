"""Pictures of who is exposed, pure: what `hiding` let through in, a figure with its words out."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.drawing import FULL, INK, OPEN, Picture, dots, rowed, style
from dashboard.hiding import Band, Groups, Stratum
from synthassay.language import say

_CHANCE = 0.05


def persons_picture(bands: Sequence[Band]) -> Picture:
    """How many patients look how exposed, beside what chance gives.

    Parameters
    ----------
    bands : sequence of Band
        From `hiding.histogram`.
    """
    names = [_range(band) for band in bands]
    figure = go.Figure()
    style(figure, height=360)
    figure.add_trace(
        go.Bar(
            x=names,
            y=[band.persons for band in bands],
            name=say("patients"),
            marker={"color": "#0072B2", "line": {"color": "#444", "width": 1}},
            hovertemplate="%{x}<br>%{y}<extra></extra>",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=names,
            y=[band.expected for band in bands],
            mode="markers",
            name=say("what chance gives"),
            marker=OPEN,
            hovertemplate="%{x}<br>%{y:.0f}<extra></extra>",
        )
    )
    tops = [max(band.persons, band.expected) for band in bands]
    top = max(tops, default=1)
    figure.add_trace(
        go.Scatter(
            x=names,
            y=tops,
            mode="markers+text",
            marker={"size": 14, "opacity": 0},  # keeps the number clear of the diamond at any height
            textposition="top center",
            text=[str(band.persons) for band in bands],
            showlegend=False,
            hoverinfo="skip",
        )
    )
    title = say("share of patients not used who<br>look at least as exposed")
    figure.update_xaxes(title=title, type="category")
    figure.update_yaxes(title=say("patients"), range=[0, 1.2 * top])
    return Picture(
        figure=figure,
        sentence=say(
            "The further left, the more a patient stands out beside patients who were not used; "
            "a bar above its diamond on the left is a leak, bars level with their diamonds are "
            "what chance gives."
        ),
        alt=say("Bars: patients by how exposed they look, in {n} bands, beside chance.", n=len(bands)),
        table=[
            {"as exposed as": name, "patients": band.persons, "by chance": band.expected}
            for name, band in zip(names, bands, strict=True)
        ],
    )


def strata_picture(groups: Groups) -> Picture:
    """The share of exposed patients in all, and in each rare group, with intervals.

    Parameters
    ----------
    groups : Groups
        From `hiding.strata`.
    """
    names = [_name(each) for each in groups.shown]
    figure, at = rowed(names, letters=26)
    exposed = [(each.exposed, each.low, each.high) for each in groups.shown]
    dots(figure, exposed, at, name=say("share that looks exposed"), marker=FULL, form=".0%")
    figure.add_vline(x=_CHANCE, line={"color": INK, "width": 1, "dash": "dot"}, annotation_text=say("chance"))
    most = max((each.high for each in groups.shown), default=0.1)
    figure.update_xaxes(title=say("share that looks exposed"), tickformat=".0%", range=[-0.02, 1.05 * most])
    return Picture(
        figure=figure,
        sentence=say(
            "About 5 % look exposed by chance alone (dotted line); a group whose whole interval "
            "lies right of it is given away more than chance explains."
        ),
        alt=say("Dot plot of {n} groups of patients with intervals around the share exposed.", n=len(names)),
        table=[
            {
                "group": name,
                "patients": each.n,
                "share exposed": each.exposed,
                "low": each.low,
                "high": each.high,
            }
            for name, each in zip(names, groups.shown, strict=True)
        ],
    )


def _range(band: Band) -> str:
    return say("{low:.0f} to {high:.0f} %", low=100 * band.low, high=100 * band.high)


def _name(stratum: Stratum) -> str:
    if not stratum.column:
        return say("all patients ({n})", n=stratum.n)
    return say("{column}: {level} ({n})", column=stratum.column, level=stratum.level, n=stratum.n)

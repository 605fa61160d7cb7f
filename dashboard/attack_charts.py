"""Pictures that set candidates beside each other, pure: evidence in, a figure with its words out."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.charts import Picture
from dashboard.drawing import INK, LINE, folded, places, rows, style, whiskers
from dashboard.words import say
from synthassay.runs import Evidence

_MATCH = "match_probability"


def guesses_picture(candidates: Sequence[Evidence]) -> Picture:
    """The chance of the right match on quasi-identifiers, beside patients not used and the threshold.

    Parameters
    ----------
    candidates : sequence of Evidence
        Those without a match are left out.
    """
    known = [(each, each.linkage["match"]) for each in candidates if each.linkage.get("match")]
    names = [folded(each.candidate) for each, _ in known]
    at = places(names)
    figure = go.Figure()
    style(figure, height=120 + round(LINE * ((at[-1] if at else 0) + 2)))
    figure.add_trace(
        go.Scatter(
            x=[match["train"] for _, match in known],
            y=at,
            error_x=whiskers([(match["train"], match["low"], match["high"]) for _, match in known]),
            mode="markers",
            marker={"size": 11, "color": "#0072B2", "symbol": "circle"},
            name="patients used",
            text=names,
            hovertemplate="%{text}<br>%{x:.1%}<extra>patients used</extra>",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[match["control"] for _, match in known],
            y=[place + 0.4 for place in at],
            mode="markers",
            marker={"size": 10, "color": INK, "symbol": "diamond-open", "line": {"width": 1.5}},
            name="patients not used",
            text=names,
            hovertemplate="%{text}<br>%{x:.1%}<extra>patients not used</extra>",
        )
    )
    threshold = _threshold(candidates)
    if threshold is not None:
        figure.add_vline(
            x=threshold,
            line={"color": "#9a6a00", "width": 2, "dash": "dash"},
            annotation_text="threshold",
            annotation_position="top left",
        )
    ends = [match["high"] for _, match in known] + [threshold or 0.0, 0.05]
    figure.update_xaxes(
        title="chance that a match<br>is the right patient", tickformat=".0%", range=[-0.01, 1.1 * max(ends)]
    )
    rows(figure, names, at)
    return Picture(
        figure=figure,
        sentence=(
            "A candidate whose whole interval lies left of the dashed threshold meets it; a dot right of "
            "its open diamond matches patients used better than patients who were not."
        ),
        alt=say("Dot plot of {n} candidates: the chance of a right match, with intervals.", n=len(known)),
        table=[
            {
                "candidate": each.candidate,
                "patients used": match["train"],
                "low": match["low"],
                "high": match["high"],
                "patients not used": match["control"],
                "threshold": threshold,
            }
            for each, match in known
        ],
    )


def _threshold(candidates: Sequence[Evidence]) -> float | None:
    criteria = [result for each in candidates if each.verdict for result in each.verdict.criteria]
    return next((each.threshold for each in criteria if each.criterion == _MATCH), None)

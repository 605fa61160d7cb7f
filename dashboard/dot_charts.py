"""Dots with intervals for the modeler, pure: records in, a figure with its words out."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.drawing import FULL, INK, OPEN, Picture, Range, dots, folded, rowed, style, whiskers
from synthassay.language import say
from utility.scores import GAP, SUBGROUP, UtilityScore


def groups_picture(scores: Sequence[UtilityScore]) -> Picture:
    """How well each group of patients is served, beside the same model trained on real patients.

    Parameters
    ----------
    scores : sequence of UtilityScore
        Of one release; all but those of groups are left out.
    """
    own = [each for each in scores if each.metric.startswith(SUBGROUP) and each.metric != GAP]
    gaps = {each.group: each for each in scores if each.metric == GAP}
    names = [say("{group} ({n})", group=each.group, n=each.n) for each in own]
    figure, at = rowed(names)
    dots(
        figure, [(each.value, each.low, each.high) for each in own], at, name=say("this release"), marker=FULL
    )
    real = [each.reference for each in own]
    figure.add_trace(go.Scatter(x=real, y=at, mode="markers", marker=OPEN, name=say("real patients instead")))
    measure = own[0].metric.removeprefix(SUBGROUP).upper() if own else ""
    figure.update_xaxes(title=say("{measure} of a model, by group", measure=measure))
    return Picture(
        figure=figure,
        sentence=say(
            "A group whose dot lies left of its open diamond is predicted worse from the release "
            "than from real patients; the column “gap” says by how much more than all other "
            "groups."
        ),
        alt=say(
            "Dot plot of {n} groups of patients, each beside its reference on real patients.", n=len(own)
        ),
        table=[
            {
                "group": name,
                "release": each.value,
                "low": each.low,
                "high": each.high,
                "real": each.reference,
                "gap": gaps[each.group].value if each.group in gaps else None,
                "gap low": gaps[each.group].low if each.group in gaps else None,
                "gap high": gaps[each.group].high if each.group in gaps else None,
            }
            for name, each in zip(names, own, strict=True)
        ],
    )


def gains_picture(comparisons: Sequence[Mapping[str, Any]]) -> Picture:
    """What each way of training gained over the real rows alone.

    Parameters
    ----------
    comparisons : sequence of mapping
        In one measure: ``arm``, ``difference``, ``low``, ``high``, ``sentence``.
    """
    names = [str(each["arm"]) for each in comparisons]
    figure, at = rowed(names)
    ranges = [(each["difference"], each["low"], each["high"]) for each in comparisons]
    dots(figure, ranges, at, name=say("gain over the real rows alone"), marker=FULL)
    figure.add_vline(x=0, line={"color": INK, "width": 1, "dash": "dot"})
    figure.update_xaxes(title=say("gain over the real rows alone"))
    return Picture(
        figure=figure,
        sentence=say("A way of training whose whole interval lies right of 0 helped; left of 0 it did harm."),
        alt=say("Dot plot of {n} ways of training, each with its gain and interval.", n=len(names)),
        table=[
            {
                "trained on": name,
                "gain": each["difference"],
                "low": each["low"],
                "high": each["high"],
                "found": each["sentence"],
            }
            for name, each in zip(names, comparisons, strict=True)
        ],
    )


def coefficients_picture(coefficients: Sequence[Mapping[str, Any]]) -> Picture:
    """Each coefficient of a regression: of the patients, and of the releases by the combining rule.

    Parameters
    ----------
    coefficients : sequence of mapping
        As `utility.inference.Coefficient` tells them.
    """
    names = [str(each["term"]) for each in coefficients]
    figure, at = rowed(names)
    dots(
        figure,
        [_around(each["combined"], each["combined_error"]) for each in coefficients],
        at,
        name=say("releases, by the combining rule"),
        marker=FULL,
    )
    dots(
        figure,
        [_around(each["train"], each["train_error"]) for each in coefficients],
        [place + 0.5 for place in at],
        name=say("the patients themselves"),
        marker=OPEN,
    )
    figure.add_vline(x=0, line={"color": INK, "width": 1, "dash": "dot"})
    figure.update_xaxes(title=say("coefficient per standard deviation of its covariate"))
    return Picture(
        figure=figure,
        sentence=say(
            "Where dot and diamond lie apart by more than their whiskers, an analysis would mislead."
        ),
        alt=say("Dot plot of {n} coefficients, of releases and of patients, with intervals.", n=len(names)),
        table=[
            {
                "covariate": name,
                "patients": each["train"],
                "releases": each["combined"],
                "off by, standard errors": each["bias"],
                "95 % expected to cover": each["coverage"],
            }
            for name, each in zip(names, coefficients, strict=True)
        ],
    )


def epsilon_picture(points: Sequence[tuple[float, dict[str, Any]]], *, axis: str) -> Picture:
    """Use or excess risk against the privacy budget ε of candidates with a formal guarantee.

    Parameters
    ----------
    points : sequence of (float, dict)
        ε of each candidate, and its point of ``frontier.json``.
    axis : {"utility", "risk"}
        What to draw.
    """
    known = sorted(
        ((epsilon, point) for epsilon, point in points if point[axis] and point[axis]["value"] is not None),
        key=lambda pair: pair[0],
    )
    values = [point[axis] for _, point in known]
    what = {"utility": "use", "risk": say("patients who look copied, beyond chance")}[axis]
    figure = go.Figure()
    style(figure, height=300)
    figure.add_trace(
        go.Scatter(
            x=[epsilon for epsilon, _ in known],
            y=[each["value"] for each in values],
            error_y=whiskers([(each["value"], each["low"], each["high"]) for each in values]),
            mode="lines+markers",
            line={"color": "#888", "width": 1, "dash": "dot"},
            marker=FULL,
            text=[point["candidate"] for _, point in known],
            hovertemplate="%{text}<br>ε %{x:g}<br>%{y:.3f}<extra></extra>",
        )
    )
    figure.update_layout(showlegend=False)
    ticks = sorted({epsilon for epsilon, _ in known})
    figure.update_xaxes(
        type="log", title=say("ε of the guarantee"), tickvals=ticks, ticktext=[f"{e:g}" for e in ticks]
    )
    figure.update_yaxes(title=folded(what, letters=24), tickformat=".0%" if axis == "risk" else "")
    return Picture(
        figure=figure,
        sentence=say(
            "A smaller ε promises more and leaves less use; the whiskers are the interval of one "
            "release, and not what other noise would have given."
        ),
        alt=say("Line through {n} candidates: {what} against ε.", n=len(known), what=what),
        table=[
            {
                "candidate": point["candidate"],
                "ε": epsilon,
                what: point[axis]["value"],
                "low": point[axis]["low"],
                "high": point[axis]["high"],
            }
            for epsilon, point in known
        ],
    )


def _around(value: float, error: float) -> Range:
    return value, value - 1.96 * error, value + 1.96 * error

"""The timeline of decisions, pure: records in, a figure with its words out."""

from collections.abc import Sequence
from datetime import datetime

import plotly.graph_objects as go

from dashboard.charts import COLOURS, SHAPES
from dashboard.drawing import LINE, Picture, folded, places, rows, style
from synthassay.language import say, say_count, to_say
from synthassay.ledger.records import Decision

_WORDS = {"accept": to_say("accepted"), "mitigate": to_say("not yet"), "reject": to_say("rejected")}


def timeline_picture(decisions: Sequence[Decision]) -> Picture:
    """When what was decided about which candidate, and how long it stands.

    Parameters
    ----------
    decisions : sequence of Decision
        The oldest first.
    """
    about = list(dict.fromkeys((each.run, each.candidate) for each in decisions))
    names = [folded(say("{candidate} of {run}", candidate=c, run=run.rsplit("-", 2)[0])) for run, c in about]
    at = places(names)
    figure = go.Figure()
    style(figure, height=120 + round(LINE * ((at[-1] if at else 0) + 2)))
    for each in decisions:
        if each.stands:
            place = at[about.index((each.run, each.candidate))]
            figure.add_shape(
                type="line",
                x0=_day(each.at),
                x1=each.until,
                y0=place,
                y1=place,
                line={"color": "#888", "width": 2},
            )
    for verdict, word in _WORDS.items():
        words = say(word)
        chosen = [each for each in decisions if each.verdict == verdict]
        if chosen:
            figure.add_trace(
                go.Scatter(
                    x=[_day(each.at) for each in chosen],
                    y=[at[about.index((each.run, each.candidate))] for each in chosen],
                    mode="markers",
                    name=words,
                    marker={"size": 13, "color": COLOURS[verdict], "symbol": SHAPES[verdict]},
                    text=[each.by for each in chosen],
                    hovertemplate="%{x}<br>%{text}<extra>" + words + "</extra>",
                )
            )
    figure.update_xaxes(type="date", tickformat=say("%d %b %Y"), nticks=5)
    rows(figure, names, at)
    return Picture(
        figure=figure,
        sentence=say(
            "Each mark is a decision; a line runs to the last day on which one stands that still does."
        ),
        alt=say_count(
            "Timeline of {count} decision about {m}.",
            "Timeline of {count} decisions about {m}.",
            len(decisions),
            m=say_count("one candidate", "{count} candidates", len(about)),
        ),
        table=[
            {
                "when": _day(each.at),
                "candidate": each.candidate,
                "run": each.run,
                "decision": say(_WORDS[each.verdict]),
                "by": each.by,
                "stands until": each.until if each.stands else say("stands no longer"),
            }
            for each in decisions
        ],
    )


def _day(text: str) -> str:
    return datetime.fromisoformat(text).date().isoformat()

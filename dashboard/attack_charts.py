"""Pictures that set candidates beside each other, pure: evidence in, a figure with its words out."""

from collections.abc import Sequence

from dashboard.drawing import FULL, OPEN, Picture, dots, rowed
from synthassay.language import say
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
    figure, at = rowed([each.candidate for each, _ in known])
    used = [(match["train"], match["low"], match["high"]) for _, match in known]
    dots(figure, used, at, name=say("patients used"), marker=FULL, form=".1%")
    others, below = [(match["control"], None, None) for _, match in known], [place + 0.4 for place in at]
    dots(figure, others, below, name=say("patients not used"), marker=OPEN, form=".1%")
    threshold = _threshold(candidates)
    if threshold is not None:
        figure.add_vline(
            x=threshold,
            line={"color": "#9a6a00", "width": 2, "dash": "dash"},
            annotation_text=say("threshold"),
            annotation_position="top left",
        )
    ends = [match["high"] for _, match in known] + [threshold or 0.0, 0.05]
    figure.update_xaxes(
        title=say("chance that a match<br>is the right patient"),
        tickformat=".0%",
        range=[-0.01, 1.1 * max(ends)],
    )
    return Picture(
        figure=figure,
        sentence=say(
            "A candidate whose whole interval lies left of the dashed threshold meets it; a dot "
            "right of its open diamond matches patients used better than patients who were not."
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

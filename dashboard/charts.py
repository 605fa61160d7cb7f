"""Pictures of evidence, pure: records in, a figure with its sentence, alt text and table out."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.drawing import INK, LINE, Picture, folded, places, rows, style, whiskers
from dashboard.labels import place
from dashboard.pareto_charts import front_line, front_share, front_told
from privacy.estimates import AttackRole, Outcome, RiskEstimate
from synthassay.language import say, to_say
from synthassay.retelling import retell
from synthassay.verdicts import Judgement
from utility.scores import Direction, UtilityScore

# Okabe and Ito's palette, told apart by the colour-blind; shapes say the same without colour.
COLOURS = {
    "accept": "#009E73",
    "mitigate": "#E69F00",
    "reject": "#D55E00",
    "inconclusive": "#0072B2",
    "reference": "#666666",
}
SHAPES = {
    "accept": "circle",
    "mitigate": "triangle-up",
    "reject": "x",
    "inconclusive": "square",
    "reference": "diamond-open",
}
_ROLE_SHAPES = {
    AttackRole.PRIMARY: "circle",
    AttackRole.DIAGNOSTIC: "circle-open",
    AttackRole.SECOND_OPINION: "square-open",
}
_MODELS = {
    "linear": to_say("linear model"),
    "boosting": to_say("boosted trees"),
    "cnn": to_say("small network"),
    "random": to_say("random convolutions"),
}
_DISTANCES = ("kid_", "fid_", "density_")
_METRICS = {
    "auroc": "AUROC",
    "r2": "R²",
    "column_fidelity": to_say("fidelity of columns, mean"),
    "pair_fidelity": to_say("fidelity of pairs, mean"),
    "subsample_equivalent": to_say("as good as this share of the patients"),
    "concordance": to_say("concordance"),
    "subgroup_auroc": to_say("AUROC by group"),
    "subgroup_concordance": to_say("concordance by group"),
    "subgroup_r2": to_say("R² by group"),
    "subgroup_gap": to_say("gap of a group to the others"),
    "implausible_records": to_say("implausible records"),
    "detector_auroc": to_say("AUROC of a classifier that tells rows from patients"),
    "balanced_accuracy": to_say("balanced accuracy"),
    "recall": to_say("recall"),
    "kid": to_say("kernel distance"),
    "density": to_say("density"),
    "coverage": to_say("coverage"),
}
_PARTS = {
    "column_fidelity": to_say("column"),
    "pair_fidelity": to_say("pair"),
    "implausible_records": to_say("implausible"),
}
_RANK_OF_PARTS = 2
_MOST_NAMED = 30  # of candidates; more names hide the points


def frontier_picture(frontier: dict[str, Any]) -> Picture:
    """Use against risk, a point a candidate, each with both intervals.

    Parameters
    ----------
    frontier : dict
        The content of ``frontier.json``.
    """
    points = [point for point in frontier["points"] if _drawable(point)]
    figure = go.Figure()
    style(figure, height=500)
    if points:
        across, up = _ends(points, "risk", frontier["region"]), _ends(points, "utility", frontier["region"])
        figure.update_xaxes(range=across)
        figure.update_yaxes(range=up)
        _shade(figure, frontier["region"], left=across[0], top=up[1])
        named = points if len(points) <= _MOST_NAMED else [p for p in points if p["reference"]]
        _name(figure, named, across, up)
    if (front := front_line(points)) is not None:
        figure.add_trace(front)
    for judgement in COLOURS:
        chosen = [point for point in points if (point["verdict"] or "inconclusive") == judgement]
        if chosen:
            figure.add_trace(_points(chosen, judgement))
    figure.update_xaxes(
        title=say("patients who look copied,<br>beyond chance (excess share)"), tickformat=".0%"
    )
    figure.update_yaxes(title=folded(say("use: {metric}", metric=_metric(frontier)), letters=34))
    return Picture(
        figure=figure,
        sentence=front_told(points),
        alt=say("Scatter plot of {n} candidates and reference points, use against risk.", n=len(points)),
        table=[_row(point) for point in points],
    )


def risk_picture(risks: Sequence[RiskEstimate], *, fresh: Sequence[RiskEstimate] = ()) -> Picture:
    """Each attack's excess with its interval, and the smallest copied share it would have caught.

    Parameters
    ----------
    risks : sequence of RiskEstimate
        Of one release.
    fresh : sequence of RiskEstimate
        The negative control: the same attacks with fresh real patients as the release.
    """
    shown = [risk for risk in risks if _estimated(risk)]
    beside = [next((each for each in fresh if each.attack == risk.attack), None) for risk in shown]
    figure = go.Figure()
    style(figure, height=190 + 58 * len(shown))
    for role, shape in _ROLE_SHAPES.items():
        placed = [(place, risk) for place, risk in enumerate(shown) if risk.role is role]
        marker = {"size": 11, "color": COLOURS["inconclusive"], "symbol": shape, "line": {"width": 2}}
        _dots(figure, placed, marker, name=say("this release: {role}", role=_role(role)))
    known = [
        (place + 0.3, each) for place, each in enumerate(beside) if each is not None and _estimated(each)
    ]
    marker = {"size": 9, "color": COLOURS["reference"], "symbol": "diamond-open"}
    _dots(figure, known, marker, name=say("fresh real patients instead"))
    _detectable(figure, shown)
    figure.add_vline(x=0, line={"color": INK, "width": 1, "dash": "dot"})
    figure.update_xaxes(title=say("success beyond patients<br>who were not used"), tickformat=".0%")
    rows(figure, [folded(_label(risk)) for risk in shown], list(range(len(shown))))
    return Picture(
        figure=figure,
        sentence=say(
            "An interval that lies wholly right of 0 is evidence that the release gives patients "
            "away. So is an adjusted p of at most 0.05, which weighs more than how often an "
            "attack succeeds."
        ),
        alt=say("Dot plot of {n} attacks with intervals around their excess over the control.", n=len(shown)),
        table=[_risk_row(risk, each) for risk, each in zip(shown, beside, strict=True)],
    )


def utility_picture(scores: Sequence[UtilityScore]) -> Picture:
    """Each measure of use beside the same measure on real patients.

    Parameters
    ----------
    scores : sequence of UtilityScore
        Of one release; those that are not `is_drawn` are left out.
    """
    shown = sorted((score for score in scores if is_drawn(score)), key=_rank)
    names = [_measure(score) for score in shown]
    ticks = [folded(name) for name in names]
    at = places(ticks)
    figure = go.Figure()
    style(figure, height=120 + round(LINE * (at[-1] if at else 0) + 60))
    figure.add_trace(
        go.Scatter(
            x=[score.value for score in shown],
            y=at,
            error_x=whiskers([(score.value, score.low, score.high) for score in shown]),
            mode="markers",
            marker={"size": 10, "color": COLOURS["inconclusive"], "symbol": "circle"},
            name=say("this release"),
            text=ticks,
            hovertemplate="%{text}<br>%{x:.3f}<extra></extra>",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[score.reference for score in shown],
            y=at,
            mode="markers",
            marker={"size": 12, "color": INK, "symbol": "diamond-open", "line": {"width": 1.5}},
            name=say("the same on real patients"),
            text=ticks,
            hovertemplate="%{text}<br>%{x:.3f}<extra></extra>",
        )
    )
    # One hopeless model (R² far below 0) would squeeze all the others into a line.
    lowest = min([0.0, *(score.low for score in shown)])
    figure.update_xaxes(range=[max(lowest, -0.5) - 0.06, 1.06])
    rows(figure, ticks, at)
    return Picture(
        figure=figure,
        sentence=say(
            "Where the dot reaches the open diamond, the release serves as well as real patients do."
        ),
        alt=say("Dot plot of {n} measures of use, each beside its reference on real patients.", n=len(shown)),
        table=[
            {
                "measure": name,
                "value": score.value,
                "low": score.low,
                "high": score.high,
                "real": score.reference,
            }
            for name, score in zip(names, shown, strict=True)
        ],
    )


def is_drawn(score: UtilityScore) -> bool:
    """Whether a score has a reference, and a scale that ends at 1, which distances of images have not."""
    return score.reference is not None and not score.metric.startswith(_DISTANCES)


def is_overall(score: UtilityScore) -> bool:
    """Whether a score is of a task or of the whole table, not of a column, a pair or a rule."""
    return _rank(score) < _RANK_OF_PARTS


def _drawable(point: dict[str, Any]) -> bool:
    return all(point[axis] and point[axis]["value"] is not None for axis in ("utility", "risk"))


def _estimated(risk: RiskEstimate) -> bool:
    return risk.outcome is Outcome.ESTIMATED and risk.excess is not None


def _ends(points: Sequence[dict[str, Any]], axis: str, region: dict[str, Any]) -> tuple[float, float]:
    """The ends of an axis, so that all whiskers and the edge of the region can be seen."""
    edge = region.get("risk_at_most" if axis == "risk" else "utility_at_least")
    ends = [point[axis][key] for point in points for key in ("value", "low", "high")] + [edge]
    known = [end for end in ends if end is not None] + ([0.0] if axis == "risk" else [])
    margin = 0.06 * (max(known) - min(known) or 1.0)
    return min(known) - margin, max(known) + margin


def _points(points: Sequence[dict[str, Any]], judgement: str) -> go.Scatter:
    """One trace a verdict, so that the legend explains shapes and colours."""
    risks, scores = ([point[axis] for point in points] for axis in ("risk", "utility"))
    word = Judgement(judgement)
    return go.Scatter(
        x=[risk["value"] for risk in risks],
        y=[score["value"] for score in scores],
        error_x=whiskers([(risk["value"], risk["low"], risk["high"]) for risk in risks]),
        error_y=whiskers([(score["value"], score["low"], score["high"]) for score in scores]),
        mode="markers",
        customdata=[point["candidate"] for point in points],
        marker={"size": 13, "color": COLOURS[judgement], "symbol": SHAPES[judgement], "line": {"width": 2}},
        name=f"{word.symbol} {retell(word.words)}",
        text=[front_share(point) for point in points],
        hovertemplate="<b>%{customdata}</b><br>%{x:.1%}, %{y:.3f}<br>%{text}<extra></extra>",
    )


def _name(
    figure: go.Figure, points: Sequence[dict[str, Any]], x: tuple[float, float], y: tuple[float, float]
) -> None:
    """Names with a thin line to their points where they had to step aside."""
    named = [(point["candidate"], point["risk"]["value"], point["utility"]["value"]) for point in points]
    for label in place(named, x=x, y=y):
        figure.add_annotation(
            x=label.x, y=label.y, ax=label.dx, ay=label.dy, text=label.text, showarrow=True, arrowhead=0,
            arrowwidth=0.8, arrowcolor="#888888", standoff=8, font={"size": 12, "color": INK},
            bgcolor="rgba(255,255,255,.75)", borderpad=1,
        )  # fmt: skip


def _shade(figure: go.Figure, region: dict[str, Any], *, left: float, top: float) -> None:
    """The policy's region: where chance still explains the risk and the use is above the floor."""
    right, floor = region.get("risk_at_most"), region.get("utility_at_least")
    if right is None or floor is None:
        return
    figure.add_shape(
        type="rect", x0=left, x1=right, y0=floor, y1=top, fillcolor="#009E73", opacity=0.12,
        line={"width": 0}, layer="below",
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=[None],
            y=[None],
            mode="markers",
            name=say("policy region"),
            marker={"size": 13, "symbol": "square", "color": "rgba(0,158,115,.25)"},
        )
    )


def _dots(
    figure: go.Figure, placed: Sequence[tuple[float, RiskEstimate]], marker: dict[str, Any], *, name: str
) -> None:
    """Excesses with their intervals, at their places on the vertical axis."""
    if not placed:
        return
    figure.add_trace(
        go.Scatter(
            x=[risk.excess for _, risk in placed],
            y=[place for place, _ in placed],
            error_x=whiskers([(risk.excess, risk.low, risk.high) for _, risk in placed]),
            mode="markers",
            marker=marker,
            name=name,
            text=[_label(risk) for _, risk in placed],
            hovertemplate="%{text}<br>%{x:.1%}<extra></extra>",
        )
    )


def _detectable(figure: go.Figure, shown: Sequence[RiskEstimate]) -> None:
    seen = [(place, risk) for place, risk in enumerate(shown) if risk.detectable is not None]
    if not seen:
        return
    figure.add_trace(
        go.Scatter(
            x=[risk.detectable for _, risk in seen],
            y=[place - 0.25 for place, _ in seen],
            mode="markers",
            marker={"size": 15, "color": "#9a6a00", "symbol": "line-ns-open", "line": {"width": 3}},
            name=say("smallest share of planted copies caught"),
            text=[_label(risk) for _, risk in seen],
            hovertemplate="%{text}<br>%{x:.0%}<extra></extra>",
        )
    )


def _role(role: AttackRole) -> str:
    return {
        AttackRole.PRIMARY: say("counts in the verdict"),
        AttackRole.DIAGNOSTIC: say("diagnostic"),
        AttackRole.SECOND_OPINION: say("second opinion"),
    }[role]


def _label(risk: RiskEstimate) -> str:
    return retell(risk.attack.replace("_", " "))


def _measure(score: UtilityScore) -> str:
    metric = _part(score.metric) if score.group else in_words(score.metric)
    name = " · ".join(part for part in (metric, score.group) if part)
    return say("{name} (lower is better)", name=name) if score.direction is Direction.LOWER else name


def _part(metric: str) -> str:
    return say(_PARTS[metric]) if metric in _PARTS else in_words(metric)


def _rank(score: UtilityScore) -> int:
    """Tasks first, then the whole table, then columns and pairs."""
    if score.metric.startswith(("auroc", "r2", "concordance")):
        return 0
    return _RANK_OF_PARTS if score.group else 1


def _metric(frontier: dict[str, Any]) -> str:
    metric, group = frontier["utility_metric"], frontier.get("utility_group")
    return " · ".join(part for part in (in_words(metric or "utility"), group) if part)


def in_words(metric: str) -> str:
    """A metric's code name for people; ``auroc_linear`` becomes "AUROC, linear model"."""
    stem, _, model = metric.rpartition("_")
    if model in _MODELS:
        return f"{retell(_METRICS.get(stem, stem.replace('_', ' ')))}, {say(_MODELS[model])}"
    return retell(_METRICS.get(metric, metric.replace("_", " ")))


def _row(point: dict[str, Any]) -> dict[str, Any]:
    return {
        "candidate": point["candidate"],
        "verdict": retell(Judgement(point["verdict"] or "inconclusive").words),
        "use": point["utility"]["value"],
        "use low": point["utility"]["low"],
        "use high": point["utility"]["high"],
        "excess": point["risk"]["value"],
        "excess low": point["risk"]["low"],
        "excess high": point["risk"]["high"],
        "on the front": "–" if point.get("pareto") is None else f"{point['pareto']:.0%}",
    }


def _risk_row(risk: RiskEstimate, fresh: RiskEstimate | None) -> dict[str, Any]:
    return {
        "attack": _label(risk),
        "excess": risk.excess,
        "low": risk.low,
        "high": risk.high,
        "fresh patients": None if fresh is None else fresh.excess,
        "planted share caught": risk.detectable,
    }

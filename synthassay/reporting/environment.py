"""The templates of every report, and how they show a figure."""

import csv
from collections.abc import Callable
from itertools import islice
from typing import Any

import jinja2

from dashboard.charts import in_words
from dashboard.drawing import Picture
from privacy.estimates import AttackRole, Outcome, RiskEstimate
from synthassay.images.sheet import Strip, contact_sheet
from synthassay.language import catalogue, say, spoken, to_say
from synthassay.rare import rare_sentence
from synthassay.reporting.drawn import drawn
from synthassay.retelling import retell
from synthassay.runs import Evidence, Run
from synthassay.verdicts import Judgement
from utility.scores import GAP, SUBGROUP, UtilityScore

_MOST_EXPOSED = 10
_ROLES = {
    AttackRole.PRIMARY: to_say("counts in the verdict"),
    AttackRole.DIAGNOSTIC: to_say("diagnostic"),
    AttackRole.SECOND_OPINION: to_say("second opinion"),
}


def environment(*, printed: bool = False) -> jinja2.Environment:
    """The templates, with the filters that every report shares.

    Parameters
    ----------
    printed : bool
        Draw figures for paper, where no browser does.
    """
    shared = jinja2.Environment(
        loader=jinja2.PackageLoader("synthassay"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    _speak(shared)
    filters: dict[str, Callable[..., str]] = {
        "figure": _drawn if printed else _figure,
        "share": _share,
        "number": _number,
        "role": lambda risk: say(_ROLES[risk.role]),
        "interval": _interval,
        "chance": _chance,
        "count": _count,
        "caught": _caught,
        "noticed": _noticed,
        "silence": _silence,
        "use": _use,
        "rare": rare_sentence,
        "retell": retell,
        "measure": in_words,
    }
    shared.filters.update(
        {**filters, "overall": _overall, "subgroups": _subgroups, "most_exposed": _most_exposed}
    )
    shared.filters["sheet"] = _sheet
    return shared


def _speak(templates: jinja2.Environment) -> None:
    """Let templates say their sentences in the language spoken now."""
    known = catalogue(spoken())
    # What jinja2.ext.i18n adds has no types.
    templates.install_gettext_callables(known.gettext, known.ngettext, newstyle=True)  # type: ignore[attr-defined]
    templates.policies["ext.i18n.trimmed"] = True
    templates.globals["language"] = spoken().replace("_", "-")


def _figure(picture: Picture) -> str:
    return str(picture.figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False}))


def _drawn(picture: Picture) -> str:
    return drawn(picture.figure)


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _interval(risk: RiskEstimate) -> str:
    if risk.excess is None:
        return "–"
    if risk.low is None or risk.high is None:
        return _share(risk.excess)
    return f"{100 * risk.excess:+.1f} % [{100 * risk.low:+.1f}, {100 * risk.high:+.1f}]"


def _chance(risk: RiskEstimate) -> str:
    """The p that counts: corrected for the family where the attack belongs to it."""
    p = risk.p if risk.p_adjusted is None else risk.p_adjusted
    return say("below 0.01") if p == 0 else _number(p)


def _count(value: int | None, minimum: int) -> str:
    """A count of persons; None is one that may not be shown."""
    return say("fewer than {minimum}", minimum=minimum) if value is None else f"{value:,}"


def _caught(risk: RiskEstimate) -> str:
    """The smallest planted leak that an attack noticed by itself."""
    if risk.role is not AttackRole.PRIMARY:
        return say("not tried")
    return say("none up to 20 %") if risk.detectable is None else _share(risk.detectable)


def _noticed(evidence: Evidence) -> str:
    """The smallest planted leak that the primary attacks together noticed, corrected."""
    criteria = () if evidence.verdict is None else evidence.verdict.criteria
    found = next((each for each in criteria if each.criterion == "detectable_share"), None)
    if found is None or found.judgement is Judgement.NOT_APPLICABLE:
        return say("not measured")
    return say("none up to 20 %") if found.value is None else _share(found.value)


def _silence(risk: RiskEstimate) -> str:
    """Why an attack says nothing."""
    if risk.outcome is Outcome.ESTIMATED:
        return retell(risk.reason)
    outcome = retell(risk.outcome.value.replace("_", " "))
    return say("{outcome}: {reason}", outcome=outcome, reason=retell(risk.reason)).capitalize()


def _use(evidence: Evidence, frontier: dict[str, Any]) -> str:
    """The headline score beside the same on real patients."""
    wanted = (frontier["utility_metric"], frontier["utility_group"])
    score = next((each for each in evidence.utility if (each.metric, each.group) == wanted), None)
    if score is None:
        return "–"
    real = "" if score.reference is None else say("; real {value:.2f}", value=score.reference)
    return f"{score.value:.2f} [{score.low:.2f}, {score.high:.2f}]{real}"


def _most_exposed(evidence: Evidence, run: Run) -> list[dict[str, str]]:
    """The first ten lines of the candidate's private file, which is sorted; none where it is gone."""
    path = run.folder / "private" / f"{evidence.candidate}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(islice(csv.DictReader(lines), _MOST_EXPOSED))


def _sheet(evidence: Evidence, run: Run) -> list[Strip]:
    """Some pictures of a candidate that minted images; none of a table or of a reference point."""
    return [] if evidence.reference else contact_sheet(run.folder / "releases" / evidence.candidate)


def _overall(evidence: Evidence) -> list[UtilityScore]:
    """The measures of a release as a whole; single columns and pairs stand in the table."""
    parts = ("column_fidelity", "pair_fidelity", "implausible_records")
    parts_of = [score for score in evidence.utility if score.metric not in parts or not score.group]
    return [score for score in parts_of if not score.metric.startswith(SUBGROUP)]


def _subgroups(evidence: Evidence) -> list[tuple[UtilityScore, UtilityScore]]:
    """Each subgroup's own score, and its gap to the others."""
    gaps = {score.group: score for score in evidence.utility if score.metric == GAP}
    own = [s for s in evidence.utility if s.metric.startswith(SUBGROUP) and s.metric != GAP]
    return [(score, gaps[score.group]) for score in own if score.group in gaps]

"""The report of a run: one self-contained page, internal and public, for a reader who is no statistician."""

import csv
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import jinja2
import plotly.offline

from cohort.errors import InputError
from dashboard.charts import Picture, frontier_picture, risk_picture, utility_picture
from privacy.estimates import AttackRole, Outcome, RiskEstimate
from synthassay.images.sheet import Strip, contact_sheet
from synthassay.ledger.attempts import attempt_words
from synthassay.ledger.records import Decision, decisions
from synthassay.policy import policy_names
from synthassay.prospects import Prospect, prospect
from synthassay.public import public_run
from synthassay.rare import rare_sentence
from synthassay.runs import Evidence, Run
from synthassay.store import write_json, write_text
from synthassay.verdicts import Judgement
from utility.scores import GAP, SUBGROUP, UtilityScore

_MOST_EXPOSED = 10
_ROLES = {
    AttackRole.PRIMARY: "counts in the verdict",
    AttackRole.DIAGNOSTIC: "diagnostic",
    AttackRole.SECOND_OPINION: "second opinion",
}


def write_reports(run: Run) -> tuple[Path, Path]:
    """Write ``report.html``, ``report.public.html`` and ``report.json`` into the run's folder."""
    internal, public = run.folder / "report.html", run.folder / "report.public.html"
    write_text(internal, render(run))
    write_text(public, render(public_run(run), public=True))
    write_json(run.folder / "report.json", as_json(run))
    return internal, public


def render(run: Run, *, public: bool = False) -> str:
    """The whole page as HTML, with plotly inside, once; it needs no network and no other file."""
    if public and run.promises:
        return environment().get_template("report.promise.html.j2").render(run=run)
    template = environment().get_template("report.html.j2")
    return template.render(
        run=run,
        public=public,
        minimum=run.about["minimum_count"],
        plotly=plotly.offline.get_plotlyjs(),
        frontier=frontier_picture(run.frontier),
        frontier_score=(run.frontier["utility_metric"] or "").replace("_", " "),
        risk_picture=risk_picture,
        utility_picture=utility_picture,
        prospect=_prospect(run),
        not_tested=_not_tested(run),
        attempts=_attempts(run),
        decided=_decided(run),
    )


def as_json(run: Run) -> dict[str, Any]:
    """The report's content for programs: what the page shows, without its words."""
    return {
        "run": {key: run.about[key] for key in ("name", "kind", "started", "ended", "policy")},
        "cohort": {
            **{key: run.cohort[key] for key in ("rows", "persons", "train_persons", "holdout_persons")},
            "cross_fitted": run.cohort.get("cross_fitted", False),
        },
        "frontier": run.frontier,
        "candidates": [each.to_dict() for each in run.evidence],
    }


def _prospect(run: Run) -> Prospect | None:
    """What a table of this size could show under the run's policy, where the policy is a bundled one."""
    name = run.about["policy"]
    if name not in policy_names() or run.cohort.get("kind") == "images":
        return None
    sides = run.cohort["train_persons"], run.cohort["holdout_persons"]
    return prospect(name, *sides, cross_fitted=run.cohort.get("cross_fitted", False))


def _not_tested(run: Run) -> list[str]:
    """Attacks that could say nothing, each reason once."""
    reasons = {
        f"{risk.attack.replace('_', ' ')}: {risk.outcome.value.replace('_', ' ')}. {risk.reason}"
        for each in run.candidates
        for risk in each.risks
        if risk.outcome is not Outcome.ESTIMATED
    }
    return sorted(reasons)


def _attempts(run: Run) -> dict[str, str]:
    """Which attempt on its patients each candidate was; known once the run's end is in the ledger."""
    told = {each.candidate: attempt_words(run.folder, each.candidate) for each in run.candidates}
    return {candidate: words for candidate, words in told.items() if words}


def _decided(run: Run) -> tuple[Decision, ...]:
    """What people decided about the run's candidates; nothing where the ledger cannot be read."""
    try:
        return decisions(run.folder.parent, run.folder.name)
    except InputError:
        return ()


def environment() -> jinja2.Environment:
    """The templates, with the filters that every report shares."""
    shared = jinja2.Environment(
        loader=jinja2.PackageLoader("synthassay"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., str]] = {
        "figure": _figure,
        "share": _share,
        "number": _number,
        "role": lambda risk: _ROLES[risk.role],
        "interval": _interval,
        "chance": _chance,
        "count": _count,
        "caught": _caught,
        "noticed": _noticed,
        "silence": _silence,
        "use": _use,
        "rare": rare_sentence,
    }
    shared.filters.update(
        {**filters, "overall": _overall, "subgroups": _subgroups, "most_exposed": _most_exposed}
    )
    shared.filters["sheet"] = _sheet
    return shared


def _figure(picture: Picture) -> str:
    return str(picture.figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False}))


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
    return "below 0.01" if p == 0 else _number(p)


def _count(value: int | None, minimum: int) -> str:
    """A count of persons; None is one that may not be shown."""
    return f"fewer than {minimum}" if value is None else f"{value:,}"


def _caught(risk: RiskEstimate) -> str:
    """The smallest planted leak that an attack noticed by itself."""
    if risk.role is not AttackRole.PRIMARY:
        return "not tried"
    return "none up to 20 %" if risk.detectable is None else _share(risk.detectable)


def _noticed(evidence: Evidence) -> str:
    """The smallest planted leak that the primary attacks together noticed, corrected."""
    criteria = () if evidence.verdict is None else evidence.verdict.criteria
    found = next((each for each in criteria if each.criterion == "detectable_share"), None)
    if found is None or found.judgement is Judgement.NOT_APPLICABLE:
        return "not measured"
    return "none up to 20 %" if found.value is None else _share(found.value)


def _silence(risk: RiskEstimate) -> str:
    """Why an attack says nothing."""
    if risk.outcome is Outcome.ESTIMATED:
        return risk.reason
    return f"{risk.outcome.value.replace('_', ' ')}: {risk.reason}".capitalize()


def _use(evidence: Evidence, frontier: dict[str, Any]) -> str:
    """The headline score beside the same on real patients."""
    wanted = (frontier["utility_metric"], frontier["utility_group"])
    score = next((each for each in evidence.utility if (each.metric, each.group) == wanted), None)
    if score is None:
        return "–"
    real = "" if score.reference is None else f"; real {score.reference:.2f}"
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

"""One candidate: the verdict, what it rests on, and what was not tested."""

import streamlit as st

from cohort.findings import Severity
from dashboard import pages, parts, reading, roles, words
from dashboard.charts import is_drawn, is_overall, risk_picture, utility_picture
from dashboard.roles import Right
from privacy.estimates import RiskEstimate
from synthassay.language import say
from synthassay.runs import Evidence, Run

_MARKS = {Severity.ISSUE: "!", Severity.TIP: "→", Severity.PASSED: "✓", Severity.NOT_APPLICABLE: "–"}


def _show() -> None:
    folders = reading.folders()
    if not folders:
        st.title(say("One candidate"))
        parts.no_run_yet()
        return
    run = reading.read(parts.choose_run(folders, key="run of candidate"))
    evidence = parts.choose_candidate(run, key="candidate", references=True)
    if evidence is None:
        return
    st.page_link(
        pages.FRONTIER, label=say("← All candidates of this run"), query_params={"run": run.folder.name}
    )
    st.title(evidence.candidate)
    st.caption(words.run_facts(run))
    if evidence.failure:
        _failure(evidence)
        return
    _verdict(evidence)
    _chosen(evidence)
    _criteria(evidence)
    _risks(run, evidence)
    _use(evidence)
    _findings(evidence)
    _download(run, evidence)


def _failure(evidence: Evidence) -> None:
    st.markdown(parts.mark(say("! failed, no release was made"), None))
    st.error(words.told(evidence.failure))
    st.write(
        say(
            "The other candidates of this run are not affected. Mend the reason above in the "
            "config and run it again; what has already been measured of the others does not "
            "change."
        )
    )
    st.page_link(pages.START, label=say("Start a run"))


def _verdict(evidence: Evidence) -> None:
    judged = evidence.verdict
    st.markdown(parts.mark(words.verdict(evidence), None if judged is None else judged.judgement))
    if judged is not None:
        st.write(words.told(judged.sentence))
    by, guarantee = words.told(evidence.made_by), words.told(evidence.guarantee)
    st.caption(
        say("Made by {by} · {rows} rows · {guarantee}", by=by, rows=evidence.rows, guarantee=guarantee)
    )
    if evidence.promise:
        st.markdown("\n".join(f"- {words.told(each)}" for each in evidence.promise["words"]))
        st.warning(
            say(
                "The guarantee covers the release and nothing else on this page: every figure below "
                "was computed on patients without noise, and stays in the house. The public report "
                "holds what may be told."
            )
        )


def _chosen(evidence: Evidence) -> None:
    """Of `auto`: which generator, why, and what else was tried."""
    for place, choice in enumerate(evidence.chosen, start=1):
        half = say(" for half {place}", place=place) if len(evidence.chosen) > 1 else ""
        st.header(say("Why this generator{half}", half=half))
        st.write(words.told(choice["why"]))
        if choice["tried"]:
            parts.table([words.tried_row(each) for each in choice["tried"]])


def _criteria(evidence: Evidence) -> None:
    judged = evidence.verdict
    if judged is None or not judged.criteria:
        return
    st.header(say("What policy {policy} asks", policy=judged.policy))
    st.caption(say("Each figure is read at the unfavourable end of its interval, where it has one."))
    for criterion in judged.criteria:
        with st.container(border=True):
            parts.criterion(criterion)


def _risks(run: Run, evidence: Evidence) -> None:
    st.header(say("Attacks"))
    if not evidence.risks:
        st.info(say("No attack was run on this candidate, so nothing is known about its privacy."))
        return
    own = evidence.candidate == "holdout"
    fresh = () if own else run.fresh_risks
    picture = risk_picture(evidence.risks, fresh=fresh)
    if picture.table:
        parts.show_picture(picture, key="risks")
    for risk in evidence.risks:
        with st.container(border=True):
            _risk(risk, next((each for each in fresh if each.attack == risk.attack), None))


def _risk(risk: RiskEstimate, fresh: RiskEstimate | None) -> None:
    told, figures = st.columns(2, gap="medium")
    with told:
        st.markdown(f"**{words.plain(risk.attack)}** · {say(words.ROLES[risk.role])}")
        st.caption(words.told(risk.threat))
        st.write(words.escaped(words.risk_sentence(risk)))
    if risk.excess is None:
        return
    known = {say("this release"): words.figures(risk)}
    if fresh is not None and fresh.excess is not None:
        known[say("fresh patients")] = words.figures(fresh)
    with figures:
        rows = known[say("this release")]
        parts.table(
            [{"": row, **{name: each.get(row, words.NONE) for name, each in known.items()}} for row in rows]
        )


def _use(evidence: Evidence) -> None:
    st.header(say("Use"))
    if not evidence.utility:
        st.info(say("Its use was not measured; what was noticed below may say why."))
        return
    whole = [score for score in evidence.utility if is_overall(score)]
    parts.show_picture(utility_picture(whole), key="use")
    rest = [score for score in evidence.utility if not is_overall(score)]
    if rest:
        with st.expander(say("Each column, the pairs that fit worst, and each rule or class")):
            parts.show_picture(utility_picture(rest), key="use in detail")
    alone = [score for score in evidence.utility if not is_drawn(score)]
    if alone:
        st.caption(say("Not drawn, for want of real patients to compare with or of a scale that ends:"))
        parts.table([words.score_row(score) for score in alone])


def _findings(evidence: Evidence) -> None:
    if not evidence.findings:
        return
    st.header(say("Noticed"))
    for finding in evidence.findings:
        title, text = words.told(finding.title), words.told(finding.explanation)
        st.markdown(f"{_MARKS[finding.severity]} **{title}** {text}")


def _download(run: Run, evidence: Evidence) -> None:
    path = run.folder / "releases" / evidence.candidate / "data.csv"
    if evidence.reference or not path.is_file() or not roles.may(Right.RELEASES):
        return
    st.header(say("The data"))
    st.caption(
        say(
            "This is the very file that was attacked above. Nobody has released it: a person "
            "must decide first, on this evidence, and the file must stay labelled as synthetic."
        )
    )
    st.download_button(
        say("Download data.csv (not yet released)"),
        data=lambda: reading.read_release(run.folder, evidence.candidate),
        file_name=f"{run.about['name']}-{evidence.candidate}-not-released.csv",
        mime="text/csv",
        on_click="ignore",
    )


_show()

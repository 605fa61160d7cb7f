"""Decide on a release: what each criterion found, and a person's verdict with its reason."""

from datetime import date, timedelta

import streamlit as st

from dashboard import deciding, jobs, languages, login, pages, parts, reading, roles, starting, words
from dashboard.deciding import ACCEPT, MITIGATE, REJECT, Draft
from dashboard.jobs import Job, State
from dashboard.roles import Right
from synthassay.language import say, to_say
from synthassay.runs import Evidence, Run

_VERDICTS = {
    ACCEPT: to_say("Accept: it may leave the house"),
    MITIGATE: to_say("Not yet: something has to be done first"),
    REJECT: to_say("Reject: it may not leave"),
}


def _show() -> None:
    st.title(say("Decide"))
    roles.require(Right.DECIDE)
    run = parts.shown_run(key="decide")
    if run is None:
        return
    evidence = parts.choose_candidate(run, key="decide")
    if evidence is None or evidence.verdict is None:
        st.info(say("There is no release to decide on: this candidate failed, or was not judged."))
        return
    _checklist(run, evidence)
    _before(run, evidence)
    _form(run, evidence)
    _follow()


def _checklist(run: Run, evidence: Evidence) -> None:
    judged = evidence.verdict
    if judged is None:
        return
    st.header(say("What the policy found"))
    st.markdown(parts.mark(words.verdict(evidence), judged.judgement))
    st.write(words.told(judged.sentence))
    for result in judged.criteria:
        with st.container(border=True):
            parts.criterion(result)
    asked = {"run": run.folder.name, "candidate": evidence.candidate}
    st.page_link(pages.CANDIDATE, label=say("All evidence on this candidate"), query_params=asked)
    st.page_link(pages.ATTACKS, label=say("Each attack beside patients not used"), query_params=asked)
    st.page_link(pages.EXPOSED, label=say("Who is exposed"), query_params=asked)


def _before(run: Run, evidence: Evidence) -> None:
    """What was decided about it before."""
    known = [
        each
        for each in reading.all_decisions()
        if each.run == run.folder.name and each.candidate == evidence.candidate
    ]
    if not known:
        return
    st.header(say("Decided before"))
    for each in reversed(known):
        with st.container(border=True):
            parts.decision(each)


def _form(run: Run, evidence: Evidence) -> None:
    st.header(say("Your decision"))
    st.write(
        say(
            "It is signed and written into the ledger for good. Whoever started the run may not "
            "decide on it, and a change of data, config or release voids it."
        )
    )
    if not roles.fresh_login():
        login.again()
        return
    email = getattr(roles.person(), "email", "")
    with st.form(f"decision on {evidence.candidate} of {run.folder.name}"):
        verdict = st.radio(say("Verdict"), list(_VERDICTS), format_func=lambda each: say(_VERDICTS[each]))
        reason = st.text_area(say("Why? An auditor in two years should understand it."), max_chars=4000)
        purpose = st.text_input(say("What is the release for?"), max_chars=500)
        conditions = st.text_area(say("Under which conditions? One a line."), max_chars=4000)
        until = st.date_input(
            say("The last day on which it stands"), date.today() + timedelta(days=365), min_value=date.today()
        )
        exception = st.text_area(
            say("Only where you accept what the policy does not accept: why all the same?"), max_chars=4000
        )
        by = email or st.text_input(say("Who decides? Declared, and verified by nobody."), max_chars=100)
        if email:
            st.markdown(words.escaped(say("Decided by {email}, as the login says.", email=email)))
        read = st.checkbox(say("I have read the evidence above, and what was not tested"))
        pressed = st.form_submit_button(say("Sign the decision"), type="primary")
    if pressed:
        draft = Draft(
            verdict=verdict, by=by, reason=reason, exception=exception, purpose=purpose,
            conditions=conditions, until=until, read=read,
        )  # fmt: skip
        _sign(run, evidence, draft)


def _sign(run: Run, evidence: Evidence, draft: Draft) -> None:
    if evidence.verdict is None:
        return
    missing = list(deciding.lacks(draft, evidence.verdict.judgement))
    if missing:
        st.warning("\n".join(f"- {each}" for each in missing))
        return
    argv = jobs.decide_argv(
        run.folder,
        candidate=evidence.candidate,
        verdict=draft.verdict,
        by=draft.by.strip(),
        reason=draft.reason.strip(),
        conditions=draft.listed,
        until="" if draft.until is None else draft.until.isoformat(),
        exception=draft.exception.strip(),
        purpose=draft.purpose.strip(),
    )
    title = say("{run}: decide on {candidate}", run=run.about["name"], candidate=evidence.candidate)
    job = starting.launch(argv, title=title, right=Right.DECIDE)
    st.query_params["job"] = job.id
    st.rerun()


def _follow() -> None:
    """The decision that is being signed: whether it stands in the ledger, or why it was refused."""
    job = next(
        (each for each in jobs.jobs(runs=reading.runs_folder()) if each.id == st.query_params.get("job")),
        None,
    )
    if job is None:
        return
    if job.state is State.RUNNING:
        languages.fragment(_wait, run_every=1)(job)
    elif job.state is State.FINISHED:
        st.success(say("It is signed, and stands in the ledger."))
        st.page_link(pages.TIMELINE, label=say("See all decisions"))
    else:
        st.error(say("It was not written down. The reason:"))
        st.code(job.last_words or say("nothing was said"), language=None, wrap_lines=True)


def _wait(job: Job) -> None:
    if job.state is not State.RUNNING:
        st.rerun()
    st.markdown(say("● signing"))


_show()

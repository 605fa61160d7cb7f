"""All cases, step by step, and what waits for a person; on a first visit, the way in."""

import streamlit as st

from cohort.errors import InputError
from dashboard import pages, reading, roles, watching, words
from dashboard.cases import Case, cases
from dashboard.roles import Right
from dashboard.starting import DEMO, begin
from dashboard.tables import html_steps
from synthassay.language import say, say_count, to_say
from synthassay.ledger.records import Decision

_FEW = 8


def _show() -> None:
    st.title(say("Cases"))
    folders = reading.folders()
    looks = reading.looks_by_name()
    if watching.running():
        st.subheader(say("Under way"))
        watching.show(only_running=True)
    if not folders and not looks:
        _first_visit()
        return
    told = [each for folder in folders if (each := reading.read_told(folder)) is not None]
    known = cases(told, looks, _decisions())
    _waiting(known)
    _list(known)
    if broken := len(folders) - len(told):
        st.warning(
            say_count(
                "{count} folder of runs cannot be read; open it to see why.",
                "{count} folders of runs cannot be read; open one to see why.",
                broken,
            )
        )


def _first_visit() -> None:
    folder = str(reading.runs_folder())
    st.info(words.escaped(say("There is no finished run in {folder} yet.", folder=folder)))
    if not roles.may(Right.RUN):
        st.write(say("A modeler or a steward starts runs; what they find stands here then."))
        return
    if watching.running():
        st.write(
            say("What comes out stands here as soon as it is finished. The page can be closed meanwhile.")
        )
        return
    st.write(
        say(
            "The demo mints four synthetic versions of a simulated registry of a rare disease, "
            "attacks each of them, and judges them. It needs no data of yours and takes a few "
            "minutes."
        )
    )
    if st.button(say("Run the demo"), type="primary"):
        begin(DEMO, watched_at=pages.CASES)
    if watching.any_job():
        st.subheader(say("Tried so far"))
        watching.show()
    st.write(say("Or begin with a table of your own:"))
    st.page_link(pages.RISK, label=say("See who can be found in it"))
    st.page_link(pages.START, label=say("Mint synthetic versions of it"))
    if roles.may(Right.ASSAY):
        st.page_link(pages.ASSAY, label=say("Have a release assayed that another tool made"))


def _decisions() -> tuple[Decision, ...]:
    try:
        return reading.all_decisions()
    except InputError as error:
        st.error(words.told(str(error)))
        return ()


def _waiting(known: list[Case]) -> None:
    waiting = [each for each in known if each.waiting]
    st.subheader(say("Waits for a decision"))
    if not waiting:
        st.write(say("Nothing waits: no candidate of a newest run meets its policy without a decision."))
        return
    for case in waiting:
        names = ", ".join(case.waiting)
        st.markdown(
            say("● **{case}** meets its policy with {candidates}: a person must decide.",
                case=words.escaped(case.name), candidates=words.escaped(names))
        )  # fmt: skip
        may = roles.may(Right.DECIDE)
        page, label = (
            (pages.DECIDE, to_say("Decide on {case}"))
            if may
            else (pages.CANDIDATE, to_say("See what {case} gave"))
        )
        asked = {"run": case.latest, "candidate": case.waiting[0]}
        st.page_link(page, label=say(label, case=case.name), query_params=asked)


def _list(known: list[Case]) -> None:
    st.subheader(say("By step"))
    st.caption(
        say("✓ done · ● waits for a person · ? open or cannot tell · △ not yet · ✕ a fault · – not begun")
    )
    shown = known
    if len(known) > _FEW and not st.toggle(say("Show all {n} cases", n=len(known))):
        shown = known[:_FEW]
    for case in shown:
        with st.container(border=True):
            _case(case)


def _case(case: Case) -> None:
    counted = say("runs: {runs} · looks at who can be found: {looks}", runs=case.runs, looks=case.looks)
    st.markdown(f"**{words.escaped(case.name)}** · {counted}")
    st.html(html_steps([(step.name, f"{step.mark} {step.words}") for step in case.steps]))
    if case.latest:
        st.page_link(
            pages.FRONTIER, label=say("Open {case}", case=case.name), query_params={"run": case.latest}
        )
    else:
        st.page_link(pages.RISK, label=say("Open {case}", case=case.name))


_show()

"""The report of a run, and what happened when: each entry of the ledger, and each decision."""

import streamlit as st

from cohort.errors import InputError
from dashboard import parts, reading, roles, words
from dashboard.roles import Right
from dashboard.timeline_charts import timeline_picture
from synthassay.language import say

_NEWEST = 30


def _show() -> None:
    st.title(say("Report and decisions"))
    folders = reading.folders()
    if not folders:
        parts.no_run_yet()
        return
    st.header(say("Report of a run"))
    folder = parts.choose_run(folders, key="run of report")
    _report(folder.name, reading.read_report(folder, public=True), public=True)
    if roles.may(Right.PERSONS):
        _report(folder.name, reading.read_report(folder, public=False), public=False)
    try:
        _decisions()
        _entries()
    except InputError as error:
        st.error(words.told(str(error)))


def _report(name: str, content: bytes | None, *, public: bool) -> None:
    told = "public" if public else "internal"
    if content is None:
        st.caption(
            say("This run has no public report; `synthassay report` writes it.")
            if public
            else say("This run has no internal report; `synthassay report` writes it.")
        )
        return
    label = (
        say("Public report: what anybody may read") if public else say("Internal report: for the house only")
    )
    st.download_button(
        label, content, file_name=f"{name}-{told}.html", mime="text/html", on_click="ignore", key=told
    )


def _decisions() -> None:
    st.header(say("Decisions"))
    known = reading.all_decisions()
    if not known:
        st.info(say("Nobody has decided anything in this folder of runs yet."))
        return
    parts.show_picture(timeline_picture(known), key="timeline")
    for each in reversed(known):
        with st.container(border=True):
            parts.decision(each)


def _entries() -> None:
    st.header(say("The ledger"))
    entries = reading.all_entries()
    if not entries:
        st.info(say("There is no ledger here yet: the first run writes its first line."))
        return
    st.write(
        say(
            "Each line holds the hash of the line before, and a signature. The signatures are "
            "not checked on this page: `synthassay verify` does that."
        )
    )
    st.markdown(
        say(
            "{n} entries. Head, to be written down elsewhere: `{head}`", n=len(entries), head=entries[-1].hash
        )
    )
    shown = entries[-_NEWEST:]
    parts.table([words.entry_row(each) for each in reversed(shown)])
    if len(shown) < len(entries):
        st.caption(say("The newest {n} are shown.", n=_NEWEST))


_show()

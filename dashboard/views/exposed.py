"""Who is exposed: patients by how exposed they look, and rare groups; nobody is named."""

import streamlit as st

from dashboard import parts, reading, roles, words
from dashboard.exposure_charts import persons_picture, strata_picture
from dashboard.roles import Right
from synthassay.language import say, say_count
from synthassay.runs import Evidence, Run


def _show() -> None:
    st.title(say("Who is exposed"))
    roles.require(Right.PERSONS)
    run = parts.shown_run(key="exposed")
    if run is None:
        return
    evidence = parts.choose_candidate(run, key="exposed")
    if evidence is None or evidence.failure:
        st.info(say("There is no release to ask about."))
        return
    _persons(run, evidence)
    _groups(run, evidence)
    st.caption(
        words.escaped(
            say(
                "Nobody is named here, and fewer than {minimum} patients are never counted by themselves. "
                "The run's internal report lists the most exposed by number, for the house only.",
                minimum=run.about["minimum_count"],
            )
        )
    )


def _persons(run: Run, evidence: Evidence) -> None:
    st.header(say("Patient by patient"))
    bands = reading.read_exposed(run.folder, evidence.candidate)
    if not bands:
        st.info(
            say(
                "Single patients cannot be ranked here: no attack that ranks them was run, or nobody "
                "was set aside to compare with."
            )
        )
        return
    parts.show_picture(persons_picture(bands), key="persons")


def _groups(run: Run, evidence: Evidence) -> None:
    st.header(say("Rare groups"))
    groups = reading.read_strata(run.folder, evidence.candidate)
    if groups.shown:
        parts.show_picture(strata_picture(groups), key="strata")
    else:
        st.info(say("No group was compared."))
    if groups.hidden:
        minimum = run.about["minimum_count"]
        st.caption(
            say_count(
                "Not shown: {count} group of fewer than {minimum} patients.",
                "Not shown: {count} groups of fewer than {minimum} patients.",
                groups.hidden,
                minimum=minimum,
            )
        )


_show()

"""Rare groups: whether a release serves each group of patients as well as the others."""

import streamlit as st

from dashboard import parts, words
from dashboard.dot_charts import groups_picture
from synthassay.language import say
from synthassay.runs import Evidence
from utility.scores import UtilityScore

_YARDSTICK = "subsample_equivalent"
_CODES = ("subgroups_not_told", "subgroup_served_worse")


def _show() -> None:
    st.title(say("Rare groups"))
    run = parts.shown_run(key="fidelity")
    if run is None:
        return
    evidence = parts.choose_candidate(run, key="fidelity", references=True)
    if evidence is None or evidence.failure:
        st.info(say("There is no release to look at."))
        return
    _yardstick(evidence)
    _groups(evidence)


def _yardstick(evidence: Evidence) -> None:
    found = next((each for each in evidence.utility if each.metric == _YARDSTICK and not each.group), None)
    if found is None:
        return
    st.markdown(f"**{words.escaped(_as_good_as(found))}**")
    if found.reference is not None:
        st.caption(
            say(
                "Patients set aside reach {share}: more is not to be had.", share=words.share(found.reference)
            )
        )


def _as_good_as(found: UtilityScore) -> str:
    return say(
        "Its pairs of columns lie as near to the patients as a random {value} of them would "
        "(95 % interval {low} to {high}).",
        value=words.share(found.value),
        low=words.share(found.low),
        high=words.share(found.high),
    )


def _groups(evidence: Evidence) -> None:
    st.header(say("Group by group"))
    picture = groups_picture(evidence.utility)
    if picture.table:
        parts.show_picture(picture, key="groups")
    else:
        st.info(
            say(
                "No group could be compared: that takes a target, and at least 30 persons of a group "
                "among those set aside."
            )
        )
    for finding in evidence.findings:
        if finding.code in _CODES:
            st.markdown(f"**{words.told(finding.title)}** {words.told(finding.explanation)}")


_show()

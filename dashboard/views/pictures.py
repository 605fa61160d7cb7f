"""Pictures: a contact sheet of what a generator of images minted."""

import streamlit as st

from dashboard import parts, reading, words
from dashboard.words import say


def _show() -> None:
    st.title("Pictures")
    folders = reading.folders()
    if not folders:
        parts.no_run_yet()
        return
    run = reading.read(parts.choose_run(folders, key="run of pictures"))
    st.caption(words.escaped(words.run_facts(run)))
    evidence = parts.choose_candidate(run, key="pictures")
    strips = [] if evidence is None else reading.contact_sheet(run.folder, evidence.candidate)
    if evidence is None or not strips:
        st.info("This candidate minted no pictures.")
        return
    for strip in strips:
        st.subheader(words.escaped(say("{name}: {n} pictures", name=strip.name, n=strip.pictures)))
        alt = say("Up to ten synthetic pictures of class {name}, side by side.", name=strip.name)
        st.image(strip.uri, alt=alt, width=640)
    st.caption(
        "Synthetic: no picture of a patient. Some of each class, evenly spread over the release; a real "
        "picture is never shown here."
    )


_show()

"""Pictures: a contact sheet of what a generator of images minted."""

import streamlit as st

from dashboard import parts, reading, words
from synthassay.language import say, say_count


def _show() -> None:
    st.title(say("Pictures"))
    run = parts.shown_run(key="pictures")
    if run is None:
        return
    evidence = parts.choose_candidate(run, key="pictures")
    strips = [] if evidence is None else reading.contact_sheet(run.folder, evidence.candidate)
    if evidence is None or not strips:
        st.info(say("This candidate minted no pictures."))
        return
    for strip in strips:
        st.subheader(
            words.escaped(
                say_count(
                    "{name}: {count} picture", "{name}: {count} pictures", strip.pictures, name=strip.name
                )
            )
        )
        alt = say("Up to ten synthetic pictures of class {name}, side by side.", name=strip.name)
        st.image(strip.uri, alt=alt, width=640)
    st.caption(
        say(
            "Synthetic: no picture of a patient. Some of each class, evenly spread over the "
            "release; a real picture is never shown here."
        )
    )


_show()

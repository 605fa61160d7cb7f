"""Start a run, and watch it."""

from pathlib import Path

import streamlit as st

from dashboard import starting, watching, words

_OTHER = "another file…"


def _show() -> None:
    st.title("New run")
    _choose()
    if watching.any_job():
        st.subheader("Runs started here")
        watching.show()


def _choose() -> None:
    bundled = starting.bundled()
    name = st.selectbox("Config", [*bundled, _OTHER])
    path = bundled.get(name)
    if path is None:
        typed = st.text_input("Path of a config on this machine", placeholder="/home/me/study/pbc.yaml")
        if not typed.strip():
            st.caption(
                "A config says which data, generators and policy; the others in the list are examples."
            )
            return
        path = Path(typed.strip()).expanduser()
        if problem := starting.problem_of(path):
            st.error(words.escaped(problem))
            return
    with st.expander(f"What {path.name} says"):
        st.code(path.read_text(encoding="utf-8", errors="replace"), language="yaml")
    if st.button("Start the run", type="primary"):
        starting.begin(path)
    if st.button("Only ask who can be found"):
        starting.begin_look(path)
    st.caption(
        "The second mints nothing: it looks at the patients themselves, and who of them stands alone by "
        "age, sex, place and the like. It takes seconds."
    )


_show()

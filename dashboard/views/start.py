"""Start a run, and watch it."""

from pathlib import Path

import streamlit as st

from cohort.errors import InputError
from dashboard import allowed, drafts, forms, roles, starting, watching, words
from dashboard.roles import Right
from synthassay.language import say, to_say

_OTHER = to_say("another file…")
_FORM, _FILE = to_say("Fill in a form"), to_say("Take a config that is there")


def _show() -> None:
    st.title(say("New run"))
    way = st.radio(say("How do you say what is to be run?"), [_FORM, _FILE], format_func=say, horizontal=True)
    if way == _FORM:
        _form()
    else:
        _choose()
    if watching.any_job():
        st.subheader(say("Runs started here"))
        watching.show()


def _form() -> None:
    roles.require(Right.RUN)
    wanted = forms.fill_in()
    if wanted is None:
        return
    text = drafts.as_yaml(wanted)
    st.subheader(say("The config that this comes to"))
    st.code(text, language="yaml")
    name = f"{wanted.name}.yaml"
    st.download_button(say("Download it"), text, file_name=name, mime="application/yaml", on_click="ignore")
    start = st.button(say("Check and start the run"), type="primary")
    check = st.button(say("Only check it"))
    if not (start or check):
        st.caption(say("The check reads the cohort as the run will, and says all that is wrong."))
        return
    path = drafts.keep(text, name=wanted.name)
    with st.spinner(say("Reading the cohort as the run will")):
        problems = starting.problems_of(path)
    if problems:
        st.error(words.escaped(problems.replace(str(path), say("this form"))))
    elif start:
        starting.begin(path)
    else:
        st.success(words.escaped(say("It can be run. It lies in {path}.", path=str(path))))


def _choose() -> None:
    path = _config()
    if path is None:
        return
    with st.expander(say("What {name} says", name=path.name)):
        st.code(path.read_text(encoding="utf-8", errors="replace"), language="yaml")
    if st.button(say("Start the run"), type="primary"):
        starting.begin(path)
    if st.button(say("Only ask who can be found")):
        starting.begin_look(path)
    st.caption(
        say(
            "The second mints nothing: it looks at the patients themselves, and who of them "
            "stands alone by age, sex, place and the like. It takes seconds."
        )
    )


def _config() -> Path | None:
    """A bundled config, or a file that somebody types."""
    bundled = starting.bundled()
    name = st.selectbox(
        say("Config"), [*bundled, _OTHER], format_func=lambda each: say(each) if each == _OTHER else each
    )
    if name in bundled:
        return bundled[name]
    label = say("Path of a config under {folder}", folder=str(allowed.data_folder()))
    typed = st.text_input(words.escaped(label), placeholder="study/pbc.yaml")
    if not typed.strip():
        st.caption(
            say("A config says which data, generators and policy; the others in the list are examples.")
        )
        return None
    try:
        return allowed.config(typed)
    except InputError as error:
        st.error(words.escaped(str(error)))
        return None


_show()

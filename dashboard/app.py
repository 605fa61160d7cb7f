"""The dashboard: pages over a folder of runs. Started by `dashboard.launch.command`."""

import os
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from cohort.errors import SynthAssayError
from dashboard import languages, login, pages, roles, words
from dashboard.reading import runs_folder
from synthassay.language import say


def _show() -> None:
    st.set_page_config(page_title="SynthAssay", layout="wide")
    languages.settle()
    st.html(Path(__file__).with_name("style.css"))
    _guarded(_open)


def _open() -> None:
    with st.sidebar:
        languages.choose()
    somebody = roles.person()
    if somebody is None:
        login.ask()
        return
    if not somebody.roles:
        login.refuse(somebody)
        return
    page = st.navigation(pages.menu(somebody.roles), expanded=True)
    with st.sidebar:
        login.inside(somebody)
        st.caption(words.escaped(say("Runs in {folder}", folder=str(runs_folder()))))
    page.run()


def _guarded(draw: Callable[[], None]) -> None:
    """Tell in words what went wrong; a library's message may hold a patient's value."""
    try:
        draw()
    except SynthAssayError as error:
        st.error(words.told(str(error)))
    except Exception as error:
        if os.environ.get("SYNTHASSAY_DEBUG"):
            raise
        st.error(
            say(
                "This page could not be drawn ({kind}). The runs are unchanged. "
                "Start the dashboard with SYNTHASSAY_DEBUG=1 to see where, and report it.",
                kind=type(error).__name__,
            )
        )


_show()

"""The dashboard: pages over a folder of runs. Started by `dashboard.launch.command`."""

import os

import streamlit as st

from cohort.errors import SynthAssayError
from dashboard import words
from dashboard.reading import CANDIDATE, FRONTIER, RISK, START, runs_folder


def _show() -> None:
    st.set_page_config(page_title="SynthAssay", layout="wide")
    page = st.navigation(
        [
            st.Page(FRONTIER, title="Use against risk", default=True),
            st.Page(CANDIDATE, title="One candidate"),
            st.Page(RISK, title="Who can be found"),
            st.Page(START, title="New run"),
        ]
    )
    st.sidebar.caption(f"Runs in {words.escaped(str(runs_folder()))}")
    try:
        page.run()
    except SynthAssayError as error:
        st.error(words.escaped(str(error)))
    except Exception as error:
        if os.environ.get("SYNTHASSAY_DEBUG"):
            raise
        # A library's message may hold a patient's value.
        st.error(
            f"This page could not be drawn ({type(error).__name__}). The runs are unchanged. "
            "Start the dashboard with SYNTHASSAY_DEBUG=1 to see where, and report it."
        )


_show()

"""Streamlit's server, with what the pages need loaded before the first visitor has to wait for it."""

import plotly.graph_objects as go
from streamlit.web.cli import main

# Not `reading`, nor what imports it: its caches ask for a server, which is not there yet.
from dashboard import (  # noqa: F401
    attack_charts,
    cases,
    charts,
    deciding,
    dot_charts,
    drawing,
    exposure_charts,
    hand_in,
    jobs,
    risk_charts,
    timeline_charts,
    whatif,
)


def load() -> None:
    """Draw once: plotly loads most of itself with its first figure."""
    drawing.style(go.Figure(go.Scatter(x=[0], y=[0])), height=100)


if __name__ == "__main__":
    load()
    main(prog_name="streamlit")

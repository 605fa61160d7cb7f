"""What several pages show alike."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import reading, words
from dashboard.charts import Picture
from synthassay.verdicts import Judgement

_CONFIG = {"displayModeBar": False}
_COLOURS = {
    Judgement.ACCEPT: "green",
    Judgement.MITIGATE: "orange",
    Judgement.REJECT: "red",
    Judgement.INCONCLUSIVE: "blue",
}


def show_picture(picture: Picture, *, key: str) -> None:
    """A figure, what it shows in a sentence, and the numbers behind it."""
    st.plotly_chart(picture.figure, theme=None, key=key, config=_CONFIG, alt=picture.alt)
    explain(picture)


def selectable_picture(picture: Picture, *, key: str) -> list[Any]:
    """The same, and the ``customdata`` of the points that were clicked."""
    event = st.plotly_chart(
        picture.figure,
        theme=None,
        key=key,
        config=_CONFIG,
        alt=picture.alt,
        on_select="rerun",
        selection_mode="points",
    )
    explain(picture)
    return [point.get("customdata") for point in event["selection"]["points"]]


def explain(picture: Picture) -> None:
    """The sentence under a figure, and its numbers."""
    st.caption(picture.sentence)
    with st.expander("The numbers behind the picture"):
        table([{key: _cell(value) for key, value in row.items()} for row in picture.table])


def table(rows: Sequence[Mapping[str, str]]) -> None:
    """A table that a screen reader can read."""
    st.table(list(rows), hide_index=True)


def choose_run(folders: Sequence[Path], *, key: str) -> Path:
    """A list of runs; the address names the one that is shown."""
    names = [folder.name for folder in folders]
    asked = st.query_params.get("run")
    at = names.index(asked) if asked in names else 0
    chosen = st.selectbox("Run", folders, index=at, format_func=reading.label, key=key)
    st.query_params["run"] = chosen.name
    return chosen


def mark(text: str, judgement: Judgement | None) -> str:
    """A verdict as markdown; its words and symbol say what its colour says."""
    colour = "gray" if judgement is None else _COLOURS.get(judgement, "gray")
    return f":{colour}-badge[{words.escaped(text)}]"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)

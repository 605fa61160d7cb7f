"""All candidates of a run: how useful against how risky."""

import streamlit as st

from dashboard import parts, reading, words
from dashboard.charts import frontier_picture
from dashboard.dot_charts import epsilon_picture
from synthassay.runs import Run


def _show() -> None:
    st.title("Use against risk")
    run = parts.shown_run(key="frontier")
    if run is None:
        return
    _draw(run)
    _budgets(run)
    _list(run)


def _draw(run: Run) -> None:
    picture = frontier_picture(run.frontier)
    if not picture.table:
        st.info("There is no picture: no candidate of this run has both its use and its risk measured.")
        return
    clicked = parts.selectable_picture(picture, key=f"frontier {run.folder.name}")
    drawn = {row["candidate"] for row in picture.table}
    missing = [each.candidate for each in run.evidence if each.candidate not in drawn]
    if missing:
        st.caption(f"Not drawn, because use or risk was not measured: {', '.join(missing)}.")
    named = [name for name in clicked if name in drawn]
    if named:
        reading.open_candidate(run.folder.name, named[0])


def _budgets(run: Run) -> None:
    """Use and risk against ε, where several candidates have a guarantee."""
    epsilons = {each.candidate: float(each.promise["epsilon"]) for each in run.promises}
    if len(set(epsilons.values())) < 2:
        return
    st.subheader("What the guarantee costs")
    named = [point for point in run.frontier["points"] if point["candidate"] in epsilons]
    points = [(epsilons[point["candidate"]], point) for point in named]
    for side, axis in zip(st.columns(2), ("utility", "risk"), strict=True):
        with side:
            parts.show_picture(epsilon_picture(points, axis=axis), key=f"epsilon {axis}")
    st.caption("These figures were computed without noise, and stay in the house.")


def _list(run: Run) -> None:
    st.subheader("Candidates")
    points = {point["candidate"]: point for point in run.frontier["points"]}
    ordered = [*run.candidates, *(each for each in run.evidence if each.reference)]
    parts.table([words.candidate_row(each, points.get(each.candidate)) for each in ordered])
    st.caption("Reference points show how to read the picture; nobody can release them.")
    with st.form("open", border=False):
        name = st.selectbox("Candidate", [each.candidate for each in ordered])
        if st.form_submit_button("Open candidate", type="primary"):
            reading.open_candidate(run.folder.name, name)


_show()

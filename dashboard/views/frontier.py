"""All candidates of a run: how useful against how risky."""

import streamlit as st

from dashboard import parts, reading, words
from dashboard.charts import frontier_picture
from dashboard.dot_charts import epsilon_picture
from dashboard.pareto_charts import AXES, seeds_picture
from synthassay.language import say
from synthassay.runs import Run


def _show() -> None:
    st.title(say("Use against risk"))
    run = parts.shown_run(key="frontier")
    if run is None:
        return
    _draw(run)
    _budgets(run)
    _seeds(run)
    _list(run)


def _draw(run: Run) -> None:
    picture = frontier_picture(run.frontier)
    if not picture.table:
        st.info(say("There is no picture: no candidate of this run has both its use and its risk measured."))
        return
    clicked = parts.selectable_picture(picture, key=f"frontier {run.folder.name}")
    drawn = {row["candidate"] for row in picture.table}
    missing = [each.candidate for each in run.evidence if each.candidate not in drawn]
    if missing:
        st.caption(
            say("Not drawn, because use or risk was not measured: {missing}.", missing=", ".join(missing))
        )
    named = [name for name in clicked if name in drawn]
    if named:
        reading.open_candidate(run.folder.name, named[0])


def _budgets(run: Run) -> None:
    """Use and risk against ε, where several candidates have a guarantee."""
    epsilons = {each.candidate: float(each.promise["epsilon"]) for each in run.promises}
    if len(set(epsilons.values())) < 2:
        return
    st.subheader(say("What the guarantee costs"))
    named = [point for point in run.frontier["points"] if point["candidate"] in epsilons]
    points = [(epsilons[point["candidate"]], point) for point in named]
    for side, axis in zip(st.columns(2), ("utility", "risk"), strict=True):
        with side:
            parts.show_picture(epsilon_picture(points, axis=axis), key=f"epsilon {axis}")
    st.caption(say("These figures were computed without noise, and stay in the house."))


def _seeds(run: Run) -> None:
    """How far the seed alone moves each candidate, where runs under other seeds lie beside this one."""
    by_seed = reading.seeds(run.folder)
    if len(by_seed) < 2:
        return
    st.subheader(say("Other seeds"))
    st.write(
        say(
            "Runs of this very config under {n} seeds lie in this folder. A seed decides who is set "
            "aside, what is minted and what the attacks draw.",
            n=len(by_seed),
        )
    )
    for side, axis in zip(st.columns(2), AXES, strict=True):
        with side:
            picture = seeds_picture(by_seed, own=int(run.about["seed"]), axis=axis)
            parts.show_picture(picture, key=f"seeds {axis}")


def _list(run: Run) -> None:
    st.subheader(say("Candidates"))
    points = {point["candidate"]: point for point in run.frontier["points"]}
    ordered = [*run.candidates, *(each for each in run.evidence if each.reference)]
    parts.table([words.candidate_row(each, points.get(each.candidate)) for each in ordered])
    st.caption(say("Reference points show how to read the picture; nobody can release them."))
    with st.form("open", border=False):
        name = st.selectbox(say("Candidate"), [each.candidate for each in ordered])
        if st.form_submit_button(say("Open candidate"), type="primary"):
            reading.open_candidate(run.folder.name, name)


_show()

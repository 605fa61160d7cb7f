"""Start a run, and watch it."""

from pathlib import Path

import streamlit as st

from dashboard import jobs, reading, starting, words
from dashboard.jobs import Job, State

_SHOWN = 5
_OTHER = "another file…"
_HEADS = {
    State.RUNNING: "● running",
    State.FINISHED: "✓ finished",
    State.FAILED: "! failed",
    State.STOPPED: "■ stopped",
    State.LOST: "? lost",
}


def _show() -> None:
    st.title("New run")
    _choose()
    mine = jobs.jobs(runs=reading.runs_folder())
    if not mine:
        return
    st.subheader("Runs started here")
    active = any(job.state is State.RUNNING for job in mine[:_SHOWN])
    st.fragment(_watch, run_every=1 if active else None)(active)


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


def _watch(active: bool) -> None:
    """The jobs of this folder; drawn again each second while one runs."""
    shown = jobs.jobs(runs=reading.runs_folder())[:_SHOWN]
    for job in shown:
        with st.container(border=True):
            _draw(job, job.state)
    if active and not any(job.state is State.RUNNING for job in shown):
        st.rerun()  # the whole page, so that nothing is drawn each second any more


def _draw(job: Job, state: State) -> None:
    st.markdown(f"**{words.escaped(job.title)}** · {_HEADS[state]} · begun {words.moment(job.begun)}")
    if state is State.RUNNING:
        _running(job)
    elif state is State.FINISHED:
        _finished(job)
    else:
        _ended(job, state)


def _running(job: Job) -> None:
    progress = job.progress()
    if progress is None:
        st.progress(0.0, text="reading the data")
    else:
        left = progress.seconds_left
        time = "" if left is None else f", about {words.duration(left)} left"
        st.progress(
            min(max(progress.share, 0.0), 1.0), text=f"working on {words.escaped(progress.stage)}{time}"
        )
    if job.stopping:
        st.caption("It was asked to stop, and does so as soon as it can.")
    if st.button("Stop at once" if job.stopping else "Stop", key=f"stop {job.id}"):
        jobs.cancel(job)
        st.rerun(scope="fragment")


def _finished(job: Job) -> None:
    folder = Path(str((job.result or {}).get("run", "")))
    page = reading.page_of(folder)
    if page is not None:
        st.page_link(page, label="Open the result", query_params={"run": folder.name})
    elif folder.parent == reading.runs_folder() and folder.is_dir():
        st.caption(f"No page here shows it yet. It lies in {words.escaped(str(folder))}.")
    else:
        st.caption("Its folder is no longer there.")


def _ended(job: Job, state: State) -> None:
    if state is State.LOST:
        st.warning(
            "Its process ended without a word: somebody or something killed it, or the machine went "
            "down. Nothing half finished was left among the runs; start it again."
        )
    elif state is State.STOPPED:
        st.info("Somebody stopped it. Nothing half finished was left among the runs.")
    else:
        st.error("It did not finish. The last thing it said:")
    if state is not State.STOPPED and (said := job.last_words):
        st.code(said, language=None, wrap_lines=True)


_show()

"""Jobs as a page shows them: how far each is, how it ended, and what it said."""

from pathlib import Path

import streamlit as st

from dashboard import jobs, languages, reading, starting, words
from dashboard.jobs import Job, State
from synthassay.language import say, to_say

_SHOWN = 5
_HEADS = {
    State.RUNNING: to_say("● running"),
    State.FINISHED: to_say("✓ finished"),
    State.FAILED: to_say("! failed"),
    State.STOPPED: to_say("■ stopped"),
    State.LOST: to_say("? lost"),
}


def any_job() -> bool:
    """Whether anything was started in this folder of runs."""
    return bool(jobs.jobs(runs=reading.runs_folder()))


def running() -> bool:
    """Whether anything is at work in this folder of runs."""
    return any(job.state is State.RUNNING for job in _newest())


def show(*, only_running: bool = False) -> None:
    """The newest jobs; drawn again each second while one runs."""
    active = running()
    languages.fragment(_watch, run_every=1 if active else None)(active, only_running=only_running)


def _newest() -> list[Job]:
    return jobs.jobs(runs=reading.runs_folder())[:_SHOWN]


def _watch(active: bool, *, only_running: bool) -> None:
    known = [(job, job.state) for job in _newest()]
    for job, state in known:
        if state is State.RUNNING or not only_running:
            with st.container(border=True):
                _draw(job, state)
    if active and not any(state is State.RUNNING for _, state in known):
        st.rerun()  # the whole page, so that nothing is drawn each second any more


def _draw(job: Job, state: State) -> None:
    st.markdown(
        say(
            "**{title}** · {value} · begun {begun}",
            title=words.escaped(job.title),
            value=say(_HEADS[state]),
            begun=words.moment(job.begun),
        )
    )
    if state is State.RUNNING:
        _running(job)
    elif state is State.FINISHED:
        _finished(job)
    else:
        _ended(job, state)


def _running(job: Job) -> None:
    progress = job.progress()
    if progress is None:
        st.progress(0.0, text=say("reading the data"))
    else:
        left = progress.seconds_left
        time = "" if left is None else say(", about {left} left", left=words.duration(left))
        st.progress(
            min(max(progress.share, 0.0), 1.0),
            text=say("working on {stage}{time}", stage=words.told(progress.stage), time=time),
        )
    if job.stopping:
        st.caption(say("It was asked to stop, and does so as soon as it can."))
    if st.button(say("Stop at once") if job.stopping else say("Stop"), key=f"stop {job.id}"):
        starting.stop(job)
        st.rerun(scope="fragment")


def _finished(job: Job) -> None:
    folder = Path(str((job.result or {}).get("run", "")))
    page = reading.page_of(folder)
    if page is not None:
        st.page_link(page, label=say("Open the result"), query_params={"run": folder.name})
    elif folder.parent == reading.runs_folder() and folder.is_dir():
        st.caption(say("No page here shows it yet. It lies in {folder}.", folder=words.escaped(str(folder))))
    else:
        st.caption(say("Its folder is no longer there."))


def _ended(job: Job, state: State) -> None:
    if state is State.LOST:
        st.warning(
            say(
                "Its process ended without a word: somebody or something killed it, or the machine "
                "went down. Nothing half finished was left among the runs; start it again."
            )
        )
    elif state is State.STOPPED:
        st.info(say("Somebody stopped it. Nothing half finished was left among the runs."))
    else:
        st.error(say("It did not finish. The last thing it said:"))
    if state is not State.STOPPED and (said := job.last_words):
        st.code(said, language=None, wrap_lines=True)

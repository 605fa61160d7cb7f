"""Who can be found by age, sex, place and the like, and what a change would do to that."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import jobs, languages, pages, parts, reading, risk_words, starting, whatif, words
from dashboard.jobs import Job, State
from dashboard.risk_charts import change_picture, heat_picture, sets_picture, sizes_picture
from dashboard.starting import DEMO, begin_look
from synthassay.language import say
from synthassay.risk.words import listed
from synthassay.runs import RiskRun

Shown = dict[str, Any]


def _show() -> None:
    st.title(say("Who can be found"))
    looks = reading.looks()
    if not looks:
        _first_visit()
        return
    folder = _choose(looks)
    run, risk = reading.read_look(folder)
    st.caption(words.escaped(risk_words.facts(run, risk)))
    _headline(risk)
    _what_if(run, risk)
    _map(run, risk)
    _columns(risk)
    _histogram(risk)
    _mending(run, risk)
    st.caption(
        say(
            "Counts of fewer than {minimum_count} patients are not sent to the browser. The "
            "whole report, for the house only: {folder}",
            minimum_count=run.about["minimum_count"],
            folder=words.escaped(str(folder / "report.html")),
        )
    )


def _first_visit() -> None:
    st.info(
        say(
            "Nobody has looked at linkage risk in {runs_folder} yet.",
            runs_folder=words.escaped(str(reading.runs_folder())),
        )
    )
    st.write(
        say(
            "In a rare disease nobody needs a trick to recognise a patient: age, sex, region and "
            "the year of diagnosis may do. A look at a table says who stands alone by such "
            "columns, and what would mend it. It takes seconds, and mints nothing."
        )
    )
    if st.button(say("Look at the demo"), type="primary"):
        begin_look(DEMO)
    st.page_link(pages.START, label=say("Look at a table of your own"))


def _choose(looks: list[Path]) -> Path:
    """A cohort, then one of the looks at it; the address names the look."""
    by_cohort: dict[str, list[Path]] = {}
    for folder in looks:
        by_cohort.setdefault(reading.cohort_of(folder), []).append(folder)
    asked = st.query_params.get("run")
    names = [folder.name for folder in looks]
    at = names.index(asked) if asked in names else 0
    cohorts, own = list(by_cohort), reading.cohort_of(looks[at])
    cohort = own
    if len(cohorts) > 1:
        cohort = st.selectbox(say("Cohort"), cohorts, index=cohorts.index(own), key="cohort of risk")
    mine = by_cohort[cohort]
    place = mine.index(looks[at]) if looks[at] in mine else 0
    chosen = st.selectbox(
        say("Look (newest first)"), mine, index=place, format_func=reading.look_label, key=f"look of {cohort}"
    )
    if chosen.name != asked:
        _forget("after", "job")
        st.query_params["run"] = chosen.name
    return chosen


def _forget(*names: str) -> None:
    for name in names:
        if name in st.query_params:
            del st.query_params[name]


def _headline(risk: Shown) -> None:
    among_all, sentences = risk_words.population(risk)
    span = risk_words.interval(risk)
    figures = {
        say("Stand alone"): say("{few} of {all:,}", few=risk["uniques"].words, all=risk["persons"]),
        say("Right guesses, mean"): words.share(risk["mean_risk"]),
        say("Smallest group alike (k)"): f"{risk['k']:,}",
        say("Alone among all with the disease"): f"{among_all} [{span}]" if span else among_all,
    }
    for column, (name, value) in zip(st.columns(len(figures)), figures.items(), strict=True):
        with column, st.container(border=True):
            st.markdown(f"{name}  \n**{words.escaped(value)}**")
    st.write(words.escaped(risk_words.found(risk)))
    for line in sentences:
        st.write(words.escaped(line))


def _map(run: RiskRun, risk: Shown) -> None:
    st.header(say("Two columns together"))
    if not risk["maps"]:
        st.info(say("A map needs two columns that can be shown with at most twelve values each."))
        return
    names = [listed(each["columns"]) for each in risk["maps"]]
    name = st.selectbox(
        say("Columns (those that single out most come first)"), names, key=f"map of {run.folder.name}"
    )
    crossed = risk["maps"][names.index(name)]
    picture = heat_picture(crossed)
    clicked = parts.selectable_picture(picture, key=f"map {run.folder.name} {name}")
    if clicked and clicked[0] is not None:
        st.info(words.escaped(risk_words.cell(crossed, int(clicked[0]))))
    else:
        st.caption(say("Click a mark to read who shares its values."))


def _columns(risk: Shown) -> None:
    st.header(say("Which columns do it"))
    parts.show_picture(sets_picture(risk), key="sets")


def _histogram(risk: Shown) -> None:
    st.header(say("How well each patient is hidden"))
    parts.show_picture(sizes_picture(risk), key="sizes")


def _mending(run: RiskRun, risk: Shown) -> None:
    st.header(say("What would mend it"))
    mending = risk["mending"]
    st.write(
        say(
            "Policy {policy} allows a right guess in one of {allowed} tries: every combination "
            "of values should be shared by {allowed} patients.",
            policy=words.escaped(run.about["policy"]),
            allowed=mending["allowed"],
        )
    )
    if mending["together"]:
        st.markdown(say("**The mildest combinations that keep this limit**"))
        parts.table([risk_words.together_row(each) for each in mending["together"]])
    st.markdown(say("**One change at a time**"))
    parts.table([risk_words.step_row(each) for each in mending["steps"]])
    st.caption(say(risk_words.PRICE))


def _what_if(run: RiskRun, risk: Shown) -> None:
    st.header(say("What if"))
    st.write(
        say(
            "Choose for each column how it would be shown. The table itself is not changed: a "
            "new look is made beside this one."
        )
    )
    with st.form(f"what if {run.folder.name}"):
        chosen = {}
        for at, each in enumerate(risk["choices"]):
            if at % 2 == 0:  # row by row, so that a phone keeps their order
                sides = st.columns(2)
            with sides[at % 2]:
                chosen[each["column"]] = _level(run, each)
        pressed = st.form_submit_button(say("Show what that would do"), type="primary")
    if pressed:
        _ask(run, risk, chosen)
    _follow(risk)


def _level(run: RiskRun, choice: dict[str, Any]) -> int:
    offered = whatif.options(choice)
    chosen: int = st.selectbox(
        choice["column"],
        range(len(offered)),
        index=whatif.now(choice),
        format_func=lambda at: f"{offered[at]}{say(' (now)') if at == whatif.now(choice) else ''}",
        key=f"level of {choice['column']} in {run.folder.name}",
    )
    return chosen


def _ask(run: RiskRun, risk: Shown, chosen: dict[str, int]) -> None:
    if problem := whatif.problem_of(risk["choices"], chosen):
        st.warning(problem)
        return
    asked, runs = whatif.ask(risk["choices"], chosen), reading.runs_folder()
    argv = jobs.risk_argv(run.folder / "config.yaml", runs=runs, drop=asked.drop, coarsen=asked.coarsen)
    job = starting.launch(argv, title=say("{cohort}: what if", cohort=run.about["name"]))
    _forget("after")
    st.query_params["job"] = job.id
    st.rerun()


def _follow(risk: Shown) -> None:
    """The look that was asked for: how far it is, and what it found."""
    asked = st.query_params.get("job")
    job = next((each for each in jobs.jobs(runs=reading.runs_folder()) if each.id == asked), None)
    if job is not None:
        _stand(job)
    after = next((each for each in reading.looks() if each.name == st.query_params.get("after")), None)
    if after is not None:
        _compare(risk, after)


def _stand(job: Job) -> None:
    state = job.state
    if state is State.RUNNING:
        languages.fragment(_watch, run_every=1)(job)
    elif state is State.FINISHED:
        # By its folder, so that the address still means the same when the job is forgotten.
        _forget("job")
        st.query_params["after"] = Path(str((job.result or {}).get("run", ""))).name
    elif state is State.STOPPED:
        st.info(say("It was stopped. Nothing half finished was left among the runs."))
    else:
        st.error(say("It did not finish. The last thing it said:"))
        st.code(job.last_words or say("nothing"), language=None, wrap_lines=True)


def _watch(job: Job) -> None:
    if job.state is not State.RUNNING:
        st.rerun()
    st.markdown(
        say(
            "● counting who would look alike, for {seconds_since}",
            seconds_since=words.duration(words.seconds_since(job.begun)),
        )
    )
    if st.button(say("Stop at once") if job.stopping else say("Stop"), key=f"stop {job.id}"):
        starting.stop(job)
        st.rerun(scope="fragment")


def _compare(before: Shown, folder: Path) -> None:
    _, after = reading.read_look(folder)
    st.subheader(say("Before and after"))
    st.write(words.escaped(risk_words.change(before, after)))
    parts.table(risk_words.before_and_after(before, after))
    parts.show_picture(change_picture(before, after), key=f"change {folder.name}")
    st.caption(say(risk_words.PRICE))
    st.button(say("Open the new look"), on_click=_open, args=(folder,))


def _open(folder: Path) -> None:
    # The list's own choice goes before the address: a link to this very page would change nothing.
    st.session_state[f"look of {reading.cohort_of(folder)}"] = folder


_show()

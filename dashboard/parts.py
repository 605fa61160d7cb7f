"""What several pages show alike."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import pages, reading, roles, words
from dashboard.drawing import Picture
from dashboard.roles import Right
from dashboard.tables import html_table
from synthassay.language import say
from synthassay.ledger.records import Decision
from synthassay.retelling import retell
from synthassay.runs import Evidence, Run
from synthassay.verdicts import CriterionResult, Judgement

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
    with st.expander(say("The numbers behind the picture")):
        table([{key: _cell(value) for key, value in row.items()} for row in picture.table])


def table(rows: Sequence[Mapping[str, str]]) -> None:
    """A table that a screen reader can read."""
    st.html(html_table(rows))


def choose_run(folders: Sequence[Path], *, key: str) -> Path:
    """A list of runs; the address names the one that is shown."""
    names = [folder.name for folder in folders]
    asked = st.query_params.get("run")
    at = names.index(asked) if asked in names else 0
    chosen = st.selectbox(say("Run"), folders, index=at, format_func=reading.label, key=key)
    st.query_params["run"] = chosen.name
    return chosen


def shown_run(*, key: str) -> Run | None:
    """The run that a page is about, chosen from a list and told in a line; None where there is none yet."""
    folders = reading.folders()
    if not folders:
        no_run_yet()
        return None
    run = reading.read(choose_run(folders, key=f"run of {key}"))
    st.caption(words.escaped(words.run_facts(run)))
    return run


def no_run_yet() -> None:
    """What a page of runs says where there is none."""
    folder = str(reading.runs_folder())
    st.info(words.escaped(say("There is no finished run in {folder} yet.", folder=folder)))
    st.page_link(pages.CASES, label=say("Begin with the demo, or see what is under way"))
    if roles.may(Right.RUN):
        st.page_link(pages.START, label=say("Start a run of your own"))


def choose_candidate(run: Run, *, key: str, references: bool = False) -> Evidence | None:
    """A list of a run's candidates; the address names the one that is shown. None where a run has none."""
    known = (*run.candidates, *(each for each in run.evidence if references and each.reference))
    names = [each.candidate for each in known]
    if not names:
        return None
    asked = st.query_params.get("candidate")
    at = names.index(asked) if asked in names else 0
    name = st.selectbox(say("Candidate"), names, index=at, key=f"{key} of {run.folder.name}")
    st.query_params["candidate"] = name
    return run.of(name)


def criterion(result: CriterionResult) -> None:
    """One criterion with its figure, its threshold and its source."""
    st.markdown(f"**{words.told(result.title)}**  {mark(words.result(result), result.judgement)}")
    st.write(words.told(result.sentence))
    found = words.interval(result.value, result.low, result.high)
    counts = say("required") if result.required else say("shown only, does not count in the verdict")
    figure = words.quantity(result)
    st.markdown(
        say(
            "{figure}: **{found}** · wanted **{wanted}** · {counts}",
            figure=figure,
            found=found,
            wanted=words.wanted(result),
            counts=counts,
        )
    )
    if result.remedy:
        st.markdown(say("What to do: {remedy}", remedy=words.told(result.remedy)))
    st.caption(say("Source: {source}", source=words.told(result.source)))


def decision(made: Decision) -> None:
    """A person's decision with its reason, and whether it still stands."""
    judgement = Judgement(made.verdict)
    word = {"accept": say("accepted"), "mitigate": say("not yet"), "reject": say("rejected")}[made.verdict]
    about = say("{candidate} of {run}", candidate=made.candidate, run=made.run)
    st.markdown(f"{mark(f'{judgement.symbol} {word}', judgement)} **{words.escaped(about)}**")
    for sentence in words.decided(made):
        st.markdown(words.escaped(sentence))
    for why in made.voided:
        st.warning(words.escaped(say("Stands no longer: {why}", why=retell(why))))


def mark(text: str, judgement: Judgement | None) -> str:
    """A verdict as markdown; its words and symbol say what its colour says."""
    colour = "gray" if judgement is None else _COLOURS.get(judgement, "gray")
    return f":{colour}-badge[{words.escaped(text)}]"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)

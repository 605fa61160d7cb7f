"""Have a release assayed that another tool made: files, columns, and off it goes."""

from collections.abc import Mapping
from typing import Any, TypeVar

import streamlit as st

from cohort.errors import InputError
from cohort.schema import Column, Kind, Role, Schema
from dashboard import hand_in, jobs, reading, roles, starting, watching, words
from dashboard.hand_in import HandIn, Origin, Upload
from dashboard.roles import Right
from synthassay.language import say, to_say

_T = TypeVar("_T", Role, Kind)
_ORIGINS = {
    Origin.THESE: to_say("Some of them: this other file holds the rows it was made from"),
    Origin.OTHERS: to_say("All of them: this other file holds patients of the same kind who were not used"),
    Origin.ALL: to_say("All of them, and there are no others"),
    Origin.UNKNOWN: to_say("Nobody can say"),
}
_ROLES = {
    Role.IDENTIFIER: to_say("names a person (never released)"),
    Role.QUASI_IDENTIFIER: to_say("others may know it (age, sex, place, dates)"),
    Role.SENSITIVE: to_say("a secret worth protecting"),
    Role.TARGET: to_say("what a study predicts"),
    Role.TIME: to_say("time to an event"),
    Role.EVENT: to_say("whether the event happened"),
    Role.GROUP: to_say("a group to be compared"),
    Role.OTHER: to_say("nothing of these"),
}
_KINDS = {
    Kind.NUMBER: to_say("number"),
    Kind.INTEGER: to_say("whole number"),
    Kind.CATEGORY: to_say("category"),
    Kind.ORDINAL: to_say("ordered category"),
    Kind.DATE: to_say("date"),
    Kind.TEXT: to_say("free text (never released)"),
}
_NOBODY = to_say("each row is another person")


def _show() -> None:
    st.title(say("Assay a release"))
    roles.require(Right.ASSAY)
    if watching.running():
        st.header(say("Under way"))
        watching.show(only_running=True)
    found = hand_in.find(st.query_params.get("hand_in", ""))
    if found is None:
        _files()
    else:
        _columns(found)
    _earlier(found)
    if watching.any_job() and not watching.running():
        st.header(say("Done"))
        watching.show()


def _files() -> None:
    st.write(
        say(
            "Somebody made a synthetic table from your patients. Three questions, and the "
            "program finds out what that table gives away. The files stay on this machine, "
            "readable by its owner alone, until you delete them."
        )
    )
    st.header(say("1. The files"))
    name = st.text_input(say("What is the study called?"), max_chars=60, placeholder="registry-2026")
    kinds = list(hand_in.ENDINGS)
    real = _uploader(say("The patients' file (real)"), "real", kinds)
    synthetic = _uploader(say("The release (synthetic)"), "synthetic", kinds)
    origin = st.radio(
        say("Which of the patients' rows was it made from?"),
        list(_ORIGINS),
        format_func=lambda each: say(_ORIGINS[each]),
    )
    rows = None
    if origin.needs_file:
        rows = _uploader(say("That other file"), "rows", kinds)
    else:
        st.warning(
            say(
                "Without patients who were not used, nobody can tell a leak from a likeness that "
                "chance explains: the verdict can at best be “cannot tell”. Ask the producer for "
                "rows that were not used."
            )
        )
    if st.button(say("Check the files"), type="primary"):
        _save(name, real, synthetic, origin, rows)


def _uploader(label: str, key: str, kinds: list[str]) -> Any:
    return st.file_uploader(label, type=kinds, key=f"upload {key}", max_upload_size=hand_in.LIMIT_MB)


def _save(name: str, real: Any, synthetic: Any, origin: Origin, rows: Any) -> None:
    if real is None or synthetic is None:
        st.warning(say("Choose the patients' file and the release first."))
        return
    try:
        found = hand_in.save(
            name=name,
            real=_sent(real),
            synthetic=_sent(synthetic),
            origin=origin,
            rows=None if rows is None else _sent(rows),
        )
    except InputError as error:
        st.error(words.told(str(error)))
        return
    st.query_params["hand_in"] = found.folder.name
    st.rerun()


def _sent(file: Any) -> Upload:
    return Upload(name=file.name, content=file.getvalue())


def _columns(found: HandIn) -> None:
    counted = say("{rows} rows, {columns} columns", rows=found.rows, columns=len(found.draft.columns))
    st.caption(words.escaped(say("Study {name} · {counted}", name=found.name, counted=counted)))
    st.header(say("2. The columns"))
    st.write(
        say(
            "Look at each column: what it means to somebody who looks for a patient, and what "
            "values it holds. The program guessed; only you know. A column that is called "
            "wrongly is attacked wrongly."
        )
    )
    with st.form(f"columns of {found.folder.name}", border=False):
        chosen = {column.name: _column(found, column) for column in found.draft.columns}
        person = _person(found.draft)
        st.header(say("3. How many there are"))
        people = st.number_input(
            say("About how many people in your area have this disease? (0: nobody knows)"), 0, 10_000_000, 0
        )
        st.caption(say("It says how many patients are still alone among everybody with the disease."))
        policy = st.selectbox(say("Which policy is it held against?"), hand_in.policies())
        pressed = st.form_submit_button(say("Confirm and assay"), type="primary")
    if pressed:
        _launch(found, chosen, person=person, people=int(people), policy=policy)


def _column(found: HandIn, column: Column) -> tuple[Role, Kind, bool]:
    name, key = column.name, f"{found.folder.name} {column.name}"
    why = found.reasons.get(name, say("nothing speaks against it"))
    with st.container(border=True):
        st.markdown(say("**{name}** · guessed because: {why}", name=words.escaped(name), why=words.told(why)))
        left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
        with left:
            meaning = _chosen(say("What {name} means", name=name), _ROLES, column.role, key=f"role {key}")
        with middle:
            kind = _chosen(say("What {name} holds", name=name), _KINDS, column.kind, key=f"kind {key}")
        with right:
            sure = st.checkbox(say("{name} is right so", name=name), key=f"sure {key}")
    return meaning, kind, sure


def _chosen(label: str, offered: Mapping[_T, str], now: _T, *, key: str) -> _T:
    known = list(offered)
    chosen: _T = st.selectbox(
        label, known, index=known.index(now), format_func=lambda each: say(offered[each]), key=key
    )
    return chosen


def _person(draft: Schema) -> str | None:
    offered = [None, *draft.names]
    chosen: str | None = st.selectbox(
        say("Which column says whose row it is?"), offered, index=offered.index(draft.person),
        format_func=lambda name: say(_NOBODY) if name is None else name,
    )  # fmt: skip
    return chosen


def _launch(
    found: HandIn, chosen: dict[str, tuple[Role, Kind, bool]], *, person: str | None, people: int, policy: str
) -> None:
    unsure = [name for name, (_, _, sure) in chosen.items() if not sure]
    if unsure:
        names = words.escaped(", ".join(unsure))
        st.warning(say("Confirm each column first. Not yet confirmed: {names}.", names=names))
        return
    try:
        known = {name: (role, kind) for name, (role, kind, _) in chosen.items()}
        schema = hand_in.confirmed(found.draft, known, person=person)
        cohort = hand_in.check(found, schema)
    except InputError as error:
        st.error(words.told(str(error)))
        return
    config = hand_in.write(found, schema, policy=policy, population=people, persons=cohort.n_persons)
    runs = reading.runs_folder()
    argv = jobs.assay_argv(config, found.folder / found.files["synthetic"], runs=runs)
    starting.launch(argv, title=say("{name}: assay", name=found.name), right=Right.ASSAY)
    if schema.quasi_identifiers:
        title = say("{name}: who can be found", name=found.name)
        starting.launch(jobs.risk_argv(config, runs=runs), title=title, right=Right.ASSAY)
    st.rerun()


def _earlier(shown: HandIn | None) -> None:
    known = hand_in.hand_ins()
    if not known:
        return
    st.header(say("Handed in"))
    st.caption(say("Deleting removes the files from this machine; runs that were made of them stay."))
    for each in known:
        with st.container(border=True):
            here = say(" (shown above)") if shown is not None and each.folder == shown.folder else ""
            st.markdown(f"**{words.escaped(each.name)}** · {words.moment(each.begun)}{here}")
            if not here and st.button(say("Open"), key=f"open {each.folder.name}"):
                st.query_params["hand_in"] = each.folder.name
                st.rerun()
            if st.button(say("Delete its files"), key=f"delete {each.folder.name}"):
                hand_in.delete(each)
                st.query_params.clear()
                st.rerun()
    if shown is not None and st.button(say("Hand in another release")):
        st.query_params.clear()
        st.rerun()


_show()

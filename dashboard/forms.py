"""The form that writes a config: its widgets, and what they come to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from cohort.draft import draft_schema, schema_yaml
from cohort.errors import InputError
from cohort.readers import read_table
from cohort.yaml_text import load_yaml
from dashboard import allowed, drafts, hand_in, roles, words
from dashboard.drafts import OFFERED, Option, Wanted
from dashboard.roles import Right
from synthassay.language import say

_OTHER = "another"
_HALVES = 0.0  # nobody is set aside for good
_FIRST = ("trees",)


def fill_in() -> Wanted | None:
    """What somebody wants of a run; None where it cannot be told yet, and the page says why."""
    try:
        cohort = _cohort()
    except InputError as error:
        st.error(words.escaped(str(error)))
        return None
    if cohort is None:
        return None
    name = _name(cohort)
    candidates = _candidates()
    sizes = _sizes()
    budget = _budget() if drafts.guaranteed(candidates or {}) else None
    trial = st.checkbox(say("Only a trial: one attack, no reference points; quick, and it proves nothing"))
    if candidates is None:
        return None
    return Wanted(name=name, cohort=cohort, candidates=candidates, budget=budget, trial=trial, **sizes)


def _cohort() -> Mapping[str, Any] | None:
    demos = {f"demo {name}": name for name in drafts.DEMOS}
    files = allowed.tables()
    chosen = st.selectbox(
        say("Cohort"),
        [*demos, *files, _OTHER],
        format_func=lambda each: _told(each, demos),
        key="form cohort",
    )
    if chosen in demos:
        return {"demo": demos[chosen]}
    typed = chosen
    if chosen == _OTHER:
        label = say("The patients' file, under {folder}", folder=str(allowed.data_folder()))
        typed = st.text_input(words.escaped(label), key="form file")
        if not typed.strip():
            return None
    path = allowed.named(typed)
    return {"data": str(path), "schema": _schema(path)}


def _told(cohort: str, demos: Mapping[str, str]) -> str:
    if cohort in demos:
        return say("the embedded demo {name}", name=demos[cohort])
    return say("another file…") if cohort == _OTHER else cohort


def _schema(data: Path) -> Any:
    """A schema's file as typed, or the schema itself as the program drafts it."""
    label = say("Its schema, a YAML file; leave it empty and the program drafts one")
    typed = st.text_input(label, value=_beside(data), key=f"form schema {data}")
    if typed.strip():
        return str(allowed.named(typed))
    st.warning(
        say(
            "Nobody has confirmed a drafted schema. Read it below: a column that is called wrongly is "
            "attacked wrongly. Correct it in the downloaded file, or write it with `synthassay inspect`."
        )
    )
    return _drafted(str(data), data.stat().st_mtime_ns)


def _beside(data: Path) -> str:
    """The schema that lies beside a table, where one is named after it."""
    places = (data.with_suffix(".yaml"), data.with_name(f"{data.stem}.schema.yaml"))
    found = next(
        (each for each in (*places, data.parent / "schemas" / f"{data.stem}.yaml") if each.is_file()), ""
    )
    return str(found)


@st.cache_data(max_entries=8, show_spinner=False)
def _drafted(path: str, changed: int) -> dict[str, Any]:  # noqa: ARG001 - part of the cache's key
    roles.require(Right.RUN)
    schema: dict[str, Any] = load_yaml(schema_yaml(draft_schema(read_table(Path(path)).table)))
    return schema


def _name(cohort: Mapping[str, Any]) -> str:
    plain = hand_in.safe_name(str(cohort.get("demo") or Path(cohort["data"]).stem))
    return st.text_input(say("Name of the run"), value=plain, max_chars=60, key=f"form name {plain}") or plain


def _candidates() -> Mapping[str, Mapping[str, tuple[float, ...]]] | None:
    """The generators with their options; None where one of them makes no sense."""
    chosen = st.multiselect(
        say("Generators"), list(OFFERED), default=list(_FIRST), key="form generators",
        format_func=lambda each: f"{each}: {say(OFFERED[each].words)}",
    )  # fmt: skip
    if not chosen:
        st.warning(say("Choose at least one generator."))
        return None
    found = {name: _options(name) for name in chosen}
    whole = {name: options for name, options in found.items() if options is not None}
    return whole if len(whole) == len(found) else None


def _options(synth: str) -> Mapping[str, tuple[float, ...]] | None:
    asked = OFFERED[synth].options
    if not asked:
        return {}
    found = {}
    for side, option in zip(st.columns(len(asked)), asked, strict=True):
        with side:
            found[option.name] = _asked(synth, option)
    return {name: each for name, each in found.items() if each is not None} if all(found.values()) else None


def _asked(synth: str, option: Option) -> tuple[float, ...] | None:
    label, key = f"{synth}: {say(option.words)}", f"form {synth} {option.name}"
    if not option.several:
        return (st.number_input(label, option.least, option.most, option.default, key=key),)
    typed = st.text_input(label, value=f"{option.default:g}", key=key)
    try:
        return drafts.values(typed, option)
    except ValueError:
        bounds = {"low": f"{option.least:g}", "high": f"{option.most:g}"}
        st.error(say("Write numbers from {low} to {high}, such as 0.5 1 10.", **bounds))
        return None


def _sizes() -> dict[str, Any]:
    left, middle, right, last = st.columns(4)
    with left:
        rows = st.number_input(say("Synthetic rows for each training row"), 0.01, 100.0, 1.0, key="form rows")
    with middle:
        halves = say("Each half in turn (two folds)")
        share = st.selectbox(
            say("Patients set aside"), [0.5, 0.4, 0.3, 0.2, _HALVES], key="form holdout",
            format_func=lambda each: halves if each == _HALVES else f"{each:.0%}",
        )  # fmt: skip
    with right:
        policy = st.selectbox(say("Policy"), hand_in.policies(), key="form policy")
    with last:
        seed = st.number_input(say("Seed"), 0, 2**31 - 1, 0, key="form seed")
    return {"rows": rows, "holdout": share or None, "policy": policy, "seed": seed}


def _budget() -> tuple[float, float]:
    st.caption(
        say("What all releases of this data set with a guarantee may spend together; what was spent counts.")
    )
    left, right = st.columns(2)
    with left:
        epsilon = st.number_input(say("ε in all"), 0.01, 1000.0, 10.0, key="form epsilon")
    with right:
        delta = st.number_input(
            say("δ in all"), 1e-12, 0.01, 1e-4, format="%.1e", step=1e-5, key="form delta"
        )
    return epsilon, delta

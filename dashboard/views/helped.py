"""Did it help: rows minted for a scarce class, and what training with them gained."""

from typing import Any

import streamlit as st

from dashboard import parts, reading, roles, words
from dashboard.dot_charts import gains_picture
from dashboard.roles import Right
from synthassay.language import say
from synthassay.retelling import retell


def _show() -> None:
    st.title(say("Did it help?"))
    roles.require(Right.RUN)
    folders = reading.augments()
    if not folders:
        st.info(
            say(
                "No class was topped up in this folder of runs yet. `synthassay augment CONFIG "
                "--class NAME --to N --study` mints rows for a scarce class, and finds out whether "
                "they help."
            )
        )
        return
    folder = st.selectbox(say("Topped up (newest first)"), folders, format_func=reading.augment_label)
    found = reading.read_augment_told(folder)
    st.write(
        words.escaped(
            say(
                "{rows} synthetic rows with {group} stand beside {present} real ones: {share} of the group "
                "is synthetic.",
                rows=found["rows"],
                group=found["group"],
                present=found["present"],
                share=words.share(found["share"]),
            )
        )
    )
    _study(found)
    for each in found["findings"]:
        st.markdown(f"**{words.told(each['title'])}** {words.told(each['explanation'])}")
    st.caption(say("For training beside the real rows only. Nobody has assayed these rows."))


def _study(found: dict[str, Any]) -> None:
    study = found["study"]
    if not study:
        st.info(words.escaped(say("Did it help? {reason}", reason=retell(found["study_reason"]))))
        return
    st.markdown(f"**{words.told(study['sentence'])}**")
    measures: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in study["comparisons"]:
        measures.setdefault((each["metric"], each["group"]), []).append(each)
    for (metric, group), comparisons in measures.items():
        name = (
            words.plain(metric)
            if not group
            else say("{what} of {group}", what=words.plain(metric), group=group)
        )
        st.subheader(words.escaped(name))
        parts.show_picture(gains_picture(comparisons), key=f"gains {metric} {group}")


_show()

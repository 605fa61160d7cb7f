"""May it be analysed: whether coefficients of a release may be read as the patients'."""

from typing import Any

import streamlit as st

from dashboard import parts, words
from dashboard.dot_charts import coefficients_picture
from synthassay.language import say, to_say
from synthassay.retelling import retell

_MARKS = {"may": to_say("✓ may be analysed"), "may_not": to_say("✕ may not be analysed")}


def _show() -> None:
    st.title(say("May it be analysed?"))
    run = parts.shown_run(key="analyses")
    if run is None:
        return
    asked = [each for each in run.candidates if each.inference]
    if not asked:
        st.info(
            say(
                "Nobody asked this run. Write `inference: {{releases: 20}}` into its config: each "
                "candidate is then fitted again and again, and its regressions are compared with the "
                "patients' own."
            )
        )
        return
    for each in asked:
        st.header(words.escaped(each.candidate))
        _told(each.candidate, each.inference)
    st.caption(
        say(
            "Synthetic rows are no patients: a standard error or a P value that software prints "
            "for them is too small, unless it is corrected as said above."
        )
    )


def _told(candidate: str, inference: dict[str, Any]) -> None:
    if "reason" in inference:
        st.info(words.escaped(say("It cannot be asked here: {reason}", reason=retell(inference["reason"]))))
        return
    for place, analysis in enumerate(inference["analyses"]):
        st.markdown(
            parts.mark(say(_MARKS.get(analysis["answer"], to_say("? cannot tell, so it may not"))), None)
        )
        st.write(words.told(analysis["sentence"]))
        st.caption(words.told(analysis["analysis"]))
        if analysis["coefficients"]:
            parts.show_picture(coefficients_picture(analysis["coefficients"]), key=f"{candidate} {place}")


_show()

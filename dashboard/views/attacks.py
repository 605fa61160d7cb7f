"""Re-identification: what each attack found on a candidate, beside patients who were not used."""

import streamlit as st

from dashboard import pages, parts, words
from dashboard.attack_charts import guesses_picture
from dashboard.charts import risk_picture
from privacy.estimates import RiskEstimate
from synthassay.language import say
from synthassay.runs import Evidence, Run


def _show() -> None:
    st.title(say("Re-identification"))
    run = parts.shown_run(key="attacks")
    if run is None:
        return
    _guesses(run)
    evidence = parts.choose_candidate(run, key="attacks")
    if evidence is None or evidence.failure:
        st.info(say("There is no release that could have been attacked."))
        return
    _attacks(run, evidence)
    _links(run, evidence)


def _guesses(run: Run) -> None:
    """The match on quasi-identifiers: the one figure with a threshold of its own."""
    picture = guesses_picture(run.candidates)
    if picture.table:
        st.header(say("Can a patient be picked out by age, sex, place and the like?"))
        parts.show_picture(picture, key="guesses")


def _attacks(run: Run, evidence: Evidence) -> None:
    st.header(words.escaped(say("Attacks on {candidate}", candidate=evidence.candidate)))
    if not evidence.risks:
        st.info(say("No attack was run on this candidate, so nothing is known about its privacy."))
        return
    picture = risk_picture(evidence.risks, fresh=run.fresh_risks)
    if picture.table:
        parts.show_picture(picture, key="attacks")
    parts.table([_row(risk, run.fresh(risk.attack)) for risk in evidence.risks])
    for risk in evidence.risks:
        found = words.escaped(words.risk_sentence(risk))
        st.markdown(f"**{words.plain(risk.attack)}** · {say(words.ROLES[risk.role])}  \n{found}")
    st.caption(
        say(
            "A silent attack is no proof of safety: the column of planted copies says how small "
            "a leak each would have seen. Attacks that count are corrected together."
        )
    )


def _row(risk: RiskEstimate, fresh: RiskEstimate | None) -> dict[str, str]:
    return {
        "attack": words.plain(risk.attack),
        "excess": words.excess(risk),
        "fresh patients instead": words.excess(fresh),
        "p, adjusted": words.number(risk.p_adjusted),
        "planted copies caught from": words.share(risk.detectable),
    }


def _links(run: Run, evidence: Evidence) -> None:
    asked = {"run": run.folder.name, "candidate": evidence.candidate}
    st.page_link(pages.CANDIDATE, label=say("All evidence on this candidate"), query_params=asked)
    st.page_link(pages.RISK, label=say("What if age, sex or place were coarser?"))


_show()

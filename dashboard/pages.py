"""The pages, in sections by who works there, and who finds which of them in the menu."""

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.roles import Role
from synthassay.language import say, to_say

CASES, READINESS, RISK, START = (f"views/{name}.py" for name in ("cases", "readiness", "risk", "start"))
FRONTIER, CANDIDATE, FIDELITY = (f"views/{name}.py" for name in ("frontier", "candidate", "fidelity"))
ANALYSES, HELPED, PICTURES = (f"views/{name}.py" for name in ("analyses", "helped", "pictures"))
ASSAY, ATTACKS, DECIDE = (f"views/{name}.py" for name in ("assay", "attacks", "decide"))
EXPOSED, TIMELINE = (f"views/{name}.py" for name in ("exposed", "timeline"))

EVERYBODY, MODELER = to_say("Everybody"), to_say("Modeler")
STEWARD, BOARD = to_say("Steward"), to_say("Ethics board")
_WORKERS = frozenset({Role.MODELER, Role.STEWARD})
_DECIDERS = frozenset({Role.STEWARD, Role.BOARD})
_ALL = frozenset(Role)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the dashboard.

    Parameters
    ----------
    path : str
        Its script.
    title : str
        In the menu.
    section : str
        Under which heading it stands there.
    roles : frozenset of Role
        Who finds it there. Whoever else follows a link to it is told why it stays empty: what it
        shows is refused where it is read.
    """

    path: str
    title: str
    section: str
    roles: frozenset[Role] = _ALL


PAGES = (
    Page(path=CASES, title=to_say("Cases"), section=EVERYBODY),
    Page(path=READINESS, title=to_say("Is the cohort ready?"), section=MODELER, roles=_WORKERS),
    Page(path=RISK, title=to_say("Who can be found"), section=MODELER),
    Page(path=START, title=to_say("New run"), section=MODELER, roles=_WORKERS),
    Page(path=FRONTIER, title=to_say("Use against risk"), section=MODELER),
    Page(path=CANDIDATE, title=to_say("One candidate"), section=MODELER),
    Page(path=FIDELITY, title=to_say("Rare groups"), section=MODELER),
    Page(path=ANALYSES, title=to_say("May it be analysed?"), section=MODELER),
    Page(path=HELPED, title=to_say("Did it help?"), section=MODELER, roles=_WORKERS),
    Page(path=PICTURES, title=to_say("Pictures"), section=MODELER),
    Page(path=ASSAY, title=to_say("Assay a release"), section=STEWARD, roles=frozenset({Role.STEWARD})),
    Page(path=ATTACKS, title=to_say("Re-identification"), section=STEWARD),
    Page(path=DECIDE, title=to_say("Decide"), section=STEWARD, roles=frozenset({Role.STEWARD})),
    Page(path=EXPOSED, title=to_say("Who is exposed"), section=BOARD, roles=_DECIDERS),
    Page(path=TIMELINE, title=to_say("Report and decisions"), section=BOARD),
)


def menu(roles: Iterable[Role]) -> dict[str, list[StreamlitPage]]:
    """The menu of somebody who holds these roles; what is not theirs is hidden, and there."""
    found: dict[str, list[StreamlitPage]] = {}
    held = frozenset(roles)
    for page in PAGES:
        shown = st.Page(
            page.path,
            title=say(page.title),
            default=page.path == CASES,
            visibility="visible" if held & page.roles else "hidden",
        )
        found.setdefault(say(page.section), []).append(shown)
    return found

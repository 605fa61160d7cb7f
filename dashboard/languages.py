"""In which language the pages speak: chosen beside the menu, else asked by the address or the browser."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st

from synthassay.language import LANGUAGES, speak, speaking, spoken

_KEY = "language"


def settle() -> None:
    """Speak it from here on in this run of the script."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = _asked()
    speak(st.session_state[_KEY])


def choose() -> None:
    """The choice, told in each of the languages."""
    st.radio("Language · 语言", list(LANGUAGES), format_func=LANGUAGES.__getitem__, key=_KEY, horizontal=True)


def fragment(draw: Callable[..., None], *, run_every: float | None) -> Callable[..., None]:
    """`st.fragment` whose later runs, which begin afresh, speak as this one does."""
    language = spoken()

    @wraps(draw)
    def drawn(*args: Any, **named: Any) -> None:
        with speaking(language):
            draw(*args, **named)

    return st.fragment(drawn, run_every=run_every)


def _asked() -> str:
    """What the address names; else Chinese where the browser's own language is, else English."""
    named = st.query_params.get(_KEY)
    if named in LANGUAGES:
        return named
    return "zh_CN" if str(st.context.locale or "").lower().startswith("zh") else "en"

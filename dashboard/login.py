"""The door where a login is configured, and who is told to be inside."""

import streamlit as st
from streamlit.errors import StreamlitAuthError

from dashboard import roles, words
from dashboard.roles import Person
from synthassay.language import say
from synthassay.state import state_folder


def ask() -> None:
    """The page of somebody who has not logged in."""
    st.title("SynthAssay")
    st.write(say("These pages speak of patients. Log in with your house's account."))
    if st.button(say("Log in"), type="primary"):
        _go()


def again() -> None:
    """What stands where a decision would be signed, once the login is too old for that."""
    st.info(
        say(
            "A decision is signed by whoever has just logged in, and your login is older than {minutes} "
            "minutes. Log in again, and come back to this page.",
            minutes=roles.FRESH_MINUTES,
        )
    )
    if st.button(say("Log in again"), type="primary"):
        _go()


def refuse(somebody: Person) -> None:
    """The page of somebody without a role."""
    st.title("SynthAssay")
    st.info(
        words.escaped(
            say(
                "{email} holds no role here. Whoever runs this dashboard can write it into {file}.",
                email=somebody.email or say("This account"),
                file=str(state_folder() / "roles.yaml"),
            )
        )
    )
    _leave()


def inside(somebody: Person) -> None:
    """Who is looking, beside the menu."""
    if roles.signed_in() is None:
        st.caption(say("No login: whoever sits at this machine holds every role."))
        return
    held = say(", ").join(say(role) for role in sorted(somebody.roles))
    st.caption(words.escaped(say("{email}: {roles}", email=somebody.email, roles=held)))
    _leave()


def _go() -> None:
    try:
        st.login()
    except StreamlitAuthError:
        st.error(
            say(
                "The login cannot be reached from here. Whoever runs this dashboard should install "
                "streamlit[auth] and complete the file login.toml."
            )
        )


def _leave() -> None:
    if st.button(say("Log out")):
        st.logout()

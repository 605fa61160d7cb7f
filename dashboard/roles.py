"""Who may see and do what: asked where data are read and work is started, and not in the menu alone.

Without a login one person sits at one machine, can read every file there, and holds every role. Where
a login is configured (`st.login`), ``$SYNTHASSAY_STATE/roles.yaml`` says who holds which::

    ada@hospital.example: [steward]
    ben@hospital.example: [modeler, ethics board]
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import streamlit as st
import yaml

from cohort.errors import InputError, Problem
from cohort.yaml_text import load_yaml
from synthassay.language import say, to_say
from synthassay.state import state_folder

FRESH_MINUTES = 30
"""How old a login may be for a decision; Streamlit's own cookie lives for 30 days."""


class Role(StrEnum):
    """What somebody is here for."""

    MODELER = to_say("modeler")
    STEWARD = to_say("steward")
    BOARD = to_say("ethics board")


class Right(StrEnum):
    """What is not everybody's to see or do, as a sentence tells it."""

    PERSONS = to_say("see figures of single patients")
    RELEASES = to_say("download what has not been released")
    RUN = to_say("start and stop work")
    ASSAY = to_say("hand in patients' files")
    DECIDE = to_say("decide on a release")


_RIGHTS = {
    Role.MODELER: frozenset({Right.RUN, Right.RELEASES}),
    Role.STEWARD: frozenset(Right),
    Role.BOARD: frozenset({Right.PERSONS}),
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who is looking.

    Parameters
    ----------
    email : str
        As the login says; "" without one.
    roles : frozenset of Role
        None of them lets nobody in.
    """

    email: str
    roles: frozenset[Role]

    def may(self, right: Right) -> bool:
        """Whether one of the roles carries a right."""
        return any(right in _RIGHTS[role] for role in self.roles)


def person() -> Person | None:
    """Who is looking; None where a login is configured and nobody has logged in."""
    claims = signed_in()
    if claims is None:
        return Person(email="", roles=frozenset(Role))
    if not claims.get("is_logged_in"):
        return None
    email = str(claims.get("email") or "").strip().lower()
    known = email and claims.get("email_verified", True) not in (False, "false")
    return Person(email=email, roles=roles_of(email, state_folder() / "roles.yaml") if known else frozenset())


def may(right: Right) -> bool:
    """Whether whoever is looking holds a right."""
    somebody = person()
    return somebody is not None and somebody.may(right)


def require(right: Right) -> None:
    """Refuse what whoever is looking may not see or do; raises `InputError`."""
    if may(right):
        return
    somebody = person()
    held = sorted(somebody.roles) if somebody else []
    told = say(right.value)
    what = (
        say("as {held} you may not {right}.", held=say(", ").join(map(say, held)), right=told)
        if held
        else say("without a role you may not {right}.", right=told)
    )
    holders = say(" or ").join(say(role.value) for role in Role if right in _RIGHTS[role])
    remedy = say("Ask somebody who may: {holders}.", holders=holders)
    raise InputError(Problem(what=what, remedy=remedy))


def fresh_login() -> bool:
    """Whether whoever is looking logged in lately enough to sign; always so where there is no login.

    Read from the token of the login: when the person was asked (``auth_time``), and where the provider
    does not say that, when the token was issued (``iat``).
    """
    claims = signed_in()
    if claims is None:
        return True
    when = claims.get("auth_time") or claims.get("iat")
    return isinstance(when, int | float) and time.time() - when <= FRESH_MINUTES * 60


def require_fresh_login() -> None:
    """Refuse to sign for whoever logged in long ago; raises `InputError`."""
    if not fresh_login():
        what = say("your login is older than {minutes} minutes.", minutes=FRESH_MINUTES)
        raise InputError(Problem(what=what, remedy=say("Log in again, and sign then.")))


def roles_of(email: str, path: Path) -> frozenset[Role]:
    """The roles that a file gives to an address; none where it names it not.

    Raises
    ------
    InputError
        Where the file cannot be understood: then nobody is let in.
    """
    if not path.is_file():
        return frozenset()
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
        named = {str(key).strip().lower(): _roles(value) for key, value in dict(content or {}).items()}
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, TypeError):
        remedy = say(
            "Write lines such as `ada@hospital.example: [{STEWARD}]`; the roles are: {known}.",
            STEWARD=Role.STEWARD,
            known=_known(),
        )
        what = say("does not say who holds which role.")
        raise InputError(Problem(what=what, where=str(path), remedy=remedy)) from None
    return named.get(email, frozenset())


def signed_in() -> Mapping[str, Any] | None:
    """What the login says of whoever is looking; None where no login is configured."""
    return st.user.to_dict() if "is_logged_in" in st.user else None


def _roles(value: Any) -> frozenset[Role]:
    return frozenset(Role(str(each)) for each in ([value] if isinstance(value, str) else value))


def _known() -> str:
    return ", ".join(Role)

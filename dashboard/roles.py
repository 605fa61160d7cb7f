"""Who may see and do what: asked where data are read and work is started, and not in the menu alone.

Without a login one person sits at one machine, can read every file there, and holds every role. Where
a login is configured (`st.login`), ``$SYNTHASSAY_STATE/roles.yaml`` says who holds which::

    ada@hospital.example: [steward]
    ben@hospital.example: [modeler, ethics board]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import streamlit as st
import yaml

from cohort.errors import InputError, Problem
from cohort.yaml_text import load_yaml
from synthassay.state import state_folder


class Role(StrEnum):
    """What somebody is here for."""

    MODELER = "modeler"
    STEWARD = "steward"
    BOARD = "ethics board"


class Right(StrEnum):
    """What is not everybody's to see or do, as a sentence tells it."""

    PERSONS = "see figures of single patients"
    RELEASES = "download what has not been released"
    RUN = "start and stop work"
    ASSAY = "hand in patients' files"
    DECIDE = "decide on a release"


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
    who = f"as {' and '.join(held)} you" if held else "without a role you"
    holders = " or ".join(role.value for role in Role if right in _RIGHTS[role])
    remedy = f"Ask somebody who may: {holders}."
    raise InputError(Problem(what=f"{who} may not {right.value}.", remedy=remedy))


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
        remedy = f"Write lines such as `ada@hospital.example: [{Role.STEWARD}]`; the roles are: {_known()}."
        what = "does not say who holds which role."
        raise InputError(Problem(what=what, where=str(path), remedy=remedy)) from None
    return named.get(email, frozenset())


def signed_in() -> Mapping[str, Any] | None:
    """What the login says of whoever is looking; None where no login is configured."""
    return st.user.to_dict() if "is_logged_in" in st.user else None


def _roles(value: Any) -> frozenset[Role]:
    return frozenset(Role(str(each)) for each in ([value] if isinstance(value, str) else value))


def _known() -> str:
    return ", ".join(Role)

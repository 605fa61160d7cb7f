"""The what-if form, without Streamlit: what can be chosen for a column, and what to ask for then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synthassay.language import say, to_say
from synthassay.retelling import retell

LEAVE_OUT = to_say("leave out")


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What `synthassay risk` is asked besides its config.

    Parameters
    ----------
    drop : tuple of str
        Columns to leave out.
    coarsen : dict of str to str
        Columns to show at a level, as the command line spells it.
    """

    drop: tuple[str, ...]
    coarsen: dict[str, str]


def options(choice: Mapping[str, Any]) -> list[str]:
    """How a column could be shown, in words, from its finest to nothing."""
    return [*(retell(level["words"]) for level in choice["levels"]), say(LEAVE_OUT)]


def now(choice: Mapping[str, Any]) -> int:
    """Which of the options it is now."""
    return len(choice["levels"]) if choice["at"] is None else choice["at"]


def ask(choices: list[dict[str, Any]], chosen: Mapping[str, int]) -> Ask:
    """What to ask for, of the columns that are to change.

    Parameters
    ----------
    choices : list of dict
        The ``choices`` of ``risk.json``.
    chosen : dict of str to int
        For each column, which of its options.
    """
    changed = [each for each in choices if chosen[each["column"]] != now(each)]
    gone = [each for each in changed if chosen[each["column"]] == len(each["levels"])]
    return Ask(
        drop=tuple(each["column"] for each in gone),
        coarsen={
            each["column"]: each["levels"][chosen[each["column"]]]["text"]
            for each in changed
            if each not in gone
        },
    )


def problem_of(choices: list[dict[str, Any]], chosen: Mapping[str, int]) -> str:
    """Why there is nothing to ask for; "" where there is."""
    if all(chosen[each["column"]] == len(each["levels"]) for each in choices):
        return say("Nobody could be looked up if every column were left out: keep at least one.")
    if all(chosen[each["column"]] == now(each) for each in choices):
        return say("Nothing has been changed. Choose another way to show a column, or leave one out.")
    return ""

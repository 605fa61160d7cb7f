"""What a config says of the targeted game."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from privacy.targeted import FEWEST_FITS

_MOST = {"persons": 100, "fits": 10_000}


@dataclass(frozen=True, kw_only=True)
class Targeted:
    """The targeted game of each candidate.

    Parameters
    ----------
    persons : int, >= 1
        How many of the most exposed are tried.
    fits : int, >= 10
        Refits in each of the two worlds of each person.
    """

    persons: int = 3
    fits: int = 40


def read_targeted(content: Any, wrong: Callable[[str, str], None]) -> Targeted:
    """Read ``targeted: {persons: 3, fits: 40}``, telling ``wrong`` what is wrong and what to write."""
    asked = asdict(Targeted())
    if not isinstance(content, Mapping) or not set(content) <= set(asked):
        wrong("targeted is no mapping of persons and fits.", "Write targeted: {persons: 3, fits: 40}.")
        return Targeted()
    for key, least in (("persons", 1), ("fits", FEWEST_FITS)):
        value = content.get(key, asked[key])
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= _MOST[key]:
            asked[key] = value
            continue
        what = f"targeted: {key} is {value!r}, no whole number from {least} to {_MOST[key]}."
        wrong(what, f"Leave it out for {asked[key]}.")
    return Targeted(**asked)

"""The attacks by name. A new one is one file and one line here: CONTRIBUTING.md."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TypeVar

from cohort.errors import ConfigError, Problem
from privacy.attacks.target import Attack, AttackOn

Aim = TypeVar("Aim")

_NAMES = (
    "copy_scan",
    "membership",
    "inference",
    "identity_disclosure",
    "qi_match",
    "singling_out",
    "linkability",
    "exact_copies",
    "distance_share",
    "near_match",
    "anonymeter_singling_out",
    "anonymeter_linkability",
    "anonymeter_inference",
)
ATTACKS: dict[str, Attack] = {name: import_module(f"privacy.attacks.{name}").ATTACK for name in _NAMES}

DEFAULT = tuple(ATTACKS)


def find_attacks(names: Sequence[str] | None) -> tuple[Attack, ...]:
    """The attacks called ``names``, each once; None is every default one.

    Raises
    ------
    ConfigError
        Where a name is unknown; the message lists the known ones.
    """
    return chosen_of(ATTACKS, DEFAULT if names is None else names)


def chosen_of(known: Mapping[str, AttackOn[Aim]], names: Sequence[str] | None) -> tuple[AttackOn[Aim], ...]:
    """Those of a registry that are called ``names``, each once; None is all."""
    chosen = tuple(dict.fromkeys(known if names is None else names))
    unknown = [name for name in chosen if name not in known]
    if unknown:
        remedy = f"Use some of: {', '.join(known)}."
        raise ConfigError(
            [Problem(what=f"unknown attack {name!r}.", where="attacks", remedy=remedy) for name in unknown]
        )
    return tuple(known[name] for name in chosen)

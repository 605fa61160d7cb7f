"""The attacks by name. A new one is one file, one line here and one row in docs/attacks.md."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from cohort.errors import ConfigError, Problem
from privacy.attacks import (
    anonymeter_inference,
    anonymeter_linkability,
    anonymeter_singling_out,
    copy_scan,
    distance_share,
    exact_copies,
    identity_disclosure,
    inference,
    linkability,
    membership,
    near_match,
    qi_match,
    singling_out,
)
from privacy.attacks.target import Attack, AttackOn

Aim = TypeVar("Aim")

ATTACKS: dict[str, Attack] = {
    attack.name: attack
    for attack in (
        copy_scan.ATTACK,
        membership.ATTACK,
        inference.ATTACK,
        identity_disclosure.ATTACK,
        qi_match.ATTACK,
        singling_out.ATTACK,
        linkability.ATTACK,
        exact_copies.ATTACK,
        distance_share.ATTACK,
        near_match.ATTACK,
        anonymeter_singling_out.ATTACK,
        anonymeter_linkability.ATTACK,
        anonymeter_inference.ATTACK,
    )
}

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

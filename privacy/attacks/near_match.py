"""Near matches: record linkage by quasi-identifiers of which some are off by one."""

from typing import Any

import numpy as np

from cohort.errors import NotApplicable
from cohort.schema import Role
from privacy.attacks.target import Attack, Bools, Ints, Tally, Target, tally_hits
from privacy.estimates import AttackRole
from privacy.linkage.release import Linked, agreement, link_nearly
from privacy.statistics import wilson


def count(target: Target, *, seed: int) -> Tally:  # noqa: ARG001
    """Count persons whom one synthetic row, and it alone, fits nearly, and which fits nobody else as well.

    Everybody whom `qi_match` finds is found here too, and those besides whose age is off by a year,
    whose date by a unit or whose category is the next one. Links are sought among train and control
    together, so that both have the same chance.
    """
    if not target.schema.quasi_identifiers:
        raise NotApplicable("the schema names no quasi-identifier")
    rows = target.rows
    columns = target.schema.with_role(Role.QUASI_IDENTIFIER)
    linked = link_nearly(target.real, target.synthetic, columns, owners=target.owners, asked=rows)
    hit = target.largest(linked.found.astype(np.float64))
    figures = _agreements(target, rows, linked)
    return tally_hits(hit, target.attacked_is_train, figures=figures)


def _agreements(target: Target, rows: Ints, linked: Linked) -> dict[str, dict[str, Any]]:
    """In how many other columns a linked row agrees with its person, beside persons nobody used."""
    columns = [c for c in target.schema.released if c.role is not Role.QUASI_IDENTIFIER]
    if not columns:
        return {}
    found = linked.found
    pairs = (rows[found], linked.rows[found])
    shares = agreement(target.real, target.synthetic, columns, pairs=pairs)
    owners = target.owners[pairs[0]]
    sides = {
        "agreement_of_matches": target.is_train,
        "agreement_of_matches of fresh persons": ~target.is_train,
    }
    return {name: _figure(shares, owners, side) for name, side in sides.items()}


def _figure(shares: Any, owners: Ints, side: Bools) -> dict[str, Any]:
    """A person's best row counts, so that persons are the units of the interval."""
    mine = side[owners]
    if not mine.any():
        return {"reason": "nobody is matched"}
    best = np.zeros(len(side))
    np.maximum.at(best, owners[mine], shares[mine])
    persons = best[np.unique(owners[mine])]
    low, high = wilson(float(persons.sum()), len(persons))
    return {"value": float(persons.mean()), "low": low, "high": high, "n": len(persons)}


ATTACK = Attack(
    name="near_match",
    family="linkage",
    threat=(
        "Somebody who knows a patient's quasi-identifiers roughly (an age off by a year, a date off by "
        "a day) takes the one row of the release that comes nearest for the patient's."
    ),
    role=AttackRole.DIAGNOSTIC,
    count=count,
    needs_control=False,
)

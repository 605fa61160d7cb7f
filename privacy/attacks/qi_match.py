"""Apparent matches: persons who are alone with their quasi-identifiers, and so in the release."""

import numpy as np
import pandas as pd

from cohort.classes import class_codes
from cohort.errors import NotApplicable
from privacy.attacks.target import Attack, Ints, Tally, Target, tally_hits
from privacy.estimates import AttackRole
from privacy.linkage.sample import alone_in_both


def count(target: Target, *, seed: int) -> Tally:  # noqa: ARG001
    """Count persons whose quasi-identifiers fit exactly one synthetic row and no other real person.

    Uniqueness is looked up among train and control together, so that both have the same chance.
    This is SDNist's apparent match (doi:10.6028/NIST.TN.2271), of persons instead of rows.
    """
    if not target.schema.quasi_identifiers:
        raise NotApplicable("the schema names no quasi-identifier")
    mine, theirs = target.once(quasi_classes)
    matched = alone_in_both(mine, theirs[target.released], owners=target.owners)[target.rows]
    return tally_hits(target.largest(matched.astype(np.float64)), target.attacked_is_train)


def quasi_classes(target: Target) -> tuple[Ints, Ints]:
    """The class of each real row and of each row of the pool: rows alike in all quasi-identifiers."""
    names = list(target.schema.quasi_identifiers)
    codes = class_codes(pd.concat([target.real[names], target.pool.table[names]], ignore_index=True), names)
    return codes[: len(target.real)], codes[len(target.real) :]


ATTACK = Attack(
    name="qi_match",
    family="linkage",
    threat=(
        "Somebody who knows a patient's quasi-identifiers, and that nobody else has them, looks "
        "for the one row of the release that has them and takes it for the patient's."
    ),
    role=AttackRole.PRIMARY,
    count=count,
    needs_control=False,
    planted=True,
)

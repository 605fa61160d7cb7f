"""Apparent matches: persons who are alone with their quasi-identifiers, and so in the release."""

import numpy as np

from cohort.errors import NotApplicable
from privacy.attacks.target import Attack, Tally, Target, tally_hits
from privacy.estimates import AttackRole
from privacy.linkage.sample import unique_matches


def count(target: Target, *, seed: int) -> Tally:  # noqa: ARG001
    """Count persons whose quasi-identifiers fit exactly one synthetic row and no other real person.

    Uniqueness is looked up among train and control together, so that both have the same chance.
    This is SDNist's unique exact match (doi:10.6028/NIST.TN.2271), against persons instead of rows.
    """
    names = target.schema.quasi_identifiers
    if not names:
        raise NotApplicable("the schema names no quasi-identifier")
    matched = unique_matches(target.real, target.synthetic, names, owners=target.owners)
    persons = np.bincount(target.owners, weights=matched, minlength=len(target.is_train)) > 0
    return tally_hits(persons[target.attacked].astype(np.float64), target.attacked_is_train)


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

"""Exact images: lesions one of whose pictures stands in the release, pixel for pixel."""

import numpy as np

from cohort.errors import NotApplicable
from cohort.orbits import dihedral
from privacy.attacks.target import Tally, tally_hits
from privacy.estimates import AttackRole
from privacy.images.target import ImageAttack, ImageTarget


def count(target: ImageTarget, *, seed: int) -> Tally:  # noqa: ARG001
    """Count groups with a picture that the release holds, in whatever turn or mirroring."""
    if target.release.pixels.shape[1:] != target.pixels.shape[1:]:
        raise NotApplicable("pictures of another size cannot be the same pixel for pixel")
    known = {picture.tobytes() for picture in target.release.pixels}
    stands = np.zeros(len(target.pixels))
    for turned in dihedral(target.pixels):
        stands += [picture.tobytes() in known for picture in turned]
    return tally_hits(target.largest((stands > 0).astype(np.float64)), target.is_train)


ATTACK = ImageAttack(
    name="exact_images",
    family="membership",
    threat="Somebody who holds a patient's picture finds the very same picture in the release.",
    role=AttackRole.DIAGNOSTIC,
    count=count,
    needs_control=False,
)

"""The attacks on pictures by name. A new one is one file, one line here and one row in docs/attacks.md."""

from collections.abc import Sequence

from privacy.attacks.registry import chosen_of
from privacy.images import authenticity, ct_test, exact_images, image_membership, orbit_copies
from privacy.images.target import ImageAttack

IMAGE_ATTACKS: dict[str, ImageAttack] = {
    attack.name: attack
    for attack in (
        orbit_copies.ATTACK,
        image_membership.ATTACK,
        authenticity.ATTACK,
        ct_test.ATTACK,
        exact_images.ATTACK,
    )
}


def find_image_attacks(names: Sequence[str] | None) -> tuple[ImageAttack, ...]:
    """The attacks called ``names``, each once; None is all.

    Raises
    ------
    ConfigError
        Where a name is unknown; the message lists the known ones.
    """
    return chosen_of(IMAGE_ATTACKS, names)

"""The attacks on pictures by name. A new one is one file and one line here: CONTRIBUTING.md."""

from collections.abc import Sequence
from importlib import import_module

from privacy.attacks.registry import chosen_of
from privacy.images.target import ImageAttack

_NAMES = ("orbit_copies", "image_membership", "authenticity", "ct_test", "exact_images")
IMAGE_ATTACKS: dict[str, ImageAttack] = {
    name: import_module(f"privacy.images.{name}").ATTACK for name in _NAMES
}


def find_image_attacks(names: Sequence[str] | None) -> tuple[ImageAttack, ...]:
    """The attacks called ``names``, each once; None is all.

    Raises
    ------
    ConfigError
        Where a name is unknown; the message lists the known ones.
    """
    return chosen_of(IMAGE_ATTACKS, names)

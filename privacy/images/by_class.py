"""Figures of single classes, where there are enough groups to say anything."""

from typing import Any

from privacy.attacks.target import Bools, Floats
from privacy.images.target import ImageTarget
from privacy.statistics import excess_figure, wilson

FEWEST_GROUPS = 10
"""On each side; the interval says the rest."""


def by_class(target: ImageTarget, hits: Floats) -> dict[str, dict[str, Any]]:
    """The excess of hits within each class, (groups,) in, rare classes first."""
    strata = target.strata
    sizes = {name: int((strata == place).sum()) for place, name in enumerate(target.classes)}
    places = {name: place for place, name in enumerate(target.classes)}
    return {
        f"excess in {name}": _excess(hits, strata == places[name], target.is_train)
        for name in sorted(sizes, key=lambda name: sizes[name])
    }


def _excess(hits: Floats, members: Bools, is_train: Bools) -> dict[str, Any]:
    train, control = hits[members & is_train], hits[members & ~is_train]
    if min(len(train), len(control)) < FEWEST_GROUPS:
        return {"reason": f"fewer than {FEWEST_GROUPS} lesions or patients on one side"}
    return excess_figure(train, control)


def rate(flags: Bools) -> dict[str, Any]:
    """A share with Wilson's interval and n, or why there is none."""
    if not len(flags):
        return {"reason": "no picture"}
    low, high = wilson(float(flags.sum()), len(flags))
    return {"value": float(flags.mean()), "low": low, "high": high, "n": len(flags)}

"""Figures of single classes, where there are enough groups to say anything."""

from typing import Any

from privacy.attacks.target import Bools, Floats
from privacy.images.target import ImageTarget
from privacy.statistics import newcombe, wilson

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
    rates = float(train.mean()), float(control.mean())
    low, high = newcombe(rates[0], len(train), rates[1], len(control))
    return {
        "value": rates[0] - rates[1],
        "low": low,
        "high": high,
        "n": len(train),
        "n_control": len(control),
    }


def rate(flags: Bools) -> dict[str, Any]:
    """A share with Wilson's interval and n, or why there is none."""
    if not len(flags):
        return {"reason": "no picture"}
    low, high = wilson(float(flags.sum()), len(flags))
    return {"value": float(flags.mean()), "low": low, "high": high, "n": len(flags)}

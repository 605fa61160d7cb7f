"""SynthAssay: mint synthetic cohorts and assay their privacy.

>>> import synthassay as sa
>>> sorted(set(dir(sa)) & {"read", "assay", "synthesizer"})
['assay', 'read', 'synthesizer']
"""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_ROOMS = ("cohort", "synth", "gan_images", "utility", "privacy", "dashboard", "configs")
_HOMES = {"Augment": "synthassay.augment.resampler"}
_PUBLIC = (
    "Augment",
    "Report",
    "assay",
    "draft_schema",
    "read",
    "read_images",
    "run",
    "synthesizer",
    "targeted_game",
)

__all__ = list(_PUBLIC)


def _check_rooms() -> None:
    """Say which file hides one of our packages, instead of failing later in its name."""
    home = Path(__file__).resolve().parent.parent
    for room in _ROOMS:
        spec = find_spec(room)
        found = None if spec is None or spec.origin is None else Path(spec.origin).resolve()
        if found != home / room / "__init__.py":
            hidden_by = "nothing is installed under that name" if found is None else str(found)
            raise ImportError(f"{hidden_by} hides SynthAssay's package {room!r}: rename it")


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'synthassay' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "synthassay.api")), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})


_check_rooms()

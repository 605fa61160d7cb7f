"""Generators by name: those of the registry, and ``auto``, which chooses among them by measuring."""

from collections.abc import Mapping

from cohort.errors import ConfigError, Problem
from synth import registry
from synth.protocols import Synthesizer
from synth.registry import SYNTHESIZERS, with_options
from synthassay.auto import Auto
from synthassay.images.config import GENERATORS as IMAGE_GENERATORS

AUTO = "auto"
GENERATORS = (AUTO, *SYNTHESIZERS)
"""What may be a candidate."""


def synthesizer(name: str, options: Mapping[str, object] | None = None) -> Synthesizer:
    """The generator called ``name``, a candidate or a reference point, with its options.

    Raises
    ------
    ConfigError
        For an unknown name, an unknown option or an option's bad value.
    GenerationError
        Where a library that the generator needs is not installed.
    """
    return _auto(options) if name == AUTO else registry.synthesizer(_known(name), options)


def configured(name: str, options: Mapping[str, object] | None = None) -> Synthesizer:
    """The same, whether or not it could run here: what checking a config needs.

    Raises
    ------
    ConfigError
        For an unknown name, an unknown option or an option's bad value.
    """
    return _auto(options) if name == AUTO else registry.configured(_known(name), options)


def _auto(options: Mapping[str, object] | None) -> Synthesizer:
    return with_options(Auto, AUTO, options)


def _known(name: str) -> str:
    if name in GENERATORS or name in registry.REFERENCES:
        return name
    if name in IMAGE_GENERATORS:
        what = f"{name!r} makes images, and this cohort is a table."
        remedy = f"Write one of: {', '.join(GENERATORS)}; or name the pictures as cohort: {{images: FOLDER}}."
        raise ConfigError(Problem(what=what, where="candidates", remedy=remedy))
    remedy = f"Known generators: {', '.join(GENERATORS)}."
    raise ConfigError(Problem(what=f"unknown generator {name!r}.", where="candidates", remedy=remedy))

"""Table generators by name; none is loaded, nor what it needs, before it is asked for."""

from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from cohort.errors import ConfigError, GenerationError, Problem
from synth.protocols import Synthesizer

SYNTHESIZERS: dict[str, str] = {
    "trees": "synth.trees:Trees",
    "forest": "synth.forest:Forest",
    "gaussian_copula": "synth.gaussian_copula:GaussianCopula",
    "cgan": "synth.cgan.model:Cgan",
    "ctgan": "synth.ctgan:Ctgan",
    "tvae": "synth.tvae:Tvae",
    "copulagan": "synth.copulagan:CopulaGan",
    "kanonymity": "synth.kanonymity:KAnonymity",
}
"""What may be a candidate."""

REFERENCES: dict[str, str] = {
    "copy": "synth.references:Copy",
    "independent": "synth.references:Independent",
}
"""What is only measured beside the candidates."""

_SDV = ("sdv", "ctgan", "torch")
_NEEDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "cgan": ("gan", ("torch",)),
    **dict.fromkeys(("gaussian_copula", "ctgan", "tvae", "copulagan"), ("sdv", _SDV)),
}


def synthesizer(name: str, options: Mapping[str, object] | None = None) -> Synthesizer:
    """The generator called ``name``, a candidate or a reference point, with its options.

    Raises
    ------
    ConfigError
        For an unknown name, an unknown option or an option's bad value.
    GenerationError
        Where a library that the generator needs is not installed.
    """
    made = configured(name, options)
    extra, libraries = _NEEDS.get(name, ("", ()))
    missing = [library for library in libraries if not _importable(library)]
    if missing:
        raise GenerationError(
            f"{name} needs {', '.join(missing)}: install synthassay[{extra}], or take another generator."
        )
    return made


def configured(name: str, options: Mapping[str, object] | None = None) -> Synthesizer:
    """The same, whether or not it could run here: what checking a config needs.

    Raises
    ------
    ConfigError
        For an unknown name, an unknown option or an option's bad value.
    """
    where = (SYNTHESIZERS | REFERENCES).get(name)
    if where is None:
        remedy = f"Known generators: {', '.join(SYNTHESIZERS)}."
        raise ConfigError(Problem(what=f"unknown generator {name!r}.", where="candidates", remedy=remedy))
    module, _, kind = where.partition(":")
    made = getattr(import_module(module), kind)
    known = [field.name for field in fields(made)]
    remedy = f"Options of {name}: {', '.join(known) or 'none'}."
    problems = [
        Problem(what=f"unknown option {option!r}.", where=name, remedy=remedy)
        for option in options or {}
        if option not in known
    ]
    if problems:
        raise ConfigError(problems)
    return cast(Synthesizer, made(**(options or {})))


def _importable(library: str) -> bool:
    try:
        return find_spec(library) is not None
    except (ImportError, ValueError):
        return False

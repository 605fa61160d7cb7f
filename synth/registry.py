"""Table generators by name; none is loaded, nor what it needs, before it is asked for."""

from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

from cohort.errors import ConfigError, GenerationError, Problem
from synth.protocols import Synthesizer

SYNTHESIZERS: dict[str, str] = {
    "trees": "synth.trees:Trees",
    "forest": "synth.forest:Forest",
    "hierarchical": "synth.hierarchical.model:Hierarchical",
    "gaussian_copula": "synth.gaussian_copula:GaussianCopula",
    "cgan": "synth.cgan.model:Cgan",
    "ctgan": "synth.ctgan:Ctgan",
    "tvae": "synth.tvae:Tvae",
    "copulagan": "synth.copulagan:CopulaGan",
    "dp_mst": "synth.dp.model:DpMst",
    "dp_aim": "synth.dp.model:DpAim",
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
    if missing := _missing(name):
        remedy = f"install synthassay[{_NEEDS[name][0]}], or take another generator."
        raise GenerationError(f"{name} needs {', '.join(missing)}: {remedy}")
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
    return with_options(getattr(import_module(module), kind), name, options)


def with_options(kind: type[Any], name: str, options: Mapping[str, object] | None) -> Synthesizer:
    """A generator of one kind, a dataclass whose fields are its options.

    Raises
    ------
    ConfigError
        For an unknown option or an option's bad value.
    """
    known = [field.name for field in fields(kind)]
    remedy = f"Options of {name}: {', '.join(known) or 'none'}."
    problems = [
        Problem(what=f"unknown option {option!r}.", where=name, remedy=remedy)
        for option in options or {}
        if option not in known
    ]
    if problems:
        raise ConfigError(problems)
    return cast(Synthesizer, kind(**(options or {})))


def runs_here(name: str) -> bool:
    """Whether every library that the generator needs is installed."""
    return not _missing(name)


def _missing(name: str) -> list[str]:
    _, libraries = _NEEDS.get(name, ("", ()))
    return [library for library in libraries if not _importable(library)]


def _importable(library: str) -> bool:
    try:
        return find_spec(library) is not None
    except (ImportError, ValueError):
        return False

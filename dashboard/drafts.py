"""A run as a form asks for it: what may be chosen, the YAML that comes of it, and where that is kept."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dashboard.hand_in import safe_name
from synthassay.language import to_say
from synthassay.state import state_folder

DEMOS = ("registry", "diabetes")


@dataclass(frozen=True, kw_only=True)
class Option:
    """A generator's option in the form.

    Parameters
    ----------
    name : str
        As the config spells it.
    words : str
        For people.
    default, least, most : int or float
        A whole number asks for whole numbers.
    several : bool
        Whether several values may be given, each of which makes a candidate.
    """

    name: str
    words: str
    default: float
    least: float
    most: float
    several: bool = False


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A generator in the form."""

    words: str
    options: tuple[Option, ...] = ()


_STEPS = Option(name="steps", words=to_say("steps of training"), default=2000, least=10, most=100_000)
_EPSILON = Option(
    name="epsilon", words=to_say("ε, one or several"), default=1.0, least=0.01, most=100.0, several=True
)
OFFERED: Mapping[str, Offer] = {
    "auto": Offer(words=to_say("let the program choose by measuring")),
    "trees": Offer(
        words=to_say("trees, one column after the other"),
        options=(
            Option(name="leaf", words=to_say("patients in a leaf, at least"), default=60, least=2, most=2000),
            Option(
                name="outcome_leaf", words=to_say("the same for outcomes"), default=15, least=2, most=2000
            ),
        ),
    ),
    "forest": Offer(
        words=to_say("forests, one column after the other"),
        options=(
            Option(name="leaf", words=to_say("patients in a leaf, at least"), default=15, least=2, most=2000),
            Option(name="trees", words=to_say("trees in a forest"), default=50, least=1, most=500),
        ),
    ),
    "hierarchical": Offer(words=to_say("a Bayesian model that lets rare groups borrow")),
    "gaussian_copula": Offer(words=to_say("a Gaussian copula")),
    "cgan": Offer(
        words=to_say("a conditional GAN"),
        options=(
            Option(name="minutes", words=to_say("minutes of training"), default=2.0, least=0.05, most=600.0),
        ),
    ),
    "ctgan": Offer(words=to_say("CTGAN"), options=(_STEPS,)),
    "tvae": Offer(words=to_say("TVAE, a variational autoencoder"), options=(_STEPS,)),
    "copulagan": Offer(words=to_say("CopulaGAN"), options=(_STEPS,)),
    "dp_mst": Offer(words=to_say("MST, with a formal guarantee"), options=(_EPSILON,)),
    "dp_aim": Offer(words=to_say("AIM, with a formal guarantee"), options=(_EPSILON,)),
    "kanonymity": Offer(
        words=to_say("k-anonymity, the classic rival"),
        options=(
            Option(name="k", words=to_say("patients alike (k), at least"), default=5, least=2, most=1000),
        ),
    ),
}
"""What may be a candidate, those first that most people want; a test holds it and the registry together."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody has filled in.

    Parameters
    ----------
    name : str
        Of the run.
    cohort : dict
        ``{"demo": NAME}``, or ``{"data": FILE, "schema": FILE or the schema itself}``.
    candidates : dict of str to dict of str to tuple of float
        Generators, and for each of their options the values that are asked for.
    rows : float
        Synthetic rows for each training row.
    holdout : float, optional
        The share of patients set aside; None sets each half aside in turn.
    policy : str
        A bundled profile.
    budget : (float, float), optional
        Epsilon and delta that all releases with a guarantee may spend together.
    seed : int
        Of everything random.
    trial : bool
        Whether one attack and no reference points will do, which proves nothing.
    """

    name: str
    cohort: Mapping[str, Any]
    candidates: Mapping[str, Mapping[str, tuple[float, ...]]]
    rows: float = 1.0
    holdout: float | None = 0.5
    policy: str = "registered"
    budget: tuple[float, float] | None = None
    seed: int = 0
    trial: bool = False


def as_yaml(wanted: Wanted) -> str:
    """The config that the form comes to."""
    content = {
        "name": safe_name(wanted.name),
        "cohort": dict(wanted.cohort),
        "split": {"folds": 2} if wanted.holdout is None else {"holdout": wanted.holdout},
        "candidates": [each for name, options in wanted.candidates.items() for each in _each(name, options)],
        "rows": wanted.rows,
        **({"attacks": ["copy_scan"], "references": []} if wanted.trial else {}),
        "policy": wanted.policy,
        **(
            {}
            if wanted.budget is None
            else {"budget": {"epsilon": wanted.budget[0], "delta": wanted.budget[1]}}
        ),
        "seed": wanted.seed,
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def guaranteed(candidates: Mapping[str, Any]) -> bool:
    """Whether one of these generators spends a privacy budget."""
    return any(_EPSILON in OFFERED[name].options for name in candidates)


def values(text: str, option: Option) -> tuple[float, ...]:
    """Several numbers as typed; raises `ValueError` where one is none, or out of its bounds."""
    found = tuple(dict.fromkeys(float(each) for each in text.replace(",", " ").replace(";", " ").split()))
    if not found or not all(option.least <= each <= option.most for each in found):
        raise ValueError(text)
    return found


def keep(text: str, *, name: str) -> Path:
    """Write a config into our own folder, for the owner's eyes alone; equal text, equal file."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    path = made_folder() / f"{safe_name(name)}-{digest}.yaml"
    if not path.is_file():
        draft = path.with_suffix(".part")
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    return path


def made_folder() -> Path:
    """Where configs lie that the form wrote."""
    folder = state_folder() / "configs" / "made"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _each(synth: str, options: Mapping[str, tuple[float, ...]]) -> list[Any]:
    """A candidate for each value of an option that takes several."""
    if not options:
        return [synth]
    several = next((name for name, found in options.items() if len(found) > 1), None)
    plain = {name: found[0] for name, found in options.items() if name != several}
    if several is None:
        return [{"synth": synth, **plain}]
    return [
        {"synth": synth, "name": f"{synth}_{value:g}", **plain, several: value} for value in options[several]
    ]

"""Policies: thresholds with their sources, held against the bad end of each interval."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from cohort.errors import ConfigError, Problem
from cohort.yaml_text import load_yaml
from synthassay.quantities import CRITERIA, CriterionKind, Quantity
from synthassay.verdicts import CriterionResult, Judgement, Verdict

_KEYS = ("name", "context", "level", "minimum_count", "attempts", "valid_days", "criteria")
_CONTEXTS = ("public", "registered", "controlled")
_LIMITS = ("attempts", "valid_days")
_LIMIT_KEYS = ("at_most", "source")
_CRITERION_KEYS = ("criterion", "at_most", "at_least", "statistic", "required", "source")
_STATISTICS = ("upper95", "lower95", "value")
_WORST_FIRST = (Judgement.REJECT, Judgement.MITIGATE, Judgement.INCONCLUSIVE)
DEFAULT_VALID_DAYS = 365
"""For how long a decision stands under a policy that does not say."""
_SENTENCES = {
    Judgement.ACCEPT: "Meets policy {policy}; a person must decide.",
    Judgement.MITIGATE: "Not yet: {remedy}",
    Judgement.REJECT: "Does not meet policy {policy}. {found}",
    Judgement.INCONCLUSIVE: "Cannot tell{at_this_size}. {remedy}",
    Judgement.REFERENCE: "A reference point, not a release.",
}


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One threshold: ``at_most`` or ``at_least``, read at a statistic of the interval."""

    criterion: str
    bound: str
    threshold: float
    statistic: str
    required: bool
    source: str

    def met(self, value: float) -> bool:
        """Whether ``value`` is on the wanted side."""
        return value <= self.threshold if self.bound == "at_most" else value >= self.threshold


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A whole number that a decision may not go beyond, and where it comes from."""

    at_most: int
    source: str


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A profile of thresholds for one context of access.

    Parameters
    ----------
    name : str
        What verdicts call it.
    context : {"public", "registered", "controlled"}
        Who may see the release.
    level : float
        Of the intervals it reads.
    minimum_count : int
        The smallest count that a public page may show.
    criteria : tuple of Criterion
        In the order they are printed.
    attempts : Limit, optional
        How many releases of the same patients may be judged before one is accepted without an
        exception; None is no limit.
    valid_days : Limit, optional
        For how many days a decision stands; None is `DEFAULT_VALID_DAYS`.
    """

    name: str
    context: str
    level: float
    minimum_count: int
    criteria: tuple[Criterion, ...]
    attempts: Limit | None = None
    valid_days: Limit | None = None

    @property
    def days(self) -> int:
        """For how many days a decision stands."""
        return DEFAULT_VALID_DAYS if self.valid_days is None else self.valid_days.at_most

    def judge(self, quantities: Mapping[str, Quantity], *, reference: bool = False) -> Verdict:
        """Hold what was measured against every criterion.

        Parameters
        ----------
        quantities : mapping
            A quantity for each criterion's name.
        reference : bool
            Whether the candidate is a reference point that cannot be released anyway.
        """
        results = tuple(_held(criterion, quantities[criterion.criterion]) for criterion in self.criteria)
        judgement = Judgement.REFERENCE if reference else _overall(results)
        decisive = [each for each in results if each.required and each.judgement is not Judgement.ACCEPT]
        sentence = _SENTENCES[judgement].format(
            policy=self.name,
            at_this_size=" at this size" if _too_small(decisive) else "",
            found=" ".join(each.sentence for each in decisive if each.judgement is Judgement.REJECT),
            remedy=" ".join(dict.fromkeys(each.remedy for each in decisive if each.remedy)),
        )
        return Verdict(judgement=judgement, policy=self.name, sentence=sentence.strip(), criteria=results)


def _too_small(results: Iterable[CriterionResult]) -> bool:
    """Whether more persons would decide it: something was measured, and not well enough."""
    return any(each.judgement is Judgement.INCONCLUSIVE for each in results)


def _overall(results: Iterable[CriterionResult]) -> Judgement:
    """The worst of the required criteria; what could not be measured cannot be met."""
    required = [each.judgement for each in results if each.required]
    held = [Judgement.INCONCLUSIVE if each is Judgement.NOT_APPLICABLE else each for each in required]
    # A policy that requires nothing has shown nothing.
    default = Judgement.ACCEPT if held else Judgement.INCONCLUSIVE
    return next((each for each in _WORST_FIRST if each in held), default)


def _held(criterion: Criterion, quantity: Quantity) -> CriterionResult:
    kind = CRITERIA[criterion.criterion]
    judgement = _judgement(criterion, quantity, missed=kind.missed)
    remedy = "" if judgement is Judgement.ACCEPT else quantity.reason or _remedy(judgement, kind)
    return CriterionResult(
        criterion=criterion.criterion,
        title=kind.title,
        judgement=judgement,
        required=criterion.required,
        value=quantity.value,
        low=quantity.low,
        high=quantity.high,
        bound=criterion.bound,
        threshold=criterion.threshold,
        source=criterion.source,
        sentence=kind.sentences[judgement],
        remedy=remedy,
    )


def _remedy(judgement: Judgement, kind: CriterionKind) -> str:
    """What to do: where the interval is only too wide, the release need not be at fault."""
    too_wide = judgement is Judgement.INCONCLUSIVE and kind.missed is not Judgement.INCONCLUSIVE
    return "More patients would narrow the interval." if too_wide else kind.remedy


def _judgement(criterion: Criterion, quantity: Quantity, *, missed: Judgement) -> Judgement:
    """Read the interval's bad end; where only its good end passes, nobody can tell."""
    if not quantity.applicable:
        return Judgement.NOT_APPLICABLE
    if quantity.value is None:
        return Judgement.INCONCLUSIVE
    if criterion.statistic == "value":
        return Judgement.ACCEPT if criterion.met(quantity.value) else missed
    if quantity.low is None or quantity.high is None:
        return Judgement.INCONCLUSIVE
    bad, good = (
        (quantity.high, quantity.low) if criterion.bound == "at_most" else (quantity.low, quantity.high)
    )
    if criterion.met(bad):
        return Judgement.ACCEPT
    return Judgement.INCONCLUSIVE if criterion.met(good) else missed


def policy_names() -> list[str]:
    """The bundled profiles."""
    folder = resources.files("configs") / "policies"
    return sorted(each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml"))


def read_policy(source: str | Path) -> Policy:
    """Read a bundled profile by its name, or a policy file.

    Raises
    ------
    ConfigError
        With every problem found.
    """
    try:
        content = load_yaml(_policy_text(source))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        what = "the policy cannot be read."
        raise ConfigError(Problem(what=what, where=str(source), remedy="Give a YAML file.")) from None
    problems = list(_problems(content, where=f"policy {source}"))
    if problems:
        raise ConfigError(problems)
    return Policy(
        name=str(content["name"]),
        context=str(content.get("context", "registered")),
        level=float(content.get("level", 0.95)),
        minimum_count=int(content.get("minimum_count", 11)),
        criteria=tuple(_criterion(entry) for entry in content["criteria"]),
        **{key: _limit(content[key]) for key in _LIMITS if key in content},
    )


def _policy_text(source: str | Path) -> str:
    if isinstance(source, Path):
        return source.read_text(encoding="utf-8")
    if source not in policy_names():
        remedy = f"Name one of: {', '.join(policy_names())}, or a YAML file."
        raise ConfigError(Problem(what=f"unknown policy {source!r}.", remedy=remedy))
    return (resources.files("configs") / "policies" / f"{source}.yaml").read_text(encoding="utf-8")


def _limit(entry: Mapping[str, Any]) -> Limit:
    return Limit(at_most=entry["at_most"], source=str(entry["source"]))


def _criterion(entry: Mapping[str, Any]) -> Criterion:
    bound = "at_most" if "at_most" in entry else "at_least"
    return Criterion(
        criterion=entry["criterion"],
        bound=bound,
        threshold=float(entry[bound]),
        statistic=entry.get("statistic", "value"),
        required=bool(entry.get("required", True)),
        source=str(entry["source"]),
    )


def _problems(content: Any, *, where: str) -> Iterable[Problem]:
    if not isinstance(content, Mapping) or not isinstance(content.get("criteria"), list):
        yield Problem(what="has no list of criteria.", where=where, remedy="See configs/policies/.")
        return
    if "name" not in content:
        yield Problem(what="has no name.", where=where, remedy="Write name: ...")
    for key in content:
        if key not in _KEYS:
            yield Problem(what=f"unknown key {key!r}.", where=where, remedy=f"Known: {', '.join(_KEYS)}.")
    if content.get("context", "registered") not in _CONTEXTS:
        yield Problem(what="unknown context.", where=where, remedy=f"Use one of: {', '.join(_CONTEXTS)}.")
    for key in _LIMITS:
        if key in content:
            yield from _limit_problems(content[key], where=f"{where}, {key}")
    for entry in content["criteria"]:
        yield from _criterion_problems(entry, where=where)


def _limit_problems(entry: Any, *, where: str) -> Iterable[Problem]:
    remedy = f"Write {{{', '.join(f'{key}: ...' for key in _LIMIT_KEYS)}}}."
    if not isinstance(entry, Mapping) or set(entry) != set(_LIMIT_KEYS) or not entry["source"]:
        yield Problem(what="needs a limit and its source, and nothing else.", where=where, remedy=remedy)
    elif type(entry["at_most"]) is not int or entry["at_most"] < 1:
        yield Problem(what="is no whole number from 1.", where=where, remedy=remedy)


def _criterion_problems(entry: Any, *, where: str) -> Iterable[Problem]:
    if not isinstance(entry, Mapping) or entry.get("criterion") not in CRITERIA:
        yield Problem(what="unknown criterion.", where=where, remedy=f"Known: {', '.join(CRITERIA)}.")
        return
    place = f"{where}, criterion {entry['criterion']}"
    for key in entry:
        if key not in _CRITERION_KEYS:
            remedy = f"Known: {', '.join(_CRITERION_KEYS)}."
            yield Problem(what=f"unknown key {key!r}.", where=place, remedy=remedy)
    bounds = [key for key in ("at_most", "at_least") if isinstance(entry.get(key), int | float)]
    if len(bounds) != 1:
        yield Problem(what="needs one threshold.", where=place, remedy="Write at_most or at_least: a number.")
    if entry.get("statistic", "value") not in _STATISTICS:
        remedy = f"Use one of: {', '.join(_STATISTICS)}."
        yield Problem(what="unknown statistic.", where=place, remedy=remedy)
    if not entry.get("source"):
        yield Problem(what="has no source.", where=place, remedy="Say where the threshold comes from.")

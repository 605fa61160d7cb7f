"""Rare categories in a run: the config's policy, who is held to it, and what the steward is told."""

from collections.abc import Callable
from typing import Any

from cohort.findings import Finding, Severity
from cohort.split import Split
from synth.options import is_number
from synth.protocols import Synthesizer
from synth.rare import Guarded, RarePolicy, Touched, Treatment, touched
from synthassay.dp.spending import Spender
from synthassay.language import say, to_say

_DONE = {
    Treatment.KEEP: "are kept as they are",
    Treatment.POOL: "were pooled, those of an order with their neighbours",
    Treatment.SUPPRESS: "were made missing",
}
_SENTENCES = {
    Treatment.KEEP: to_say(
        "Categories that fewer than {fewer_than} of the patients used have are kept as they are"
    ),
    Treatment.POOL: to_say(
        "Categories that fewer than {fewer_than} of the patients used have were pooled, those of an order "
        "with their neighbours for generators without a formal guarantee"
    ),
    Treatment.SUPPRESS: to_say(
        "Categories that fewer than {fewer_than} of the patients used have were made missing for generators "
        "without a formal guarantee"
    ),
}
_FORM = "Write rare: pool, or rare: {treatment: pool, fewer_than: 5}; treatments: keep, pool, suppress."


def read_rare(content: Any, wrong: Callable[[str, str], None]) -> RarePolicy:
    """Read the config's ``rare``, telling ``wrong`` what is not understood and how to write it."""
    part = content if isinstance(content, dict) else {"treatment": content}
    for key in part:
        if key not in ("treatment", "fewer_than"):
            wrong(f"unknown key {key!r} in rare.", _FORM)
    treatment = part.get("treatment", Treatment.KEEP)
    if treatment not in list(Treatment):
        wrong(f"rare: {treatment!r} is no treatment of rare categories.", _FORM)
        treatment = Treatment.KEEP
    fewer_than = part.get("fewer_than", RarePolicy.fewer_than)
    if not is_number(fewer_than, least=2, kinds=int):
        wrong(f"rare: fewer_than: {fewer_than!r} is not a whole number of at least 2.", _FORM)
        fewer_than = RarePolicy.fewer_than
    return RarePolicy(treatment=Treatment(treatment), fewer_than=fewer_than)


def under(generator: Synthesizer, policy: RarePolicy) -> Synthesizer:
    """A generator that sees train under the policy; one with a guarantee as it is.

    Which categories are rare is known from the patients, without noise: a promise that holds for
    public categories would not hold for what is left of them.
    """
    if policy.treatment is Treatment.KEEP or isinstance(generator, Spender):
        return generator
    return Guarded(generator=generator, policy=policy)


def rare_told(split: Split, policy: RarePolicy) -> dict[str, Any]:
    """The policy, and how much of train it reaches: columns, and categories and persons of each half."""
    found = _touched(split, policy)
    return {
        "treatment": policy.treatment.value,
        "fewer_than": policy.fewer_than,
        "columns": len({name for each in found for name in each.columns}),
        "levels": sum(each.levels for each in found),
        "persons": sum(each.persons for each in found),
    }


def rare_sentence(told: dict[str, Any]) -> str:
    """The policy in words; a count that is None may not be shown."""
    sentence = _SENTENCES[Treatment(told["treatment"])]
    if told["persons"] is None:
        there = say("; how many there are is not shown.")
    elif told["levels"]:
        there = say(": {levels} in {columns} columns, of {persons} patients.", **_counts(told))
    else:
        there = say(": there are none.")
    return say(sentence, fewer_than=told["fewer_than"]) + there


def _counts(told: dict[str, Any]) -> dict[str, int]:
    return {key: told[key] for key in ("levels", "columns", "persons")}


def rare_findings(generator: Synthesizer, split: Split, policy: RarePolicy) -> tuple[Finding, ...]:
    """What became of rare categories before this generator saw train; no category is named."""
    columns = dict.fromkeys(name for each in _touched(split, policy) for name in each.columns)
    if not columns:
        return ()
    kept = policy.treatment is Treatment.KEEP or isinstance(generator, Spender)
    done = _DONE[Treatment.KEEP if kept else policy.treatment]
    few = f"fewer than {policy.fewer_than} of the patients used"
    many = "1 column has" if len(columns) == 1 else f"{len(columns)} columns have"
    advice = (
        "`rare: pool` or `rare: suppress` in the config hides them from every generator without a "
        "formal guarantee."
        if kept
        else "Use is measured against the patients as they are, so that it shows what this cost."
    )
    return (
        Finding(
            code="rare_categories",
            severity=Severity.TIP,
            title=f"{many} categories that {few} have; they {done}.",
            explanation=f"Columns: {', '.join(columns)}. A category of few patients tells of them wherever "
            f"it comes up. The target and the event are never touched. {advice}",
        ),
    )


def _touched(split: Split, policy: RarePolicy) -> list[Touched]:
    return [touched(fold.train, fewer_than=policy.fewer_than) for fold in split.folds]

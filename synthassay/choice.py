"""The rule by which `auto` chooses among generators that were tried on folds of train."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from privacy.statistics import twice_the_mean
from synth.protocols import Synthesizer
from synth.registry import synthesizer
from utility.paired import corrected_t
from utility.scores import UtilityScore

TEST_TO_TRAIN = 0.5
"""Persons tested over persons learned from, in each try."""

_BY_CHANCE = 0.3
"""A p above it is chance, of use and of risk: either error of the choice costs about as much."""

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A generator on the short list, with its options."""

    generator: str
    options: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def label(self) -> str:
        """Such as ``trees (leaf 100)``."""
        told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.options.items())
        return f"{self.generator} ({told})" if told else self.generator

    def made(self) -> Synthesizer:
        """The generator itself; raises `GenerationError` where a library is missing."""
        return synthesizer(self.generator, self.options)


@dataclass(frozen=True, kw_only=True)
class Fold:
    """What one release, made from a part of train, was worth to the persons left out of it.

    Parameters
    ----------
    use : UtilityScore, optional
        The headline score on the persons left out; None where there is none.
    p : float, optional
        The least adjusted p of the attacks, the persons left out as control; None where they could
        not tell.
    excess, low, high : float, optional
        Of the copy scan.
    """

    use: UtilityScore | None = None
    p: float | None = None
    excess: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A generator on all folds.

    Parameters
    ----------
    setting : Setting
        The generator.
    folds : tuple of Fold
        In the same order for every generator; empty where it failed.
    failure : str
        Why it made no release; "" where it did.
    """

    setting: Setting
    folds: tuple[Fold, ...] = ()
    failure: str = ""

    @property
    def p(self) -> float | None:
        """One p for all folds, which share persons; None where no fold has one."""
        known = [fold.p for fold in self.folds if fold.p is not None]
        return twice_the_mean(known) if known else None

    @property
    def is_told(self) -> bool:
        """Whether the persons learned from were told from others, were it faintly.

        A fold has a third of the persons, so that what is faint there is heard on all of train.
        """
        return self.p is not None and self.p <= _BY_CHANCE

    def mean(self, name: str) -> float | None:
        """Of the copy scan's ``excess``, ``low`` or ``high``, over the folds that have it."""
        known = [value for fold in self.folds if (value := getattr(fold, name)) is not None]
        return float(np.mean(known)) if known else None

    def scores(self, key: Key) -> dict[int, UtilityScore]:
        """By fold, those of the measure ``key``."""
        pairs = ((place, fold.use) for place, fold in enumerate(self.folds))
        return {place: use for place, use in pairs if use is not None and (use.metric, use.group) == key}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was chosen, and why.

    Parameters
    ----------
    setting : Setting
        The generator to take.
    why : str
        In words, without a count or a patient's value.
    tried : tuple of Tried
        What was tried; empty where nothing could be chosen by evidence.
    key : pair of str, optional
        Metric and group of the use that was compared.
    """

    setting: Setting
    why: str
    tried: tuple[Tried, ...] = ()
    key: Key | None = None

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return {
            "generator": self.setting.generator,
            "options": dict(self.setting.options),
            "why": self.why,
            "metric": None if self.key is None else self.key[0],
            "tried": [_line(each, self.key) for each in self.tried],
        }


def choose(tried: Sequence[Tried]) -> Choice:
    """Choose among generators that were tried on the same folds of train.

    The rule, in this order:

    1. A generator counts if it was measured on every fold on which any was, by the headline score
       that most of them have.
    2. Of those, the ones whose leak was not told: twice the mean of the folds' family-adjusted p
       (Vovk and Wang 2020, https://doi.org/10.1093/biomet/asaa027) is above .3. If every leak was
       told, the one of the least mean excess of the copy scan alone.
    3. Of those, the highest mean use; but the first on the list that is not worse than it beyond
       chance: the paired difference over the folds, by the corrected resampled t-test (Nadeau and
       Bengio 2003, https://doi.org/10.1023/A:1024068626366), has p > .3, which is about one
       standard error. So a tie goes to what is preferred.
    4. If nothing could be measured, the first on the list that made a release, else the first.

    Not told is not safe: at a few dozen persons a fold no attack can tell much, and the release
    itself is attacked once more, with the holdout that no choice has seen.

    Parameters
    ----------
    tried : sequence of Tried, at least one
        In the order of the list.
    """
    key = _common(tried)
    measured = [each for each in tried if key and _covers(each, tried, key)]
    if key is None or not measured:
        first = next((each for each in tried if not each.failure), tried[0])
        why = f"{first.setting.label}: no use could be measured on folds; the first of the list was taken."
        return Choice(setting=first.setting, why=why, tried=tuple(tried))
    silent = [each for each in measured if not each.is_told]
    pool = silent or [min(measured, key=lambda each: each.mean("excess") or 0.0)]
    best = max(pool, key=lambda each: _use(each, key))
    chosen = next(each for each in pool if not _is_worse(each, best, key))
    return Choice(
        setting=chosen.setting, why=_why(chosen, best, key, silent=bool(silent)), tried=tuple(tried), key=key
    )


def _common(tried: Sequence[Tried]) -> Key | None:
    found = Counter(
        (fold.use.metric, fold.use.group) for each in tried for fold in each.folds if fold.use is not None
    )
    return found.most_common(1)[0][0] if found else None


def _covers(one: Tried, tried: Sequence[Tried], key: Key) -> bool:
    """Whether it was measured wherever any was."""
    return set(one.scores(key)) >= {place for each in tried for place in each.scores(key)}


def _use(tried: Tried, key: Key) -> float:
    return float(np.mean([score.value for score in tried.scores(key).values()]))


def _is_worse(one: Tried, best: Tried, key: Key) -> bool:
    """Beyond chance; a single fold cannot say so."""
    ours, theirs = one.scores(key), best.scores(key)
    differences = np.array([theirs[place].value - ours[place].value for place in ours if place in theirs])
    if len(differences) < 2:
        return False
    return corrected_t(differences, test_to_train=TEST_TO_TRAIN).p <= _BY_CHANCE


def _why(chosen: Tried, best: Tried, key: Key, *, silent: bool) -> str:
    metric, real = key[0].replace("_", " "), _real(chosen, key)
    told = f"{chosen.setting.label}: {metric} {_use(chosen, key):.2f} on patients left out{real}"
    if not silent:
        return f"{told}. Every generator let its patients be told from others; this one the least."
    if chosen is best:
        return f"{told}, the highest of those whose patients were not told from others."
    reached = f"{best.setting.label} reached {_use(best, key):.2f}, which is within chance"
    return f"{told}. {reached}; the first of the list was taken."


def _real(tried: Tried, key: Key) -> str:
    known = [score.reference for score in tried.scores(key).values() if score.reference is not None]
    return f" ({np.mean(known):.2f} from real rows)" if known else ""


def _line(tried: Tried, key: Key | None) -> dict[str, Any]:
    """One generator as it stands in the evidence."""
    scores = list(tried.scores(key).values()) if key else []
    means = {
        name: _mean([getattr(score, name) for score in scores])
        for name in ("value", "reference", "low", "high")
    }
    return {
        "generator": tried.setting.label,
        "use": means["value"],
        "real": means["reference"],
        "low": means["low"],
        "high": means["high"],
        "excess": tried.mean("excess"),
        "excess_low": tried.mean("low"),
        "excess_high": tried.mean("high"),
        "p": tried.p,
        "told": tried.is_told,
        "failure": tried.failure,
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None

"""``auto``: the generator that serves train best, chosen by folds of train alone.

It needs generators and measurements, and so stands in no room but this one.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cohort.cohort import Cohort
from cohort.errors import SynthAssayError
from cohort.release import Release
from cohort.split import Split, split_cohort
from privacy.assay import FEWEST_PERSONS, assay
from privacy.estimates import RiskEstimate
from synth.options import refuse
from synth.protocols import Conditions, FittedSynthesizer, Progress, Synthesizer, silent
from synth.registry import SYNTHESIZERS, runs_here
from synthassay.choice import TEST_TO_TRAIN, Choice, Fold, Setting, Tried, choose
from utility.measure import headline, measure
from utility.prediction import prediction
from utility.resample import thinned
from utility.scores import UtilityScore

FEWEST = 3 * FEWEST_PERSONS
"""Persons below whom nothing is chosen by evidence: a third of fewer cannot be a control."""

DEFAULT = Setting(generator="trees")
"""What is taken where nothing can be chosen by evidence."""

SHORT_LIST = (
    DEFAULT,
    Setting(generator="trees", options={"leaf": 100, "outcome_leaf": 60}),
    Setting(generator="forest"),
    Setting(generator="gaussian_copula"),
    Setting(generator="cgan"),
)

_LEAST_PERSONS = {"cgan": 2000}  # below, its cost is far above that of all others together
_MOST_PERSONS = 2000
_SPLITS = 4
_ATTACKS = ("copy_scan", "membership")
_BEFORE_THE_FIT = 0.9
_NO_MEASURE = ("kanonymity",)  # its releases stand at other levels than the persons left out


@dataclass(frozen=True, kw_only=True)
class Auto:
    """A generator chosen by evidence, for each train part anew.

    Train is divided four times by person, two thirds to learn from and one third to measure on. Each
    generator of a short list mints from the two thirds; its use is the headline score on the third left
    out, beside the same model trained on the real two thirds, and its risk the copy scan and the
    membership attack with that third as control. `synthassay.choice.choose` holds the rule.

    With fewer than 60 persons a third is no control (20 persons on each side), and nothing can be
    chosen: ``trees`` is taken, and the choice says so. Of more than 2,000 persons, 2,000 drawn at
    random are tried. The short list is ``trees``, a cautious setting of it, ``forest``,
    ``gaussian_copula`` where SDV is installed, and from 2,000 persons on ``cgan`` where torch is.

    Parameters
    ----------
    among : sequence of str
        Generators at their defaults, in the order of preference, instead of the short list.
    """

    among: Sequence[str] = ()

    def __post_init__(self) -> None:
        is_list = isinstance(self.among, list | tuple)
        named = [str(name) for name in self.among] if is_list else []
        known = [name for name in SYNTHESIZERS if _can_be_tried(name)]
        unknown = f"among names what cannot be chosen; it may name {', '.join(known)}."
        refuse(
            "auto",
            {
                "among is no list of generators.": not is_list,
                unknown: not set(named) <= set(known),
                "among names a generator twice.": len(set(named)) < len(named),
            },
        )

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> "FittedAuto":
        """Choose by folds of train, then fit what was chosen to all of train.

        Raises
        ------
        GenerationError
            Where what was chosen cannot learn from these rows, or what ``among`` names is not
            installed.
        """
        choosing, fitting = (int(word) for word in np.random.SeedSequence(seed).generate_state(2))
        rest = 1 - _BEFORE_THE_FIT
        choice = self._choice(train, seed=choosing, progress=lambda share: progress(_BEFORE_THE_FIT * share))
        generator, started = choice.setting.made(), time.perf_counter()
        fitted = generator.fit(
            train, seed=fitting, progress=lambda share: progress(_BEFORE_THE_FIT + rest * share)
        )
        seconds = time.perf_counter() - started
        return FittedAuto(choice=choice, generator=generator, fitted=fitted, seconds=seconds)

    def _choice(self, train: Cohort, *, seed: int, progress: Progress) -> Choice:
        listed = self._listed(train.n_persons)
        if len(listed) == 1:
            return Choice(setting=listed[0], why=f"{listed[0].label}: no other was named.")
        if train.n_persons < FEWEST:
            why = f"{listed[0].label}: nothing can be chosen by evidence from fewer than {FEWEST} patients."
            return Choice(setting=listed[0], why=why)
        part = thinned(train, _MOST_PERSONS, np.random.default_rng(seed))
        splits = _splits(part, seed=seed)
        tried = []
        for place, setting in enumerate(listed):
            tried.append(_tried(setting, splits, seed=seed))
            progress((place + 1) / len(listed))
        return choose(tried)

    def _listed(self, persons: int) -> list[Setting]:
        if self.among:
            return [Setting(generator=name) for name in self.among]
        return [
            each
            for each in SHORT_LIST
            if runs_here(each.generator) and persons >= _LEAST_PERSONS.get(each.generator, 0)
        ]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedAuto:
    """What was chosen, fitted.

    Parameters
    ----------
    choice : Choice
        And why.
    generator : Synthesizer
        What was chosen, unfitted: whoever refits it need not choose again.
    fitted : FittedSynthesizer
        The same on all of train.
    seconds : float
        That its own fit took, without the choice.
    """

    choice: Choice
    generator: Synthesizer
    fitted: FittedSynthesizer
    seconds: float

    def sample(self, n: int, *, conditions: Conditions | None = None, seed: int) -> Release:
        """Draw ``n`` rows as the chosen generator does.

        Raises
        ------
        GenerationError
            Where too few such rows come up.
        """
        return replace(self.fitted.sample(n, conditions=conditions, seed=seed), made_by="auto")


def _can_be_tried(name: str) -> bool:
    """A choice looks at train without noise, so that what promises privacy would promise too much."""
    return name not in _NO_MEASURE and not name.startswith("dp_")


def _splits(train: Cohort, *, seed: int) -> list[Split]:
    aside = TEST_TO_TRAIN / (1 + TEST_TO_TRAIN)
    states = np.random.SeedSequence(seed).generate_state(_SPLITS)
    return [split_cohort(train, holdout=aside, seed=int(state)) for state in states]


def _tried(setting: Setting, splits: Sequence[Split], *, seed: int) -> Tried:
    """One generator on every split; one that fails on any is not a choice."""
    try:
        return Tried(setting=setting, folds=tuple(_fold(setting, split, seed=seed) for split in splits))
    except SynthAssayError as reason:
        return Tried(setting=setting, failure=str(reason))


def _fold(setting: Setting, split: Split, *, seed: int) -> Fold:
    # The split's own seed besides, so that no two folds share their luck.
    fit, draw = (int(word) for word in np.random.SeedSequence([seed, split.seed or 0]).generate_state(2))
    release = setting.made().fit(split.train, seed=fit).sample(len(split.train), seed=draw)
    scan, *others = assay(release.table, split, attacks=_ATTACKS, seed=seed, planted=False).risks
    return Fold(
        use=_headline(release, split, seed=seed),
        p=_least([scan, *others]),
        excess=scan.excess,
        low=scan.low,
        high=scan.high,
    )


def _headline(release: Release, split: Split, *, seed: int) -> UtilityScore | None:
    """By prediction where there is an outcome, which costs a third of measuring everything."""
    return headline(prediction(release.table, split, seed=seed)[0]) or headline(
        measure(release.table, split, seed=seed)[0]
    )


def _least(risks: Sequence[RiskEstimate]) -> float | None:
    known = [risk.p_adjusted for risk in risks if risk.p_adjusted is not None]
    return min(known) if known else None

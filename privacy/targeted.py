"""The targeted game: what an attacker gains who refits the generator with and without a person.

After Stadler, Oprisanu and Troncoso 2022 (doi:10.48550/arXiv.2011.07018). The units are not
persons but releases: independent fits, each on a reference set of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import ConfigError, NotApplicable, Problem
from cohort.release import Release
from cohort.split import Split
from privacy.attacks.target import Bools, Floats
from privacy.estimates import Outcome
from privacy.pull import FEATURE_SETS, Pull, fit_pull
from privacy.roc import auc
from privacy.statistics import ALARM, binomial_p, clopper_pearson, detectable_rate, holm

Mint = Callable[[Cohort, int], Release]
"""Fit a generator on a cohort and draw a release from it, with a seed."""

Progress = Callable[[float], None]

THREAT = (
    "has a patient's whole record, records of other people like them and the generator; refits it with "
    "and without the patient to learn the difference, and wants to know whether the patient was in the study"
)
FEWEST_FITS = 10
LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Guess:
    """What an attacker gained on one person. Internal: it never leaves the house.

    Parameters
    ----------
    person : int
        The code in the persons of train, those of the holdout counted on from there.
    trials : int
        Test releases, half of them with the person.
    correct : int
        Of these, how many the attacker told right.
    advantage, low, high : float, in [-1, 1]
        True less false positive rate, which is 2 correct / trials - 1. The interval holds for all
        persons tried together.
    auc : float, in [0, 1]
        The area under the ROC curve of the attacker's score.
    p, p_adjusted : float
        One-sided, of a guess without the release; adjusted over the persons (Holm).
    outcome : Outcome
        Inconclusive where the interval straddles 0 and the person was not noticed.
    """

    person: int
    trials: int
    correct: int
    advantage: float
    low: float
    high: float
    auc: float
    p: float
    p_adjusted: float
    outcome: Outcome = Outcome.ESTIMATED

    @property
    def noticed(self) -> bool:
        """Whether the attacker gains beyond chance, corrected."""
        return self.p_adjusted <= ALARM


@dataclass(frozen=True, kw_only=True)
class Game:
    """The game on several persons.

    Parameters
    ----------
    guesses : tuple of Guess
        One a person.
    fits : int
        Refits in each of the two worlds of each person.
    detectable : float, optional
        The smallest advantage that so many fits notice in 80 % of games; None where not even a
        certain one.
    """

    guesses: tuple[Guess, ...]
    fits: int
    detectable: float | None

    @property
    def table(self) -> pd.DataFrame:
        """One row a person, for ``private/``."""
        return pd.DataFrame([vars(guess) for guess in self.guesses])

    def to_dict(self) -> dict[str, Any]:
        """What the evidence holds: counts and the worst, and no single person."""
        worst = max(self.guesses, key=lambda guess: guess.advantage)
        return {
            "persons": len(self.guesses),
            "fits": self.fits,
            "trials": worst.trials,
            "noticed": sum(guess.noticed for guess in self.guesses),
            "inconclusive": sum(guess.outcome is Outcome.INCONCLUSIVE for guess in self.guesses),
            **{key: getattr(worst, key) for key in ("advantage", "low", "high", "auc", "p_adjusted")},
            "level": LEVEL,
            "detectable": self.detectable,
        }


def targeted_game(
    mint: Mint,
    split: Split,
    *,
    persons: Sequence[int],
    fits: int = 40,
    seed: int = 0,
    blind: bool = False,
    progress: Progress = lambda share: None,
) -> Game:
    """Let an attacker who refits the generator guess whether a person was in.

    Each release is made from as many persons as train has, drawn anew from everybody: in one world
    the person and others, in the other world others alone. All that differs between the worlds is
    this one person, replaced by another from the same population. Half of the releases train the
    attacker, the other half, other draws and other seeds, test.

    Parameters
    ----------
    mint : callable
        Fits and draws; always as many rows.
    split : Split
        The population: train and holdout together.
    persons : sequence of int
        Who is tried: codes as in `privacy.exposure.Exposure`.
    fits : int, >= 10
        Refits in each world of each person.
    seed : int
        Equal seeds give equal results.
    blind : bool
        The negative control: the person is in neither world, so that there is nothing to gain.
    progress : callable
        Called with the share done.

    Raises
    ------
    ConfigError
        For too few fits, or a person who is not there.
    NotApplicable
        Without a holdout, for nobody could take the person's place; and where the generator coarsens.
    """
    everybody = population(split)
    _check(everybody, persons=persons, fits=fits)
    guesses = []
    for place, person in enumerate(persons):
        rng = np.random.default_rng([seed, person])
        told = _tell(place / len(persons), 1 / len(persons), progress)
        world = _World(population=everybody, person=person, size=split.train.n_persons, blind=blind)
        guesses.append(
            _play(world, mint, fits=fits, level=1 - (1 - LEVEL) / len(persons), rng=rng, told=told)
        )
    adjusted = holm([guess.p for guess in guesses])
    trials = 2 * (fits - fits // 2)
    rate = detectable_rate(trials, alarm=ALARM / len(persons))
    return Game(
        guesses=tuple(_concluded(*pair) for pair in zip(guesses, adjusted, strict=True)),
        fits=fits,
        detectable=None if rate is None else 2 * rate - 1,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _World:
    """From whom the reference sets of one person's game are drawn."""

    population: Cohort
    person: int
    size: int
    blind: bool

    def draw(self, *, member: bool, rng: np.random.Generator) -> Cohort:
        """As many persons as train has, in either world."""
        others = np.delete(np.arange(self.population.n_persons), self.person)
        drawn = rng.choice(others, self.size, replace=False)
        if member and not self.blind:
            drawn[0] = self.person
        return self.population.of_persons(drawn)


def _play(
    world: _World, mint: Mint, *, fits: int, level: float, rng: np.random.Generator, told: Progress
) -> Guess:
    pull = fit_pull(world.population, world.person, rng=rng)
    shadow, test = _releases(fits // 2), _releases(fits - fits // 2)
    found = _minted(world, mint, pull, np.concatenate([shadow, test]), rng=rng, told=told)
    known = {name: values[: len(shadow)] for name, values in found.items()}
    scores = _scores({name: values[len(shadow) :] for name, values in found.items()}, known, shadow)
    correct, trials = int(((scores > 0) == test).sum()), len(test)
    low, high = clopper_pearson(correct, trials, level=level)
    p = binomial_p(correct, trials)
    return Guess(
        person=world.person,
        trials=trials,
        correct=correct,
        advantage=2 * correct / trials - 1,
        low=2 * low - 1,
        high=2 * high - 1,
        auc=auc(scores, test)["value"],
        p=p,
        p_adjusted=p,
    )


def _releases(fits: int) -> Bools:
    """In which of the two worlds each of ``2 fits`` releases is made."""
    return np.asarray(np.arange(2 * fits) % 2 == 0)


def _minted(
    world: _World, mint: Mint, pull: Pull, member: Bools, *, rng: np.random.Generator, told: Progress
) -> dict[str, Floats]:
    """The features of each release, (releases, features) by set."""
    found = []
    for place, is_member in enumerate(member):
        release = mint(world.draw(member=bool(is_member), rng=rng), int(rng.integers(2**32)))
        if release.levels:
            raise NotApplicable(
                "the release is coarser than the patients: the game compares them in full detail."
            )
        found.append(pull.features(release.table))
        told((place + 1) / len(member))
    return {name: np.stack([each[name] for each in found]) for name in FEATURE_SETS}


def _scores(asked: dict[str, Floats], known: dict[str, Floats], member: Bools) -> Floats:
    """Learn from known releases and score others: positive for "the person was in".

    Ridge regression on the label (Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634),
    solved in its dual, for there are fewer releases than features. Each set of features weighs
    alike, however many it holds, and the ridge as much as they.
    """
    pairs = [_standard(asked[name], known[name]) for name in known]
    kernel = np.mean([mine @ mine.T for _, mine in pairs], axis=0)
    weights = np.linalg.solve(kernel + np.eye(len(kernel)), np.where(member, 1.0, -1.0))
    return np.asarray(np.mean([theirs @ mine.T for theirs, mine in pairs], axis=0) @ weights)


def _standard(asked: Floats, known: Floats) -> tuple[Floats, Floats]:
    """In standard deviations of the known releases; what never varied there says nothing."""
    spread = known.std(axis=0)
    units = np.where(spread > 0, spread, np.inf) * np.sqrt(max((spread > 0).sum(), 1))
    return (asked - known.mean(axis=0)) / units, (known - known.mean(axis=0)) / units


def _concluded(guess: Guess, p_adjusted: float) -> Guess:
    judged = replace(guess, p_adjusted=p_adjusted)
    straddles = guess.low <= 0 <= guess.high and not judged.noticed
    return replace(judged, outcome=Outcome.INCONCLUSIVE if straddles else Outcome.ESTIMATED)


def population(split: Split) -> Cohort:
    """Everybody, train first, so that codes of train's persons stay what they are."""
    if split.holdout is None:
        raise NotApplicable("no holdout: nobody could take the person's place. Split the cohort.")
    table = pd.concat([split.train.table, split.holdout.table], ignore_index=True)
    return replace(split.train, table=table)


def _check(everybody: Cohort, *, persons: Sequence[int], fits: int) -> None:
    problems = []
    if fits < FEWEST_FITS:
        what = f"fits: {fits} are too few to learn from and to test on."
        problems.append(Problem(what=what, where="targeted", remedy=f"Give at least {FEWEST_FITS}."))
    known = {int(person) for person in persons} <= set(range(everybody.n_persons))
    if not persons or not known or len(set(persons)) < len(persons):
        what, remedy = "persons are none, repeated or not there.", "Give numbers of private/<candidate>.csv."
        problems.append(Problem(what=what, where="targeted", remedy=remedy))
    if problems:
        raise ConfigError(problems)


def _tell(start: float, width: float, progress: Progress) -> Progress:
    return lambda share: progress(start + width * share)

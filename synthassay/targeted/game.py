"""The targeted game of a candidate: who is tried, what it costs, and the controls beside it."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from cohort.cohort import Cohort
from cohort.errors import NotApplicable
from cohort.release import Release
from cohort.split import Split
from privacy.assay import assay
from privacy.exposure import Exposure
from privacy.pull import fit_pull
from privacy.targeted import THREAT, Game, Mint, population
from privacy.targeted import targeted_game as _play_one
from synth.protocols import Synthesizer
from synth.registry import synthesizer as _synthesizer

Share = Callable[[float], None]
_RANKING = ("copy_scan", "membership")
_GAMES = {"candidate": False, "copies": False, "blind": True}


@dataclass(frozen=True, kw_only=True, eq=False)
class Played:
    """The game of a candidate beside its two controls.

    Parameters
    ----------
    candidate : Game
        Of the generator itself.
    copies, blind : Game
        Of a generator that copies, which must be noticed, and of the same where the person is in
        neither world, which must not.
    """

    candidate: Game
    copies: Game
    blind: Game

    def to_dict(self) -> dict[str, Any]:
        """What the evidence holds."""
        controls = {"copies": self.copies.to_dict(), "blind": self.blind.to_dict()}
        return {"threat": THREAT, **self.candidate.to_dict(), "controls": controls}


def most_exposed(exposure: Exposure | None, persons: int) -> list[int]:
    """The codes of the most exposed persons.

    Raises
    ------
    NotApplicable
        Where no attack ranked persons.
    """
    if exposure is None:
        raise NotApplicable("no attack ranked the patients. Let copy_scan or membership run, with a holdout.")
    return [int(person) for person in exposure.most_exposed(persons)["person"]]


def play(
    generator: Synthesizer,
    split: Split,
    *,
    persons: Sequence[int],
    fits: int,
    rows: int,
    seed: int,
    progress: Share = lambda share: None,
) -> Played:
    """Play the game on a generator, and on a copying one as its control.

    Parameters
    ----------
    generator : Synthesizer
        As it was configured for the candidate.
    split : Split
        The population; cross-fitted or not, references are drawn from everybody.
    persons, fits, seed, progress
        As for `privacy.targeted.targeted_game`.
    rows : int
        Of each release.
    """
    made = []
    for place, (name, blind) in enumerate(_GAMES.items()):
        mint = mint_of(generator if name == "candidate" else _synthesizer("copy"), rows=rows)
        share = _part(progress, place / len(_GAMES), (place + 1) / len(_GAMES))
        made.append(
            _play_one(mint, split, persons=persons, fits=fits, seed=seed, blind=blind, progress=share)
        )
    return Played(candidate=made[0], copies=made[1], blind=made[2])


def mint_of(generator: Synthesizer, *, rows: int) -> Mint:
    """What a measurement that must mint receives: fit, then draw, from one seed."""
    return partial(_mint, generator, rows)


def announcement(
    name: str, release: Release, split: Split, *, persons: Sequence[int], fits: int, seconds: float
) -> str:
    """What the game will cost, in one line.

    Parameters
    ----------
    name : str
        The candidate's.
    release : Release
        Of the candidate, to see how long looking at one takes.
    split : Split
        The population.
    persons, fits
        Of the game.
    seconds : float
        That the candidate's own fit took.
    """
    refits = 2 * fits * len(persons)
    total = refits * (seconds + len(_GAMES) * _seconds_to_look(release, split, persons[0]))
    return (
        f"targeted game: {len(persons)} persons x {fits} refits x 2 worlds for `{name}`: {refits} fits, "
        f"about {duration(total)} (one fit took {seconds:.2g} s)"
    )


def announce(line: str) -> None:
    """Say it where no program reads."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def targeted_game(
    synthesizer: Synthesizer,
    split: Split,
    *,
    persons: int | Sequence[int] = 3,
    fits: int = 40,
    rows: int | None = None,
    seed: int = 0,
) -> Played:
    """Refit a generator with and without single persons, and say what an attacker gains.

    Announces its cost on standard error before the refits begin.

    Parameters
    ----------
    synthesizer : Synthesizer
        Such as ``sa.synthesizer("trees")``.
    split : Split
        With a holdout.
    persons : int or sequence of int
        How many of the most exposed of one release, or who: positions of persons in train.
    fits : int, >= 10
        Refits in each of the two worlds of each person.
    rows : int, optional
        Of each release; None for as many as train has.
    seed : int
        Equal seeds give equal results.

    Returns
    -------
    Played
        ``candidate.table`` has one row a person, internal; ``to_dict()`` names nobody.
    """
    wanted = len(split.train) if rows is None else rows
    started = time.perf_counter()
    release = mint_of(synthesizer, rows=wanted)(split.train, seed)
    seconds = time.perf_counter() - started
    if isinstance(persons, int):
        plain = split.folds[0]
        found = assay(release.table, plain, attacks=_RANKING, seed=seed, planted=False)
        persons = most_exposed(found.exposure, persons)
    announce(announcement(release.made_by, release, split, persons=persons, fits=fits, seconds=seconds))
    return play(synthesizer, split, persons=persons, fits=fits, rows=wanted, seed=seed)


def _mint(generator: Synthesizer, rows: int, train: Cohort, seed: int) -> Release:
    fit, sample = (int(word) for word in np.random.SeedSequence(seed).generate_state(2))
    return generator.fit(train, seed=fit).sample(rows, seed=sample)


def _seconds_to_look(release: Release, split: Split, person: int) -> float:
    pull = fit_pull(population(split), person, rng=np.random.default_rng(0))
    started = time.perf_counter()
    pull.features(release.table)
    return time.perf_counter() - started


def duration(seconds: float) -> str:
    """About how long, for an announcement."""
    return f"{max(1, round(seconds))} s" if seconds < 120 else f"{round(seconds / 60)} minutes"


def _part(progress: Share, start: float, end: float) -> Share:
    return lambda share: progress(start + (end - start) * share)

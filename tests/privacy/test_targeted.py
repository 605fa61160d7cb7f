"""The targeted game notices a copied person, and nobody where there is nothing to notice."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.errors import ConfigError, NotApplicable
from cohort.release import Release
from cohort.schema import Column, Kind, Schema
from cohort.split import Split
from privacy.estimates import Outcome
from privacy.targeted import targeted_game

SCHEMA = Schema(
    columns=(
        Column(name="patient", kind=Kind.INTEGER, role="identifier"),
        Column(name="x", kind=Kind.NUMBER),
        Column(name="c", kind=Kind.CATEGORY),
    ),
    person="patient",
)


def people(n, *, seed, first=0):
    rng = np.random.default_rng(seed)
    table = {"patient": pd.array(first + np.arange(n), dtype="Int64"), "x": rng.normal(size=n)}
    return Cohort(
        schema=SCHEMA, table=pd.DataFrame({**table, "c": rng.choice(list("abcd"), n)}).astype({"c": object})
    )


STRANGERS = people(200, seed=2, first=30)


@pytest.fixture(scope="module")
def split():
    return Split(train=people(15, seed=0), holdout=people(15, seed=1, first=15))


def copies(cohort, seed):
    table = cohort.released.sample(frac=1, random_state=seed).reset_index(drop=True)
    return Release(table=table, schema=cohort.schema, made_by="copy")


def strangers(cohort, seed):
    """A generator that looks at nobody."""
    return copies(replace(cohort, table=STRANGERS.table.sample(len(cohort), random_state=seed)), seed)


def test_a_copied_person_is_always_noticed(split):
    game = targeted_game(copies, split, persons=[2, 9, 20], fits=40)
    assert [guess.person for guess in game.guesses] == [2, 9, 20]
    assert all(guess.noticed and guess.outcome is Outcome.ESTIMATED for guess in game.guesses)
    assert all(guess.advantage > 0.9 and guess.low > 0.6 for guess in game.guesses)
    assert game.to_dict()["noticed"] == 3


def test_equal_seeds_give_equal_results(split):
    first, second, other = (
        targeted_game(strangers, split, persons=[2], fits=10, seed=seed) for seed in (3, 3, 4)
    )
    assert first == second
    assert first != other


@pytest.mark.parametrize(
    ("mint", "blind", "seeds"), [(copies, True, 20), (strangers, False, 6)], ids=["blind", "strangers"]
)
def test_false_alarms_stay_below_the_level(split, mint, blind, seeds):
    games = [
        targeted_game(mint, split, persons=[0, 4, 8], fits=16, seed=seed, blind=blind)
        for seed in range(seeds)
    ]
    alone = np.mean([guess.p <= 0.05 for game in games for guess in game.guesses])
    family = np.mean([any(guess.noticed for guess in game.guesses) for game in games])
    error = np.sqrt(0.05 * 0.95 / seeds)
    assert alone <= 0.05 + 2 * error / np.sqrt(3)
    assert family <= 0.05 + 2 * error
    assert abs(np.mean([guess.advantage for game in games for guess in game.guesses])) < 0.1


def test_a_person_who_is_kept_half_of_the_time_gives_half_the_advantage(split):
    """Copies in which a coin replaces the person by a stranger: TPR one half, FPR none, at best."""

    def sometimes(cohort, seed):
        rng = np.random.default_rng(seed)
        table = cohort.table.copy()
        for row in np.flatnonzero(table["patient"] == 2) if rng.random() < 0.5 else ():
            table.iloc[row] = STRANGERS.table.iloc[rng.integers(len(STRANGERS))]
        return copies(replace(cohort, table=table), seed)

    guesses = [
        targeted_game(sometimes, split, persons=[2], fits=40, seed=seed).guesses[0] for seed in range(8)
    ]
    assert 0.3 < np.mean([guess.advantage for guess in guesses]) < 0.55
    assert sum(guess.low <= 0.5 <= guess.high for guess in guesses) >= 7


def _patients(cohort):
    return cohort.table.drop_duplicates("patient")["patient"].to_numpy(dtype=int)


def test_worlds_have_as_many_persons_and_differ_in_one(split):
    seen = []

    def watching(cohort, seed):
        seen.append(set(_patients(cohort)))
        return copies(cohort, seed)

    targeted_game(watching, split, persons=[2], fits=10)
    assert len(seen) == 20
    assert {len(each) for each in seen} == {15}
    assert sum(2 in each for each in seen) == 10
    # Everybody else is as likely in either world: the distribution that both worlds share.
    inside, outside = ([each for each in seen if (2 in each) is member] for member in (True, False))
    assert len(set().union(*inside)) == 30
    assert len(set().union(*outside)) == 29


def test_so_few_fits_say_what_they_could_have_shown(split):
    few, many = (targeted_game(strangers, split, persons=[0], fits=fits).detectable for fits in (10, 60))
    assert 0 < many < few < 1
    assert many == pytest.approx(0.329, abs=0.02)  # 60 tests: 37 right is an alarm, at 66 % 80 % of the time


def test_an_interval_across_zero_is_inconclusive(split):
    game = targeted_game(copies, split, persons=[0], fits=10, blind=True)
    guess = game.guesses[0]
    assert guess.low < 0 < guess.high
    assert guess.outcome is Outcome.INCONCLUSIVE


def test_the_evidence_names_nobody(split):
    game = targeted_game(copies, split, persons=[2, 9], fits=10)
    content = game.to_dict()
    assert set(content) == {
        "persons", "fits", "trials", "noticed", "inconclusive", "advantage",
        "low", "high", "auc", "p_adjusted", "level", "detectable",
    }  # fmt: skip
    assert content["persons"] == 2
    assert json.dumps(content)
    assert list(game.table["person"]) == [2, 9]


def test_progress_goes_from_nothing_to_all(split):
    told = []
    targeted_game(strangers, split, persons=[0, 1], fits=10, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_what_cannot_be_played_is_refused_with_every_problem(split):
    with pytest.raises(ConfigError, match=r"too few(.|\n)*not there"):
        targeted_game(strangers, split, persons=[99], fits=4)
    with pytest.raises(NotApplicable, match="no holdout"):
        targeted_game(strangers, Split(train=split.train, holdout=None), persons=[0])

"""The targeted game: what it notices, and how often it is wrong where there is nothing to notice.

``python -m benchmarks.targeted [--games 100] [--fits 40] [--seed 0]`` prints two Markdown tables on
the registry demo. A game where the person is in neither world has nothing to notice, so that at most
5 % of them, and Monte-Carlo error, may be alarms.
"""

import argparse
import time
from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from cohort.demo import demo_cohort
from cohort.split import Split, split_cohort
from privacy.targeted import targeted_game
from synth.registry import synthesizer
from synthassay.targeted.game import mint_of
from synthassay.targeted.game import targeted_game as of_the_most_exposed

LEAVES = (1, 5, 15)
PERSONS = 3


def false_alarms(split: Split, *, games: int, fits: int) -> dict[str, float]:
    """Blind games with a generator that copies, on persons of train drawn at random."""
    rng = np.random.default_rng(0)
    mint = mint_of(synthesizer("copy"), rows=len(split.train))
    alone, family = [], []
    for seed in range(games):
        persons = rng.choice(split.train.n_persons, PERSONS, replace=False).tolist()
        game = targeted_game(mint, split, persons=persons, fits=fits, seed=seed, blind=True)
        alone += [guess.p <= 0.05 for guess in game.guesses]
        family.append(any(guess.noticed for guess in game.guesses))
    return {"a person": float(np.mean(alone)), "a game, corrected": float(np.mean(family))}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=100)
    parser.add_argument("--fits", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    cohort = demo_cohort("registry")
    split, small = split_cohort(cohort, seed=0), split_cohort(cohort.of_persons(np.arange(60)), seed=0)
    print(f"| trees, leaf | noticed of {PERSONS} | largest advantage | 95 % | copies | blind | seconds |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    for leaf in LEAVES:
        started = time.perf_counter()
        generator = synthesizer("trees", {"leaf": leaf})
        found = of_the_most_exposed(
            generator, split, persons=PERSONS, fits=asked.fits, seed=asked.seed
        ).to_dict()
        controls = [found["controls"][name]["noticed"] for name in ("copies", "blind")]
        ends = f"[{found['low']:.2f}, {found['high']:.2f}]"
        seconds = time.perf_counter() - started
        print(
            f"| {leaf} | {found['noticed']} | {found['advantage']:.2f} | {ends} | "
            f"{controls[0]} | {controls[1]} | {seconds:.0f} |",
            flush=True,
        )
    print("\n| false alarms in blind games | share |\n| --- | ---: |")
    for title, share in false_alarms(small, games=asked.games, fits=20).items():
        print(f"| {title} | {share:.3f} |")


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main()

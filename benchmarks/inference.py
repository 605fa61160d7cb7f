"""Is inference valid? What nominal 95 % intervals from releases cover where the truth is known.

``python -m benchmarks.inference [--generators trees forest gaussian_copula cgan] [--cohorts 40]`` prints
Markdown tables. The truth is the regression of everybody with the disease in 25 simulated countries
(`cohort.population`); each cohort is 300 of them, drawn anew. ``marker`` is noise: it has no effect on
anything, so that whoever finds one is wrong. Each cohort's generator is fitted once (``--refit``: once a
release) and draws 20 releases of 300 rows.
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact
from threadpoolctl import threadpool_limits

from cohort.cohort import Cohort
from cohort.errors import SynthAssayError
from cohort.registry import SCHEMA, simulate
from cohort.schema import Column, Kind, Role, Schema
from synth.registry import synthesizer
from utility.combining import Combined, fully_synthetic, partially_synthetic, simple_synthesis
from utility.regression import Fit, Regression, regressions
from utility.resample import Floats

GENERATORS = ("trees", "forest", "gaussian_copula", "cgan")
COLUMNS = (
    "age",
    "sex",
    "presentation",
    "alt",
    "severity",
    "treatment",
    "progression",
    "followup_days",
    "died",
)
COUNTRIES = 25
RELEASES = 20
PERSONS = 125
GROUPS = (5, 10, 20, 40)

# A quasi-identifier, so that it comes early among the covariates, and stands in the Cox model too.
_MARKER = Column(name="marker", kind=Kind.NUMBER, role=Role.QUASI_IDENTIFIER, unit="noise")
_Z = 1.959964


@dataclass(frozen=True, kw_only=True, eq=False)
class Truth:
    """Everybody, the analyses, and what everybody gives in each."""

    people: Cohort
    analyses: list[Regression]
    coefficients: list[Floats]

    def draw(self, persons: int, rng: np.random.Generator) -> Cohort:
        """Some of them, as a cohort of their own."""
        return self.people.rows(np.sort(rng.choice(len(self.people), persons, replace=False)))


def truth(*, persons: int, seed: int) -> Truth:
    """The analyses are those that a cohort of ``persons`` would choose."""
    tables = [simulate(seed=1000 + country, patients=1).population for country in range(COUNTRIES)]
    table = pd.concat(tables, ignore_index=True)[list(COLUMNS)]
    table.insert(1, "marker", np.random.default_rng(seed).normal(size=len(table)).round(2))
    columns = tuple(_MARKER if name == "marker" else SCHEMA[name] for name in table.columns.astype(str))
    people = Cohort(schema=Schema(columns=columns), table=table)
    # What a cohort of that size would choose: a larger one affords more covariates.
    some = np.random.default_rng(seed).choice(len(people), persons, replace=False)
    analyses = regressions(people.rows(np.sort(some)))
    return Truth(people=people, analyses=analyses, coefficients=[each.fit(table)[0] for each in analyses])


def one_cohort(
    whole: Truth, train: Cohort, name: str, *, seed: int, refit: bool
) -> list[dict[str, Combined]]:
    """What every way of analysing it says, for each analysis."""
    generator, seeds = synthesizer(name), np.random.SeedSequence(seed).generate_state(2 * RELEASES)
    fitted = generator.fit(train, seed=int(seeds[0]))
    tables = []
    for i in range(RELEASES):
        if refit and i:
            fitted = generator.fit(train, seed=int(seeds[2 * i]))
        tables.append(fitted.sample(len(train), seed=int(seeds[2 * i + 1])).table)
    return [_ways(each, train, tables) for each in whole.analyses]


def _ways(regression: Regression, train: Cohort, tables: Sequence[pd.DataFrame]) -> dict[str, Combined]:
    real = train.table
    few = round(len(real) * 3 / 7)
    stacks = {
        "patients + 30 % synthetic rows, as if patients": [real, tables[0].head(few)],
        "patients + 50 %": [real, tables[0]],
        "patients + 80 %": [real, *tables[:4]],
    }
    fits = [regression.fit(table) for table in tables]
    q, u = (np.stack(each) for each in zip(*fits, strict=True))
    return {
        "the patients themselves": _plain(regression.fit(real)),
        "one release, as if patients": _plain(fits[0]),
        "one release, Raab's rule": simple_synthesis(q[:1], u[:1], ratio=1.0),
        **{
            f"{m} releases, {rule}": combine(q[:m], u[:m])
            for m in (5, RELEASES)
            for rule, combine in _RULES.items()
        },
        **{way: _plain(regression.fit(pd.concat(parts, ignore_index=True))) for way, parts in stacks.items()},
    }


_RULES: Mapping[str, Callable[[Floats, Floats], Combined]] = {
    "Raab": lambda q, u: simple_synthesis(q, u, ratio=1.0),
    "Reiter": partially_synthetic,
    "Raghunathan": lambda q, u: fully_synthetic(q, u, ratio=1.0),
}


def _plain(fit: Fit) -> Combined:
    return Combined(estimate=fit[0], variance=fit[1], df=np.full(len(fit[0]), np.inf))


def measured(whole: Truth, name: str, *, cohorts: int, persons: int, seed: int, refit: bool) -> None:
    """Print the tables of one generator."""
    started, rng = time.process_time(), np.random.default_rng(seed)
    found: list[list[dict[str, Combined]]] = []
    failed = 0
    for place in range(cohorts):
        train = whole.draw(persons, rng)
        try:
            found.append(one_cohort(whole, train, name, seed=seed + place, refit=refit))
        except SynthAssayError:
            failed += 1
    spent = time.process_time() - started
    print(f"\n**{name}**: {len(found)} cohorts of {persons}, {failed} without an estimate, {spent:.0f} CPU s")
    for place, (analysis, true) in enumerate(zip(whole.analyses, whole.coefficients, strict=True)):
        print(f"\n{analysis.sentence}\n\n| analysed | covered | of no effect, found | off by, SE | width |")
        print("| --- | ---: | ---: | ---: | ---: |", flush=True)
        rows = [each[place] for each in found]
        for way in rows[0]:
            print(_line(way, [row[way] for row in rows], rows, analysis, true), flush=True)


def _line(
    way: str,
    combined: Sequence[Combined],
    rows: Sequence[dict[str, Combined]],
    analysis: Regression,
    true: Floats,
) -> str:
    noise = [place for place, term in enumerate(analysis.terms) if term.column == _MARKER]
    own = np.stack([row["the patients themselves"].error for row in rows])
    low, high = (np.stack(ends) for ends in zip(*(each.interval for each in combined), strict=True))
    covered = ((low <= true) & (true <= high)).mean()
    found = f"{((low[:, noise] > 0) | (high[:, noise] < 0)).mean():.3f}" if noise else "–"
    bias = np.abs((np.stack([each.estimate for each in combined]) - true).mean(axis=0) / own.mean(axis=0))
    width = np.median((high - low) / (2 * _Z * own))
    return f"| {way} | {covered:.3f} | {found} | {bias.max():.2f} | {width:.2f} |"


def sharpest_jump(group: int, *, persons: int = PERSONS) -> tuple[float, float, int, int]:
    """The largest two-sided P of Fisher's test that one case more in a group brings below .05.

    Returns
    -------
    tuple
        P before and after, cases in the group before, and cases among the others.
    """
    best = (0.0, 0.0, 0, 0)
    for others in range(persons - group + 1):
        p = [
            fisher_exact([[cases, group - cases], [others, persons - group - others]])[1]
            for cases in range(group + 1)
        ]
        for cases in range(group):
            if p[cases + 1] < 0.05 and p[cases] > best[0]:
                best = (float(p[cases]), float(p[cases + 1]), cases, others)
    return best


def print_jumps() -> None:
    print(f"\n**One case more among {PERSONS}** (all tables were searched; Fisher's exact test, two-sided)\n")
    print("| group | cases in it | cases of the others | P | with one case more |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for group in GROUPS:
        before, after, cases, others = sharpest_jump(group)
        print(
            f"| {group} | {cases} | {others} of {PERSONS - group} | {before:.2f} | {after:.3f} |", flush=True
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generators", nargs="*", default=list(GENERATORS))
    parser.add_argument("--cohorts", type=int, default=40)
    parser.add_argument("--persons", type=int, default=300)
    parser.add_argument("--refit", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    print_jumps()
    whole = truth(persons=asked.persons, seed=asked.seed)
    print(f"\nThe truth: {len(whole.people):,} simulated patients.")
    for name in asked.generators:
        measured(
            whole, name, cohorts=asked.cohorts, persons=asked.persons, seed=asked.seed, refit=asked.refit
        )


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main()

"""Use and risk of every generator on six sets of patients, beside the default's.

``python -m benchmarks.patients [--cohorts pbc ...] [--generators auto trees ...] [--seeds 3]`` prints one
Markdown table with intervals, and a verdict for each cohort: which rivals dominate ``auto``, and
whether it is of higher use than every rival whose risk is no greater. Half of the persons are train,
and a release has train's rows. ``--results FILE`` keeps each release's figures, and a later call goes
on from there, with more seeds if asked.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.cohorts import PATIENTS, SHARED
from cohort.cohort import Cohort
from cohort.errors import SynthAssayError
from cohort.release import Release
from cohort.schema import Role
from cohort.split import Split, split_cohort
from privacy.assay import assay
from privacy.statistics import twice_the_mean
from synth.protocols import Conditions, Progress, Synthesizer, silent
from synthassay.auto import FittedAuto
from synthassay.generators import AUTO, synthesizer
from utility.measure import headline
from utility.paired import Difference, corrected_t
from utility.prediction import prediction
from utility.smote import smote_nc

_HALF = 0.5
_OUTCOMES = (Role.TARGET, Role.EVENT)


@dataclass(frozen=True, kw_only=True)
class Smote:
    """SMOTE-NC as a generator: each class of the outcome interpolated within itself."""

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> "FittedSmote":  # noqa: ARG002
        """Keep the rows."""
        return FittedSmote(train=train)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedSmote:
    """Rows to interpolate between."""

    train: Cohort

    def sample(self, n: int, *, conditions: Conditions | None = None, seed: int) -> Release:  # noqa: ARG002
        """As many rows of each class as train has, where ``n`` is train's size."""
        rng, columns = np.random.default_rng(seed), self.train.schema.released
        parts = [
            smote_nc(
                rows.reset_index(drop=True), round(n * len(rows) / len(self.train)), columns=columns, rng=rng
            )
            for rows in _classes(self.train)
        ]
        return Release(table=pd.concat(parts, ignore_index=True), schema=self.train.schema, made_by="smote")


def _classes(train: Cohort) -> list[pd.DataFrame]:
    """The rows of each class of the outcome that has two."""
    name = next(column.name for column in train.schema.released if column.role in _OUTCOMES)
    return [rows for _, rows in train.released.groupby(name, dropna=False) if len(rows) > 1]


GENERATORS: dict[str, Callable[[], Synthesizer]] = {
    **{name: partial(synthesizer, name) for name in (AUTO, "trees", "forest")},
    "smote": Smote,
    "bootstrap": partial(synthesizer, "copy"),
    **{
        name: partial(synthesizer, name) for name in ("gaussian_copula", "cgan", "tvae", "ctgan", "copulagan")
    },
}
"""The cheap ones first."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """One release; use and risk are None where it failed, for the reason given.

    Parameters
    ----------
    use, real : float, optional
        The headline score of the release and of the real train rows.
    excess, low, high, p : float, optional
        Of the copy scan.
    seconds : float
        CPU, to fit and draw.
    chosen : str
        What `auto` took.
    """

    cohort: str
    generator: str
    seed: int
    metric: str = ""
    use: float | None = None
    real: float | None = None
    excess: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    seconds: float = 0.0
    chosen: str = ""
    failure: str = ""

    @property
    def key(self) -> tuple[str, str, int]:
        """What it is the result of."""
        return self.cohort, self.generator, self.seed


def measured(cohort: Cohort, generator: str, *, seed: int) -> Result:
    """Mint one release and measure it."""
    empty = Result(cohort=cohort.name, generator=generator, seed=seed)
    split = split_cohort(cohort, holdout=_HALF, seed=seed)
    fit, sample = (
        int(word) for word in np.random.SeedSequence([seed, *generator.encode()]).generate_state(2)
    )
    started = time.process_time()
    try:
        fitted = GENERATORS[generator]().fit(split.train, seed=fit)
        release = fitted.sample(len(split.train), seed=sample)
    except SynthAssayError as reason:
        return Result(**{**asdict(empty), "failure": str(reason)})
    seconds = time.process_time() - started
    chosen = fitted.choice.setting.label if isinstance(fitted, FittedAuto) else ""
    judged = _judged(release, split, seed=seed)
    return Result(**{**asdict(empty), **judged, "seconds": seconds, "chosen": chosen})


def _judged(release: Release, split: Split, *, seed: int) -> dict[str, float | str | None]:
    scores, findings = prediction(release.table, split, seed=seed)
    use = headline(scores)
    scan = assay(release.table, split, attacks=("copy_scan",), seed=seed, planted=False).risks[0]
    risk = {name: getattr(scan, name) for name in ("excess", "low", "high", "p")}
    if use is None:
        return {**risk, "failure": " ".join(finding.explanation for finding in findings)}
    return {**risk, "metric": use.metric, "use": use.value, "real": use.reference}


@dataclass(frozen=True, kw_only=True)
class Line:
    """All seeds of one generator on one cohort, beside the default's."""

    generator: str
    results: tuple[Result, ...]
    difference: Difference | None

    @property
    def use(self) -> float:
        """Mean over the seeds."""
        return float(np.mean([each.use for each in self.results]))

    @property
    def excess(self) -> tuple[float, float, float]:
        """The copy scan's excess and its interval: means over seeds, of the ends as well."""
        found = [(each.excess, each.low, each.high) for each in self.results]
        value, low, high = np.mean(np.asarray(found, dtype=float), axis=0)
        return float(value), float(low), float(high)

    @property
    def p(self) -> float:
        """Of all seeds, which share persons."""
        return twice_the_mean([each.p for each in self.results if each.p is not None])

    @property
    def told(self) -> str:
        """As a row of the table."""
        value, low, high = self.excess
        against = "" if self.difference is None else _signed(self.difference)
        seconds = float(np.mean([each.seconds for each in self.results]))
        real = float(np.mean([each.real for each in self.results if each.real is not None]))
        risk = f"{value:+.3f} [{low:+.3f}, {high:+.3f}] | {self.p:.3f}"
        head = f"| {self.results[0].cohort} | {self.generator} | {len(self.results)} | {self.use:.3f} "
        return f"{head}| {real:.3f} | {against} | {risk} | {seconds:.1f} |"


def _signed(difference: Difference) -> str:
    return f"{difference.mean:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]"


def lines(results: Sequence[Result], cohort: str) -> list[Line]:
    """A line for each generator that has a measured release of the cohort."""
    known = {each.key: each for each in results if each.cohort == cohort and each.use is not None}
    found = []
    for generator in GENERATORS:
        mine = tuple(each for each in known.values() if each.generator == generator)
        if not mine:
            continue
        pairs = [
            (known[cohort, AUTO, each.seed].use or 0.0) - (each.use or 0.0)
            for each in mine
            if generator != AUTO and (cohort, AUTO, each.seed) in known
        ]
        # Half of the persons are tested, and half trained on.
        difference = corrected_t(np.array(pairs), test_to_train=1.0) if len(pairs) > 1 else None
        found.append(Line(generator=generator, results=mine, difference=difference))
    return found


def verdict(found: Sequence[Line]) -> str:
    """Who dominates the default, and whether it is better than every rival whose risk is no greater."""
    ours = next((line for line in found if line.generator == AUTO), None)
    rivals = [line for line in found if line.difference is not None]
    if ours is None or not rivals:
        return "no rival was measured beside `auto`"
    dominating = [line.generator for line in rivals if _dominates(line, ours)]
    safer = [line for line in rivals if line.excess[0] <= ours.excess[0]]
    short = [line.generator for line in safer if line.difference and line.difference.low <= 0]
    return (
        f"dominated by {', '.join(dominating) or 'none'} of {len(rivals)}; of {len(safer)} rivals whose risk "
        f"is no greater, higher use not shown against: {', '.join(short) or 'none'}"
    )


def _dominates(rival: Line, ours: Line) -> bool:
    """At least as good in mean use and in mean risk, and better in one."""
    better = rival.difference.mean <= 0 if rival.difference else False
    safer = rival.excess[0] <= ours.excess[0]
    return (
        better
        and safer
        and ((rival.difference and rival.difference.mean < 0) or rival.excess[0] < ours.excess[0])
    )


def show(results: Sequence[Result], cohorts: Iterable[str]) -> None:
    """The table, what failed, and the verdicts."""
    head = (
        "cohort",
        "generator",
        "seeds",
        "use",
        "real",
        "auto's use less its",
        "copy scan: excess",
        "p",
        "CPU s",
    )
    print("| " + " | ".join(head) + " |\n| --- | --- |" + " ---: |" * (len(head) - 2))
    found = {cohort: lines(results, cohort) for cohort in cohorts}
    for line in (line for of_cohort in found.values() for line in of_cohort):
        print(line.told)
    print()
    for cohort, of_cohort in found.items():
        print(f"- **{cohort}**: {verdict(of_cohort)}.")
    for each in results:
        if each.chosen:
            print(f"- {each.cohort}, seed {each.seed}: `auto` took {each.chosen}.")
    for each in results:
        if each.failure:
            print(f"- {each.cohort}, {each.generator}, seed {each.seed} failed: {each.failure}")


def missing(
    cohorts: Sequence[str], generators: Sequence[str], *, seeds: int, known: Sequence[Result]
) -> Iterator[Result]:
    """The releases not yet measured, all cohorts of one generator after those of the last."""
    done = {each.key for each in known}
    read = {name: PATIENTS[name]() for name in cohorts}
    for generator in generators:
        for seed in range(seeds):
            for name, cohort in read.items():
                if (name, generator, seed) not in done:
                    yield measured(cohort, generator, seed=seed)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is missing, then print what is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", nargs="+", choices=list(PATIENTS), default=list(PATIENTS))
    parser.add_argument("--generators", nargs="+", choices=list(GENERATORS), default=list(GENERATORS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--results", type=Path, help="keeps each release's figures, one JSON object a line")
    chosen = parser.parse_args(arguments)
    if not SHARED.exists():
        raise SystemExit(f"{SHARED} is absent: the benchmark reads patients from it.")
    kept = chosen.results and chosen.results.exists()
    results = [Result(**json.loads(text)) for text in chosen.results.read_text().splitlines()] if kept else []
    with threadpool_limits(limits=1):
        for each in missing(chosen.cohorts, chosen.generators, seeds=chosen.seeds, known=tuple(results)):
            results.append(each)
            if chosen.results:
                with chosen.results.open("a") as file:
                    file.write(json.dumps(asdict(each)) + "\n")
    show(results, chosen.cohorts)


if __name__ == "__main__":
    main()

"""Whether small strata gain by borrowing, and a small cohort by a large related one.

``strata``: strata have 10, 20 or 30 train patients, in turn. A generator a stratum, one for all with
the stratum as a column, and the hierarchical one each give rows of each stratum, which are measured
on other patients of that stratum; figures are means over strata. ``warm``: cgan and trees on 100
patients, with and without a large related cohort, and on that cohort alone. The train sets have
no patient in common and are tested on the same others, so that the intervals, by Student's t over
train sets, are about the luck of who is in train and of the generator.

python -m benchmarks.borrowing --repeats 10
python -m benchmarks.borrowing --cases "nwtco by stage"
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.stats
from threadpoolctl import threadpool_limits

from benchmarks.cohorts import read_adult, read_aids2, read_flchain, read_national2019, read_nwtco
from cohort.cohort import Cohort
from cohort.errors import NotApplicable
from cohort.schema import Column, Kind, Role
from synth.cgan.stop import Validation
from synth.complete import Preparation, fit_preparation
from synth.protocols import FittedSynthesizer, Synthesizer
from synth.registry import synthesizer
from utility.models import features, preparation, quiet
from utility.tasks import Task, survival_task, target_task

Floats = npt.NDArray[np.float64]

_SIZES = (10, 20, 30)
_ROWS = 300
_TESTED = 250
_LEAST_TESTED = 60
_ALL = "all"
_SMALL, _RELATED, _WARM_ROWS, _WARM_TESTED = 100, 2000, 1000, 1500
_WARM: dict[str, dict[str, object]] = {"trees": {}, "cgan": {"steps": 600, "batch_size": 100}}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A cohort, what its strata are, what is predicted, and which columns are set aside."""

    read: Callable[[], Cohort]
    stratum: str
    target: str | None = None
    without: tuple[str, ...] = ()
    strata: int = 20

    def cohort(self) -> Cohort:
        """The cohort with the stratum first and its outcome's role."""
        cohort = self.read()
        table = cohort.table.copy()
        table[self.stratum] = (
            table[self.stratum].astype(object).map(lambda value: None if pd.isna(value) else str(value))
        )
        columns = [self._changed(column) for column in cohort.schema.columns]
        columns.sort(key=lambda column: column.name != self.stratum)
        known = table[self.stratum].isin(table[self.stratum].value_counts().index[: self.strata])
        schema = replace(cohort.schema, columns=tuple(columns))
        table = table[list(schema.names)][known].reset_index(drop=True)
        return replace(cohort, schema=schema, table=table)

    def _changed(self, column: Column) -> Column:
        if column.name == self.stratum:
            return replace(column, role=Role.GROUP, kind=Kind.CATEGORY, range=None)
        if column.name in self.without:
            return replace(column, role=Role.IDENTIFIER)
        return replace(column, role=Role.TARGET) if column.name == self.target else column


CASES: dict[str, Case] = {
    "aids2 by state": Case(read=read_aids2, stratum="state"),
    "nwtco by stage": Case(read=read_nwtco, stratum="stage", without=("in.subcohort", "study")),
    "flchain by light-chain tenth": Case(read=read_flchain, stratum="flc.grp", without=("chapter",)),
    "adult by occupation": Case(read=read_adult, stratum="occupation", strata=12, without=("education",)),
    "national2019 by area": Case(
        read=read_national2019,
        stratum="PUMA",
        target="OWN_RENT",
        without=("NOC", "NPF", "INDP", "PINCP_DECILE", "DVET", "HOUSING_TYPE", "DENSITY"),
    ),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Ruler:
    """Measures rows of one stratum on its other patients.

    Parameters
    ----------
    test : Cohort
        Patients of the stratum.
    task : Task, optional
        What is predicted of them; None where they have too few events or classes.
    whole : Preparation
        Of the cohort that the patients come from.
    """

    test: Cohort
    task: Task | None
    whole: Preparation

    def measure(self, table: pd.DataFrame) -> dict[str, float]:
        """AUROC or concordance of a linear model trained on the rows, and their energy distance."""
        found = {"distance": self._distance(table)}
        if self.task is not None:
            found[self.task.metric] = self._predicts(self.task, table)
        return found

    def _distance(self, table: pd.DataFrame) -> float:
        rng = np.random.default_rng(0)
        test = self.whole.encode(self.test.released, rng)
        validation, n = Validation(test, self.whole.parts), len(test)
        among = validation.score(test) * n / (n - 2)
        return validation.score(self.whole.encode(table, rng)) - among

    def _predicts(self, task: Task, table: pd.DataFrame) -> float:
        table = table[np.isfinite(task.outcome(table)).all(axis=1)]
        truth, test = task.outcome(table), self.test.table
        known = np.isfinite(task.outcome(test)).all(axis=1)
        test = test[known]
        if task.lacking(truth):
            return 0.5
        prepared = preparation(task.features)
        with quiet():
            try:
                x = prepared.fit_transform(features(table, task.features))
                predicted = task.models["linear"](x, truth, prepared.transform(features(test, task.features)))
            except (ValueError, ArithmeticError, np.linalg.LinAlgError):
                return 0.5
        if not np.isfinite(predicted).all():
            return 0.5
        return float(task.measure(task.outcome(test), predicted, np.ones((1, len(test))))[0])


Arm = Callable[[Cohort, int], Callable[[str], pd.DataFrame]]
"""(train of all strata, seed) -> the rows to learn about a stratum from."""


def one_for_all(name: str, **options: object) -> Arm:
    """One generator for all strata, asked for the rows of each."""

    def arm(train: Cohort, seed: int) -> Callable[[str], pd.DataFrame]:
        stratum = train.schema.with_role(Role.GROUP)[0].name
        fitted = synthesizer(name, options).fit(train, seed=seed)
        return lambda level: fitted.sample(_ROWS, conditions={stratum: level}, seed=seed).table

    return arm


def one_each(name: str, **options: object) -> Arm:
    """A generator a stratum."""

    def arm(train: Cohort, seed: int) -> Callable[[str], pd.DataFrame]:
        made = synthesizer(name, options)
        return lambda level: made.fit(_of(train, level), seed=seed).sample(_ROWS, seed=seed).table

    return arm


def flat(train: Cohort, seed: int) -> Callable[[str], pd.DataFrame]:
    """The hierarchical generator's regressions without strata: the stratum is a column like others."""
    stratum = train.schema.with_role(Role.GROUP)[0]
    columns = tuple(replace(c, role=Role.OTHER) if c == stratum else c for c in train.schema.columns)
    schema = replace(train.schema, columns=(replace(stratum, name=_ALL), *columns))
    table = train.table.copy()
    table.insert(0, _ALL, pd.Series([_ALL] * len(train), dtype=object))
    fitted = synthesizer("hierarchical", _LIKELIEST).fit(
        replace(train, schema=schema, table=table), seed=seed
    )
    return lambda level: fitted.sample(_ROWS, conditions={stratum.name: level}, seed=seed).table.drop(
        columns=_ALL
    )


_LIKELIEST = {"posterior_draws": False}
_HERE = "hierarchical, likeliest parameters"
ARMS: dict[str, Arm] = {
    _HERE: one_for_all("hierarchical", **_LIKELIEST),
    "hierarchical, drawn parameters": one_for_all("hierarchical"),
    "its regressions a stratum": one_each("hierarchical", **_LIKELIEST),
    "its regressions for all": flat,
    "`trees` a stratum": one_each("trees"),
    "`trees` for all": one_for_all("trees"),
    "real rows of the stratum": lambda train, _: lambda level: _of(train, level).released,
    "real rows of all strata": lambda train, _: lambda _level: train.released,
}


def _of(cohort: Cohort, level: str) -> Cohort:
    stratum = cohort.schema.with_role(Role.GROUP)[0].name
    return cohort.rows(np.flatnonzero(cohort.table[stratum] == level))


def train_and_test(cohort: Cohort, repeats: int) -> tuple[list[Cohort], dict[str, Cohort]]:
    """Train sets without a patient in common, and each stratum's test patients."""
    stratum = cohort.schema.with_role(Role.GROUP)[0].name
    rng = np.random.default_rng(0)
    blocks: list[list[npt.NDArray[np.int64]]] = [[] for _ in range(repeats)]
    tests = {}
    counts = cohort.table[stratum].value_counts()
    large = sorted(counts.index[counts >= repeats * max(_SIZES) + _LEAST_TESTED])
    for place, level in enumerate(large):
        rows = rng.permutation(np.flatnonzero(cohort.table[stratum] == level))
        size = _SIZES[place % len(_SIZES)]
        for repeat in range(repeats):
            blocks[repeat].append(rows[repeat * size : (repeat + 1) * size])
        tests[level] = cohort.rows(np.sort(rows[repeats * size :][:_TESTED]))
    return [cohort.rows(np.concatenate(block)) for block in blocks], tests


def ruler(test: Cohort, whole: Preparation) -> Ruler:
    for build in (target_task, survival_task):
        try:
            task = build(test, test)
        except NotApplicable:
            continue
        if task is not None:
            return Ruler(test=test, task=task, whole=whole)
    return Ruler(test=test, task=None, whole=whole)


def strata_study(case: Case, repeats: int) -> tuple[dict[str, dict[str, Floats]], dict[str, float]]:
    """For each arm and measure the means over strata, (repeats,), and its CPU seconds."""
    cohort = case.cohort()
    trains, tests = train_and_test(cohort, repeats)
    whole = fit_preparation(cohort)
    rulers = {level: ruler(test, whole) for level, test in tests.items()}
    found: dict[str, dict[str, Floats]] = {}
    seconds = {}
    for name, arm in ARMS.items():
        started = time.process_time()
        figures = [_over_strata(arm(train, seed), rulers) for seed, train in enumerate(trains)]
        seconds[name] = (time.process_time() - started) / repeats
        found[name] = {metric: np.array([each[metric] for each in figures]) for metric in figures[0]}
    return found, seconds


def _over_strata(rows_of: Callable[[str], pd.DataFrame], rulers: Mapping[str, Ruler]) -> dict[str, float]:
    figures = [rulers[level].measure(rows_of(level)) for level in rulers]
    metrics = {metric for each in figures for metric in each}
    return {m: float(np.mean([each[m] for each in figures if m in each])) for m in sorted(metrics)}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A cohort of which one level of a column is the small cohort, and the other levels the related one."""

    read: Callable[[], Cohort]
    column: str
    level: str
    without: tuple[str, ...] = ()

    def cohorts(self) -> tuple[Cohort, Cohort]:
        """The persons of the level, and at most 2,000 of the others; the column itself is set aside."""
        cohort = self.read()
        columns = tuple(self._changed(column) for column in cohort.schema.columns)
        cohort = replace(cohort, schema=replace(cohort.schema, columns=columns))
        level = (cohort.table[self.column] == self.level).to_numpy(dtype=bool)
        rng = np.random.default_rng(0)
        own, others = (rng.permutation(np.flatnonzero(each)) for each in (level, ~level))
        return cohort.rows(own), cohort.rows(others[:_RELATED])

    def _changed(self, column: Column) -> Column:
        hidden = column.name in (self.column, *self.without)
        return replace(column, role=Role.IDENTIFIER) if hidden else column


PAIRS: dict[str, Pair] = {
    "flchain: men, after women": Pair(read=read_flchain, column="sex", level="M", without=("chapter",)),
    "adult: women, after men": Pair(
        read=read_adult, column="sex", level="Female", without=("relationship", "education")
    ),
}


def warm_study(pair: Pair, name: str, repeats: int) -> tuple[dict[str, dict[str, Floats]], dict[str, float]]:
    """For each arm and measure its figures, (repeats,), and its CPU seconds a train set."""
    own, related = pair.cohorts()
    trains = [own.rows(np.arange(at, at + _SMALL)) for at in range(0, repeats * _SMALL, _SMALL)]
    test = own.rows(np.arange(repeats * _SMALL, len(own))[:_WARM_TESTED])
    measured = ruler(test, fit_preparation(replace(own, table=pd.concat([own.table, related.table]))))
    found: dict[str, dict[str, Floats]] = {}
    seconds: dict[str, float] = {}

    def arm(name: str, rows: Callable[[Cohort, int], pd.DataFrame]) -> None:
        started = time.process_time()
        figures = [measured.measure(rows(train, seed)) for seed, train in enumerate(trains)]
        seconds[name] = (time.process_time() - started) / repeats
        found[name] = {metric: np.array([each[metric] for each in figures]) for metric in figures[0]}

    options = _WARM[name]
    cold, warm = synthesizer(name, options), synthesizer(name, {**options, "related": related})
    arm(f"`{name}`, warm", partial(_minted, warm))
    arm(f"`{name}`, cold", partial(_minted, cold))
    arm(f"`{name}`, related alone", partial(_drawn, cold.fit(related, seed=0)))
    arm("the real rows", lambda train, _: train.released)
    arm("real rows of the related", lambda _, __: related.released)
    return found, seconds


def _minted(made: Synthesizer, train: Cohort, seed: int) -> pd.DataFrame:
    return made.fit(train, seed=seed).sample(_WARM_ROWS, seed=seed).table


def _drawn(fitted: FittedSynthesizer, _: Cohort, seed: int) -> pd.DataFrame:
    return fitted.sample(_WARM_ROWS, seed=seed).table


def print_figures(found: Mapping[str, Mapping[str, Floats]], seconds: Mapping[str, float]) -> None:
    """One row an arm: means, and what the first arm has more, with 95 % intervals."""
    first = next(iter(found))
    metrics = sorted(found[first])
    print("| | " + " | ".join(f"{metric} | first row less it" for metric in metrics) + " | CPU s |")
    print("| --- |" + " --- |" * (2 * len(metrics) + 1))
    for name, figures in found.items():
        gains = ["" if name == first else _gain(found[first][each] - figures[each]) for each in metrics]
        cells = [f"{figures[each].mean():.3f} | {gain}" for each, gain in zip(metrics, gains, strict=True)]
        print(f"| {name} | " + " | ".join(cells) + f" | {seconds[name]:.1f} |", flush=True)


def _gain(differences: Floats) -> str:
    n, mean = len(differences), differences.mean()
    half = scipy.stats.t(n - 1).ppf(0.975) * differences.std(ddof=1) / np.sqrt(n)
    told = "" if abs(mean) > half else ", not shown"
    return f"{mean:+.3f} [{mean - half:+.3f}, {mean + half:+.3f}]{told}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table a cohort, and for warm starts one a generator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="+", choices=[*CASES, *PAIRS], default=[*CASES, *PAIRS])
    parser.add_argument("--repeats", type=int, default=10)
    chosen = parser.parse_args(arguments)
    for name in chosen.cases:
        print(f"\n**{name}**", flush=True)
        for study in (
            [partial(strata_study, CASES[name])]
            if name in CASES
            else [partial(warm_study, PAIRS[name], generator) for generator in _WARM]
        ):
            print()
            with threadpool_limits(limits=1):
                print_figures(*study(chosen.repeats))


if __name__ == "__main__":
    main()

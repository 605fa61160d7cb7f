"""What use to expect of a release with a guarantee, before any budget is spent.

Nothing is learnt from the patients: people are made up under the public schema, the generator is
fitted to them, and a model trained on its rows is held against one trained on the made-up people
themselves. What is left of the second one's discrimination is the forecast.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from sklearn.metrics import roc_auc_score

from cohort.cohort import Cohort
from cohort.errors import ConfigError, GenerationError, Problem
from cohort.schema import Column, Kind, Role, Schema
from privacy.dp.budget import default_delta
from synth.dp.domain import public_values
from synth.registry import synthesizer
from utility.models import features, linear_classes, preparation

Floats = npt.NDArray[np.float64]

EPSILONS = (1.0, 3.0, 10.0)
WORTH = 0.5
"""Of the real model's discrimination above chance: below, a release is called not worth it."""

FORECAST = (
    "A forecast by people made up under the schema: patients who hang together less simply keep less. "
    "A good forecast is no promise."
)

_TESTED, _FEWER = 2_000, 5
_FACTORS = 3
_SHARED, _TOLD = (
    (0.1, 0.9),
    (0.6, 0.95),
)  # of a column's variance, and of the outcome's, what it has in common with others
_SIZES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
_OUTCOMES = (Role.TARGET, Role.EVENT)


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What to expect at one epsilon.

    Parameters
    ----------
    epsilon, delta : float
    persons : int
        To learn from.
    kept : float
        The share of a real model's AUROC above chance that a model trained on the release keeps, on
        average over made-up cohorts; below 0 where it is worse than chance.
    low, high : float
        The least and the most of the made-up cohorts: of 12, one more would fall between them 11
        times in 13.
    worth_from : int, optional
        The fewest persons, of those tried, from which half is kept; None where 20,000 are too few.
    """

    epsilon: float
    delta: float
    persons: int
    kept: float
    low: float
    high: float
    worth_from: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)

    @property
    def sentence(self) -> str:
        """For a steward."""
        told = (
            f"ε = {self.epsilon:g}: a model trained on such a release is expected to keep {self.kept:.0%} "
            f"({self.low:.0%} to {self.high:.0%}) of what a model of the {self.persons:,} patients "
            "themselves tells apart."
        )
        if self.kept >= WORTH:
            return told
        enough = (
            f" below about n = {self.worth_from:,}" if self.worth_from else ", at any size that was tried"
        )
        return f"{told} Not worth it{enough}."


def forecasts(
    schema: Schema,
    *,
    persons: int,
    epsilons: Sequence[float] = EPSILONS,
    delta: float | None = None,
    cohorts: int = 12,
    look_further: bool = True,
    seed: int,
) -> tuple[Forecast, ...]:
    """What dp_mst keeps at each epsilon, of cohorts made up under a schema.

    Parameters
    ----------
    schema : Schema
        Each released column with public `categories` or `range`.
    persons : int
        To learn from.
    epsilons : sequence of float, > 0
    delta : float, optional
        By default `default_delta`.
    cohorts : int, >= 2
        Made up.
    look_further : bool
        Whether to look for the number of persons from which it is worth it, where it is not.
    seed : int
        Of the made-up people; the noise has none, and so the forecast differs a little each time.
    """
    delta = default_delta(persons) if delta is None else delta
    shares = _shares(schema, persons, epsilons, delta=delta, cohorts=cohorts, seed=seed)
    larger = [size for size in _SIZES if size > persons]
    return tuple(
        Forecast(
            epsilon=epsilon,
            delta=delta,
            persons=persons,
            kept=float(np.mean(shares[epsilon])),
            low=min(shares[epsilon]),
            high=max(shares[epsilon]),
            worth_from=_worth_from(schema, larger, epsilon=epsilon, seed=seed)
            if look_further and np.mean(shares[epsilon]) < WORTH
            else None,
        )
        for epsilon in epsilons
    )


def _shares(
    schema: Schema, persons: int, epsilons: Sequence[float], *, delta: float, cohorts: int, seed: int
) -> dict[float, list[float]]:
    """What is kept of each made-up cohort, by epsilon."""
    shares: dict[float, list[float]] = {epsilon: [] for epsilon in epsilons}
    for each in np.random.SeedSequence(seed).spawn(cohorts):
        train, test = made_up(schema, persons, _TESTED, rng=np.random.default_rng(each))
        real = auroc(train.table, test.table, train.schema)
        for epsilon in epsilons:
            shares[epsilon].append(kept(train, test, epsilon=epsilon, delta=delta, real=real))
    return shares


def kept(
    train: Cohort, test: Cohort, *, epsilon: float, delta: float, real: float, name: str = "dp_mst"
) -> float:
    """The share of ``real``, an AUROC, above chance that a release of train keeps."""
    try:
        fitted = synthesizer(name, {"epsilon": epsilon, "delta": delta}).fit(train, seed=0)
        minted = fitted.sample(len(train), seed=0).table
    except GenerationError:
        return 0.0
    return (auroc(minted, test.table, train.schema) - 0.5) / max(real - 0.5, 0.01)


def auroc(table: pd.DataFrame, test: pd.DataFrame, schema: Schema) -> float:
    """How well a logistic regression of a table tells the test persons' outcome; 0.5 where there is none."""
    target = outcome(schema)
    columns = [each for each in schema.released if each.name != target.name]
    y, truth = (_is_positive(each[target.name], target) for each in (table, test))
    if len(np.unique(y)) < 2 or len(np.unique(truth)) < 2:
        return 0.5
    prepared = preparation(columns)
    try:
        x = np.asarray(prepared.fit_transform(features(table, columns)))
    except ValueError:
        return 0.5
    x_test = np.asarray(prepared.transform(features(test, columns)))
    predicted = linear_classes(x, y[:, None].astype(float), x_test, classes=2)
    return float(roc_auc_score(truth, predicted[:, 1]))


def outcome(schema: Schema) -> Column:
    """What is predicted: the target or the event, otherwise the last category or ordinal.

    Raises
    ------
    ConfigError
        Where there is none.
    """
    named = [each for each in schema.released if each.role in _OUTCOMES]
    found = [each for each in named or schema.released if named or not each.kind.is_numeric]
    if not found:
        remedy = "Give a column the role target or event."
        raise ConfigError(Problem(what="there is nothing to predict.", where="schema", remedy=remedy))
    return found[-1]


def _is_positive(values: pd.Series, target: Column) -> npt.NDArray[np.bool_]:
    """The last category, or a number in the upper half of its range."""
    if not target.kind.is_numeric:
        return np.asarray(values == _values(target)[-1], dtype=bool)
    low, high = target.range or (0.0, 0.0)
    return values.to_numpy(dtype=float, na_value=np.nan) > (float(low) + float(high)) / 2


def made_up(schema: Schema, persons: int, tested: int, *, rng: np.random.Generator) -> tuple[Cohort, Cohort]:
    """Two cohorts of people who do not exist: columns that hang together by three hidden factors.

    No tree, for a tree would flatter a generator that fits one. How strongly each column hangs on
    the factors, and how often each value comes up, is drawn anew for each cohort.
    """
    released = Schema(columns=schema.released)
    n = persons + tested
    factors = rng.normal(size=(n, _FACTORS))
    table = {}
    for column in released.columns:
        direction = rng.normal(size=_FACTORS)
        direction /= np.linalg.norm(direction)
        is_outcome = column.name == outcome(schema).name
        shared = rng.uniform(*(_TOLD if is_outcome else _SHARED))
        latent = math.sqrt(shared) * factors @ direction + math.sqrt(1 - shared) * rng.normal(size=n)
        table[column.name] = _column(column, stats.norm.cdf(latent), is_outcome=is_outcome, rng=rng)
    whole = Cohort(schema=released, table=pd.DataFrame(table), name="made-up people")
    return whole.rows(np.arange(persons)), whole.rows(np.arange(persons, n))


def _column(column: Column, ranks: Floats, *, is_outcome: bool, rng: np.random.Generator) -> pd.Series:
    """Values whose ranks, in [0, 1], are given."""
    if column.kind.is_numeric:
        return _numbers(column, ranks if is_outcome else ranks ** rng.uniform(1, 4))
    values = np.array(_values(column), dtype=object)
    # Frequent values few, rare ones many; of an outcome the last as often as in many studies.
    shares = rng.dirichlet(np.full(len(values), 0.7))
    if is_outcome:
        shares = np.append(shares[:-1] / shares[:-1].sum() if len(values) > 1 else [], 0.0) * 0.7
        shares[-1] = 0.3
    codes = np.minimum(np.searchsorted(np.cumsum(shares), ranks), len(values) - 1)
    order = (
        np.arange(len(values)) if is_outcome or column.kind is Kind.ORDINAL else rng.permutation(len(values))
    )
    return pd.Series(values[order][codes], dtype=object)


def _values(column: Column) -> tuple[str, ...]:
    """The public values of a category."""
    values = public_values(column)
    if not values:
        remedy = "List its `categories`."
        raise ConfigError(
            Problem(what="has no public categories.", where=f"column {column.name!r}", remedy=remedy)
        )
    return values


def _numbers(column: Column, ranks: Floats) -> pd.Series:
    if column.range is None:
        raise ConfigError(
            Problem(what="has no public range.", where=f"column {column.name!r}", remedy="Give it a `range`.")
        )
    if column.kind is Kind.DATE:
        first, last = (pd.Timestamp(str(end)) for end in column.range)
        days = np.floor((last - first).days * ranks)
        return pd.Series(first + pd.to_timedelta(days, unit="D")).astype("datetime64[ns]")
    low, high = (float(end) for end in column.range)
    values = low + (high - low) * ranks
    if column.kind is Kind.INTEGER:
        return pd.Series(np.clip(np.round(values), math.ceil(low), math.floor(high))).astype("Int64")
    return pd.Series(values)


def _worth_from(schema: Schema, sizes: Sequence[int], *, epsilon: float, seed: int) -> int | None:
    """The first of the sizes at which half is kept on average."""
    for size in sizes:
        found = _shares(schema, size, (epsilon,), delta=default_delta(size), cohorts=_FEWER, seed=seed)
        if np.mean(found[epsilon]) >= WORTH:
            return size
    return None

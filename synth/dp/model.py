"""dp_mst and dp_aim: tables with a guarantee of differential privacy, by person.

A release tells of any one person at most what its budget allows, whatever else anybody knows. All
that is learnt of the train rows passes through `privacy.dp.mechanisms`: noisy counts, noisy choices
and noisy quantiles; what follows from these costs nothing more.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import ConfigError, GenerationError, Problem
from cohort.release import Guarantee, Release
from cohort.schema import Schema
from privacy.dp.accounting import Account, rho_for
from privacy.dp.budget import PrivacyBudget, default_delta
from privacy.dp.contributions import bounded, refuse_cap
from privacy.dp.selection import frequent_values
from synth.dp.descent import Model, estimate
from synth.dp.domain import UNKNOWN, Coding, Values, encode, fit_domain, refuse_private_domains
from synth.dp.junction import Floats
from synth.dp.marginals import Ints, Measurement, counted, measure, noisy_total
from synth.dp.pooling import Pooling, pool
from synth.dp.sampling import draw
from synth.dp.select_aim import select_pairs
from synth.dp.select_mst import select_tree
from synth.options import not_whole, refuse
from synth.protocols import Conditions, Progress, silent
from synth.rejection import Allowed, sample_release

# Shares of rho. Public constants, chosen on other data than they are reported on: docs/generators/dp_aim.md.
_SIZE, _BINS, _LEARNT, _ONES = 0.01, 0.1, 0.1, 0.3
_DELTA_LEARNT = 0.1  # of delta, where values are learnt
_FEWEST_BINS, _MOST_BINS = 4, 32
_STEPS = 200
_BEFORE_PAIRS, _AFTER_PAIRS = 0.1, 0.9

Select = Callable[..., list[Measurement]]


@dataclass(frozen=True, kw_only=True)
class DpMst:
    """A tree of pairs, each measured once: fast, and good where there is little to be had.

    Parameters
    ----------
    epsilon : float, > 0
        The bound on how much likelier any release becomes by one person. There is no default.
    delta : float, in (0, 1 / persons), optional
        The probability with which the bound may fail. By default a tenth of the power of ten that
        is not below the number of persons, inverted: 1e-4 for 101 to 1,000 persons. Of the number
        of persons this tells the order of magnitude, nothing else.
    rows_per_person : int, >= 1
        The rows that count of a person who has more, drawn at random; noise grows with it.
    bins : int, >= 2, optional
        Of each number column, of about equal mass; by default as many as the noise lets be told,
        4 to 32.
    learn : sequence of str
        Categories whose values no schema lists: those that enough persons have are told, all others
        become ``(other)``. It costs a tenth of the budget.
    """

    epsilon: float = 0.0
    delta: float | None = None
    rows_per_person: int = 1
    bins: int | None = None
    learn: Sequence[str] = ()

    def __post_init__(self) -> None:
        _refuse_options("dp_mst", self)

    def check(self, train: Cohort) -> None:
        """Raise what `fit` would before it spends anything, as far as options and schema tell."""
        _check(train, self, made_by="dp_mst")

    def fit(
        self,
        train: Cohort,
        *,
        seed: int,  # noqa: ARG002 - noise that can be repeated protects nobody
        progress: Progress = silent,
    ) -> "FittedDp":
        """Spend the whole budget on noisy tables, and fit a model to them.

        Parameters
        ----------
        train : Cohort
            Whose released columns each have a public `range` or `categories`.
        seed : int
            Without effect: the noise comes from the system, and no two fits are equal.
        progress : callable

        Raises
        ------
        SchemaError
            Naming each column without a public domain.
        ConfigError
            Where delta is not below 1 / persons.
        GenerationError
            Where nothing is released, or a column has next to no value.
        """
        return _fit(train, self, select_tree, made_by="dp_mst", progress=progress)


@dataclass(frozen=True, kw_only=True)
class DpAim:
    """Pairs chosen one after the other by what the model so far tells worst: more use, more seconds.

    Parameters
    ----------
    epsilon : float, > 0
        As in `DpMst`, and so the others.
    delta : float, in (0, 1 / persons), optional
    rows_per_person : int, >= 1
    bins : int, >= 2, optional
    learn : sequence of str
    """

    epsilon: float = 0.0
    delta: float | None = None
    rows_per_person: int = 1
    bins: int | None = None
    learn: Sequence[str] = ()

    def __post_init__(self) -> None:
        _refuse_options("dp_aim", self)

    def check(self, train: Cohort) -> None:
        """Raise what `fit` would before it spends anything, as far as options and schema tell."""
        _check(train, self, made_by="dp_aim")

    def fit(
        self,
        train: Cohort,
        *,
        seed: int,  # noqa: ARG002 - noise that can be repeated protects nobody
        progress: Progress = silent,
    ) -> "FittedDp":
        """Spend the whole budget on noisy tables, and fit a model to them; as `DpMst.fit`."""
        return _fit(train, self, select_pairs, made_by="dp_aim", progress=progress)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedDp:
    """A model that may be known to anybody: all of it follows from noisy measurements.

    Parameters
    ----------
    made_by : str
    schema : Schema
    guarantee : Guarantee
        What the fit promises, however often it is drawn from. Its ``rows`` is the number of train's
        as far as the noise tells; to draw exactly as many as train has would tell that to anybody.
    codings : tuple of Coding
        Of each released column, its values or bins.
    poolings : tuple of Pooling
    measurements : tuple of Measurement
        All tables, with their noise, of the model's cells; from them `estimate` gives the model again.
    model : Model
    """

    made_by: str
    schema: Schema
    guarantee: Guarantee
    codings: tuple[Coding, ...]
    poolings: tuple[Pooling, ...]
    measurements: tuple[Measurement, ...]
    model: Model

    def sample(self, n: int, *, conditions: Conditions | None = None, seed: int) -> Release:
        """Draw ``n`` rows that fulfil the schema's rules and ``conditions``.

        Conditions enter the model: a rare value costs no more draws than a frequent one. Rules are
        met by drawing again.

        Raises
        ------
        GenerationError
            For a condition on an unknown column or value, or one that the model never fulfils, and
            where too few rows fulfil the rules.
        """
        wanted = dict(conditions or {})

        def rows(many: int, rng: np.random.Generator) -> pd.DataFrame:
            return self._draw(many, wanted, rng)

        allowed = {
            each.column.name: Allowed(known=frozenset(each.values), named=each.values)
            for each in self.codings
            if isinstance(each, Values)
        }
        release = sample_release(
            rows,
            n,
            schema=self.schema,
            allowed=allowed,
            conditions=conditions,
            seed=seed,
            made_by=self.made_by,
        )
        return replace(release, guarantee=self.guarantee)

    def _draw(self, n: int, wanted: Mapping[str, object], rng: np.random.Generator) -> pd.DataFrame:
        asked = {
            each.column.name: each.code_of(wanted[each.column.name])
            for each in self.codings
            if each.column.name in wanted
        }
        evidence = {
            place: self._likelihood(place, asked[coding.column.name])
            for place, coding in enumerate(self.codings)
            if coding.column.name in asked
        }
        cells = draw(self.model, n, rng, evidence=evidence)
        table = {}
        for place, (coding, pooling) in enumerate(zip(self.codings, self.poolings, strict=True)):
            name = coding.column.name
            if name in wanted:
                table[name] = coding.repeated(wanted[name], n)
            else:
                table[name] = coding.decode(pooling.decode(cells[:, place], rng), rng)
        return pd.DataFrame(table, index=range(n))

    def _likelihood(self, place: int, code: int) -> Floats:
        """1 for the cell that holds a code, 0 for the others."""
        cell = self.poolings[place].cell_of[code]
        if cell == UNKNOWN or not self.model.marginal((place,))[cell] > 0:
            name = self.codings[place].column.name
            raise GenerationError(
                f"condition on {name!r}: as far as the noise tells, nobody is like that. "
                "Ask for another value."
            )
        likelihood = np.zeros(self.poolings[place].cells)
        likelihood[cell] = 1.0
        return likelihood


def _fit(
    train: Cohort, options: "DpMst | DpAim", select: Select, *, made_by: str, progress: Progress
) -> FittedDp:
    """Size, bins, single columns, pairs: each with its share of the budget, pairs with all that is left."""
    progress(0.0)
    delta, most = _check(train, options, made_by=made_by), options.rows_per_person
    account = Account(rho_for(options.epsilon, delta * (1 - _DELTA_LEARNT if options.learn else 1)))
    kept = bounded(train, most=most)
    learnt = _learnt(kept, options, delta=_DELTA_LEARNT * delta, account=account)
    size = measure(np.array(len(kept)), (), rho=_SIZE * account.rho, sensitivity=most, account=account)
    bins = options.bins or _many_bins(noisy_total([size]), kept.schema, rho=account.rho, sensitivity=most)
    codings = fit_domain(
        kept, bins=bins, rho=_BINS * account.rho, sensitivity=most, account=account, learnt=learnt
    )
    codes = encode(codings, kept.table)
    ones = _ones(codes, codings, rho=_share_of_ones(len(codings), account), sensitivity=most, account=account)
    total = noisy_total([size, *ones])
    poolings = tuple(pool(coding, one, total=total) for coding, one in zip(codings, ones, strict=True))
    _refuse_empty(codings, poolings, made_by=made_by)
    cells = np.stack([each.encode(codes[:, place]) for place, each in enumerate(poolings)], axis=1)
    sizes = [each.cells for each in poolings]
    known = [each.measured(one) for each, one in zip(poolings, ones, strict=True)]
    progress(_BEFORE_PAIRS)
    pairs = select(
        cells,
        sizes,
        known,
        total=total,
        sensitivity=most,
        account=account,
        progress=lambda share: progress(_BEFORE_PAIRS + (_AFTER_PAIRS - _BEFORE_PAIRS) * share),
    )
    measurements = (*known, *pairs)
    model = estimate(measurements, sizes, total=total, steps=_STEPS)
    progress(1.0)
    return FittedDp(
        made_by=made_by,
        schema=train.schema,
        guarantee=Guarantee(epsilon=float(options.epsilon), delta=delta, rows=round(total)),
        codings=codings,
        poolings=poolings,
        measurements=measurements,
        model=model,
    )


def _learnt(
    train: Cohort, options: "DpMst | DpAim", *, delta: float, account: Account
) -> dict[str, tuple[str, ...]]:
    """The values of the columns to be learnt, each column with as much of rho and of delta."""
    many = len(options.learn)
    return {
        name: frequent_values(
            train.table[name],
            train.persons.tolist(),
            most=options.rows_per_person,
            rho=_LEARNT * account.rho / many,
            delta=delta / many,
            account=account,
            on=f"values of {name}",
        )
        for name in options.learn
    }


def _ones(
    codes: Ints, codings: Sequence[Coding], *, rho: float, sensitivity: int, account: Account
) -> list[Measurement]:
    """Noisy counts of each column by itself."""
    sizes = [each.cells for each in codings]
    return [
        measure(
            counted(codes, (place,), sizes),
            (place,),
            rho=rho / len(codings),
            sensitivity=sensitivity,
            account=account,
        )
        for place in range(len(codings))
    ]


def _share_of_ones(columns: int, account: Account) -> float:
    """Their share of the budget, and of one column all that is left."""
    return _ONES * account.rho if columns > 1 else account.left


def _many_bins(rows: float, schema: Schema, *, rho: float, sensitivity: int) -> int:
    """As many bins as noise leaves: a cut may err by about half of a bin's rows."""
    numbers = sum(column.kind.is_numeric for column in schema.released)
    if not numbers:
        return _FEWEST_BINS
    # With b bins a cut has epsilon sqrt(8 rho / (numbers b)), and errs by about 6 / epsilon ranks.
    finest = rows / sensitivity * math.sqrt(8 * _BINS * rho / numbers) / 12
    return int(np.clip(round(finest ** (2 / 3)), _FEWEST_BINS, _MOST_BINS))


def _check(train: Cohort, options: "DpMst | DpAim", *, made_by: str) -> float:
    """The delta to be used; raises what is wrong with the options or the schema."""
    persons = train.n_persons
    if not train.schema.released or not persons:
        what = "one person" if train.schema.released else "one column that is released"
        raise GenerationError(f"{train.name}: {made_by} needs at least {what}.")
    refuse_private_domains(train.schema, where=train.name, learn=options.learn)
    delta = options.delta or default_delta(persons)
    if delta * persons >= 1:
        what = "delta is not below 1 / persons: it would allow to publish one of them as they are."
        remedy = f"Write `delta: {default_delta(persons):g}`, or leave it out."
        raise ConfigError(Problem(what=what, where=made_by, remedy=remedy))
    return delta


def _refuse_empty(codings: Sequence[Coding], poolings: Sequence[Pooling], *, made_by: str) -> None:
    """Refuse columns in which, as far as the noise tells, next to nobody has a value."""
    empty = [
        coding.column.name for coding, pooling in zip(codings, poolings, strict=True) if pooling.nobody_known
    ]
    if empty:
        raise GenerationError(
            f"{made_by}: as far as the noise tells, next to nobody has a value in {', '.join(empty)}. "
            "Leave it out: give it the role identifier in the schema. The budget is spent."
        )


def _refuse_options(generator: str, options: "DpMst | DpAim") -> None:
    if not options.epsilon:
        remedy = f"Write {{synth: {generator}, epsilon: 1.0}}: how much may be told is for you to decide."
        raise ConfigError(Problem(what="epsilon is missing.", where=generator, remedy=remedy))
    PrivacyBudget(epsilon=options.epsilon, delta=options.delta or 0.0)
    named = isinstance(options.learn, list | tuple) and all(isinstance(each, str) for each in options.learn)
    refuse(
        generator,
        {
            "learn is no list of columns, each named once.": not named
            or len(set(options.learn)) < len(options.learn)
        }
        | not_whole(1, rows_per_person=options.rows_per_person)
        | ({} if options.bins is None else not_whole(2, bins=options.bins)),
    )
    refuse_cap(options.rows_per_person)

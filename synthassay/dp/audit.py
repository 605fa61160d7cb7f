"""Audits of whole generators: the promise's own game by many fits, and planted records of one single fit.

Both are looked at inside the house and spend nothing: no fit of an audit is released, and the cohorts
of `audit_generator` are nobody's.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.encode import fit_encoder, nearest
from cohort.errors import ConfigError, GenerationError, Problem
from cohort.schema import Column, Kind, Role, Schema
from cohort.typed import typed_table
from privacy.dp.audit import DpAudit, audit
from privacy.dp.bounds import one_run_bound
from synth.dp.domain import encode, public_values
from synth.dp.model import FittedDp
from synth.protocols import Synthesizer
from synthassay.dp.spending import budget_of

Ints = npt.NDArray[np.int64]

COLUMNS = (
    Column(name="first", kind=Kind.CATEGORY, categories=("a", "b", "c")),
    Column(name="second", kind=Kind.CATEGORY, categories=("a", "b", "c")),
    Column(name="third", kind=Kind.INTEGER, range=(0, 100)),
)
"""Of the worst cohort: everybody is alike, and one person, who may be there, is unlike in everything."""

_TOO_MANY = 4  # times the rows that may count of a person


def worst_cohorts(
    persons: int, columns: Sequence[Column] = COLUMNS, *, rows: int = 1
) -> tuple[Cohort, Cohort]:
    """The worst cohort without the person, whose rows are the last of the one with them.

    Parameters
    ----------
    persons : int
        All alike: the first category and the lowest number of each column; the person has the last
        and the highest.
    columns : sequence of Column
        Each with public categories or a `range`.
    rows : int
        Of the person; everybody else has one.
    """
    whose = "whose"
    while whose in {each.name for each in columns}:
        whose += "_"
    identifier = Column(name=whose, kind=Kind.INTEGER, role=Role.IDENTIFIER)
    schema = Schema(columns=(identifier, *columns), person=whose)
    cells: dict[str, list[str]] = {whose: [str(min(row, persons)) for row in range(persons + rows)]}
    for each in columns:
        ends = public_values(each) or each.range or ()
        cells[each.name] = [str(ends[0])] * persons + [str(ends[-1])] * rows
    raw = pd.DataFrame(cells)
    having = Cohort(schema=schema, table=typed_table(raw, schema, where="worst cohort"), name="worst cohort")
    return having.rows(np.arange(persons)), having


def audit_generator(
    generator: Synthesizer,
    *,
    runs: int,
    persons: int = 200,
    columns: Sequence[Column] = COLUMNS,
    progress: Callable[[float], None] = lambda share: None,
) -> DpAudit:
    """Fit a generator many times with and without one person, and hold it against its claim.

    The person has more rows than may count, so that a bound on rows that is not kept shows too.
    Sees what the house sees, the noisy tables, and so more than anybody outside could. Their noise
    is Gaussian, given what was chosen before; a fault in the choice or the bins shows only by way of
    them. A fit that refuses because of what the noise told shows nothing.

    Parameters
    ----------
    generator : Synthesizer
        `dp_mst` or `dp_aim`, with epsilon and delta.
    runs : int, >= 4
        Fits in each world.
    persons : int
        Everybody else.
    columns : sequence of Column
        Of the worst cohort.
    progress : callable

    Raises
    ------
    ConfigError
        Where the generator claims nothing, or shows no noisy tables.
    """
    claim = budget_of(generator)
    if claim is None or not claim.delta:
        remedy = "Audit dp_mst or dp_aim with an epsilon and a delta; of others see `one_run`."
        raise ConfigError(Problem(what="claims no epsilon and delta.", where="audit", remedy=remedy))
    rows = _TOO_MANY * int(getattr(generator, "rows_per_person", 1))
    without, having = worst_cohorts(persons, columns, rows=rows)
    person = having.table.tail(1)

    def world(is_there: bool, fits: int) -> npt.NDArray[np.float64]:
        figures = np.zeros(fits)
        for place in range(fits):
            progress((is_there * fits + place) / (2 * fits))
            try:
                fitted = generator.fit(having if is_there else without, seed=place)
            except GenerationError:
                continue
            if not isinstance(fitted, FittedDp):
                remedy = "Audit dp_mst or dp_aim."
                raise ConfigError(Problem(what="keeps no noisy tables.", where="audit", remedy=remedy))
            figures[place] = person_told(fitted, without.table, person)
        return figures

    return audit(world, what=type(generator).__name__, claim=claim, runs=runs, is_gaussian=True)


def person_told(fitted: FittedDp, others: pd.DataFrame, person: pd.DataFrame) -> float:
    """What a fit's noisy tables tell of one person to somebody who knows all others.

    The cells that the person would be in, less the others who are there, each by its precision. Of
    noise alone that has a standard deviation of 1; the person moves it by sqrt(2 rho), rho being
    all that the tables cost together: as far as any figure of the release can be moved.

    Parameters
    ----------
    fitted : FittedDp
    others, person : DataFrame, (persons, columns) and (1, columns)
        The rows of everybody else, and the person's.
    """
    theirs, own = _cells(fitted, others), _cells(fitted, person)[0]
    told, precisions = [], []
    for each in fitted.measurements:
        columns = list(each.attributes)
        at = tuple(own[columns].tolist())
        if min(at) < 0:
            continue
        known = int((theirs[:, columns] == own[columns]).all(axis=1).sum())
        precisions.append(float(np.broadcast_to(each.sigma, each.counts.shape)[at]) ** -2)
        told.append(precisions[-1] * (float(each.counts[at]) - known))
    precision = math.fsum(precisions)
    return math.fsum(told) / math.sqrt(precision) if precision else 0.0


def _cells(fitted: FittedDp, table: pd.DataFrame) -> Ints:
    codes = encode(fitted.codings, table)
    return np.stack([each.encode(codes[:, place]) for place, each in enumerate(fitted.poolings)], axis=1)


@dataclass(frozen=True, kw_only=True)
class OneRun:
    """What guesses about the planted records of one single fit came to: an attack's result, no guarantee.

    Parameters
    ----------
    canaries : int
        Made-up records, each put among train or left out by the toss of a coin.
    guesses, right : int
        Of how many the attacker said whether they were in, and was right.
    delta : float
        Of the generator's claim; 0 where it claims nothing.
    at_least : float
        What that shows of epsilon, at 95 % confidence.
    cap : float
        What so many guesses would show if all were right.
    """

    canaries: int
    guesses: int
    right: int
    delta: float
    at_least: float
    cap: float

    def to_dict(self) -> dict[str, Any]:
        """For the evidence."""
        return asdict(self)


def one_run(
    generator: Synthesizer, train: Cohort, *, canaries: int, seed: int, guesses: int | None = None
) -> OneRun:
    """Plant records by the toss of a coin, mint once, and guess by nearness which were in.

    Steinke, Nasr & Jagielski 2023 (doi:10.48550/arXiv.2305.08846). The canaries are rows whose
    columns are drawn independently of each other, as nobody is. Guessed in are those whose nearest
    synthetic row is nearer than their nearest real one by the most, out those by the least; the
    attacker, who knows everybody else, abstains in between.

    Parameters
    ----------
    generator : Synthesizer
        Fitted once, to train and the canaries that are in. Never release that fit.
    train : Cohort
        Of one row a person.
    canaries : int, >= 2
        They cost use: at 200 persons take 50 at most.
    seed : int
    guesses : int, optional
        By default half of the canaries.

    Raises
    ------
    ConfigError
        Where persons have several rows, guesses are no number from 1 to the canaries, or the
        release is coarser than the persons.
    """
    guesses = canaries // 2 if guesses is None else guesses
    if not 1 <= guesses <= canaries or train.n_persons < len(train):
        remedy = (
            "Plant at least 2 canaries in a table of one row a person, and guess of no more than there are."
        )
        raise ConfigError(Problem(what="cannot be audited in one run.", where=train.name, remedy=remedy))
    rng = np.random.default_rng(seed)
    planted = _made_up(train, canaries, rng)
    is_in = rng.random(canaries) < 0.5
    table = pd.concat([train.table, planted[is_in]], ignore_index=True)
    release = generator.fit(replace(train, table=table), seed=seed).sample(len(table), seed=seed)
    if release.levels:
        remedy = "Attack it by `run`, which compares at the release's own levels."
        raise ConfigError(Problem(what="coarsens columns.", where=release.made_by, remedy=remedy))
    closer = _closer(planted, train, release.table)
    order = np.lexsort((rng.random(canaries), -closer))
    guessed_in, guessed_out = order[: guesses - guesses // 2], order[canaries - guesses // 2 :]
    right = int(is_in[guessed_in].sum() + (~is_in[guessed_out]).sum())
    budget = budget_of(generator)
    delta = 0.0 if budget is None else budget.delta
    shown = [one_run_bound(guesses, each, delta=delta, canaries=canaries) for each in (right, guesses)]
    return OneRun(
        canaries=canaries, guesses=guesses, right=right, delta=delta, at_least=shown[0], cap=shown[1]
    )


def _made_up(train: Cohort, many: int, rng: np.random.Generator) -> pd.DataFrame:
    """Rows of values from different persons; where the schema names persons, each a new one."""
    rows = {
        name: train.table[name].iloc[rng.integers(len(train), size=many)].reset_index(drop=True)
        for name in train.table
    }
    table = pd.DataFrame(rows)
    if train.schema.person is not None and not pd.api.types.is_numeric_dtype(table[train.schema.person]):
        table[train.schema.person] = pd.Series([f"canary {place}" for place in range(many)], dtype=object)
    return table


def _closer(planted: pd.DataFrame, train: Cohort, synthetic: pd.DataFrame) -> npt.NDArray[np.float64]:
    """By how much each canary's nearest synthetic row is nearer than its nearest real one, (canaries,)."""
    columns = train.schema.released
    encoder = fit_encoder([planted, train.table, synthetic], columns)
    points = encoder.encode(planted)
    to_train, to_synthetic = (
        nearest(points, encoder.encode(each))[0][:, 0] for each in (train.table, synthetic)
    )
    return np.asarray(to_train - to_synthetic, dtype=np.float64)

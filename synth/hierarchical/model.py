"""A hierarchical Bayesian generator for strata too small to stand alone.

Each column is drawn given those before it, by a regression whose coefficients each stratum shares
with the others as far as the data say so (`synth.hierarchical.effects`). Parameters are drawn from
their posterior anew for each release, so that several releases differ by what train leaves open.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import GenerationError
from cohort.release import Release
from cohort.schema import Role, Schema
from synth.complete import Part, Preparation, fit_preparation
from synth.hierarchical.design import Shown
from synth.hierarchical.steps import Fitting, Known, Step, Values
from synth.options import refuse
from synth.protocols import Conditions, Progress, silent
from synth.rejection import Allowed, allowed_values, sample_release
from synth.trees import in_order

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_MOST_STRATA = 200


@dataclass(frozen=True, kw_only=True)
class Hierarchical:
    """Regressions with partial pooling over strata.

    Parameters
    ----------
    stratum : str, optional
        The category column whose levels are the strata, such as subtypes or sites. By default the
        schema's column with the role ``group``.
    posterior_draws : bool
        Draw parameters from their posterior for each release, so that several releases differ by what
        train leaves open, as combining their analyses requires. Without, the likeliest are taken: one
        release alone is then nearer to the patients, and shows nothing of that doubt.
    """

    stratum: str | None = None
    posterior_draws: bool = True

    def __post_init__(self) -> None:
        faults = {
            "stratum is not a column's name.": not isinstance(self.stratum, str | None),
            "posterior_draws is neither true nor false.": not isinstance(self.posterior_draws, bool),
        }
        refuse("hierarchical", faults)

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> "FittedHierarchical":
        """Fit one column after the other; the target, the event and the time come last, in this order.

        Raises
        ------
        GenerationError
            Where no column says what the strata are, or it is no category or has more than 200
            levels; where the train table has fewer than two rows or no released column.
        """
        name = stratum_of(train, self.stratum)
        rng = np.random.default_rng(seed)
        preparation = fit_preparation(train)
        frame = preparation.encode(train.released, rng)
        columns = {str(each): values.to_numpy() for each, values in frame.items()}
        stratum = next((part for part in preparation.parts if part.column == name), None)
        codes = np.zeros(len(train), np.int64) if stratum is None else columns[stratum.name].astype(np.int64)
        weights = 1.0 / np.bincount(train.persons)[train.persons]
        strata = _Strata(part=stratum, persons=np.bincount(codes, weights=weights).astype(np.float64))
        fitting = Fitting(
            columns=columns,
            persons=train.persons,
            strata=codes,
            weights=weights,
            size=_not_too_many(strata, name),
            rng=rng,
        )
        parts = [part for part in in_order(preparation.parts, train.schema) if part != stratum]
        return FittedHierarchical(
            preparation=preparation,
            strata=strata,
            steps=_steps(fitting, parts, train.schema, progress),
            posterior_draws=self.posterior_draws,
            schema=train.schema,
            allowed=allowed_values(train),
        )


def stratum_of(train: Cohort, asked: str | None) -> str:
    """The column whose levels are the strata.

    Raises
    ------
    GenerationError
        Where there is none, several might be meant, or it is no category that is released.
    """
    released = {column.name: column for column in train.schema.released}
    remedy = "Give hierarchical the option `stratum: COLUMN`, a category that is released."
    if asked is None:
        groups = [name for name, column in released.items() if column.role is Role.GROUP]
        if len(groups) != 1:
            found = (
                f"columns have the role group: {', '.join(groups)}"
                if groups
                else "no column has the role group"
            )
            raise GenerationError(f"hierarchical: {found}. {remedy}")
        asked = groups[0]
    if asked not in released or released[asked].kind.is_numeric:
        what = "is a number or a date" if asked in released else "is no released column"
        raise GenerationError(f"hierarchical: the stratum {asked!r} {what}. {remedy}")
    return asked


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class _Strata:
    """The strata's part of the frame, where there is more than one, and their persons."""

    part: Part | None
    persons: Floats

    def shares(self, fixed: dict[str, int], rng: np.random.Generator | None) -> Floats:
        """Their shares, (strata,): all in the one that is asked for, or drawn, or train's."""
        if self.part is not None and self.part.name in fixed:
            return np.asarray(np.eye(len(self.persons))[fixed[self.part.name]], dtype=np.float64)
        return self.persons if rng is None else np.asarray(rng.dirichlet(self.persons), dtype=np.float64)

    def columns(self, codes: Ints) -> dict[str, Values]:
        """The frame's first column."""
        return {} if self.part is None else {self.part.name: codes}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedHierarchical:
    """The posterior of each column's regressions, and of the strata's shares."""

    preparation: Preparation
    strata: _Strata
    steps: tuple[Step, ...]
    posterior_draws: bool
    schema: Schema
    allowed: dict[str, Allowed]

    def sample(self, n: int, *, conditions: Conditions | None = None, seed: int) -> Release:
        """Draw parameters, and with them ``n`` rows that fulfil the schema's rules and ``conditions``.

        A condition on the stratum is met by drawing in it, any other by drawing again.

        Raises
        ------
        GenerationError
            Where too few such rows come up.
        """
        parameters = (
            np.random.default_rng(np.random.SeedSequence([seed, 1])) if self.posterior_draws else None
        )
        shares = self.strata.shares(self.preparation.codes(conditions or {}), parameters)
        draws = [(step.part.name, step.at(parameters)) for step in self.steps]

        def draw(rows: int, rng: np.random.Generator) -> pd.DataFrame:
            codes = _allotted(shares, rows, rng)
            drawn = self.strata.columns(codes)
            for name, values in draws:
                drawn[name] = values(drawn, codes, rng)
            return self.preparation.decode(pd.DataFrame(drawn, index=range(rows)))

        return sample_release(
            draw,
            n,
            schema=self.schema,
            allowed=self.allowed,
            conditions=conditions,
            seed=seed,
            made_by="hierarchical",
        )


def _steps(fitting: Fitting, parts: Sequence[Part], schema: Schema, progress: Progress) -> tuple[Step, ...]:
    """Learn part after part; what goes with the time may differ between those with the event and without."""
    shown: tuple[Shown, ...] = ()
    steps: list[Step] = []
    event = None
    for done, part in enumerate(parts):
        progress(done / len(parts))
        role = schema[part.column].role
        known = Known(shown=shown, crossed=event if role is Role.TIME else None)
        step, seen = fitting.step(part, known)
        event = seen if role is Role.EVENT else event
        shown = (*shown, seen)
        steps.append(step)
    progress(1.0)
    return tuple(steps)


def _allotted(shares: Floats, rows: int, rng: np.random.Generator) -> Ints:
    """Each row's stratum, (rows,): as many as their shares say, give or take one, in random order."""
    places = (np.arange(rows) + rng.random()) / max(rows, 1)
    ends = np.cumsum(shares) / shares.sum()
    return rng.permutation(np.minimum(np.searchsorted(ends, places, side="right"), len(shares) - 1))


def _not_too_many(strata: _Strata, name: str) -> int:
    if len(strata.persons) > _MOST_STRATA:
        what = f"hierarchical: {name!r} has more than {_MOST_STRATA} levels"
        raise GenerationError(f"{what}. Join small strata, or take trees with the stratum as a column.")
    return len(strata.persons)

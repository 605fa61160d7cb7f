"""The two reference points that a generator can stand in for: all of train, and marginals only.

They are measured beside the candidates and never offered as one.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import GenerationError
from cohort.release import Release
from synth.protocols import Conditions, Progress, silent
from synth.rejection import allowed_values, condition_tests, sample_release


@dataclass(frozen=True, kw_only=True)
class Copy:
    """The train rows themselves: full use and no privacy; what any attack must find."""

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> "FittedCopy":  # noqa: ARG002
        """Keep the train rows; the seed changes nothing."""
        _refuse_empty(train)
        progress(1.0)
        return FittedCopy(train=train)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedCopy:
    """Train rows in another order."""

    train: Cohort

    def sample(self, n: int, *, conditions: Conditions | None = None, seed: int) -> Release:
        """Give ``n`` train rows that fulfil ``conditions``, none twice before each came once.

        The schema's rules are not applied: a copy shows train as it is.

        Raises
        ------
        GenerationError
            Where no train row fulfils the conditions.
        """
        rows = self.train.released
        tests = condition_tests(
            conditions or {}, schema=self.train.schema, allowed=allowed_values(self.train)
        )
        for test in tests.values():
            rows = rows[test(rows)]
        if rows.empty or n < 0:
            asked = f"{n} rows were asked for" if n < 0 else "no train row fulfils the conditions"
            raise GenerationError(f"copy: {asked}; loosen the conditions or ask for 0 rows or more.")
        rng = np.random.default_rng(seed)
        rounds = [rng.permutation(len(rows)) for _ in range(n // len(rows) + 1)]
        table = rows.iloc[np.concatenate(rounds)[:n]].reset_index(drop=True)
        return Release(table=table, schema=self.train.schema, made_by="copy", seed=seed)


@dataclass(frozen=True, kw_only=True)
class Independent:
    """Each column drawn by itself: true marginals, no relation between columns."""

    def fit(self, train: Cohort, *, seed: int, progress: Progress = silent) -> "FittedIndependent":  # noqa: ARG002
        """Keep the columns; the seed changes nothing."""
        _refuse_empty(train)
        progress(1.0)
        return FittedIndependent(train=train)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedIndependent:
    """Columns to draw from."""

    train: Cohort

    def sample(self, n: int, *, conditions: Conditions | None = None, seed: int) -> Release:
        """Draw ``n`` rows that fulfil the schema's rules and ``conditions``.

        Raises
        ------
        GenerationError
            Where too few such rows come up.
        """
        return sample_release(
            self._draw,
            n,
            schema=self.train.schema,
            allowed=allowed_values(self.train),
            conditions=conditions,
            seed=seed,
            made_by="independent",
        )

    def _draw(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        columns = {
            name: values.iloc[rng.integers(len(values), size=n)].reset_index(drop=True)
            for name, values in self.train.released.items()
        }
        return pd.DataFrame(columns)


def _refuse_empty(train: Cohort) -> None:
    if len(train) == 0 or not train.schema.released:
        raise GenerationError(f"{train.name}: nothing to release; give rows and a column that is released.")

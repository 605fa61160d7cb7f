"""Split a cohort by person: the holdout is set aside before any generator is trained."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import ConfigError, Problem
from cohort.schema import Kind, Role

_STRATA = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """Who a release may be made from, and who was set aside.

    Parameters
    ----------
    train : Cohort
        The persons a release is, or may have been, made from.
    holdout : Cohort, optional
        Persons of the same kind whom no generator saw; None where nobody knows of any.
    seed : int, optional
        Of the split; None where the rows were given, not drawn.
    trained_on_known : bool
        Whether ``train`` are known to be the rows that the release was made from.
    cross_fitted : bool
        Whether a second release is made from ``holdout``, with ``train`` set aside: each person
        then stands once on each side, and nobody is lost.
    """

    train: Cohort
    holdout: Cohort | None
    seed: int | None = None
    trained_on_known: bool = True
    cross_fitted: bool = False

    @property
    def folds(self) -> "tuple[Split, ...]":
        """One plain split for each release to be made: this one, and cross-fitted its mirror image."""
        if not self.cross_fitted or self.holdout is None:
            return (self,)
        plain = replace(self, cross_fitted=False)
        return plain, replace(plain, train=self.holdout, holdout=self.train)


def split_cohort(cohort: Cohort, *, holdout: float = 0.5, folds: int = 1, seed: int = 0) -> Split:
    """Divide the persons of a cohort at random, evenly over the target's strata.

    Parameters
    ----------
    cohort : Cohort
        At least two persons.
    holdout : float, in (0, 1)
        The share of persons set aside.
    folds : int, 1 or 2
        2 cross-fits: a release from each half, with the other half set aside.
    seed : int
        Equal seeds give equal splits.

    Raises
    ------
    ConfigError
        For other folds, or where half is not the share set aside.
    """
    if folds not in (1, 2) or (folds == 2 and holdout != 0.5):
        what = f"folds={folds} with holdout={holdout:g} is no split."
        raise ConfigError(Problem(what=what, remedy="Give folds=2 alone, or holdout alone."))
    rng = np.random.default_rng(seed)
    strata = _strata(cohort)
    order = rng.permutation(cohort.n_persons)
    order = order[np.argsort(strata[order], kind="stable")]
    # Along the sorted order every stratum, however small, gives its share or one more or less.
    position = np.arange(len(order)) * holdout + rng.random()
    aside = np.floor(position + holdout) > np.floor(position)
    return Split(
        train=cohort.of_persons(order[~aside]),
        holdout=cohort.of_persons(order[aside]),
        seed=seed,
        cross_fitted=folds == 2,
    )


def _strata(cohort: Cohort) -> npt.NDArray[np.int64]:
    """Which stratum of the target each person is in, (persons,); the person's first row counts."""
    columns = cohort.schema.with_role(Role.TARGET) or cohort.schema.with_role(Role.EVENT)
    if not columns:
        return np.zeros(cohort.n_persons, dtype=np.int64)
    values = cohort.table[columns[0].name]
    if columns[0].kind in (Kind.NUMBER, Kind.INTEGER, Kind.DATE) and values.nunique() > _STRATA:
        values = pd.qcut(values.rank(method="first"), _STRATA, labels=False)
    codes, _ = pd.factorize(values, sort=True, use_na_sentinel=False)
    _, first = np.unique(cohort.persons, return_index=True)
    return codes[first].astype(np.int64)

"""Linkage by quasi-identifiers: how alone a table's persons are, and whether the release finds them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.classes import class_codes, class_sizes
from cohort.cohort import Cohort
from cohort.errors import NotApplicable
from cohort.split import Split
from privacy.statistics import bootstrap_mean

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class SampleRisk:
    """What a table's equivalence classes say by themselves.

    Parameters
    ----------
    rows, classes, uniques : int
        Rows, different combinations of quasi-identifiers, rows alone in theirs.
    k : int
        Rows in the smallest class; 0 for an empty table.
    highest_risk, mean_risk : float, in [0, 1]
        Highest and mean of one by the size of a row's class: the prosecutor's risk
        (doi:10.1197/jamia.M2716).
    """

    rows: int
    classes: int
    k: int
    uniques: int
    highest_risk: float
    mean_risk: float

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return asdict(self)


def sample_risk(table: pd.DataFrame, quasi_identifiers: Sequence[str]) -> SampleRisk:
    """Risk of a table from its equivalence classes.

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Typed as a cohort's table.
    quasi_identifiers : sequence of str
        Columns of ``table``.

    Raises
    ------
    NotApplicable
        Where there is no quasi-identifier or no row.
    """
    _require(quasi_identifiers, rows=len(table))
    sizes = class_sizes(table, quasi_identifiers)
    return SampleRisk(
        rows=len(table),
        classes=len(np.unique(class_codes(table, quasi_identifiers))),
        k=int(sizes.min()),
        uniques=int((sizes == 1).sum()),
        highest_risk=float(1 / sizes.min()),
        mean_risk=float((1 / sizes).mean()),
    )


@dataclass(frozen=True, kw_only=True)
class MatchProbability:
    """How probably a match on quasi-identifiers between release and persons is right.

    Parameters
    ----------
    n, n_control : int
        Persons.
    train, low, high : float, in [0, 1]
        Mean over train's persons, with its two-sided 95 % interval over persons.
    control, control_low, control_high : float, in [0, 1], optional
        The same of persons whom no generator saw, each as one more among train: what a match is
        worth without a leak.
    """

    n: int
    train: float
    low: float
    high: float
    n_control: int = 0
    control: float | None = None
    control_low: float | None = None
    control_high: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return asdict(self)


def match_probability(synthetic: pd.DataFrame, split: Split, *, seed: int = 0) -> MatchProbability:
    """Probability that a person is re-identified by a match on quasi-identifiers.

    A person of a class of f persons is picked out with probability 1/f if a synthetic row has
    the class's quasi-identifiers, and otherwise not: the first factor of El Emam, Mosquera and
    Bass 2020, doi:10.2196/23139, where 0.09 is the customary threshold.

    Parameters
    ----------
    synthetic : DataFrame, (rows, released columns)
        The release.
    split : Split
        Train, and control where there is a holdout.
    seed : int
        Of the bootstrap.

    Raises
    ------
    NotApplicable
        Where the schema names no quasi-identifier, or the release has no row.
    """
    names = split.train.schema.quasi_identifiers
    _require(names, rows=len(synthetic))
    rng = np.random.default_rng(seed)
    train = _chances(split.train, split.train, synthetic, names)
    low, high = bootstrap_mean(train, rng=rng)
    found = MatchProbability(n=len(train), train=float(train.mean()), low=low, high=high)
    if split.holdout is None:
        return found
    control = _chances(split.holdout, split.train, synthetic, names)
    low, high = bootstrap_mean(control, rng=rng)
    return replace(
        found, n_control=len(control), control=float(control.mean()), control_low=low, control_high=high
    )


def unique_matches(
    real: pd.DataFrame, synthetic: pd.DataFrame, quasi_identifiers: Sequence[str], *, owners: Ints
) -> npt.NDArray[np.bool_]:
    """Which real rows belong to the only person of their class, with one synthetic row in it.

    Parameters
    ----------
    real, synthetic : DataFrame
        Typed; both hold the quasi-identifiers.
    quasi_identifiers : sequence of str
        At least one.
    owners : ndarray, (real rows,)
        The person of each real row.
    """
    real_class, synthetic_class = _shared_classes(real, synthetic, quasi_identifiers)
    persons = _persons_in(real_class, owners, classes=int(real_class.max(initial=-1)) + 1)
    minted = np.bincount(synthetic_class, minlength=len(persons))
    return np.asarray((persons[real_class] == 1) & (minted[real_class] == 1), dtype=bool)


def _chances(cohort: Cohort, train: Cohort, synthetic: pd.DataFrame, names: Sequence[str]) -> Floats:
    """Each person's probability of being picked out among train; of several rows the worst counts.

    Somebody of control stands among train as one more, so that both sides' classes are alike in size.
    """
    own = cohort is train
    real = cohort.table if own else pd.concat([train.table, cohort.table], ignore_index=True)
    real_class, synthetic_class = _shared_classes(real, synthetic, names)
    trained, mine = real_class[: len(train)], real_class[-len(cohort) :]
    persons = _persons_in(trained, train.persons, classes=int(real_class.max()) + 1)
    chance = np.isin(mine, synthetic_class) / (persons[mine] + (0 if own else 1))
    worst = np.zeros(cohort.n_persons)
    np.maximum.at(worst, cohort.persons, chance)
    return worst


def _shared_classes(real: pd.DataFrame, synthetic: pd.DataFrame, names: Sequence[str]) -> tuple[Ints, Ints]:
    columns = list(names)
    codes = class_codes(pd.concat([real[columns], synthetic[columns]], ignore_index=True), columns)
    return codes[: len(real)], codes[len(real) :]


def _persons_in(codes: Ints, owners: Ints, *, classes: int) -> Ints:
    """How many different persons each of the classes 0 .. classes - 1 has."""
    most = int(owners.max(initial=0)) + 1
    pairs = np.unique(codes * most + owners)
    return np.bincount(pairs // most, minlength=classes).astype(np.int64)


def _require(quasi_identifiers: Sequence[str], *, rows: int) -> None:
    if not quasi_identifiers:
        raise NotApplicable("the schema names no quasi-identifier")
    if not rows:
        raise NotApplicable("the table has no row")

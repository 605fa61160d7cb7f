"""Linkage by quasi-identifiers: how alone a table's persons are, and whether the release finds them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.classes import Missing, class_codes, person_sizes, persons_in
from cohort.cohort import Cohort
from cohort.errors import NotApplicable
from cohort.split import Split
from privacy.statistics import wilson

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class SampleRisk:
    """What a table's equivalence classes say by themselves.

    Parameters
    ----------
    rows, persons, classes : int
        Rows, persons, different combinations of quasi-identifiers.
    k, uniques : int
        Persons in the smallest class, and persons who are alone in theirs.
    highest_risk, mean_risk : float, in (0, 1]
        Highest and mean over persons of one by the size of their class: the prosecutor's risk
        (doi:10.1197/jamia.M2716). The mean is also the marketer's, who links everybody.
    """

    rows: int
    persons: int
    classes: int
    k: int
    uniques: int
    highest_risk: float
    mean_risk: float

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return asdict(self)


def sample_risk(
    table: pd.DataFrame,
    quasi_identifiers: Sequence[str],
    *,
    persons: Ints | None = None,
    missing: Missing = "category",
) -> SampleRisk:
    """Risk of a table from its equivalence classes.

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Typed as a cohort's table.
    quasi_identifiers : sequence of str
        Columns of ``table``.
    persons, missing
        As for `cohort.classes.person_sizes`: who owns each row (each row a person where absent),
        and what a missing cell agrees with.

    Raises
    ------
    NotApplicable
        Where there is no quasi-identifier or no row.
    """
    require(quasi_identifiers, rows=len(table))
    sizes = person_sizes(table, quasi_identifiers, persons=persons, missing=missing)
    return SampleRisk(
        rows=len(table),
        persons=len(sizes),
        classes=int(class_codes(table, quasi_identifiers).max()) + 1,
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


def match_probability(synthetic: pd.DataFrame, split: Split) -> MatchProbability:
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

    Raises
    ------
    NotApplicable
        Where the schema names no quasi-identifier, or the release has no row.
    """
    return pooled_match_probability([synthetic], [split])


def pooled_match_probability(releases: Sequence[pd.DataFrame], folds: Sequence[Split]) -> MatchProbability:
    """The same over all folds of a cross-fitted split, each person among the half that is train.

    Classes are counted within a half, so that a match is worth more than among everybody: the
    probability is an upper bound for an attacker who does not know the halves.
    """
    names = folds[0].train.schema.quasi_identifiers
    require(names, rows=min(len(each) for each in releases))
    pairs = list(zip(releases, folds, strict=True))
    train = np.concatenate([_chances(fold.train, fold.train, each, names) for each, fold in pairs])
    low, high = wilson(float(train.sum()), len(train))
    found = MatchProbability(n=len(train), train=float(train.mean()), low=low, high=high)
    controls = [_chances(fold.holdout, fold.train, each, names) for each, fold in pairs if fold.holdout]
    if not controls:
        return found
    control = np.concatenate(controls)
    low, high = wilson(float(control.sum()), len(control))
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
    return alone_in_both(*_shared_classes(real, synthetic, quasi_identifiers), owners=owners)


def alone_in_both(real: Ints, synthetic: Ints, *, owners: Ints) -> npt.NDArray[np.bool_]:
    """The same of the classes of real and synthetic rows, numbered from 0."""
    persons = persons_in(real, owners, classes=int(real.max(initial=-1)) + 1)
    minted = np.bincount(synthetic, minlength=len(persons))
    return np.asarray((persons[real] == 1) & (minted[real] == 1), dtype=bool)


def _chances(cohort: Cohort, train: Cohort, synthetic: pd.DataFrame, names: Sequence[str]) -> Floats:
    """Each person's probability of being picked out among train; of several rows the worst counts.

    Somebody of control stands among train as one more, so that both sides' classes are alike in size.
    """
    own = cohort is train
    real = cohort.table if own else pd.concat([train.table, cohort.table], ignore_index=True)
    real_class, synthetic_class = _shared_classes(real, synthetic, names)
    trained, mine = real_class[: len(train)], real_class[-len(cohort) :]
    persons = persons_in(trained, train.persons, classes=int(real_class.max()) + 1)
    chance = np.isin(mine, synthetic_class) / (persons[mine] + (0 if own else 1))
    worst = np.zeros(cohort.n_persons)
    np.maximum.at(worst, cohort.persons, chance)
    return worst


def _shared_classes(real: pd.DataFrame, synthetic: pd.DataFrame, names: Sequence[str]) -> tuple[Ints, Ints]:
    columns = list(names)
    codes = class_codes(pd.concat([real[columns], synthetic[columns]], ignore_index=True), columns)
    return codes[: len(real)], codes[len(real) :]


def require(quasi_identifiers: Sequence[str], *, rows: int) -> None:
    """Refuse, as not applicable, a table without a quasi-identifier or a row."""
    if not quasi_identifiers:
        raise NotApplicable("the schema names no quasi-identifier")
    if not rows:
        raise NotApplicable("the table has no row")

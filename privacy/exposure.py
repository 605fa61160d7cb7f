"""Who is exposed: each train person beside persons whom no generator saw, and by rare stratum.

Internal: it speaks of single persons, and never enters a public rendering.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from cohort.schema import Column, Role
from privacy.attacks.target import Bools, Floats, Target
from privacy.statistics import wilson

EXPOSED = 0.05
_RARE = 0.1
_MOST_STRATA = 20
_ROLES = (Role.SENSITIVE, Role.GROUP, Role.TARGET, Role.QUASI_IDENTIFIER)


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """How many of a rare group of train persons look exposed.

    Parameters
    ----------
    column, level : str
        Which group; both "" for all.
    n : int
        Train persons in it.
    exposed, low, high : float, in [0, 1]
        The share that looks more exposed than 95 of 100 control persons, with Wilson's 95 %
        interval. About 5 % is what chance gives.
    """

    column: str
    level: str
    n: int
    exposed: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Exposure:
    """Who looks exposed to the attacks that rank persons.

    Parameters
    ----------
    persons : DataFrame, (attacked train persons, 2 + attacks)
        ``person``, the code in ``split.train.persons``; each attack's share of control persons
        who look at least as exposed, in (0, 1]; ``exposed``, the same of all attacks together.
    strata : tuple of Stratum
        All, and then rare groups, the most exposed first.
    """

    persons: pd.DataFrame
    strata: tuple[Stratum, ...]

    def to_dict(self) -> dict[str, Any]:
        """What the evidence holds: groups, and no single person."""
        attacks = [name for name in self.persons if name not in ("person", "exposed")]
        return {"attacks": attacks, "strata": [asdict(stratum) for stratum in self.strata]}

    def most_exposed(self, n: int = 10) -> pd.DataFrame:
        """The ``n`` most exposed persons, (n, 2 + attacks)."""
        return self.persons.sort_values("exposed", kind="stable").head(n)


def exposure(target: Target, scores: Mapping[str, Floats]) -> Exposure | None:
    """Set each train person beside control, over all attacks that rank persons.

    Parameters
    ----------
    target : Target
        With a control, else the result is None.
    scores : mapping of str to ndarray, (attacked,)
        For each attack, high for whoever looks exposed.
    """
    is_train = target.attacked_is_train
    if not scores or not (~is_train).any():
        return None
    beyond = {name: share_beyond(found, is_train) for name, found in scores.items()}
    # The most telling attack counts, for control persons as well, so that looking often costs nothing.
    together = share_beyond(-np.min(list(beyond.values()), axis=0), is_train)
    persons = pd.DataFrame({"person": target.attacked, **beyond, "exposed": together})
    mine = persons[is_train].reset_index(drop=True)
    return Exposure(persons=mine, strata=_strata(target, mine["exposed"].to_numpy() <= EXPOSED))


def share_beyond(scores: Floats, is_train: Bools) -> Floats:
    """The share of control persons who score at least as high as each person, in (0, 1].

    A control person is compared with the others, so that both sides are treated alike: under
    the hypothesis that nothing leaks the share is uniform, up to ties.
    """
    control = np.sort(scores[~is_train])
    at_least = len(control) - np.searchsorted(control, scores, "left")
    counted = at_least + is_train  # a control person has counted itself; a train person joins them
    return np.asarray(counted / (len(control) + is_train), dtype=np.float64)


def _strata(target: Target, exposed: Bools) -> tuple[Stratum, ...]:
    """All train persons, and the rare levels of what may mark a person, the most exposed first."""
    names = {column.name for column in target.schema.released}
    columns = [c for c in target.schema.with_role(*_ROLES) if c.name in names and not c.kind.is_numeric]
    first_row = np.unique(target.owners, return_index=True)[1][target.attacked[target.attacked_is_train]]
    table = target.real.iloc[first_row]
    rare = [stratum for column in columns for stratum in _rare(table[column.name], column, exposed)]
    rare.sort(key=lambda stratum: (-stratum.low, stratum.column, stratum.level))
    return (_stratum("", "", exposed), *rare[:_MOST_STRATA])


def _rare(values: pd.Series, column: Column, exposed: Bools) -> list[Stratum]:
    shares = values.value_counts(normalize=True)
    levels = shares.index[shares.to_numpy() <= _RARE]
    return [_stratum(column.name, str(level), exposed[(values == level).to_numpy()]) for level in levels]


def _stratum(column: str, level: str, exposed: Bools) -> Stratum:
    low, high = wilson(float(exposed.sum()), len(exposed))
    share = float(exposed.mean())
    return Stratum(column=column, level=level, n=len(exposed), exposed=share, low=low, high=high)

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
FEWEST_CONTROLS = 50
_DRAWS = 500
_TIE = 1e-9
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
        The share that looks more exposed than 95 of 100 control persons; about 5 % is what chance
        gives. The 95 % interval knows that control, drawn at random, sets the threshold: a
        bootstrap over both sides, never narrower than Wilson's. With fewer than
        `FEWEST_CONTROLS` persons of control it is all of [0, 1].
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
        ``person``, the code in ``split.train.persons``, cross-fitted those of ``split.holdout``
        counted on from there; each attack's share of control persons
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


def exposure(target: Target, *scores: Mapping[str, Floats], seed: int = 0) -> Exposure | None:
    """Set each train person beside control, over all attacks that rank persons.

    Parameters
    ----------
    target : Target
        With a control, else the result is None. Cross-fitted, each person is looked at where they
        are train.
    *scores : mapping of str to ndarray, (attacked,)
        For each fold of the target, each attack's: high for whoever looks exposed.
    seed : int
        Of the bootstrap.
    """
    if not target.has_control or not all(scores):
        return None
    rng = np.random.default_rng(seed)
    parts = [_looked_at(fold, found, rng=rng) for fold, found in zip(target.folds, scores, strict=True)]
    persons = pd.concat([part for part, _ in parts], ignore_index=True)
    order = np.argsort(persons["person"].to_numpy(), kind="stable")
    redrawn = np.concatenate([drawn for _, drawn in parts], axis=1)[:, order]
    persons = persons.iloc[order].reset_index(drop=True)
    shares = _Shares(exposed=persons["exposed"].to_numpy() <= EXPOSED, redrawn=redrawn, rng=rng)
    return Exposure(persons=persons, strata=_strata(target, persons, shares))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Shares:
    """Who is exposed, (persons,), and who would be with control drawn anew, (draws, persons).

    ``redrawn`` is empty where control is too small to be drawn anew.
    """

    exposed: Bools
    redrawn: Bools
    rng: np.random.Generator

    def stratum(self, column: str, level: str, members: Bools) -> Stratum:
        n, share = int(members.sum()), float(self.exposed[members].mean())
        low, high = 0.0, 1.0
        if len(self.redrawn):
            drawn = self.rng.binomial(n, self.redrawn[:, members].mean(axis=1)) / n
            least, most = wilson(share * n, n)
            ends = np.quantile(drawn, [0.025, 0.975])
            low, high = min(float(ends[0]), least), max(float(ends[1]), most)
        return Stratum(column=column, level=level, n=n, exposed=share, low=low, high=high)


def _looked_at(
    target: Target, scores: Mapping[str, Floats], *, rng: np.random.Generator
) -> tuple[pd.DataFrame, Bools]:
    """Train's persons beside control, and who is exposed where control is drawn anew."""
    is_train = target.attacked_is_train
    beyond = {name: share_beyond(found, is_train) for name, found in scores.items()}
    # The most telling attack counts, for control persons as well, so that looking often costs nothing.
    telling = -np.min(list(beyond.values()), axis=0)
    together = share_beyond(telling, is_train)
    persons = pd.DataFrame({"person": target.attacked, **beyond, "exposed": together})
    return persons[is_train], _redrawn(telling[is_train], telling[~is_train], rng=rng)


def _redrawn(train: Floats, control: Floats, *, rng: np.random.Generator) -> Bools:
    """Who of train is exposed beside each of some resampled controls, (draws, train)."""
    n = len(control)
    if n < FEWEST_CONTROLS:
        return np.zeros((0, len(train)), dtype=bool)
    most = int(np.floor(EXPOSED * (n + 1) + _TIE)) - 1  # that many of control may score as high
    reached = np.partition(rng.choice(control, (_DRAWS, n)), n - 1 - most, axis=1)[:, n - 1 - most]
    return np.asarray(train > reached[:, None], dtype=bool)


def share_beyond(scores: Floats, is_train: Bools) -> Floats:
    """The share of control persons who score at least as high as each person, in (0, 1].

    A control person is compared with the others, so that both sides are treated alike: under
    the hypothesis that nothing leaks the share is uniform, up to ties.
    """
    control = np.sort(scores[~is_train])
    at_least = len(control) - np.searchsorted(control, scores, "left")
    counted = at_least + is_train  # a control person has counted itself; a train person joins them
    return np.asarray(counted / (len(control) + is_train), dtype=np.float64)


def _strata(target: Target, persons: pd.DataFrame, shares: _Shares) -> tuple[Stratum, ...]:
    """All train persons, and the rare levels of what may mark a person, the most exposed first."""
    names = {column.name for column in target.schema.released}
    columns = [c for c in target.schema.with_role(*_ROLES) if c.name in names and not c.kind.is_numeric]
    first_row = np.unique(target.owners, return_index=True)[1]
    table = target.real.iloc[first_row[persons["person"].to_numpy()]]
    rare = [stratum for column in columns for stratum in _rare(table[column.name], column, shares)]
    rare.sort(key=lambda stratum: (-stratum.low, stratum.column, stratum.level))
    everybody = shares.stratum("", "", np.ones(len(persons), dtype=bool))
    return (everybody, *rare[:_MOST_STRATA])


def _rare(values: pd.Series, column: Column, shares: _Shares) -> list[Stratum]:
    parts = values.value_counts(normalize=True)
    levels = parts.index[parts.to_numpy() <= _RARE]
    return [shares.stratum(column.name, str(level), (values == level).to_numpy()) for level in levels]

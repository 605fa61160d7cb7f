"""What every attack works on: a release and the real persons it is tried against.

Rows are encoded once, and one search for neighbours serves every attack. A release into which
copies have been planted is another choice of rows from one pool, so that hundreds of them share
what is known about its rows.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.encode import Encoder, Points, fit_encoder, nearest
from cohort.schema import Schema
from cohort.split import Split
from privacy.estimates import AttackRole
from privacy.statistics import Statistic, weighted

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MOST_ATTACKED = 2000
_NEIGHBOURS = 16

Found = TypeVar("Found")
Aim_contra = TypeVar("Aim_contra", contravariant=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class Pool:
    """Rows that releases are chosen from, encoded once: the release under test, and copies to plant.

    Parameters
    ----------
    table : DataFrame, (rows, released columns)
        Typed as the cohort's table; the release under test comes first.
    points : Points, (rows,)
        The same rows, encoded.
    """

    table: pd.DataFrame
    points: Points


@dataclass(frozen=True, kw_only=True, eq=False)
class Target:
    """A release, and the real rows it is tried against; train and control are treated alike.

    Parameters
    ----------
    schema : Schema
        The cohort's.
    pool : Pool
        Where the release is chosen from.
    released : ndarray, (synthetic rows,), int
        The rows of the pool that are the release: all, or where copies have been planted the rows
        that are kept and then the copies.
    real : DataFrame, (real rows, released columns)
        Train's rows and then control's; the other way round in an opposite.
    owners : ndarray, (real rows,)
        The person of each real row; those of the split's train come before its holdout's.
    is_train : ndarray, (persons,)
        Whose rows the release was, or may have been, made from.
    attacked : ndarray, (attacked,)
        The persons that attacks are tried on, in ascending order: all of them, or in a big
        table as many as `MOST_ATTACKED` of each side, drawn at random.
    encoder : Encoder
        Fitted on all rows pooled.
    real_points : Points, (real rows,)
        The real rows, encoded.
    points : Points, (attacked rows,)
        Those of the attacked persons.
    to_real : ndarray, (attacked rows,)
        Distance to the nearest row of another real person.
    to_synthetic : ndarray, (attacked rows, k)
        Distances to the nearest synthetic rows, in ascending order.
    nearest_synthetic : ndarray, (attacked rows, k), int
        Their positions in ``synthetic``; empty where copies have been planted.
    opposite : Target, optional
        Cross-fitted: the same persons in the same order before the other release, which was made
        from those who are control here.
    original : Target, optional
        Where copies have been planted, the target before.
    held : dict
        What `once` has found.
    """

    schema: Schema
    pool: Pool
    released: Ints
    real: pd.DataFrame
    owners: Ints
    is_train: Bools
    attacked: Ints
    encoder: Encoder
    real_points: Points
    points: Points
    to_real: Floats
    to_synthetic: Floats
    nearest_synthetic: Ints
    opposite: "Target | None" = None
    original: "Target | None" = None
    held: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def synthetic(self) -> pd.DataFrame:
        """The release, (synthetic rows, released columns)."""
        return self.pool.table.iloc[self.released].reset_index(drop=True)

    @property
    def minted(self) -> Points:
        """The release, encoded."""
        return self.pool.points[self.released]

    @property
    def replaced(self) -> Ints:
        """Rows of the pool in whose place copies stand; none before planting."""
        kept = np.zeros(self.n_original, dtype=bool)
        kept[self.released[self.released < len(kept)]] = True
        return np.flatnonzero(~kept)

    @property
    def copies(self) -> Ints:
        """Rows of the pool that are planted copies, at the end of ``released``."""
        return self.released[self.released >= self.n_original]

    @property
    def n_original(self) -> int:
        """How many rows the release had before copies were planted in their place."""
        return len((self.original or self).released)

    def once(self, compute: Callable[..., Found], *given: Hashable) -> Found:
        """What ``compute(target, *given)`` finds in the persons and the pool, whatever of it is released.

        Hundreds of planted releases are chosen from one pool, and ask for it together.
        """
        key = (compute, *given)
        if key not in self.held:
            self.held[key] = compute(self, *given)
        return cast(Found, self.held[key])

    @property
    def folds(self) -> "tuple[Target, ...]":
        """The target, and its opposite where there is one."""
        return (self,) if self.opposite is None else (self, self.opposite)

    @property
    def has_control(self) -> bool:
        """Whether any person is known whom no generator saw."""
        return not bool(self.is_train.all())

    @property
    def is_planted(self) -> bool:
        """Whether copies have been planted: hundreds of such releases are tried, so quick answers count."""
        return self.original is not None

    @property
    def attacked_is_train(self) -> Bools:
        """Who of the attacked is train, (attacked,)."""
        return np.asarray(self.is_train[self.attacked], dtype=bool)

    @property
    def rows(self) -> Ints:
        """Positions of the attacked persons' real rows."""
        return self.once(_attacked_rows)

    @property
    def places(self) -> Ints:
        """Position in ``attacked`` of the person of each of ``rows``."""
        return self.once(_places)

    def largest(self, values: Floats) -> Floats:
        """The largest of each attacked person's rows: (attacked rows,) in, (attacked,) out."""
        result = np.full(len(self.attacked), -np.inf)
        np.maximum.at(result, self.places, values)
        return result

    def one_row_each(self, *, rng: np.random.Generator, most: int) -> tuple[pd.DataFrame, Bools]:
        """One random row of each attacked person, and whose it is: at most ``most`` a side."""
        chosen = draw_persons(self.attacked_is_train, most=most, rng=rng)
        rows = self.rows[rng.permutation(len(self.rows))]
        persons, first = np.unique(self.owners[rows], return_index=True)
        keep = np.isin(persons, self.attacked[chosen])
        table = self.real.iloc[rows[first[keep]]].reset_index(drop=True)
        return table, np.asarray(self.is_train[persons[keep]], dtype=bool)


@dataclass(frozen=True, kw_only=True, eq=False)
class Tally:
    """What an attack counted. It holds no interval and no p: those are `privacy.statistics`'s.

    Parameters
    ----------
    train, control, naive : float, in [0, 1], optional
        Rates of success; control is None where nobody is known to be unused.
    n, n_control : int
        Persons attacked.
    trials, trials_control : int
        Independent trials behind the rates: persons, or queries where they are fewer.
    is_train : ndarray, (units,)
        The persons whose labels the statistic permutes.
    statistic : Statistic
        On labels of those persons.
    scores : ndarray, (attacked,), optional
        High for whoever looks exposed.
    hits : ndarray, (units,), each in [0, 1], optional
        Each person's, where the rates are their means.
    folds : tuple of Tally
        The two that a cross-fitted one was pooled from; else empty.
    figures : dict of str to dict
        Further figures by name, as in `RiskEstimate`; made by `privacy.roc` or `privacy.statistics`.
    """

    train: float
    control: float | None
    n: int
    n_control: int
    trials: int
    trials_control: int
    is_train: Bools
    statistic: Statistic
    naive: float | None = None
    scores: Floats | None = None
    hits: Floats | None = None
    folds: "tuple[Tally, ...]" = ()
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)


class Count(Protocol[Aim_contra]):
    """What an attack does: count, on train and on control alike."""

    def __call__(self, target: Aim_contra, *, seed: int) -> Tally:
        """Raises `NotApplicable` where the attack has no meaning."""
        ...


@dataclass(frozen=True, kw_only=True)
class AttackOn(Generic[Aim_contra]):
    """One entry of a registry: an attack on tables, or on pictures.

    Parameters
    ----------
    name, family : str
        Its name, and the risk it belongs to.
    threat : str
        One sentence: who knows what and wants what.
    role : AttackRole
        What its figure counts for.
    count : Count
        What it does.
    needs_control : bool
        Whether its figure means nothing without persons who were not used. Where it means
        something, it is still only a diagnostic without them.
    planted : bool
        Whether it is tried on planted copies, which an attack must be quick for.
    weight : float, > 0
        Of a primary attack: how much of the family's error is spent on it, beside the others.
    """

    name: str
    family: str
    threat: str
    role: AttackRole
    count: Count[Aim_contra]
    needs_control: bool = True
    planted: bool = False
    weight: float = 1.0


Attack = AttackOn[Target]


def tally_hits(
    hits: Floats,
    is_train: Bools,
    *,
    statistic: Statistic | None = None,
    naive: float | None = None,
    scores: Floats | None = None,
    figures: dict[str, dict[str, Any]] | None = None,
) -> Tally:
    """Count hits, (persons,), each in [0, 1]; the statistic is their excess unless another is given."""
    n, n_control = int(is_train.sum()), int((~is_train).sum())
    return Tally(
        train=float(hits[is_train].mean()),
        control=float(hits[~is_train].mean()) if n_control else None,
        n=n,
        n_control=n_control,
        trials=n,
        trials_control=n_control,
        is_train=is_train,
        statistic=statistic or weighted(hits),
        naive=naive,
        scores=scores,
        hits=hits,
        figures=figures or {},
    )


def build_target(synthetic: pd.DataFrame, split: Split, *, seed: int, swapped: bool = False) -> Target:
    """Encode the release with the real rows, and find everybody's neighbours.

    Parameters
    ----------
    synthetic : DataFrame, (rows, released columns), rows >= 1
        Typed as the cohort's table.
    split : Split
        The real persons.
    seed : int
        Of the draw of persons from a big table.
    swapped : bool
        Whether the release was made from the holdout, so that train is the control: the persons
        and their order are the same, and with an equal seed the same are attacked.
    """
    schema, sides = split.train.schema, _sides(split)
    names = [column.name for column in schema.released]
    real = pd.concat([side.released for side in sides], ignore_index=True)
    owners = np.concatenate([sides[0].persons, *(side.persons + sides[0].n_persons for side in sides[1:])])
    is_train = (np.arange(int(owners.max()) + 1) < sides[0].n_persons) != swapped
    attacked = draw_persons(is_train, most=MOST_ATTACKED, rng=np.random.default_rng(seed))
    encoder = fit_encoder([real, synthetic], schema.released)
    points, minted = encoder.encode(real), encoder.encode(synthetic[names])
    rows = np.flatnonzero(np.isin(owners, attacked))
    mine = points[rows]
    to_real, _ = nearest(mine, points, own=(owners[rows], owners))
    to_synthetic, positions = nearest(mine, minted, k=_NEIGHBOURS)
    return Target(
        schema=schema,
        pool=Pool(table=synthetic[names].reset_index(drop=True), points=minted),
        released=np.arange(len(synthetic)),
        real=real,
        owners=owners,
        is_train=is_train,
        attacked=attacked,
        encoder=encoder,
        real_points=points,
        points=mine,
        to_real=to_real[:, 0],
        to_synthetic=to_synthetic,
        nearest_synthetic=positions,
    )


def draw_persons(is_train: Bools, *, most: int, rng: np.random.Generator) -> Ints:
    """At most ``most`` persons of each side, all where there are fewer; positions in order.

    Sides are treated alike: exchanged, equal seeds draw the same persons.
    """
    if max(int(is_train.sum()), int((~is_train).sum())) <= most:
        return np.arange(len(is_train))
    order = rng.permutation(len(is_train))
    drawn = [order[is_train[order] == side][:most] for side in (True, False)]
    return np.sort(np.concatenate(drawn))


def _attacked_rows(target: Target) -> Ints:
    return np.flatnonzero(np.isin(target.owners, target.attacked))


def _places(target: Target) -> Ints:
    return np.searchsorted(target.attacked, target.owners[target.rows])


def _sides(split: Split) -> list[Cohort]:
    return [split.train] if split.holdout is None else [split.train, split.holdout]

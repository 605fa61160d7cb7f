"""Synthetic pictures beside train and as much of control: what only equal sizes can compare."""

from dataclasses import dataclass

import numpy as np

from privacy.attacks.target import Bools, Floats, Ints
from privacy.images.target import ImageTarget
from privacy.statistics import Statistic, weighted


@dataclass(frozen=True, kw_only=True, eq=False)
class Sides:
    """As many groups of train as of control, in every class.

    Parameters
    ----------
    train, control : ndarray, (pictures,), int
        Positions of their pictures.
    groups : int
        Of either side.
    """

    train: Ints
    control: Ints
    groups: int


def equal_sides(target: ImageTarget, *, rng: np.random.Generator) -> Sides:
    """Thin the larger side of each class at random."""
    kept = np.zeros(len(target.is_train), dtype=bool)
    for stratum in np.unique(target.strata):
        members = [np.flatnonzero((target.strata == stratum) & (target.is_train == s)) for s in (True, False)]
        fewer = min(len(each) for each in members)
        for each in members:
            kept[rng.permutation(each)[:fewer]] = True
    chosen, is_train = kept[target.owners], target.is_train[target.owners]
    return Sides(
        train=np.flatnonzero(chosen & is_train),
        control=np.flatnonzero(chosen & ~is_train),
        groups=int(kept.sum()) // 2,
    )


def votes(target: ImageTarget, counted: Bools | None = None) -> Statistic:
    """Each synthetic picture's vote for the group nearest to it, whichever side that is on.

    Parameters
    ----------
    target : ImageTarget
        Train and control pooled, so that the votes know no label.
    counted : ndarray, (synthetic pictures,), bool, optional
        Whose votes count; all by default.
    """
    nearest = target.owners[target.pool.apart[target.released].argmin(axis=1)]
    chosen = nearest if counted is None else nearest[counted]
    return weighted(np.bincount(chosen, minlength=len(target.is_train)).astype(np.float64))


def to_nearest(target: ImageTarget, pictures: Ints) -> tuple[Floats, Ints]:
    """Each synthetic picture's distance to the nearest of some real ones, and which that is."""
    distances = target.pool.apart[target.released][:, pictures]
    place = distances.argmin(axis=1)
    return distances[np.arange(len(place)), place].astype(np.float64), pictures[place]

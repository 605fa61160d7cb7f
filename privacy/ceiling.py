"""The ceiling of every attack: what nobody can surpass at a cohort's own size."""

import numpy as np

from privacy.statistics import ALARM


def ceiling(*, train: int, control: int, share: float, cross_fitted: bool = False) -> float:
    """How often the best attack that anybody could make raises an alarm.

    Whoever knew exactly which persons were copied would still have to judge by permuted labels,
    and all copied persons are train's in a part of these: of c persons in about one of 2^c. By
    Neyman and Pearson's lemma no test of labels is caught more often than the level over that part.

    Parameters
    ----------
    train, control : int, > 0
        Persons on each side.
    share : float, in (0, 1]
        Of the train persons, who is copied; at least one.
    cross_fitted : bool
        Whether the same share of control is copied into a second release: the labels must then be
        right about these as well.

    Returns
    -------
    float, in (0, 1]
        The highest power at a level of .05.
    """
    copied = np.arange(max(1, round(share * train)))
    by_chance = float(np.prod((train - copied) / (train + control - copied)))
    if cross_fitted:
        others = np.arange(max(1, round(share * control)))
        by_chance *= float(np.prod((control - others) / (train + control - len(copied) - others)))
    return 1.0 if by_chance <= ALARM else ALARM / by_chance

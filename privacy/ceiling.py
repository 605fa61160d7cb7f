"""The ceiling of every attack: what a perfect ranking would catch at a cohort's own size."""

import numpy as np

from privacy.statistics import ALARM, draw_labels, p_value, scan

_DRAWS = 199
_REPEATS = 100


def ceiling(*, train: int, control: int, share: float, seed: int = 0) -> float:
    """How often a ranking that places every copied person first raises an alarm.

    The persons who were not copied are told from nobody, so no scan over ranks can be caught more
    often at this size. Only somebody who knew beforehand how many were copied could be.

    Parameters
    ----------
    train, control : int, > 0
        Persons on each side.
    share : float, in (0, 1]
        Of the train persons, who is copied.
    seed : int
        Of the permutations.

    Returns
    -------
    float, in [0, 1]
        The share of 100 repeats with a p of at most 0.05.
    """
    rng = np.random.default_rng(seed)
    is_train = np.arange(train + control) < train
    labels = draw_labels(is_train, draws=_DRAWS, rng=rng)
    copied = np.arange(train + control) < max(1, round(share * train))
    alarms = [p_value(scan(copied + 0.5 * rng.random(len(copied)))(labels)) <= ALARM for _ in range(_REPEATS)]
    return float(np.mean(alarms))

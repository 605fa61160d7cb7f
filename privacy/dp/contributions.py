"""No person counts more than a public number of rows: what the promise "by person" rests on.

Neighbouring data sets differ by one *person*, with all rows of that person. A person with c rows
moves the counts of a table by c in all, and where all fall in one cell by c in length (L2), so
that c is the sensitivity of every table of counts, and noise grows with it. A cap that is the
largest number of rows anybody has would itself be a figure from the data.
"""

import secrets

import numpy as np
import numpy.typing as npt

from cohort.cohort import Cohort
from cohort.errors import ConfigError, Problem

MOST_ROWS = 100
"""At this cap the noise is 100 times that of one row a person: more is refused as a mistake."""


def bounded(train: Cohort, *, most: int) -> Cohort:
    """The cohort with at most ``most`` rows of each person, drawn at random where there are more.

    Parameters
    ----------
    train : Cohort
        With ``schema.person``, or one row a person.
    most : int, in [1, 100]
        Public: decided without looking. It is the sensitivity of every count of the result.

    Returns
    -------
    Cohort
        The kept rows in their order. Who stays is drawn from the system's source, a person by
        itself, so that nobody's rows depend on whether another person is there.

    Raises
    ------
    ConfigError
        Where ``most`` is no such number.
    """
    refuse_cap(most)
    if train.schema.person is None:
        return train
    return train.rows(chosen(train.persons, most=most))


def chosen(persons: npt.NDArray[np.int64], *, most: int) -> npt.NDArray[np.int64]:
    """Places of at most ``most`` rows of each person, ascending; drawn as in `bounded`.

    Parameters
    ----------
    persons : ndarray, (rows,), int
        Whose each row is.
    most : int, in [1, 100]
    """
    return np.flatnonzero(_place_within_person(persons) < most)


def refuse_cap(most: int) -> None:
    """Raise `ConfigError` where ``most`` is no number of rows that a person may count."""
    if isinstance(most, int) and not isinstance(most, bool) and 1 <= most <= MOST_ROWS:
        return
    what = f"a person may count between 1 and {MOST_ROWS} rows."
    remedy = (
        "Choose it without looking at the data, such as 1, or the visits that the protocol plans; "
        "noise grows with it. Persons with more rows count with as many, drawn at random."
    )
    raise ConfigError(Problem(what=what, where="rows_per_person", remedy=remedy))


def _place_within_person(persons: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Each row's place among its person's rows in a random order, from 0."""
    drawn = np.frombuffer(secrets.token_bytes(8 * len(persons)), dtype=np.uint64)
    order = np.lexsort((drawn, persons))
    ordered = persons[order]
    first = np.searchsorted(ordered, ordered, side="left")
    places = np.empty(len(persons), dtype=np.int64)
    places[order] = np.arange(len(persons)) - first
    return places

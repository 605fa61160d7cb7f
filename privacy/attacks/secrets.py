"""What an attacker wants to know of a patient, and when a guess of it is right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cohort.encode import Encoder, Floats, Ints, Points, pairwise
from cohort.errors import NotApplicable
from cohort.schema import Column, Role, Schema
from privacy.attacks.target import Target

MOST_SECRETS = 3
TOLERANCE = 0.05
NEAR = 1e-9  # sums in another order must not break ties
_TAIL = 0.05


def choose_secrets(schema: Schema, *, most: int = MOST_SECRETS) -> list[Column]:
    """The target and then the sensitive columns, as far as they are released; the first ``most``."""
    names = {column.name for column in schema.released}
    chosen = [*schema.with_role(Role.TARGET), *schema.with_role(Role.SENSITIVE)]
    return [column for column in chosen if column.name in names][:most]


def require_variety(encoder: Encoder, secrets: Sequence[Column]) -> None:
    """Raise `NotApplicable` where persons and release together have one value only of every secret."""
    names = {secret.name for secret in secrets}
    found = zip(encoder.columns, encoder.values, encoder.gaps, strict=True)
    if not any(_varies(values, gap) for column, values, gap in found if column.name in names):
        raise NotApplicable("every secret has one value only, so there is nothing to learn")


def _varies(values: npt.NDArray[np.generic], gap: bool) -> bool:
    return len(values) > 0 and bool(gap or values[0] != values[-1])


@dataclass(frozen=True, kw_only=True)
class Secret:
    """Where one column stands among encoded rows, so that it can be hidden and looked at alone.

    Parameters
    ----------
    column : Column
        The secret.
    numbers, codes : tuple of int
        Its coordinates in `Points.numbers` and its column in `Points.codes`; one of them is empty.
    """

    column: Column
    numbers: tuple[int, ...]
    codes: tuple[int, ...]

    def hidden(self, points: Points) -> Points:
        """The rows without the secret: what the attacker knows."""
        return Points(
            numbers=np.delete(points.numbers, self.numbers, axis=1),
            codes=np.delete(points.codes, self.codes, axis=1),
        )

    def alone(self, points: Points) -> Points:
        """The secret without the rows: what the attacker wants."""
        return points.columns(self.numbers, self.codes)

    def distance(self, points: Points, others: Points) -> Floats:
        """How far secrets lie apart, (points, others), each at most 1; right is within `TOLERANCE`."""
        return pairwise(self.alone(points), self.alone(others))

    def strata(self, points: Points) -> Ints:
        """Which value each row has, (rows,); of a number whether lowest 5 %, middle, highest 5 %, missing."""
        if self.codes:
            return points.codes[:, self.codes[0]].astype(np.int64)
        quantile = points.numbers[:, self.numbers[0]] * len(self.numbers)
        tails = np.where(quantile > 1 - _TAIL, 2, np.where(quantile < _TAIL, 0, 1))
        return np.where(quantile < 0, 3, tails).astype(np.int64)


def locate(encoder: Encoder, column: Column) -> Secret:
    """Find a column of the encoder's among the rows that it encodes."""
    numbers = codes = 0
    for known, gap in zip(encoder.columns, encoder.gaps, strict=True):
        width = (2 if gap else 1) if known.kind.is_numeric else 0
        if known.name == column.name:
            break
        numbers, codes = numbers + width, codes + (not width)
    place = tuple(range(numbers, numbers + width))
    return Secret(column=column, numbers=place, codes=() if width else (codes,))


def person_means(target: Target, values: Floats) -> Floats:
    """Mean over each attacked person's rows: (attacked rows, ...) in, (attacked, ...) out."""
    columns = values.reshape(len(values), -1).T
    most = len(target.attacked)
    sums = np.stack(
        [np.bincount(target.places, weights=column, minlength=most) for column in columns], axis=1
    )
    means = sums / np.bincount(target.places, minlength=most)[:, None]
    return np.asarray(means.reshape(most, *values.shape[1:]), dtype=np.float64)

"""Linkability: two files about the same people, joined through the release."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln

from cohort.encode import Points, pairwise
from cohort.errors import NotApplicable
from privacy.attacks.secrets import locate
from privacy.attacks.target import Attack, Bools, Floats, Ints, Tally, Target, tally_hits
from privacy.estimates import AttackRole
from privacy.statistics import weighted

_BLOCK_CELLS = 200_000  # distances of one half held at once: 1.6 MB
_TIE = 1e-9  # sums in another order must not break ties


def count(target: Target, *, seed: int) -> Tally:  # noqa: ARG001
    """Count persons whose two halves have a common synthetic row among their nearest.

    One half is the quasi-identifiers, the other all else (Giomi et al. 2023,
    doi:10.56553/popets-2023-0055). All rows equally near are nearest, so that ties hide no link
    and the order of rows does not matter; a person of several rows is hit where one of them is.
    The naive rate is the chance that two random sets of synthetic rows, as large as the two
    nearest sets, have a row in common.

    The evidence also sees links that are missed by a little: starting from either half's nearest
    rows, it asks how many of the nearest rows of the other half one must take until they meet, and
    is one over the chance that random sets of those sizes meet.
    """
    known = np.array([column.name in target.schema.quasi_identifiers for column in target.encoder.columns])
    if not known.any():
        raise NotApplicable("the schema names no quasi-identifier, so there is nothing to join by")
    if known.all():
        raise NotApplicable("every column is a quasi-identifier, so there is nothing to join to")
    met, width = _meetings_of(target), len(target.released)
    hits, evidence = target.largest(met.linked.astype(np.float64)), target.largest(1 / met.surprise(width))
    is_train = target.attacked_is_train
    naive = float(_any_row(target, _chance(met.sizes[0], met.sizes[1], width))[is_train].mean())
    return tally_hits(hits, is_train, naive=naive, statistic=weighted(evidence), scores=evidence)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Meetings:
    """Where the nearest rows of both halves meet, (2, rows) each: for each half of each attacked row.

    Parameters
    ----------
    least : ndarray
        Distance to the nearest rows.
    sizes : ndarray, int
        How many these are.
    meeting : ndarray
        Distance to the nearest of those that are nearest to the other half.
    reaches : ndarray, int
        How many rows are as near as that.
    """

    least: Floats
    sizes: Ints
    meeting: Floats
    reaches: Ints

    @property
    def linked(self) -> Bools:
        """Whether a row is nearest to both halves, (rows,)."""
        return np.asarray(self.meeting[0] <= self.least[0] + _TIE, dtype=bool)

    def surprise(self, width: int) -> Floats:
        """The chance of the closest meeting among ``width`` rows, (rows,)."""
        return np.minimum(*(_chance(self.reaches[half], self.sizes[1 - half], width) for half in range(2)))


def _meetings_of(target: Target) -> _Meetings:
    """Where halves meet in a release; of a planted one only what the copies may have changed is searched."""
    if target.original is None:
        return target.once(_searched)
    before, mine = target.original.once(_searched), target.once(_real_halves)
    pool = target.once(_pool_halves)
    gone, copies = ([half[rows] for half in pool] for rows in (target.replaced, target.copies))
    after, changed = _updated(before, mine, gone, copies)
    lost = np.flatnonzero(changed)
    anew = _meetings([half[lost] for half in mine], [half[target.released] for half in pool])
    for name in ("least", "sizes", "meeting", "reaches"):
        getattr(after, name)[:, lost] = getattr(anew, name)
    return after


def _searched(target: Target) -> _Meetings:
    return _meetings(target.once(_real_halves), target.once(_pool_halves))


def _real_halves(target: Target) -> list[Points]:
    return _halves(target, target.points)


def _pool_halves(target: Target) -> list[Points]:
    return _halves(target, target.pool.points)


def _halves(target: Target, points: Points) -> list[Points]:
    """Encoded rows by quasi-identifiers, and by all else."""
    known = [column.name in target.schema.quasi_identifiers for column in target.encoder.columns]
    places = [locate(target.encoder, column) for column in target.encoder.columns]
    sides = [
        [place for place, mine in zip(places, known, strict=True) if mine is side] for side in (True, False)
    ]
    return [
        points.columns([x for each in side for x in each.numbers], [x for each in side for x in each.codes])
        for side in sides
    ]


def _meetings(points: Sequence[Points], minted: Sequence[Points]) -> _Meetings:
    """Search all rows; points and minted rows both by halves."""
    shape = (2, len(points[0]))
    found = _Meetings(
        least=np.zeros(shape),
        sizes=np.zeros(shape, dtype=np.int64),
        meeting=np.zeros(shape),
        reaches=np.zeros(shape, dtype=np.int64),
    )
    for rows in _blocks(shape[1], len(minted[0])):
        distances = [pairwise(mine[rows], theirs) for mine, theirs in zip(points, minted, strict=True)]
        least = [each.min(axis=1) for each in distances]
        near = [_within(each, most) for each, most in zip(distances, least, strict=True)]
        for half, each in enumerate(distances):
            meeting = np.where(near[1 - half], each, np.inf).min(axis=1)
            found.least[half, rows], found.meeting[half, rows] = least[half], meeting
            found.sizes[half, rows] = np.count_nonzero(near[half], axis=1)
            found.reaches[half, rows] = np.count_nonzero(_within(each, meeting), axis=1)
    return found


def _updated(
    before: _Meetings, points: Sequence[Points], gone: Sequence[Points], copies: Sequence[Points]
) -> tuple[_Meetings, Bools]:
    """Count without the rows that are gone and with the copies; and which rows must be searched anew.

    Counts hold where neither a nearest row nor a meeting moves: all others are searched anew.
    """
    sizes, reaches = before.sizes.copy(), before.reaches.copy()
    moved = np.zeros(before.least.shape[1], dtype=bool)
    for sign, rows in ((-1, gone), (1, copies)):
        for block in _blocks(len(moved), len(rows[0])) if len(rows[0]) else ():
            distances = [pairwise(mine[block], theirs) for mine, theirs in zip(points, rows, strict=True)]
            near = [_within(each, most[block]) for each, most in zip(distances, before.least, strict=True)]
            for half, each in enumerate(distances):
                met = _within(each, before.meeting[half, block])
                sizes[half, block] += sign * np.count_nonzero(near[half], axis=1)
                reaches[half, block] += sign * np.count_nonzero(met, axis=1)
                touched = near[1 - half] & met
                if sign > 0:  # a copy that lies as far as the others changes nothing but the counts
                    least, meeting = (x[half, block, None] for x in (before.least, before.meeting))
                    touched = (each < least - _TIE) | (near[1 - half] & (each < meeting - _TIE))
                moved[block] |= touched.any(axis=1)
    moved |= (sizes == 0).any(axis=0)
    return replace(
        before, least=before.least.copy(), meeting=before.meeting.copy(), sizes=sizes, reaches=reaches
    ), moved


def _blocks(rows: int, width: int) -> Iterator[slice]:
    step = max(1, _BLOCK_CELLS // width)
    return (slice(start, start + step) for start in range(0, rows, step))


def _within(distances: Floats, most: Floats) -> Bools:
    """Which synthetic rows are at most so far from each row, (rows, synthetic rows)."""
    return np.asarray(distances <= most[:, None] + _TIE, dtype=bool)


def _chance(some: Ints, others: Ints, width: int) -> Floats:
    """Probability that two random sets of these sizes share one of ``width`` rows, (rows,)."""
    left = width - some - others
    missed = gammaln(width - some + 1) + gammaln(width - others + 1) - gammaln(width + 1)
    missed = missed - gammaln(np.maximum(left, 0) + 1)
    return np.where(left < 0, 1.0, -np.expm1(missed))


def _any_row(target: Target, chance: Floats) -> Floats:
    """Probability that chance links at least one of a person's rows: (rows,) in, (attacked,) out."""
    missed = np.ones(len(target.attacked))
    np.multiply.at(missed, np.searchsorted(target.attacked, target.owners[target.rows]), 1 - chance)
    return 1 - missed


ATTACK = Attack(
    name="linkability",
    family="linkage",
    threat=(
        "Somebody holds two files about the same people, quasi-identifiers in one and the rest in "
        "the other, and joins them where both point to a common row of the release."
    ),
    role=AttackRole.PRIMARY,
    count=count,
    planted=True,
)

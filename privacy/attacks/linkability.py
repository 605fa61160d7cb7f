"""Linkability: two files about the same people, joined through the release."""

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln

from cohort.encode import Encoder, Points, pairwise
from cohort.errors import NotApplicable
from privacy.attacks.target import Attack, Bools, Floats, Ints, Tally, Target, tally_hits
from privacy.estimates import AttackRole
from privacy.statistics import weighted

_BLOCK_CELLS = 500_000  # distances of one half held at once: 4 MB
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
    sides = (target.points, target.encoder.encode(target.synthetic))
    halves = [[_part(target.encoder, side, chosen) for side in sides] for chosen in (known, ~known)]
    linked, chance, closest = _links(*halves)
    hits, evidence = target.largest(linked.astype(np.float64)), target.largest(1 / closest)
    is_train = target.attacked_is_train
    naive = float(_any_row(target, chance)[is_train].mean())
    return tally_hits(hits, is_train, naive=naive, statistic=weighted(evidence), scores=evidence)


def _part(encoder: Encoder, points: Points, chosen: Bools) -> Points:
    """The chosen columns of encoded rows; a number that is somewhere missing has two coordinates."""
    is_number = np.array([column.kind.is_numeric for column in encoder.columns])
    widths = np.where(encoder.gaps, 2, 1)[is_number]
    coordinates = np.repeat(chosen[is_number], widths)
    return Points(numbers=points.numbers[:, coordinates], codes=points.codes[:, chosen[~is_number]])


def _links(first: Sequence[Points], second: Sequence[Points]) -> tuple[Bools, Floats, Floats]:
    """Which rows are linked, by what chance, and the chance of the closest meeting, each (rows,)."""
    rows, width = len(first[0]), len(first[1])
    linked, sizes, reaches = np.zeros(rows, dtype=bool), np.zeros((2, rows), int), np.zeros((2, rows), int)
    step = max(1, _BLOCK_CELLS // width)
    for start in range(0, rows, step):
        block = slice(start, start + step)
        distances = [pairwise(points[block], minted) for points, minted in (first, second)]
        near = [_within(each, each.min(axis=1)) for each in distances]
        linked[block] = (near[0] & near[1]).any(axis=1)
        for half, each in enumerate(distances):
            meeting = np.where(near[1 - half], each, np.inf).min(axis=1)
            sizes[half, block] = near[half].sum(axis=1)
            reaches[half, block] = _within(each, meeting).sum(axis=1)
    meetings = [_chance(reaches[half], sizes[1 - half], width) for half in range(2)]
    return linked, _chance(sizes[0], sizes[1], width), np.minimum(*meetings)


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

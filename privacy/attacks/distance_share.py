"""Distance share: how many synthetic rows lie nearer to train than to control."""

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from cohort.encode import Points, pairwise
from privacy.attacks.target import Attack, Bools, Floats, Ints, Tally, Target, draw_persons
from privacy.estimates import AttackRole
from privacy.statistics import Statistic, wilson

MOST_ROWS = 2000
_BLOCK_CELLS = 500_000  # distances held at once: 4 MB, which the allocator hands out again and again
_TIE = 1e-9  # sums in another order must not break ties


def count(target: Target, *, seed: int) -> Tally:
    """Ask of each synthetic row whose nearest real row is nearer, train's or control's.

    The larger side is thinned to as many persons as the smaller has, at random. A row for which
    both are equally near counts half for either (as in mostlyai-qa, where other tools count it for
    control and so praise a copy on coarse data). ``train`` is the share nearer to train, and
    ``control`` the rest. Which side is nearer follows from the labels of the persons tied for
    nearest, so that a permutation of labels decides every row anew, exactly.

    Rows that share a nearest person are not independent, so that persons are the trials: see
    `_trials`. A diagnostic: a release that passes may still leak (doi:10.48550/arXiv.2505.01524).
    """
    rng = np.random.default_rng(seed)
    fewer = int(min(target.attacked_is_train.sum(), (~target.attacked_is_train).sum()))
    persons = target.attacked[draw_persons(target.attacked_is_train, most=fewer, rng=rng)]
    release = target.pool.points[target.released[_drawn(len(target.released), rng)]]
    mine = np.isin(target.owners[target.rows], persons)
    owners = np.searchsorted(persons, target.owners[target.rows][mine])
    tied, weights = _distinct(nearest_persons(release, target.points[np.flatnonzero(mine)], owners))
    is_train = np.asarray(target.is_train[persons], dtype=bool)
    to_train, to_control = _sides(tied, is_train[None, :])[:, :, 0] @ weights
    train = float(np.clip((1 + to_train - to_control) / 2, 0, 1))
    trials = _trials(tied, weights)
    return Tally(
        train=train,
        control=1 - train,
        n=fewer,
        n_control=fewer,
        trials=trials,
        trials_control=trials,
        is_train=is_train,
        statistic=_statistic(tied, weights),
        figures={"share_of_untied": _untied(tied, weights, is_train)},
    )


def nearest_persons(release: Points, real: Points, owners: Ints) -> csr_array:
    """Who is nearest to each synthetic row, all of them where they tie: (rows, persons), 0 or 1."""
    rows, persons = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    step = max(1, _BLOCK_CELLS // len(real))
    for start in range(0, len(release), step):
        block = pairwise(release[start : start + step], real)
        row, position = np.nonzero(block <= block.min(axis=1, keepdims=True) + _TIE)
        rows.append(row + start)
        persons.append(owners[position])
    places = (np.concatenate(rows), np.concatenate(persons))
    tied = csr_array((np.ones(len(places[0])), places), shape=(len(release), int(owners.max()) + 1))
    tied.sum_duplicates()
    tied.data[:] = 1  # a person with two rows as near is one
    return tied


def _distinct(tied: csr_array) -> tuple[csr_array, Floats]:
    """Each set of persons once, with its share of the rows: on coarse data a few sets are all."""
    sets: dict[bytes, list[int]] = {}
    for row, (start, end) in enumerate(zip(tied.indptr[:-1], tied.indptr[1:], strict=True)):
        sets.setdefault(tied.indices[start:end].tobytes(), []).append(row)
    first = [rows[0] for rows in sets.values()]
    return tied[first], np.array([len(rows) for rows in sets.values()]) / tied.shape[0]


def _sides(tied: csr_array, labels: Bools) -> Bools:
    """Where all persons tied for nearest are train's, and where control's: (2, sets, draws)."""
    found = tied @ labels.T.astype(np.float64)
    everybody = tied.sum(axis=1)[:, None]
    return np.stack([found > everybody - 0.5, found < 0.5])


def _statistic(tied: csr_array, weights: Floats) -> Statistic:
    def statistic(labels: Bools) -> Floats:
        to_train, to_control = _sides(tied, labels)
        return np.asarray(weights @ to_train - weights @ to_control, dtype=np.float64)

    return statistic


def _trials(tied: csr_array, weights: Floats) -> int:
    """How many independent persons the share is worth, at most all of a side.

    Each row is a vote for its nearest persons. Under permuted labels the share varies as one among
    1 / (sum of v^2 - 1 / persons) of them, where v are the shares of the votes. The two shares add
    to one, and so carry half of them each.
    """
    votes = tied.T @ (weights / tied.sum(axis=1))
    everybody = 1 / int(tied.shape[1])
    spread = max(float(votes @ votes) - everybody, everybody)
    return max(1, round(0.5 / spread))


def _untied(tied: csr_array, weights: Floats, is_train: Bools) -> dict[str, Any]:
    """The share nearer to train among rows that are not equally near to both."""
    to_train, to_control = _sides(tied, is_train[None, :])[:, :, 0]
    kept = to_train | to_control
    if not kept.any():
        return {"reason": "every synthetic row is equally near to both sides"}
    untied = float(weights[kept].sum())
    value, trials = float(weights[to_train].sum()) / untied, 2 * _trials(tied[kept], weights[kept] / untied)
    low, high = wilson(value * trials, trials)
    return {"value": value, "low": low, "high": high}


def _drawn(rows: int, rng: np.random.Generator) -> Ints:
    return np.arange(rows) if rows <= MOST_ROWS else rng.choice(rows, MOST_ROWS, replace=False)


ATTACK = Attack(
    name="distance_share",
    family="membership",
    threat=(
        "Nobody attacks; a release that is nearer to its own patients than to others has learnt "
        "something of them that it should not show."
    ),
    role=AttackRole.DIAGNOSTIC,
    count=count,
)

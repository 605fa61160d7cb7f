"""Inference: a patient's secret guessed from the release by somebody who knows all the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from cohort.encode import Points, pairwise
from cohort.errors import NotApplicable
from cohort.schema import Role
from privacy.attacks.secrets import (
    NEAR,
    TOLERANCE,
    Secret,
    choose_secrets,
    locate,
    person_means,
    require_variety,
)
from privacy.attacks.target import Attack, Bools, Floats, Ints, Tally, Target, tally_hits
from privacy.estimates import AttackRole
from privacy.statistics import excess_figure, weighted

RARE = 0.1
FEWEST_SHOWN = 11  # smaller strata are pooled, so that no figure stands for fewer persons
_BLOCK_CELLS = 200_000  # distances held at once, a few times over: in the processor's cache
_TREES = 30
_CENTRE = 0.5
_MOST_LEARNT = 20_000
_MOST_GROUPS = 10
_TAILS = ("lowest 5 %", "middle", "highest 5 %", "missing")


def count(target: Target, *, seed: int) -> Tally:
    """Guess each person's secrets from the nearest synthetic row, and by a forest grown on the release.

    The attacker knows all columns but the secret, in the manner of Giomi et al. 2023,
    doi:10.56553/popets-2023-0055; the forest stands for any model that a release can teach
    (Breiman 2001, doi:10.1023/A:1010933404324). Equally near rows each count in part. A category
    must be the patient's; a number must lie within .05 on the quantile scale, so that its sign,
    unit and zero do not matter. A person's hit is the mean over rows, secrets and both guesses.

    The statistic is the largest of: the hit, each secret's hit by either guess, and the hits on
    rare values (at most 10 % of the persons' rows) alone.
    """
    secrets, minted = target.once(_secrets), target.minted
    _require(secrets, target)
    guesses = {"nearest row": _nearest_of(target).hits}
    if not target.is_planted:
        guesses["forest"] = forest_hits(target.points, minted, secrets, seed=seed)
    hits = np.mean(list(guesses.values()), axis=0)
    each = {name: person_means(target, found) for name, found in guesses.items()}
    rare = np.stack([_is_rare(secret.strata(target.points)) for secret in secrets], axis=1)
    person = person_means(target, hits.mean(axis=1))
    columns = [person, person_means(target, (hits * rare).mean(axis=1)), *each.values()]
    is_train = target.attacked_is_train
    naive = person_means(target, naive_hits(target.points, minted, secrets).mean(axis=1))
    return tally_hits(
        person,
        is_train,
        statistic=weighted(np.column_stack(columns)),
        naive=float(naive[is_train].mean()),
        figures={} if target.is_planted else _figures(target, secrets, each, hits),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Nearest:
    """What the synthetic rows nearest to each attacked row say of each secret, (rows, secrets) each.

    Parameters
    ----------
    least : ndarray
        The distance to them, the secret's own column left out.
    near, right : ndarray, int
        How many are as near, and how many of these have the right secret.
    """

    least: Floats
    near: Ints
    right: Ints

    @property
    def hits(self) -> Floats:
        """The share that is right: all ties count alike."""
        return np.asarray(self.right / self.near, dtype=np.float64)


def nearest_hits(points: Points, minted: Points, secrets: Sequence[Secret]) -> Floats:
    """Which share of the nearest synthetic rows has the right secret, (rows, secrets).

    Distances are those of `cohort.encode` less the secret's own column; all ties count alike.
    """
    return _nearest(points, minted, secrets).hits


def _nearest(
    points: Points, minted: Points, secrets: Sequence[Secret], *, within: Floats | None = None
) -> Nearest:
    """The nearest rows, or those that are at most as far as ``within`` says."""
    shape = (len(points), len(secrets))
    least = np.full(shape, np.inf) if within is None else within
    near, right = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    step = max(1, _BLOCK_CELLS // max(len(minted), 1))
    for start in range(0, len(points) if len(minted) else 0, step):
        rows = slice(start, start + step)
        whole = pairwise(points[rows], minted)
        for place, secret in enumerate(secrets):
            apart = secret.distance(points[rows], minted)
            known = whole - apart
            if within is None:
                least[rows, place] = known.min(axis=1)
            close = known <= least[rows, place, None] + NEAR
            near[rows, place] = np.count_nonzero(close, axis=1)
            right[rows, place] = np.count_nonzero(close & (apart <= TOLERANCE + NEAR), axis=1)
    return Nearest(least=least, near=near, right=right)


def _nearest_of(target: Target) -> Nearest:
    """The nearest rows of a release; of a planted one only what the copies have changed is searched."""
    if target.original is None:
        return target.once(_searched)
    secrets, pool = target.once(_secrets), target.pool.points
    before = target.original.once(_searched)
    gone = _nearest(target.points, pool[target.replaced], secrets, within=before.least)
    copied = _nearest(target.points, pool[target.copies], secrets)
    nearer, level = copied.least < before.least - NEAR, copied.least <= before.least + NEAR
    least = np.where(nearer, copied.least, before.least)
    near = np.where(nearer, 0, before.near - gone.near) + np.where(level, copied.near, 0)
    right = np.where(nearer, 0, before.right - gone.right) + np.where(level, copied.right, 0)
    lost = np.flatnonzero((near == 0).any(axis=1))
    anew = _nearest(target.points[lost], target.minted, secrets)
    least[lost], near[lost], right[lost] = anew.least, anew.near, anew.right
    return Nearest(least=least, near=near, right=right)


def _searched(target: Target) -> Nearest:
    return _nearest(target.points, target.minted, target.once(_secrets))


def _secrets(target: Target) -> list[Secret]:
    return [locate(target.encoder, column) for column in choose_secrets(target.schema)]


def forest_hits(points: Points, minted: Points, secrets: Sequence[Secret], *, seed: int) -> Floats:
    """Which secrets a forest grown on the release guesses, (rows, secrets), each 0 or 1.

    Trees grow until a leaf holds one value, on all rows (at most 20,000, drawn), so that a copy
    is remembered.
    """
    rng = np.random.default_rng(seed)
    if len(minted) > _MOST_LEARNT:
        minted = minted[np.sort(rng.choice(len(minted), _MOST_LEARNT, replace=False))]
    state = int(rng.integers(2**31))
    return np.stack([_forest(points, minted, secret, state) for secret in secrets], axis=1)


def naive_hits(points: Points, minted: Points, secrets: Sequence[Secret]) -> Floats:
    """Which secrets are the release's most frequent value or lie near its median, (rows, secrets)."""
    guesses = [_middle(secret.alone(minted)) for secret in secrets]
    alone = [secret.alone(points) for secret in secrets]
    apart = [pairwise(mine, guess)[:, 0] for mine, guess in zip(alone, guesses, strict=True)]
    return np.stack([distance <= TOLERANCE + NEAR for distance in apart], axis=1).astype(np.float64)


def _require(secrets: Sequence[Secret], target: Target) -> None:
    if not secrets:
        raise NotApplicable("the schema calls no column sensitive or target")
    if len(target.encoder.columns) < 2:
        raise NotApplicable("the secret is the only column, so there is nothing to know beforehand")
    require_variety(target.encoder, [secret.column for secret in secrets])


def _forest(points: Points, minted: Points, secret: Secret, state: int) -> Floats:
    known, learnt = (_features(secret.hidden(rows)) for rows in (points, minted))
    settings = {"n_estimators": _TREES, "max_features": "sqrt", "bootstrap": False, "random_state": state}
    kind = RandomForestClassifier if secret.codes else RandomForestRegressor
    forest = kind(**settings, n_jobs=1).fit(learnt, _answers(secret.alone(minted)))
    truth = secret.alone(points)
    if secret.codes:
        return np.asarray(forest.predict(known) == truth.codes[:, 0], dtype=np.float64)
    # The median over trees, whose guesses are values of the release: a mean would miss every heap.
    trees = np.stack([tree.predict(known.astype(np.float32)) for tree in forest.estimators_])
    guess = np.median(trees, axis=0).reshape(len(points), -1) + _CENTRE
    # Both coordinates of a column that is somewhere missing are guessed, and compared as any two rows are.
    apart = np.abs(guess - truth.numbers).sum(axis=1)
    return np.asarray(apart <= TOLERANCE + NEAR, dtype=np.float64)


def _features(points: Points) -> Floats:
    return np.concatenate([points.numbers, points.codes], axis=1)


def _answers(secret: Points) -> Floats | Ints:
    """What a forest is to guess: categories, or as many coordinates as the number has."""
    if secret.codes.shape[1]:
        return secret.codes[:, 0].astype(np.int64)
    # Around 0 and rounded, a number of the other sign grows the very same trees.
    centred: Floats = np.round(secret.numbers - _CENTRE, 9)
    return centred[:, 0] if centred.shape[1] == 1 else centred


def _middle(secret: Points) -> Points:
    """The most frequent category, or the median of a number (missing where most are), as one row."""
    missing = (secret.numbers < 0).any(axis=1)
    asked = secret.numbers[missing if 2 * missing.sum() > len(missing) else ~missing]
    codes = [np.bincount(column).argmax() for column in secret.codes.T]
    return Points(
        numbers=np.median(asked, axis=0, keepdims=True),
        codes=np.array([codes], dtype=np.int32),
    )


def _is_rare(strata: Ints) -> Bools:
    _, group, sizes = np.unique(strata, return_inverse=True, return_counts=True)
    return np.asarray(sizes[group] <= RARE * len(strata), dtype=bool)


def _figures(
    target: Target, secrets: Sequence[Secret], each: dict[str, Floats], hits: Floats
) -> dict[str, dict[str, Any]]:
    """The excess of each secret and guess, and of each stratum."""
    figures: dict[str, dict[str, Any]] = {}
    everybody = np.ones(len(target.attacked), dtype=bool)
    for place, secret in enumerate(secrets):
        for name, found in each.items():
            figures[f"{secret.column.name}, {name}"] = _excess(target, found[:, place], everybody)
        for label, rows in _named(target, secret.strata(target.points), secret):
            figures[label] = _within(target, hits[:, place], rows)
    for column in target.schema.with_role(Role.GROUP):
        if not column.kind.is_numeric and column in target.encoder.columns:
            group = locate(target.encoder, column)
            strata = group.strata(target.points)
            if len(np.unique(strata)) <= _MOST_GROUPS:
                for label, rows in _named(target, strata, group):
                    figures[label] = _within(target, hits.mean(axis=1), rows)
    return figures


def _named(target: Target, strata: Ints, secret: Secret) -> Iterator[tuple[str, Bools]]:
    """Each stratum of enough train persons by its name, and the others together."""
    name = secret.column.name
    values = target.real[name].iloc[target.rows].astype(object)
    cells = values.where(values.notna(), "missing")
    few = np.zeros(len(strata), dtype=bool)
    for stratum in np.unique(strata):
        rows = strata == stratum
        if _persons(target, rows)[target.attacked_is_train].sum() < FEWEST_SHOWN:
            few |= rows
        elif secret.codes:
            yield f"{name} = {cells.iloc[int(rows.argmax())]}", rows
        else:
            yield f"{name}: {_TAILS[stratum]}", rows
    yield f"{name}: values of fewer than {FEWEST_SHOWN} persons", few


def _within(target: Target, hits: Floats, rows: Bools) -> dict[str, Any]:
    """The excess among the persons who have such a row, over these rows alone."""
    inside, share = person_means(target, hits * rows), person_means(target, rows.astype(np.float64))
    concerned = share > 0
    return _excess(target, inside / np.where(concerned, share, 1.0), concerned)


def _persons(target: Target, rows: Bools) -> Bools:
    return person_means(target, rows.astype(np.float64)) > 0


def _excess(target: Target, hits: Floats, who: Bools) -> dict[str, Any]:
    is_train = target.attacked_is_train
    train, control = hits[who & is_train], hits[who & ~is_train]
    if min(len(train), len(control)) < FEWEST_SHOWN:
        return {"reason": f"fewer than {FEWEST_SHOWN} persons on one side"}
    return excess_figure(train, control)


ATTACK = Attack(
    name="inference",
    family="inference",
    threat=(
        "Somebody who knows everything about a patient but one secret guesses it from the most "
        "similar rows of the release, or by a model that the release has taught."
    ),
    role=AttackRole.PRIMARY,
    count=count,
    planted=True,
)

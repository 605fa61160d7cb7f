"""Planted copies: pictures of train as a generator or a copyist might give them away."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from cohort.images import Pixels
from privacy.attacks.target import Ints, Tally
from privacy.images.by_class import rate
from privacy.images.target import ImageAttack, ImageTarget, Pool, pool_of
from privacy.planted import DRAWS, REPEATS, REPEATS_BIG, SHARES, Power, climb
from privacy.statistics import draw_labels

Picture = npt.NDArray[np.float64]
NOISE = 0.05
"""Standard deviation of the noise on every copy, where black is 0 and white 1."""

_SPARE = 2.0


def noisy(picture: Picture, rng: np.random.Generator) -> Picture:
    """With noise alone, as every copy has it."""
    return picture + rng.normal(0.0, NOISE, picture.shape)


def flipped(picture: Picture, rng: np.random.Generator) -> Picture:
    """Mirrored."""
    return noisy(picture[:, ::-1], rng)


def rotated(picture: Picture, rng: np.random.Generator) -> Picture:
    """Turned by one to three quarters."""
    return noisy(np.rot90(picture, int(rng.integers(1, 4))), rng)


def shifted_and_toned(picture: Picture, rng: np.random.Generator) -> Picture:
    """Moved by up to a sixteenth of its side, in another light: contrast, tint and brightness.

    What comes in is mirrored at the edge, which is not what the matcher does there.
    """
    size = len(picture)
    most = size // 16
    down, right = _anywhere_else(most, rng)
    padded = np.pad(picture, ((most, most), (most, most), (0, 0)), mode="reflect")
    moved = padded[most + down : most + down + size, most + right : most + right + size]
    toned = moved.mean() + (moved - moved.mean()) * rng.uniform(0.8, 1.2)
    return noisy(toned * rng.uniform(0.9, 1.1, 3) + rng.normal(0.0, 0.05), rng)


KINDS: Mapping[str, Callable[[Picture, np.random.Generator], Picture]] = {
    "noisy": noisy,
    "flipped": flipped,
    "rotated": rotated,
    "shifted and toned": shifted_and_toned,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class SelfTest:
    """What planted copies showed.

    Parameters
    ----------
    power : tuple of Power
        How often the attacks rang.
    caught : dict of str to dict
        The share of copies of each kind that the matcher flags, with its interval.
    """

    power: tuple[Power, ...]
    caught: dict[str, dict[str, Any]]


def doctored(pixels: Pixels, kind: str, *, rng: np.random.Generator) -> Pixels:
    """Copies of one of `KINDS`, (images, size, size, 3)."""
    copies = [KINDS[kind](each / 255.0, rng) for each in pixels]
    return np.asarray(np.clip(np.stack(copies) * 255.0, 0, 255).round(), dtype=np.uint8)


def self_test(
    target: ImageTarget,
    attacks: Sequence[ImageAttack],
    *,
    seed: int,
    shares: Sequence[float] = SHARES,
    progress: Callable[[float], None] = lambda share: None,
) -> SelfTest:
    """Plant copies at this release's and these groups' own size.

    Parameters
    ----------
    target : ImageTarget
        With a control.
    attacks : sequence of ImageAttack
        Those which are quick enough.
    seed : int
        Of copies and permutations.
    shares : sequence of float, in (0, 1)
        Of the release's pictures.
    progress : callable
        Called with the share done.
    """
    rng = np.random.default_rng(seed)
    labels = draw_labels(target.is_train, draws=DRAWS, rng=rng, strata=target.strata)
    turns = REPEATS_BIG if target.sampled else REPEATS
    copied = _copied(target, most=max(shares), rng=rng)
    whole = _with_copies(target, copied, rng=rng)
    plantings = _sow(whole, copied, [share for share in shares for _ in range(turns)], rng=rng)

    def count(attack: ImageAttack, planted: ImageTarget) -> Tally:
        return attack.count(planted, seed=seed)

    caught, _ = climb(plantings, attacks, labels, shares=shares, turns=turns, count=count, progress=progress)
    power = tuple(Power(attack=name, caught=found) for name, found in caught.items())
    return SelfTest(power=power, caught=_flagged(whole, len(copied)))


def _copied(target: ImageTarget, *, most: float, rng: np.random.Generator) -> Ints:
    """One random picture of each of some groups of train: more groups than the largest share needs."""
    groups = rng.permutation(np.flatnonzero(target.is_train))
    groups = groups[: max(1, int(np.ceil(_SPARE * most * len(target.release))))]
    first, end = (np.searchsorted(target.owners, groups, side) for side in ("left", "right"))
    return np.asarray(rng.integers(first, end), dtype=np.int64)


def _with_copies(target: ImageTarget, copied: Ints, *, rng: np.random.Generator) -> ImageTarget:
    """The same target, whose pool also holds a copy of each kind of each of these pictures."""
    copies = np.concatenate([doctored(target.pixels[copied], kind, rng=rng) for kind in KINDS])
    known = pool_of(target, copies)
    pool = Pool(
        apart=np.concatenate([target.pool.apart, known.apart]),
        colours=np.concatenate([target.pool.colours, known.colours]),
    )
    return replace(target, pool=pool, original=target)


def _sow(
    target: ImageTarget, copied: Ints, shares: Sequence[float], *, rng: np.random.Generator
) -> Iterator[ImageTarget]:
    """Copies of random kinds in place of random synthetic pictures, of other groups while any are left."""
    size = len(target.release)
    for share in shares:
        copies = max(1, round(share * size))
        kinds = rng.integers(len(KINDS), size=copies)
        persons = rng.choice(len(copied), copies, replace=copies > len(copied))
        kept = rng.choice(size, size - copies, replace=False)
        yield replace(target, released=np.concatenate([kept, size + kinds * len(copied) + persons]))


def _flagged(target: ImageTarget, copied: int) -> dict[str, dict[str, Any]]:
    limit, size = target.threshold, len(target.release)
    found = {}
    for place, kind in enumerate(KINDS):
        rows = size + place * copied + np.arange(copied)
        found[f"caught when {kind}"] = rate(np.asarray(target.ratios(rows) < limit, dtype=bool))
    return found


def _anywhere_else(most: int, rng: np.random.Generator) -> tuple[int, int]:
    """A move in any direction, but not of nothing."""
    places = [(a, b) for a in range(-most, most + 1) for b in range(-most, most + 1) if a or b]
    return places[int(rng.integers(len(places)))]

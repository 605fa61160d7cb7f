"""What attacks on pictures work on: a release, and the lesions or patients it is tried against.

All distances are searched once. A release into which copies have been planted is another choice of
pictures from one pool.
"""

from dataclasses import dataclass, replace

import numpy as np

from cohort.images import ImageCohort, ImageRelease, ImageSplit, Pixels
from privacy.attacks.target import MOST_ATTACKED, AttackOn, Bools, Floats, Ints, draw_persons
from privacy.images.near import ratios_of, threshold
from privacy.images.space import Distances, Points, Space, apart, colours, colours_apart, fit_space


@dataclass(frozen=True, kw_only=True, eq=False)
class Pool:
    """Pictures that releases are chosen from: the release under test first, then copies to plant.

    Parameters
    ----------
    apart : ndarray, (pool, real pictures)
        Distances over all turns and shifts.
    colours : ndarray, (pool, real pictures)
        Distances of coarse colours, over all turns.
    """

    apart: Distances
    colours: Distances


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageTarget:
    """A release, and the real groups it is tried against; train and control are treated alike.

    Parameters
    ----------
    release : ImageRelease
        Under test.
    classes : tuple of str
        The cohort's.
    pixels : ndarray, (pictures, size, size, 3), uint8
        All real pictures, ordered by their groups.
    labels, owners : ndarray, (pictures,), int
        The class and the group of each.
    is_train : ndarray, (groups,), bool
        Whose pictures the release was, or may have been, made from.
    space : Space
        Fitted on all real pictures.
    moved : ndarray, (25, pictures, components)
        Their points, shifted.
    upright : ndarray, (pictures, 48)
        Their coarse colours.
    between, colours_between : ndarray, (pictures, pictures)
        Distances of real pictures as in `Pool`, infinite within a group.
    pool : Pool
        Where the release is chosen from.
    released : ndarray, (synthetic pictures,), int
        The rows of the pool that are the release.
    original : ImageTarget, optional
        Where copies have been planted, the target before.
    sampled : bool
        Whether only some groups of a big cohort are attacked.
    """

    release: ImageRelease
    classes: tuple[str, ...]
    pixels: Pixels
    labels: Ints
    owners: Ints
    is_train: Bools
    space: Space
    moved: Points
    upright: Points
    between: Distances
    colours_between: Distances
    pool: Pool
    released: Ints
    original: "ImageTarget | None" = None
    sampled: bool = False

    @property
    def has_control(self) -> bool:
        """Whether any group is known that no generator saw."""
        return not bool(self.is_train.all())

    @property
    def strata(self) -> Ints:
        """The class of each group's first picture, (groups,): a split is even over these."""
        return np.asarray(self.labels[self._first], dtype=np.int64)

    @property
    def of_train(self) -> Ints:
        """Positions of train's pictures."""
        return np.flatnonzero(self.is_train[self.owners])

    @property
    def to_release(self) -> Floats:
        """Distance to the nearest synthetic picture, (pictures,)."""
        return np.asarray(self.pool.apart[self.released].min(axis=0), dtype=np.float64)

    @property
    def to_others(self) -> Floats:
        """Distance to the nearest picture of another group, (pictures,)."""
        return np.asarray(self.between.min(axis=1), dtype=np.float64)

    def largest(self, values: Floats) -> Floats:
        """The largest of each group's pictures: (pictures,) in, (groups,) out."""
        return np.asarray(np.maximum.reduceat(values, self._first), dtype=np.float64)

    def ratios(self, rows: Ints) -> Floats:
        """How much nearer pictures of the pool come to one group of train than to the next, (rows,)."""
        return ratios_of(self.pool.apart[rows][:, self.of_train], self.owners[self.of_train])

    @property
    def threshold(self) -> float:
        """The ratio below which a synthetic picture is flagged, told by real ones."""
        usual = ratios_of(self.between[:, self.of_train], self.owners[self.of_train])
        return threshold(usual)

    @property
    def _first(self) -> Ints:
        return np.searchsorted(self.owners, np.arange(len(self.is_train)))


ImageAttack = AttackOn[ImageTarget]


def build_target(release: ImageRelease, split: ImageSplit, *, seed: int) -> ImageTarget:
    """Find everybody's neighbours.

    Parameters
    ----------
    release : ImageRelease
        At least one picture, of whatever size.
    split : ImageSplit
        The real pictures; of more than `MOST_ATTACKED` groups a side as many are drawn.
    seed : int
        Of that draw.
    """
    sides = (split.train, split.holdout)
    pixels, labels = (
        np.concatenate([getattr(side, name) for side in sides]) for name in ("pixels", "labels")
    )
    owners, is_train = _groups(sides)
    drawn = draw_persons(is_train, most=MOST_ATTACKED, rng=np.random.default_rng(seed))
    order = np.argsort(owners, kind="stable")
    order = order[np.isin(owners[order], drawn)]
    pixels, labels, owners = pixels[order], labels[order], np.searchsorted(drawn, owners[order])
    space = fit_space(pixels)
    moved, turned_colours = space.moved(pixels), colours(pixels)
    nothing = np.empty((0, len(pixels)), dtype=np.float32)
    kin = owners[:, None] == owners[None, :]
    target = ImageTarget(
        release=release,
        classes=split.train.classes,
        pixels=pixels,
        labels=labels,
        owners=owners,
        is_train=is_train[drawn],
        space=space,
        moved=moved,
        upright=turned_colours[0],
        between=np.where(kin, np.float32(np.inf), apart(space.turned(pixels), moved)),
        colours_between=np.where(kin, np.float32(np.inf), colours_apart(turned_colours, turned_colours[0])),
        pool=Pool(apart=nothing, colours=nothing),
        released=np.arange(len(release)),
        sampled=len(drawn) < len(is_train),
    )
    return replace(target, pool=pool_of(target, release.pixels))


def pool_of(target: ImageTarget, pixels: Pixels) -> Pool:
    """What is known of pictures before they are released."""
    return Pool(
        apart=apart(target.space.turned(pixels), target.moved),
        colours=colours_apart(colours(pixels), target.upright),
    )


def _groups(sides: tuple[ImageCohort, ImageCohort]) -> tuple[Ints, Bools]:
    """The group of each picture, train's first, and which groups are train's."""
    train, holdout = (np.unique(side.groups, return_inverse=True) for side in sides)
    owners = np.concatenate([train[1], holdout[1] + len(train[0])])
    return owners, np.arange(len(train[0]) + len(holdout[0])) < len(train[0])

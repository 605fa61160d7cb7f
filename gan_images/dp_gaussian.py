"""dp_gaussian: pictures with a guarantee of differential privacy, by lesion or patient.

Each class's mean and one covariance of all, in a public basis, with noise: blurs of the right colour
and size, and no lesion. Training a network with private gradients on hundreds of pictures gives less
(docs/generators/dp_gaussian.md). All that is learnt of train passes through `privacy.dp.mechanisms`;
what follows from it costs nothing more.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cohort.errors import ConfigError, Problem
from cohort.images import ImageCohort, ImageRelease, Ints
from cohort.release import Guarantee
from gan_images.spectrum import LONGEST, Floats, evened, evened_spread, pictures, turns, waves
from gan_images.wanted import labels_wanted
from privacy.dp.accounting import Account, rho_for
from privacy.dp.budget import PrivacyBudget, default_delta
from privacy.dp.contributions import chosen, refuse_cap
from privacy.dp.mechanisms import gaussian_sigma, noisy_counts

# Shares of rho, and lengths to which what is summed is cut. Public constants, chosen on simulated
# lesions of other seeds than those that are reported on: docs/generators/dp_gaussian.md.
_COUNTS, _MIDDLE, _MEANS = 0.1, 0.1, 0.4
_FROM_MIDDLE, _FROM_MEAN = 0.15, 0.1
_UNITS = 10_000
"""Whole numbers in a length: noise is of whole numbers alone, see `noisy_counts`."""
_BLOCK = 256

Progress = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class DpGaussian:
    """Normal draws around noisy class means, along a few principal components of a noisy covariance.

    Parameters
    ----------
    epsilon : float, > 0
        The bound on how much likelier any release becomes by one lesion or patient, whatever the
        pictures are grouped by. There is no default.
    delta : float, in (0, 1 / groups), optional
        As of `synth.dp.model.DpMst`.
    classes : sequence of str
        All that there are, from what is known beforehand: read off the pictures, a class would tell
        that somebody has it.
    pictures_per_group : int, >= 1
        The pictures that count of a lesion or patient with more, drawn at random; noise grows with it.
    waves : int, in [1, 16]
        Frequencies each way that a picture is described by.
    """

    epsilon: float = 0.0
    delta: float | None = None
    classes: Sequence[str] = ()
    pictures_per_group: int = 1
    waves: int = 6

    def __post_init__(self) -> None:
        problems = []
        if not self.epsilon:
            remedy = "Write {synth: dp_gaussian, epsilon: 1.0}: how much may be told is for you to decide."
            problems.append(Problem(what="epsilon is missing.", where="dp_gaussian", remedy=remedy))
        if isinstance(self.classes, str) or not self.classes:
            what = "nothing says which classes there are, apart from the pictures."
            remedy = "Write classes: [nv, mel, df], from what is known beforehand."
            problems.append(Problem(what=what, where="dp_gaussian", remedy=remedy))
        if isinstance(self.waves, bool) or not isinstance(self.waves, int) or not 1 <= self.waves <= 16:
            what = f"waves: {self.waves!r} is no whole number from 1 to 16."
            problems.append(Problem(what=what, where="dp_gaussian", remedy="Leave it out: it is 6."))
        if problems:
            raise ConfigError(problems)
        PrivacyBudget(epsilon=self.epsilon, delta=self.delta or 0.0)
        refuse_cap(self.pictures_per_group)

    def check(self, train: ImageCohort) -> None:
        """Raise what `fit` would before it spends anything."""
        if {*self.classes} != {*train.classes}:
            what = "the classes named are not those of the pictures."
            remedy = "Name all that there are, and leave pictures of others out."
            raise ConfigError(Problem(what=what, where="dp_gaussian: classes", remedy=remedy))
        if self._delta(train) * train.n_groups >= 1:
            remedy = f"Write delta: {default_delta(train.n_groups):g}, or leave it out."
            what = "delta is not below 1 / groups: it would allow to publish one of them as they are."
            raise ConfigError(Problem(what=what, where="dp_gaussian", remedy=remedy))

    def fit(
        self,
        train: ImageCohort,
        *,
        seed: int,  # noqa: ARG002 - noise that can be repeated protects nobody
        progress: Progress = lambda share: None,
    ) -> "FittedDpGaussian":
        """Spend the whole budget on counts, means and one covariance.

        Parameters
        ----------
        train : ImageCohort
            Of the classes that are named.
        seed : int
            Without effect: the noise comes from the system, and no two fits are equal.

        Raises
        ------
        ConfigError
            For other classes, and where delta is not below 1 / groups.
        """
        self.check(train)
        most, delta = self.pictures_per_group, self._delta(train)
        kept = train.images(chosen(train.groups, most=most))
        purse = _Purse(account=Account(rho_for(self.epsilon, delta)), most=most)
        described = waves(kept.pixels, waves=self.waves)
        counts = purse.counts(kept.counts())
        means = _means(described, kept.labels, counts, purse)
        progress(0.5)
        axes = _axes(described - means[kept.labels], counts, purse)
        progress(1.0)
        return FittedDpGaussian(
            classes=train.classes,
            shares=counts / counts.sum(),
            means=means,
            axes=axes,
            size=train.size,
            guarantee=Guarantee(epsilon=float(self.epsilon), delta=delta, rows=round(counts.sum())),
        )

    def _delta(self, train: ImageCohort) -> float:
        return self.delta or default_delta(train.n_groups)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FittedDpGaussian:
    """A model that may be known to anybody: all of it follows from noisy sums.

    Parameters
    ----------
    classes : tuple of str
        That it can draw.
    shares : ndarray, (classes,)
        Of each class, as far as the noise tells.
    means : ndarray, (classes, numbers)
        Of each class's waves.
    axes : ndarray, (components, numbers)
        Principal components, each as long as pictures spread along it.
    size : int
        Pixels a side.
    guarantee : Guarantee
        What the fit promises, however often it is drawn from.
    """

    classes: tuple[str, ...]
    shares: Floats
    means: Floats
    axes: Floats
    size: int
    guarantee: Guarantee

    @property
    def fingerprint(self) -> str:
        """Of the noisy figures, 12 hex digits."""
        told = (self.shares, self.means, self.axes)
        return hashlib.sha256(b"".join(each.tobytes() for each in told)).hexdigest()[:12]

    def sample(self, n: int, *, conditions: Mapping[str, object] | None = None, seed: int) -> ImageRelease:
        """Draw ``n`` pictures, in the noisy shares of the classes or all of ``conditions["class"]``.

        Raises
        ------
        GenerationError
            For a condition that is no class.
        """
        labels = labels_wanted(n, self.classes, self.shares, conditions, np.random.default_rng(seed))
        return self.pictures_of(labels, seed=seed)

    def pictures_of(self, labels: Ints, *, seed: int) -> ImageRelease:
        """Draw a picture for each label, a place in ``classes``, (images,)."""
        rng = np.random.default_rng([seed, len(labels)])  # apart from what drew the labels
        drawn = self.means[labels] + rng.standard_normal((len(labels), len(self.axes))) @ self.axes
        return ImageRelease(
            pixels=pictures(drawn, size=self.size),
            labels=labels,
            classes=self.classes,
            made_by="dp_gaussian",
            seed=seed,
            guarantee=self.guarantee,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Purse:
    """Pays for sums over at most ``most`` pictures of each group.

    A group moves such a sum by as many vectors at most, all of which may point one way.
    """

    account: Account
    most: int

    def counts(self, counts: Ints) -> Floats:
        """Pictures of each class, with noise; one at least, so that all that follows is defined."""
        noisy = self._noisy(counts, share=_COUNTS, sensitivity=self.most, on="pictures of each class")
        return np.maximum(noisy, 1).astype(np.float64)

    def sums(self, whole: Ints, *, share: float, radius: float, on: str) -> tuple[Floats, float]:
        """Sums of vectors of `whole`, with noise, and the noise's standard deviation."""
        sensitivity, unit = self.most * _UNITS, radius / _UNITS
        noisy = self._noisy(whole, share=share, sensitivity=sensitivity, on=on)
        return noisy * unit, self._sigma(share, sensitivity) * unit

    def rest(self, whole: Ints, *, radius: float, on: str) -> tuple[Floats, float]:
        """Sums of products of two numbers of such a vector, with all noise that is left."""
        sensitivity, unit = self.most * _UNITS**2, (radius / _UNITS) ** 2
        share = self.account.left / self.account.rho
        noisy = self._noisy(whole, share=share, sensitivity=sensitivity, on=on)
        return noisy * unit, self._sigma(share, sensitivity) * unit

    def _noisy(self, whole: Ints, *, share: float, sensitivity: int, on: str) -> Ints:
        rho = share * self.account.rho
        return noisy_counts(whole, rho=rho, sensitivity=sensitivity, account=self.account, on=on)

    def _sigma(self, share: float, sensitivity: int) -> float:
        return gaussian_sigma(share * self.account.rho, sensitivity)


def _means(described: Floats, labels: Ints, counts: Floats, purse: _Purse) -> Floats:
    """Each class's mean, (classes, numbers): that of all, and how the class differs from it.

    How far it differs is drawn in by what the noise alone would give (James and Stein 1961), and no
    mean is farther than what it was summed from was cut to.
    """
    every = whole(described, radius=LONGEST).sum(axis=0)
    sums, _ = purse.sums(every, share=_MIDDLE, radius=LONGEST, on="the mean of all classes")
    middle = within(evened(sums[None] / counts.sum()), radius=LONGEST)[0]
    apart = by_class(whole(described - middle, radius=_FROM_MIDDLE), labels, classes=len(counts))
    sums, sigma = purse.sums(apart, share=_MEANS, radius=_FROM_MIDDLE, on="the mean of each class")
    found = evened(sums / counts[:, None])
    free = np.linalg.matrix_rank(np.mean(turns(described.shape[1]), axis=0))
    noise = free * (sigma / counts) ** 2
    kept = np.maximum(0.0, 1.0 - noise / np.maximum((found**2).sum(axis=1), np.finfo(float).tiny))
    return np.asarray(middle + within(kept[:, None] * found, radius=_FROM_MIDDLE))


def _axes(residuals: Floats, counts: Floats, purse: _Purse) -> Floats:
    """Principal components of all classes together that rise above the noise, (components, numbers)."""
    numbers = residuals.shape[1]
    products = pair_sums(whole(residuals, radius=_FROM_MEAN))
    sums, sigma = purse.rest(products, radius=_FROM_MEAN, on="the covariance of all classes")
    values, vectors = np.linalg.eigh(evened_spread(_square(sums, numbers)) / counts.sum())
    noise = sigma * _largest_of_noise(numbers) / counts.sum()
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))).T[values > noise])


def within(vectors: Floats, *, radius: float) -> Floats:
    """Vectors cut to a length, (rows, numbers)."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors * (radius / np.maximum(length, radius)))


def whole(vectors: Floats, *, radius: float) -> Ints:
    """The same told in whole numbers, none longer than `_UNITS`, (images, numbers)."""
    return np.asarray(np.trunc(within(vectors, radius=radius) * (_UNITS / radius)), dtype=np.int64)


def by_class(vectors: Ints, labels: Ints, *, classes: int) -> Ints:
    """The sum of each class's vectors, (classes, numbers)."""
    found = np.zeros((classes, vectors.shape[1]), dtype=np.int64)
    np.add.at(found, labels, vectors)
    return found


def pair_sums(vectors: Ints) -> Ints:
    """Sums of the products of all pairs of numbers, unlike ones by the root of two, (pairs,).

    So told, one picture's products are a vector of the square of its length.
    """
    first, second = np.triu_indices(vectors.shape[1])
    weight = np.where(first == second, 1.0, np.sqrt(2.0))
    found = np.zeros(len(first), dtype=np.int64)
    for start in range(0, len(vectors), _BLOCK):
        some = vectors[start : start + _BLOCK]
        found += np.trunc(weight * some[:, first] * some[:, second]).astype(np.int64).sum(axis=0)
    return found


def _square(sums: Floats, numbers: int) -> Floats:
    """The symmetric matrix of `pair_sums`, (numbers, numbers)."""
    first, second = np.triu_indices(numbers)
    found = np.zeros((numbers, numbers))
    found[first, second] = np.where(first == second, sums, sums / np.sqrt(2.0))
    return np.asarray(found + np.triu(found, 1).T)


def _largest_of_noise(numbers: int) -> float:
    """The largest eigenvalue of such a matrix of pure noise, at standard deviation 1; no patient's."""
    noise = np.random.default_rng(0).standard_normal(numbers * (numbers + 1) // 2)
    return float(np.linalg.norm(evened_spread(_square(noise, numbers)), 2))

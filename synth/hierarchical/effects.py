"""Regressions whose coefficients differ somewhat from stratum to stratum, and draws of them.

A row of stratum s is expected at ``x'(b + u_s)``. Pooled coefficients b and each stratum's own
deviations u_s are normal around zero, so that a stratum stands apart as far as its rows, and how
much strata differ on the whole, warrant (Lindley and Smith 1972,
https://doi.org/10.1111/j.2517-6161.1972.tb00885.x). Given the three ratios of variances this is
conjugate for numbers, and a Laplace approximation for yes and no; the ratios have a posterior on a
grid (as in Rue, Martino and Chopin 2009, https://doi.org/10.1111/j.1467-9868.2008.00700.x).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Point = tuple[int, int, int]
Ratios = tuple[float, float, float]
T = TypeVar("T")

# Variances of pooled slopes, strata's intercepts and strata's slopes, over that of the residuals.
_POOLED = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5)
_INTERCEPTS = (0.0, 0.01, 0.05, 0.2, 1.0, 5.0)
_SLOPES = (0.0, 0.001, 0.005, 0.02, 0.1)
_START: Point = (3, 2, 2)
_OF_THE_INTERCEPT = 25.0
_SHAPE, _RATE = 0.5, 0.25  # of the residual variance, on a scale where the whole variance is 1
_NEWTON, _CLOSE = 30, 1e-6


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Coefficients:
    """One draw: of each stratum the coefficients, (strata, predictors), and the residuals' spread."""

    of_stratum: Floats
    spread: float

    def expected(self, design: Floats, strata: Ints) -> Floats:
        """What rows (rows, predictors) of ``strata`` (rows,) are expected at, (rows,)."""
        return np.asarray(np.einsum("nd,nd->n", design, self.of_stratum[strata]), dtype=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Posterior:
    """What rows say of the coefficients, and how probable each point of the grid is.

    Parameters
    ----------
    summary : Summary
        Sums over the rows of each stratum; no row.
    ratios : sequence of triples
        The points of the grid that were looked at.
    weights : ndarray, (points,)
        Their posterior probabilities.
    """

    summary: "Summary"
    ratios: tuple[Ratios, ...]
    weights: Floats

    @property
    def likeliest(self) -> Coefficients:
        """The means at the most probable ratios."""
        return _Pooled(self.summary, self.ratios[int(self.weights.argmax())]).likeliest

    def draw(self, rng: np.random.Generator) -> Coefficients:
        """Ratios, then the spread, then pooled coefficients, then each stratum's, from their posterior."""
        ratios = self.ratios[int(rng.choice(len(self.ratios), p=self.weights))]
        return _Pooled(self.summary, ratios).draw(rng)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Summary:
    """Sums over rows: all that a normal likelihood leaves of them.

    Parameters
    ----------
    gram : ndarray, (strata, predictors, predictors)
        Of the predictors' products.
    cross : ndarray, (strata, predictors)
        Of predictors times response.
    square : float
        Of the response's squares.
    persons : float
        How many independent units.
    spread_known : bool
        Whether the residual variance is 1, as in a quadratic approximation of another likelihood.
    """

    gram: Floats
    cross: Floats
    square: float
    persons: float
    spread_known: bool = False


class Rows:
    """Rows of predictors, stratum by stratum.

    Parameters
    ----------
    design : ndarray, (rows, predictors)
        A constant first.
    strata : ndarray, (rows,), int
        The stratum of each row.
    weights : ndarray, (rows,)
        A person weighs 1 in all.
    size : int
        How many strata there are, with rows or without.
    """

    def __init__(self, design: Floats, strata: Ints, weights: Floats, *, size: int) -> None:
        self.order = np.argsort(strata, kind="stable")
        self.design, self.strata = design[self.order], strata[self.order]
        self.weights, self.size = weights[self.order], size
        self.ends = np.searchsorted(self.strata, np.arange(size + 1))

    def gram(self, weights: Floats) -> Floats:
        """Weighted sums of the predictors' products in each stratum."""
        heavy = self.design * weights[:, None]
        return np.stack([self.design[a:b].T @ heavy[a:b] for a, b in pairwise(self.ends)])

    def cross(self, response: Floats) -> Floats:
        """Sums of predictors times ``response`` (rows,) in each stratum."""
        return np.stack([self.design[a:b].T @ response[a:b] for a, b in pairwise(self.ends)])


def numbers(rows: Rows, response: Floats) -> Posterior:
    """The posterior of a number on the normal scale.

    Parameters
    ----------
    rows : Rows
        What is known.
    response : ndarray, (rows,)
        In the order in which the rows were given.
    """
    response = response[rows.order]
    weighted = rows.weights * response
    summary = Summary(
        gram=rows.gram(rows.weights),
        cross=rows.cross(weighted),
        square=float(weighted @ response),
        persons=float(rows.weights.sum()),
    )
    found = _climb(lambda ratios: (_Pooled(summary, ratios).evidence, None), strata=rows.size)
    return _posterior(summary, {point: evidence for point, (evidence, _) in found.items()})


def yes_or_no(rows: Rows, response: npt.NDArray[np.bool_]) -> Posterior:
    """The posterior of the log odds of yes.

    Parameters
    ----------
    rows : Rows
        What is known.
    response : ndarray, (rows,), bool
        In the order in which the rows were given.
    """
    answer = response[rows.order].astype(np.float64)
    start: list[Floats] = [np.zeros(len(answer))]

    def look(ratios: Ratios) -> tuple[float, Summary]:
        evidence, summary, start[0] = _laplace(rows, answer, ratios, start[0])
        return evidence, summary

    found = _climb(look, strata=rows.size)
    best = max(found, key=lambda point: found[point][0])
    return _posterior(found[best][1], {point: evidence for point, (evidence, _) in found.items()})


class _Pooled:
    """The conjugate posterior at given ratios; strata's deviations as multiples of their spread."""

    def __init__(self, summary: Summary, ratios: Ratios) -> None:
        pooled, intercepts, slopes = ratios
        many = summary.gram.shape[1]
        self.summary = summary
        self.root = np.sqrt(np.r_[intercepts, np.full(many - 1, slopes)])
        self.prior = 1 / np.r_[_OF_THE_INTERCEPT, np.full(many - 1, pooled)]
        scaled = self.root[:, None] * summary.gram
        self.lower = np.linalg.cholesky(np.eye(many) + scaled * self.root)
        shrunk = np.linalg.solve(self.lower, scaled)
        taken = np.linalg.solve(self.lower, (self.root * summary.cross)[..., None])[..., 0]
        precision = np.diag(self.prior) + (summary.gram - shrunk.swapaxes(1, 2) @ shrunk).sum(axis=0)
        right = (summary.cross - np.einsum("sij,si->sj", shrunk, taken)).sum(axis=0)
        self.precision_lower = np.linalg.cholesky(precision)
        self.mean = np.linalg.solve(precision, right)
        self.explained = float((taken**2).sum() + self.mean @ right)

    @property
    def log_determinant(self) -> float:
        """Of the response's marginal variance."""
        inner = np.log(np.diagonal(self.lower, axis1=1, axis2=2)).sum()
        outer = np.log(np.diagonal(self.precision_lower)).sum()
        return float(2 * inner + 2 * outer - np.log(self.prior).sum())

    @property
    def rate(self) -> float:
        """Of the residual variance's posterior."""
        return _RATE + max(self.summary.square - self.explained, 0.0) / 2

    @property
    def shape(self) -> float:
        return _SHAPE + self.summary.persons / 2

    @property
    def evidence(self) -> float:
        """The log probability of the response, up to a constant."""
        return -self.log_determinant / 2 - self.shape * float(np.log(self.rate))

    def own(self, pooled: Floats) -> Floats:
        """Strata's scaled deviations that are likeliest given pooled coefficients, (strata, predictors)."""
        left = self.root * (self.summary.cross - self.summary.gram @ pooled)
        half = np.linalg.solve(self.lower, left[..., None])
        return np.asarray(np.linalg.solve(self.lower.swapaxes(1, 2), half)[..., 0], dtype=np.float64)

    @property
    def likeliest(self) -> Coefficients:
        spread = 1.0 if self.summary.spread_known else float(np.sqrt(self.rate / self.shape))
        return Coefficients(of_stratum=self.mean + self.root * self.own(self.mean), spread=spread)

    def draw(self, rng: np.random.Generator) -> Coefficients:
        spread = 1.0 if self.summary.spread_known else float(np.sqrt(self.rate / rng.gamma(self.shape)))
        noise = rng.standard_normal(len(self.mean))
        pooled = self.mean + spread * np.linalg.solve(self.precision_lower.T, noise)
        apart = rng.standard_normal((*self.summary.cross.shape, 1))
        noisy = np.linalg.solve(self.lower.swapaxes(1, 2), apart)[..., 0]
        own = self.own(pooled) + spread * noisy
        return Coefficients(of_stratum=pooled + self.root * own, spread=spread)


def _laplace(rows: Rows, answer: Floats, ratios: Ratios, odds: Floats) -> tuple[float, Summary, Floats]:
    """Log evidence, the likelihood's quadratic at the mode, and the log odds there, from ``odds`` on."""
    last = -np.inf
    for _ in range(_NEWTON):
        summary = _quadratic(rows, answer, odds)
        pooled = _Pooled(summary, ratios)
        own = pooled.own(pooled.mean)
        aimed = Coefficients(of_stratum=pooled.mean + pooled.root * own, spread=1.0)
        step = aimed.expected(rows.design, rows.strata) - odds
        # From nowhere near the mode a whole step may overshoot; the log odds are kept within reach.
        odds = odds + step * min(1.0, 4.0 / max(float(np.abs(step).max(initial=0.0)), 1e-12))
        fit = float(rows.weights @ (answer * odds - np.logaddexp(0.0, odds)))
        penalty = float(pooled.prior @ pooled.mean**2 + (own**2).sum()) / 2
        if abs(fit - penalty - last) < _CLOSE * max(1.0, abs(last)):
            break
        last = fit - penalty
    return fit - penalty - pooled.log_determinant / 2, summary, odds


def _quadratic(rows: Rows, answer: Floats, odds: Floats) -> Summary:
    """The log likelihood around ``odds`` as that of a normal response with variance 1."""
    chance = expit(odds)
    curve = rows.weights * np.maximum(chance * (1 - chance), 1e-5)
    response = curve * odds + rows.weights * (answer - chance)
    persons = float(rows.weights.sum())
    return Summary(
        gram=rows.gram(curve), cross=rows.cross(response), square=0.0, persons=persons, spread_known=True
    )


def _climb(look: Callable[[Ratios], tuple[float, T]], *, strata: int) -> dict[Point, tuple[float, T]]:
    """From the grid's middle to its best point, by neighbours; all points looked at."""
    alone = strata < 2
    here = (_START[0], 0, 0) if alone else _START
    found = {here: look(_ratios(here))}
    while True:
        for point in _neighbours(here, axes=1 if alone else 3):
            if point not in found:
                found[point] = look(_ratios(point))
        best = max(found, key=lambda point: found[point][0])
        if best == here:
            return found
        here = best


def _neighbours(point: Point, *, axes: int) -> Iterator[Point]:
    sizes = (len(_POOLED), len(_INTERCEPTS), len(_SLOPES))
    for axis in range(axes):
        for step in (-1, 1):
            moved = list(point)
            moved[axis] += step
            if 0 <= moved[axis] < sizes[axis]:
                yield moved[0], moved[1], moved[2]


def _ratios(point: Point) -> Ratios:
    return _POOLED[point[0]], _INTERCEPTS[point[1]], _SLOPES[point[2]]


def _posterior(summary: Summary, evidence: dict[Point, float]) -> Posterior:
    logs = np.array(list(evidence.values()))
    weights = np.exp(logs - logs.max())
    return Posterior(summary=summary, ratios=tuple(map(_ratios, evidence)), weights=weights / weights.sum())

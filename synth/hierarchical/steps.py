"""How one column is drawn given those before it and the stratum, and how that is learnt."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from scipy.stats import norm

from synth.complete import Part
from synth.hierarchical.design import FEW, Scale, Shown, design, fit_scale, show
from synth.hierarchical.effects import Posterior, Rows, numbers, yes_or_no
from synth.hierarchical.shares import Shares, fit_shares
from synth.views import Columns, frequent_levels, observed

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Values = npt.NDArray[np.generic]
Draw = Callable[[Columns, Ints, np.random.Generator], Values]
"""A part's values, given the parts before it and each row's stratum, at drawn parameters."""

_MOST_CLASSES = 16


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Known:
    """What a column's regressions are shown: earlier parts, and one crossed with the others."""

    shown: tuple[Shown, ...] = ()
    crossed: Shown | None = None

    def design(self, columns: Columns, rows: int) -> Floats:
        """The predictors, (rows, width)."""
        return design(self.shown, columns, rows, crossed=self.crossed)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class NumberStep:
    """A number: expected on the normal scale, spread, and brought back through train's quantiles."""

    part: Part
    known: Known
    posterior: Posterior
    scale: Scale

    def at(self, rng: np.random.Generator | None) -> Draw:
        """Draw parameters, or without a generator take the likeliest, and with them values."""
        coefficients = self.posterior.likeliest if rng is None else self.posterior.draw(rng)

        def draw(columns: Columns, strata: Ints, rng: np.random.Generator) -> Values:
            expected = coefficients.expected(self.known.design(columns, len(strata)), strata)
            return self.scale.value(expected + coefficients.spread * rng.standard_normal(len(strata)))

        return draw


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CategoryStep:
    """A category: is it the first class, if not the second, and so on; then a level of its class.

    Parameters
    ----------
    part : Part
        What is drawn.
    known : Known
        Given what.
    questions : tuple of Posterior
        One fewer than classes (continuation ratios).
    classes : ndarray, (levels,), int
        The class of each level; all that are rare share the last.
    shares : Shares
        Of the levels in each stratum.
    """

    part: Part
    known: Known
    questions: tuple[Posterior, ...]
    classes: Ints
    shares: Shares

    def at(self, rng: np.random.Generator | None) -> Draw:
        """Draw parameters, or without a generator take the likeliest, and with them codes."""
        questions = [each.likeliest if rng is None else each.draw(rng) for each in self.questions]
        shares = self.shares.mean if rng is None else self.shares.draw(rng)

        def draw(columns: Columns, strata: Ints, rng: np.random.Generator) -> Values:
            shown = self.known.design(columns, len(strata))
            chosen = np.full(len(strata), len(questions))
            for place, question in reversed(list(enumerate(questions))):
                chance = expit(question.expected(shown, strata))
                chosen[rng.random(len(strata)) < chance] = place
            within = shares[strata] * (self.classes == chosen[:, None])
            ends = np.cumsum(within, axis=1)
            drawn = rng.random(len(strata))[:, None] * ends[:, -1:]
            return np.asarray((drawn >= ends).sum(axis=1), dtype=np.int64)

        return draw


Step = NumberStep | CategoryStep


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Fitting:
    """The rows to learn from.

    Parameters
    ----------
    columns : mapping
        The complete frame.
    persons, strata : ndarray, (rows,), int
        Whose each row is, and in which stratum.
    weights : ndarray, (rows,)
        A person weighs 1 in all.
    size : int
        How many strata there are.
    rng : numpy Generator
        Orders ties.
    """

    columns: Columns
    persons: Ints
    strata: Ints
    weights: Floats
    size: int
    rng: np.random.Generator

    def step(self, part: Part, known: Known) -> tuple[Step, Shown]:
        """Learn one part, and how it is shown to later ones."""
        if part.is_numeric:
            scale = fit_scale(part, self.columns, self.persons)
            step: Step = self._number(part, known, scale)
            return step, show(part, self.columns, self.persons, scale=scale)
        return self._category(part, known), show(part, self.columns, self.persons, scale=None)

    def _number(self, part: Part, known: Known, scale: Scale) -> NumberStep:
        seen = observed(part, self.columns)
        scores = _normal_scores(self.columns[part.name][seen].astype(np.float64), self.rng)
        posterior = numbers(self._rows(known.design(self.columns, len(seen)), seen), scores)
        return NumberStep(part=part, known=known, posterior=posterior, scale=scale)

    def _category(self, part: Part, known: Known) -> CategoryStep:
        codes = self.columns[part.name].astype(np.int64)
        classes = _classes(part, self.columns, self.persons)
        place = classes[codes]
        shown = known.design(self.columns, len(codes))
        questions = [
            yes_or_no(self._rows(shown, place >= each), (place == each)[place >= each])
            for each in range(int(classes.max()))
        ]
        size = self.size, part.levels
        shares = fit_shares(codes, self.strata, self.weights, size=size)
        return CategoryStep(
            part=part, known=known, questions=tuple(questions), classes=classes, shares=shares
        )

    def _rows(self, shown: Floats, chosen: npt.NDArray[np.bool_]) -> Rows:
        return Rows(shown[chosen], self.strata[chosen], self.weights[chosen], size=self.size)


def _classes(part: Part, columns: Columns, persons: Ints) -> Ints:
    """The class of each level, (levels,): in the levels' order or the most frequent first, the rare last."""
    own = frequent_levels(part, columns, persons, leaf=FEW)[:_MOST_CLASSES]
    own = np.sort(own) if part.ordered else own
    classes = np.full(part.levels, len(own))
    classes[own] = np.arange(len(own))
    return classes


def _normal_scores(values: Floats, rng: np.random.Generator) -> Floats:
    """Each value's rank as a normal deviate, (rows,), ties in random order."""
    ranks = np.empty(len(values))
    ranks[np.lexsort((rng.random(len(values)), values))] = np.arange(len(values)) + 0.5
    return np.asarray(norm.ppf(ranks / len(values)), dtype=np.float64)

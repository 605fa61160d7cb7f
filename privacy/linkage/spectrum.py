"""How many classes of each size a sample has: all that the estimators of population risk look at."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Spectrum:
    """Classes by size.

    Parameters
    ----------
    sizes, classes : ndarray, (sizes,), float
        The class sizes that occur, ascending, and how many classes have each. Where classes overlap
        (a person of several rows, a wildcard) the number is the persons by the size, not always whole.
    """

    sizes: Floats
    classes: Floats

    @classmethod
    def of(cls, person_sizes: npt.NDArray[np.int64]) -> Self:
        """From the size of each person's class, (persons,)."""
        sizes, persons = np.unique(person_sizes, return_counts=True)
        return cls(sizes=sizes.astype(np.float64), classes=persons / sizes)

    @property
    def persons(self) -> float:
        """The size of the sample."""
        return float(self.sizes @ self.classes)

    @property
    def total(self) -> float:
        """All classes."""
        return float(self.classes.sum())

    def of_size(self, size: int) -> float:
        """How many classes have it."""
        return float(self.classes[self.sizes == size].sum())

    def redrawn(self, rng: np.random.Generator) -> Self:
        """As many classes again, drawn from these with replacement.

        Persons cannot be drawn: whoever came twice would be alone no longer.
        """
        drawn = rng.multinomial(round(self.total), self.classes / self.total)
        return type(self)(sizes=self.sizes[drawn > 0], classes=drawn[drawn > 0].astype(np.float64))

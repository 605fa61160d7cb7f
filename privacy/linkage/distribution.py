"""How risk is spread over persons: class sizes, bands of risk, and who is above a threshold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.classes import Missing, person_sizes
from privacy.linkage.sample import require

THRESHOLDS = (0.09, 0.2)
"""The customary bound of a public release (doi:10.2196/23139), about 1/11, and 1/5: k = 11 and k = 5."""
BANDS = ((1, 1), (2, 2), (3, 4), (5, 10), (11, 19), (20, None))


@dataclass(frozen=True, kw_only=True)
class RiskDistribution:
    """How many persons stand in which class, and above which risk; all counts are persons.

    It holds small counts of real patients, so it stands in the steward's report alone.

    Parameters
    ----------
    sizes : tuple of pairs of int
        Class size and the persons in classes of it, ascending.
    bands : tuple of pairs of str and int
        Class sizes from one to another, such as "3-4", and the persons within.
    at_risk : tuple of pairs of float and int
        Threshold and the persons whose risk, one by the size of their class, is above it.
    """

    sizes: tuple[tuple[int, int], ...]
    bands: tuple[tuple[str, int], ...]
    at_risk: tuple[tuple[float, int], ...]

    def to_dict(self) -> dict[str, Any]:
        """As it stands in a report."""
        return {name: [list(pair) for pair in getattr(self, name)] for name in ("sizes", "bands", "at_risk")}


def risk_distribution(
    table: pd.DataFrame,
    quasi_identifiers: Sequence[str],
    *,
    persons: npt.NDArray[np.int64] | None = None,
    missing: Missing = "category",
    thresholds: Sequence[float] = THRESHOLDS,
) -> RiskDistribution:
    """Spread of the prosecutor's risk over persons.

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Typed as a cohort's table.
    quasi_identifiers : sequence of str
        Columns of ``table``.
    persons, missing
        As for `cohort.classes.person_sizes`.
    thresholds : sequence of float, in (0, 1)
        Of risk; somebody is counted whose risk is above it.

    Raises
    ------
    NotApplicable
        Where there is no quasi-identifier or no row.
    """
    require(quasi_identifiers, rows=len(table))
    sizes = person_sizes(table, quasi_identifiers, persons=persons, missing=missing)
    found, counts = np.unique(sizes, return_counts=True)
    return RiskDistribution(
        sizes=tuple(zip(found.tolist(), counts.tolist(), strict=True)),
        bands=tuple((_label(low, high), _within(sizes, low, high)) for low, high in BANDS),
        at_risk=tuple((threshold, int((1 / sizes > threshold).sum())) for threshold in thresholds),
    )


def _label(low: int, high: int | None) -> str:
    if high is None:
        return f"{low}+"
    return f"{low}" if low == high else f"{low}-{high}"


def _within(sizes: npt.NDArray[np.int64], low: int, high: int | None) -> int:
    return int(((sizes >= low) & (sizes <= (high or np.inf))).sum())

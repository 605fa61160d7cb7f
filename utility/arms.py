"""The ways of training on a scarce class that are compared with each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import NotApplicable
from cohort.release import Release
from utility.smote import smote_nc

Mint = Callable[[Cohort, int], Release]
"""Learn from these persons alone, and draw so many rows; fewer where no more can be had."""

REAL = "real only"


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """The persons that an arm may learn from, and what is minted from them.

    Parameters
    ----------
    train : Cohort
        Nobody else's rows reach an arm.
    target, label : str
        The target column, and its class to be topped up.
    mint : callable
        Rows of the class.
    mint_whole : callable
        Rows of every class.
    share : float, in (0, 1)
        The largest that any arm has of synthetic rows in the class.
    """

    train: Cohort
    target: str
    label: str
    mint: Mint
    mint_whole: Mint
    share: float

    @property
    def real(self) -> pd.DataFrame:
        """All real rows, (rows, released columns)."""
        return self.train.released

    @cached_property
    def scarce(self) -> pd.DataFrame:
        """The class's real rows."""
        return self.real[self.real[self.target].eq(self.label)].reset_index(drop=True)

    @cached_property
    def minted(self) -> pd.DataFrame:
        """Synthetic rows of the class, as many as the largest share needs."""
        return self.mint(self.train, synthetic_rows(len(self.scarce), self.share)).table

    @cached_property
    def whole(self) -> pd.DataFrame:
        """A synthetic table of train's size."""
        return self.mint_whole(self.train, len(self.train)).table

    @property
    def missing_to_largest(self) -> int:
        """Rows that the class lacks to be as large as the largest."""
        return int(self.real[self.target].value_counts().max()) - len(self.scarce)


Arm = Callable[[Part, np.random.Generator], pd.DataFrame]
"""The rows to train on, typed as a released table."""


def make_arms(shares: Sequence[float]) -> dict[str, Arm]:
    """Every arm by its name, the reference first."""
    mixed = {f"real + {share:.0%} synthetic": partial(_topped_up, share=share) for share in shares}
    return {
        REAL: lambda part, rng: part.real,
        "oversampling": _oversampled,
        "SMOTE-NC": _interpolated,
        **mixed,
        "synthetic only": lambda part, rng: part.whole,
    }


def synthetic_rows(real: int, share: float) -> int:
    """The most synthetic rows beside ``real`` ones that make up at most ``share`` of them all."""
    return int(share / (1 - share) * real + 1e-9)


def _oversampled(part: Part, rng: np.random.Generator) -> pd.DataFrame:
    drawn = rng.integers(len(part.scarce), size=part.missing_to_largest)
    return _below(part.real, part.scarce.iloc[drawn])


def _interpolated(part: Part, rng: np.random.Generator) -> pd.DataFrame:
    if len(part.scarce) < 2:
        raise NotApplicable("SMOTE-NC needs two rows of the class in every part to be trained on.")
    columns = part.train.schema.released
    return _below(part.real, smote_nc(part.scarce, part.missing_to_largest, columns=columns, rng=rng))


def _topped_up(part: Part, rng: np.random.Generator, *, share: float) -> pd.DataFrame:  # noqa: ARG001 - an arm
    wanted = synthetic_rows(len(part.scarce), share)
    if len(part.minted) < wanted:
        raise NotApplicable(f"too few synthetic rows of the class were kept for a share of {share:.0%}.")
    return _below(part.real, part.minted.head(wanted))


def _below(real: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([real, more], ignore_index=True) if len(more) else real
